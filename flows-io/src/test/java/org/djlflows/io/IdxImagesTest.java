package org.djlflows.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.GZIPOutputStream;

class IdxImagesTest {

    /** Two images of one row and three pixels. */
    private static final byte[] IMAGES = idx(new int[] {0x803, 2, 1, 3}, 0, 127, 128, 255, 1, 2);

    private static final byte[] LABELS = idx(new int[] {0x801, 2}, 7, 200);

    @TempDir private Path folder;

    private static byte[] idx(int[] header, int... values) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * header.length + values.length);
        Arrays.stream(header).forEach(bytes::putInt);
        Arrays.stream(values).forEach(value -> bytes.put((byte) value));
        return bytes.array();
    }

    @Test
    void readsPixelsAndLabelsZippedOrNot() throws IOException {
        Path[] plain = {file("images", IMAGES), file("labels", LABELS)};
        Path[] zipped = {file("images.gz", zip(IMAGES)), file("labels.gz", zip(LABELS))};
        for (Path[] files : new Path[][] {plain, zipped}) {
            Images images = IdxImages.read(files[0], files[1]);
            assertEquals(2, images.count());
            assertEquals(1, images.height());
            assertEquals(3, images.width());
            assertArrayEquals(new float[] {0, 127, 128, 255, 1, 2}, images.pixels(0, 2));
            assertArrayEquals(new float[] {255, 1, 2}, images.pixels(1, 2));
            assertEquals(0, images.pixels(2, 2).length);
            assertArrayEquals(new int[] {7, 200}, images.labels().orElseThrow());
        }
    }

    @Test
    void labelsAreOptional() throws IOException {
        Images images = IdxImages.read(file("images", IMAGES));
        assertTrue(images.labels().isEmpty());
        assertThrows(IndexOutOfBoundsException.class, () -> images.pixels(0, 3));
    }

    @Test
    void refusesOtherFiles() throws IOException {
        refuses(LABELS, "expected images in IDX format (magic number 0x00000803), got 0x00000801");
        refuses(new byte[] {1, 2}, "got a file of 2 bytes");
        refuses(new byte[0], "got a file of 0 bytes");
        refuses(zip(LABELS), "got 0x00000801");
    }

    @Test
    void refusesFilesThatAreNotWhole() throws IOException {
        refuses(Arrays.copyOf(IMAGES, 9), "expected 12 bytes of sizes, got 5: truncated");
        refuses(Arrays.copyOf(IMAGES, 21), "expected 6 bytes of images, got 5: truncated");
        refuses(Arrays.copyOf(IMAGES, 23), "expected 6 bytes of images, got more");
        byte[] zipped = zip(IMAGES);
        refuses(Arrays.copyOf(zipped, zipped.length - 12), "expected a whole gzip file");
        refuses(Arrays.copyOf(zipped, 5), "expected a whole gzip file");
    }

    @Test
    void refusesSizesThatCannotBe() throws IOException {
        String message = "expected sizes of fewer than 2^31 bytes in all";
        refuses(idx(new int[] {0x803, -1, 28, 28}), message);
        refuses(idx(new int[] {0x803, -1, 0, 28}), message);
        refuses(idx(new int[] {0x803, 1 << 30, 1 << 30, 0}), message);
        refuses(idx(new int[] {0x803, 1 << 20, 1 << 20, 1 << 20}), message);
        refuses(idx(new int[] {0x803, 1 << 30, 1 << 30, 16}), message);
        refuses(idx(new int[] {0x803, 60_000, 1000, 1000}), message);
    }

    @Test
    void refusesAnotherNumberOfLabels() throws IOException {
        Path images = file("images", IMAGES);
        Path labels = file("labels", idx(new int[] {0x801, 3}, 1, 2, 3));
        IOException e = assertThrows(IOException.class, () -> IdxImages.read(images, labels));
        assertEquals(
                labels + ": expected 2 labels, one for each image of " + images + ", got 3",
                e.getMessage());
    }

    @Test
    void saysThatAFileIsMissing() {
        Path missing = folder.resolve("missing");
        assertThrows(NoSuchFileException.class, () -> IdxImages.read(missing));
    }

    /** The sizes alone are refused: neither is the file that large nor what it unpacks to. */
    @Test
    void refusesWhatTheHeapCannotHold() throws IOException {
        int side = 1 << 15;
        refuses(zip(idx(new int[] {0x803, 1, side, side}, 1, 2)), "that fit into ");
        refuses(idx(new int[] {0x803, 1, side, side}, 1, 2), "that fit into ");
        refuses(idx(new int[] {0x803, Integer.MAX_VALUE, 0, 28}), "that fit into ");
        refuses(idx(new int[] {0x803, 1 << 28, 1, 1}), "that fit into ");
        byte[] zeros = Arrays.copyOf(IMAGES, 50 << 20);
        refuses(zip(zeros), "expected 6 bytes of images, got more");
    }

    @Test
    void refusesFoldersAndPipes() throws Exception {
        IOException e = assertThrows(IOException.class, () -> IdxImages.read(folder));
        assertTrue(e.getMessage().contains("images in IDX format, got a folder"), e.getMessage());
        Path pipe = folder.resolve("pipe");
        assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
        e = assertThrows(IOException.class, () -> IdxImages.read(pipe));
        assertTrue(e.getMessage().contains("got a pipe or a device"), e.getMessage());
    }

    /** Damage of all kinds, always the same. */
    @Test
    void mutantsAreReadOrRefused() throws IOException {
        Random random = new Random(5);
        for (byte[] whole : new byte[][] {IMAGES, zip(IMAGES)}) {
            for (int i = 0; i < 2000; i++) {
                byte[] mutant = Arrays.copyOf(whole, whole.length - random.nextInt(3));
                mutant[random.nextInt(mutant.length)] = (byte) random.nextInt(256);
                mutant[random.nextInt(mutant.length)] ^= (byte) (1 << random.nextInt(8));
                Path path = file("mutant", mutant);
                try {
                    IdxImages.read(path);
                } catch (IOException e) {
                    assertTrue(e.getMessage().startsWith(path + ": expected "), e.getMessage());
                    assertTrue(e.getMessage().length() < 1000, e.getMessage());
                }
            }
        }
    }

    private void refuses(byte[] bytes, String message) throws IOException {
        Path path = file("bad", bytes);
        IOException e = assertThrows(IOException.class, () -> IdxImages.read(path));
        assertEquals(path.toString(), e.getMessage().substring(0, path.toString().length()));
        assertTrue(e.getMessage().contains(message), e.getMessage());
    }

    private Path file(String name, byte[] bytes) throws IOException {
        return Files.write(folder.resolve(name), bytes);
    }

    private static byte[] zip(byte[] bytes) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes);
        }
        return out.toByteArray();
    }
}
