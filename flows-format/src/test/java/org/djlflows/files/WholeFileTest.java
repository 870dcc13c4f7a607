package org.djlflows.files;

import static org.djlflows.files.Refusals.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

class WholeFileTest {

    @TempDir private Path folder;

    @Test
    void theFileIsReplacedWhenItIsWhole() throws IOException {
        Path file = folder.resolve("a.txt");
        for (String text : List.of("first", "second")) {
            WholeFile.write(
                    file,
                    out -> {
                        out.write(text.substring(0, 3).getBytes(StandardCharsets.UTF_8));
                        assertEquals(text.equals("second"), Files.exists(file));
                        out.write(text.substring(3).getBytes(StandardCharsets.UTF_8));
                        // Writers of CSV close what they write to.
                        out.close();
                    });
            assertEquals(text, Files.readString(file));
        }
        assertEquals(List.of(file), files());
    }

    @Test
    void whatFailsLeavesTheOldFileAndNothingBeside() throws IOException {
        Path file = folder.resolve("a.txt");
        Files.writeString(file, "old");
        IOException unreadable = new IOException("cannot read the rows");
        assertEquals(
                unreadable,
                assertThrows(
                        IOException.class,
                        () ->
                                WholeFile.write(
                                        file,
                                        out -> {
                                            out.write(1);
                                            throw unreadable;
                                        })));
        assertThrows(
                AssertionError.class,
                () ->
                        WholeFile.write(
                                file,
                                out -> {
                                    throw new AssertionError();
                                }));
        assertEquals("old", Files.readString(file));
        assertEquals(List.of(file), files());
    }

    @Test
    void theCauseIsSaid() throws IOException {
        Path file = folder.resolve("a.txt");
        assertRefused(
                CannotWriteException.class,
                folder.resolve("none/a.txt")
                        + ": expected a place that can be written, got: no such folder",
                () -> WholeFile.write(folder.resolve("none/a.txt"), out -> out.write(1)));
        Path place = Files.createDirectory(folder.resolve("folder"));
        Files.createDirectory(place.resolve("in it"));
        assertRefused(
                CannotWriteException.class,
                place + ": expected a place that can be written, got: ",
                () -> WholeFile.write(place, out -> out.write(1)));
        assertRefused(
                CannotWriteException.class,
                file + ": expected a place that can be written, got: room for ",
                () -> WholeFile.requireRoom(file, Long.MAX_VALUE));
        WholeFile.requireRoom(file, 1);
        assertEquals(List.of(place), files());
    }

    /** A library above may wrap what is thrown below it. */
    @Test
    void theCauseIsFoundBelowOthers() {
        Path file = folder.resolve("a.txt");
        CannotWriteException full = new CannotWriteException(file, "No space left on device");
        for (Exception wrapped :
                List.of(
                        new UncheckedIOException(full),
                        new IllegalStateException(new IOException("PNG", full)))) {
            CannotWriteException got =
                    assertThrows(
                            CannotWriteException.class,
                            () ->
                                    WholeFile.write(
                                            file,
                                            out -> {
                                                throw (RuntimeException) wrapped;
                                            }));
            assertEquals(full, got);
        }
    }

    @Test
    void symbolicLinksStay() throws IOException {
        Path target = folder.resolve("target.txt");
        Path link = Files.createSymbolicLink(folder.resolve("link.txt"), Path.of("target.txt"));
        for (String text : List.of("first", "second")) {
            WholeFile.write(link, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
            assertTrue(Files.isSymbolicLink(link));
            assertEquals(text, Files.readString(target));
        }
        assertEquals(List.of(link, target), files());
    }

    @Test
    void writersOfOneFileDoNotMix() throws IOException {
        Path file = folder.resolve("a.txt");
        WholeFile.write(
                file,
                out -> {
                    out.write("first ".getBytes(StandardCharsets.UTF_8));
                    out.flush();
                    WholeFile.write(file, o -> o.write("2".getBytes(StandardCharsets.UTF_8)));
                    assertEquals("2", Files.readString(file));
                    WholeFile.requireRoom(file, 1);
                    out.write("writer".getBytes(StandardCharsets.UTF_8));
                });
        assertEquals("first writer", Files.readString(file));
        assertEquals(List.of(file), files());
    }

    @Test
    void theOldFileStaysWhereTheNewOneIsTakenAway() throws IOException {
        Path file = Files.writeString(folder.resolve("a.txt"), "old");
        assertRefused(
                CannotWriteException.class,
                file + ": expected a place that can be written, got: ",
                () ->
                        WholeFile.write(
                                file,
                                out -> {
                                    for (Path beside : files()) {
                                        if (!beside.equals(file)) {
                                            Files.delete(beside);
                                        }
                                    }
                                }));
        assertEquals("old", Files.readString(file));
        assertEquals(List.of(file), files());
    }

    /** Neither can be tidied up, which must not hide the cause. */
    @Test
    void aPlaceThatIsNoFolderIsNamed() throws IOException {
        Path below = Files.writeString(folder.resolve("a.txt"), "old").resolve("b.txt");
        String expected = below + ": expected a place that can be written, got: Not a directory";
        assertRefused(
                CannotWriteException.class, expected, () -> WholeFile.write(below, out -> {}));
        assertRefused(CannotWriteException.class, expected, () -> WholeFile.requireRoom(below, 1));
    }

    @Test
    void permissionsStay() throws IOException {
        Path file = Files.writeString(folder.resolve("a.txt"), "old");
        for (String permissions : List.of("rw-------", "rw-rw-rw-", "r--r-----")) {
            Set<PosixFilePermission> expected = PosixFilePermissions.fromString(permissions);
            Files.setPosixFilePermissions(file, expected);
            WholeFile.write(
                    file,
                    out -> {
                        for (Path beside : files()) {
                            assertEquals(expected, Files.getPosixFilePermissions(beside));
                        }
                        out.write(permissions.getBytes(StandardCharsets.UTF_8));
                    });
            assertEquals(permissions, Files.readString(file));
            assertEquals(expected, Files.getPosixFilePermissions(file));
        }
    }

    /** Whoever reads a pipe sees its end when the content is written. */
    @Test
    void pipesEnd() throws Exception {
        Path pipe = folder.resolve("pipe");
        Process made = new ProcessBuilder("mkfifo", pipe.toString()).inheritIO().start();
        assertEquals(0, made.waitFor());
        CompletableFuture<String> read =
                CompletableFuture.supplyAsync(
                        () -> {
                            try {
                                return Files.readString(pipe);
                            } catch (IOException e) {
                                throw new UncheckedIOException(e);
                            }
                        });
        WholeFile.write(pipe, out -> out.write("text".getBytes(StandardCharsets.UTF_8)));
        assertEquals("text", read.get(60, TimeUnit.SECONDS));
        assertEquals(List.of(pipe), files());
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }
}
