package org.djlflows.examples.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;

class ImageSetsTest {

    @TempDir private Path folder;

    @Test
    void theLastTenthOfAFileIsForTestAndThatOfTheRestForValidation() throws IOException {
        Path file = images("t10k-images-idx3-ubyte", 100, 1);
        for (Path data : new Path[] {file, folder}) {
            ImageSets sets = ImageSets.read(data, OptionalInt.empty());
            assertEquals(1, sets.height());
            assertEquals(1, sets.width());
            assertEquals(81, sets.training().levels().length);
            assertEquals(9, sets.validation().levels().length);
            assertEquals(10, sets.test().levels().length);
            assertEquals(0, sets.training().levels()[0]);
            assertEquals(81, sets.validation().levels()[0]);
            assertArrayEquals(
                    new float[] {90, 91, 92, 93, 94, 95, 96, 97, 98, 99}, sets.test().levels());
        }
    }

    @Test
    void twoFilesAreForTrainingAndTest() throws IOException {
        images("train-images-idx3-ubyte", 40, 1);
        images("t10k-images-idx3-ubyte", 5, 1);
        ImageSets sets = ImageSets.read(folder, OptionalInt.empty());
        assertEquals(36, sets.training().levels().length);
        assertArrayEquals(new float[] {36, 37, 38, 39}, sets.validation().levels());
        assertArrayEquals(new float[] {0, 1, 2, 3, 4}, sets.test().levels());
    }

    @Test
    void otherFoldersAreRefused() throws IOException {
        refuses("expected a file *-images-idx3-ubyte[.gz], or one of");
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

    private void refuses(String message) {
        IOException e =
                assertThrows(IOException.class, () -> ImageSets.read(folder, OptionalInt.empty()));
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
}
