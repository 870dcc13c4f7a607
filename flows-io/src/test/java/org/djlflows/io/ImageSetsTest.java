package org.djlflows.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.zip.CRC32;

import javax.imageio.ImageIO;

class ImageSetsTest {

    @TempDir private Path folder;

    @Test
    void theLastTenthOfAFileIsForTestAndThatOfTheRestForValidation() throws IOException {
        Path file = images("t10k-images-idx3-ubyte", 100, 1);
        for (Path data : new Path[] {file, folder}) {
            ImageSets sets = ImageSets.read(data);
            assertEquals(1, sets.shape().height());
            assertEquals(1, sets.shape().width());
            assertEquals(81, sets.training().count());
            assertEquals(9, sets.validation().count());
            assertEquals(10, sets.test().count());
            assertEquals(0, sets.training().pixels()[0]);
            assertEquals(81, sets.validation().pixels()[0]);
            assertArrayEquals(
                    new float[] {90, 91, 92, 93, 94, 95, 96, 97, 98, 99}, sets.test().pixels());
        }
    }

    @Test
    void twoFilesAreForTrainingAndTest() throws IOException {
        images("train-images-idx3-ubyte", 40, 1);
        images("t10k-images-idx3-ubyte", 5, 1);
        ImageSets sets = ImageSets.read(folder);
        assertEquals(36, sets.training().count());
        assertArrayEquals(new float[] {36, 37, 38, 39}, sets.validation().pixels());
        assertArrayEquals(new float[] {0, 1, 2, 3, 4}, sets.test().pixels());
    }

    @Test
    void otherFoldersAreRefused() throws IOException {
        refuses("expected PNG or JPEG files, got none");
        images("a-images-idx3-ubyte", 20, 1);
        images("b-images-idx3-ubyte", 20, 1);
        refuses("got [a-images-idx3-ubyte, b-images-idx3-ubyte]");
        Files.delete(folder.resolve("a-images-idx3-ubyte"));
        images("train-images-idx3-ubyte", 20, 2);
        refuses("expected images of one size in both files");
        images("b-images-idx3-ubyte", 0, 2);
        refuses("b-images-idx3-ubyte: expected at least 1 image, got 0");
        Files.delete(folder.resolve("train-images-idx3-ubyte"));
        images("b-images-idx3-ubyte", 19, 1);
        refuses("expected at least 20 images, got 19");
    }

    @Test
    void takesTheLabelsBeside() throws IOException {
        images("train-images-idx3-ubyte", 40, 1);
        images("t10k-images-idx3-ubyte", 2, 1);
        labels("train-labels-idx1-ubyte", 40);
        refuses("expected labels for both files of images or for none");
        labels("t10k-labels-idx1-ubyte", 3);
        refuses("expected 2 labels");
        labels("t10k-labels-idx1-ubyte", 2);
        ImageSets sets = ImageSets.read(folder);
        assertArrayEquals(new int[] {0, 1, 2, 0}, sets.validation().labels().get());
        assertArrayEquals(new int[] {0, 1}, sets.test().labels().get());
        assertEquals(List.of("0", "1", "2"), sets.classes().get());
    }

    @Test
    void foldersAreClassesAndAllPartsHoldThem() throws IOException {
        for (int i = 0; i < 60; i++) {
            picture("red/" + i + ".png", 4, 6, 0xff0000 + i);
            picture("green/" + i + ".png", 4, 6, 0x00ff00 + i);
        }
        ImageSets sets = ImageSets.read(folder);
        assertEquals(List.of("green", "red"), sets.classes().get());
        assertEquals(3, sets.shape().channels());
        assertEquals(4, sets.shape().height());
        assertEquals(6, sets.shape().width());
        assertEquals(98, sets.training().count());
        assertEquals(10, sets.validation().count());
        assertEquals(12, sets.test().count());
        for (Images part : List.of(sets.training(), sets.validation(), sets.test())) {
            int[] labels = part.labels().get();
            assertEquals(2, IntStream.of(labels).distinct().count());
            for (int i = 0; i < labels.length; i++) {
                float[] levels = part.pixels(i, i + 1);
                assertEquals(labels[i] == 1 ? 255 : 0, levels[0]);
                assertEquals(labels[i] == 0 ? 255 : 0, levels[24]);
            }
        }
        assertArrayEquals(sets.test().pixels(), ImageSets.read(folder).test().pixels());
    }

    @Test
    void greyStaysGreyUnlessOneIsColoured() throws IOException {
        for (int i = 0; i < 20; i++) {
            BufferedImage grey = new BufferedImage(2, 2, BufferedImage.TYPE_BYTE_GRAY);
            IntStream.range(0, 4).forEach(k -> grey.getRaster().setSample(k % 2, k / 2, 0, 128));
            write(i + ".png", grey);
        }
        ImageSets sets = ImageSets.read(folder);
        assertEquals(1, sets.shape().channels());
        assertTrue(sets.classes().isEmpty() && sets.test().labels().isEmpty());
        assertArrayEquals(new float[] {128, 128, 128, 128}, sets.test().pixels(0, 1));
        picture("one.png", 2, 2, 0x010203);
        assertEquals(3, ImageSets.read(folder).shape().channels());
    }

    @Test
    void countsWhatIsPassedOver() throws IOException {
        for (int i = 0; i < 20; i++) {
            picture("one/" + i + ".png", 1, 1, 0);
        }
        Files.writeString(folder.resolve("README.txt"), "");
        Files.writeString(folder.resolve("one/21.webp"), "");
        Files.writeString(folder.resolve("one/.hidden"), "");
        assertEquals(2, ImageSets.read(folder).skipped());
    }

    @Test
    void moreThanOneArrayHoldsIsRefused() {
        assertEquals((1 << 29) - 1, Images.requireOneArray((1 << 29) - 1, 1, 1, 1));
        IllegalStateException e =
                assertThrows(
                        IllegalStateException.class,
                        () -> Images.requireOneArray(1_000_000, 3, 64, 64));
        assertTrue(
                e.getMessage().contains("1,000,000 images of 3 x 64 x 64; take fewer images"),
                e.getMessage());
    }

    @Test
    void scalesTheMiddleAndPutsTransparencyOnWhite() throws IOException {
        BufferedImage wide = new BufferedImage(16, 8, BufferedImage.TYPE_INT_ARGB);
        for (int k = 0; k < 64; k++) {
            // Above transparent, below black; the sides, which are cut off, become blue.
            wide.setRGB(4 + k % 8, k / 8, k / 8 < 4 ? 0 : 0xff000000);
        }
        for (int k = 0; k < 64; k++) {
            wide.setRGB(k % 8 < 4 ? k % 8 : k % 8 + 8, k / 8, 0xff0000ff);
        }
        for (int i = 0; i < 20; i++) {
            write(i + ".png", wide);
        }
        Images test = ImageSets.read(folder, Optional.of(8)).test();
        float[] levels = test.pixels(0, 1);
        assertEquals(3, ImageSets.read(folder).shape().channels());
        assertEquals(255, levels[0]);
        assertEquals(0, levels[63]);
        float[] half = ImageSets.read(folder, Optional.of(1)).test().pixels(0, 1);
        assertEquals(127.5, half[0], 0.5);
    }

    @Test
    void namesTheImageThatDoesNotFit() throws IOException {
        for (int i = 0; i < 20; i++) {
            picture(i + ".png", 2, 2, i);
        }
        picture("odd.png", 3, 2, 0);
        IOException e = assertThrows(IOException.class, () -> ImageSets.read(folder));
        assertTrue(e.getMessage().contains("2 x 2"), e.getMessage());
        assertTrue(e.getMessage().contains("3 x 2"), e.getMessage());
        assertEquals(2, ImageSets.read(folder, Optional.of(2)).shape().height());
        Files.writeString(folder.resolve("broken.JPG"), "no image");
        IOException broken =
                assertThrows(IOException.class, () -> ImageSets.read(folder, Optional.of(2)));
        assertTrue(
                broken.getMessage().contains("broken.JPG: expected a PNG or JPEG image"),
                broken.getMessage());
        Files.createDirectory(folder.resolve("class"));
        refuses("expected either images or a folder for each class");
    }

    private void labels(String name, int count) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(8 + count).putInt(0x801).putInt(count);
        IntStream.range(0, count).forEach(i -> bytes.put((byte) (i % 3)));
        Files.write(folder.resolve(name), bytes.array());
    }

    private void picture(String name, int height, int width, int colour) throws IOException {
        BufferedImage picture = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int k = 0; k < height * width; k++) {
            picture.setRGB(k % width, k / width, colour);
        }
        write(name, picture);
    }

    private void write(String name, BufferedImage picture) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        assertTrue(ImageIO.write(picture, "png", file.toFile()));
    }

    private void refuses(String message) {
        IOException e = assertThrows(IOException.class, () -> ImageSets.read(folder));
        assertTrue(e.getMessage().contains(message), e.getMessage());
    }

    /** Images of the brightness of their number. */
    private Path images(String name, int count, int size) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(16 + count * size * size);
        bytes.putInt(0x803).putInt(count).putInt(size).putInt(size);
        for (int i = 0; i < count * size * size; i++) {
            bytes.put((byte) (i / (size * size)));
        }
        return Files.write(folder.resolve(name), bytes.array());
    }

    /** A small file that says it is 20,000 pixels wide and high. */
    @Test
    void imagesTooLargeAreNotDecoded() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageIO.write(new BufferedImage(2, 2, BufferedImage.TYPE_BYTE_GRAY), "png", out);
        ByteBuffer png = ByteBuffer.wrap(out.toByteArray());
        png.putInt(16, 20_000).putInt(20, 20_000);
        CRC32 sum = new CRC32();
        sum.update(png.array(), 12, 17);
        png.putInt(29, (int) sum.getValue());
        Path file = folder.resolve("large.png");
        Files.write(file, png.array());
        String message = assertThrows(IOException.class, () -> ImageSets.read(folder)).getMessage();
        assertTrue(message.startsWith(file + ": expected a PNG or JPEG image, got"), message);
        assertTrue(message.contains("20000 x 20000 pixels"), message);
        Files.delete(file);
        Files.createDirectory(file);
        message = assertThrows(IOException.class, () -> ImageSets.read(folder)).getMessage();
        assertTrue(message.contains("large.png"), message);
    }
}
