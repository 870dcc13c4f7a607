package org.djlflows.files;

import static org.djlflows.files.Refusals.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

class InputFileTest {

    private static final byte[] CONTENT = {1, 2, 3, 4, 5};

    @TempDir private Path folder;
    private Path file;

    @BeforeEach
    void write() throws IOException {
        file = Files.write(folder.resolve("a"), CONTENT);
    }

    @AfterEach
    void clear() {
        System.clearProperty(InputFile.LARGEST);
    }

    @Test
    void filesAndLinksToThemAreRead() throws IOException {
        Path link = Files.createSymbolicLink(folder.resolve("link"), file);
        assertEquals(5, InputFile.require(link, "numbers"));
        assertArrayEquals(CONTENT, InputFile.read(link, "numbers", 5));
    }

    @Test
    void whatIsLargerIsRefused() {
        assertRefused(
                IOException.class,
                file + ": expected numbers, got 5 bytes, more than 4, the most for such a file",
                () -> InputFile.read(file, "numbers", 4));
        System.setProperty(InputFile.LARGEST, "4");
        assertRefused(
                IOException.class,
                "got 5 bytes, more than 4, the size of the heap (-Xmx), which"
                        + " -Dflows.largestFile=BYTES replaces",
                () -> InputFile.require(file, "numbers"));
    }

    @Test
    void whatIsNoFileIsRefused() {
        assertRefused(
                IOException.class,
                folder + ": expected numbers, got a folder",
                () -> InputFile.require(folder, "numbers"));
        assertRefused(
                IOException.class,
                "/dev/zero: expected numbers, got a pipe or a device",
                () -> InputFile.read(Path.of("/dev/zero"), "numbers", 5));
        assertRefused(
                NoSuchFileException.class,
                "none",
                () -> InputFile.require(folder.resolve("none"), "numbers"));
    }
}
