package org.djlflows.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** A folder of this machine that is there for one piece of work. */
public final class TemporaryFolder {

    private TemporaryFolder() {}

    /**
     * Works on a folder.
     *
     * @param <T> what comes of it
     */
    @FunctionalInterface
    public interface Work<T> {

        /**
         * Does the work.
         *
         * @param folder the folder, empty
         * @return what comes of it
         * @throws IOException if files cannot be read or written
         */
        T in(Path folder) throws IOException;
    }

    /**
     * Makes a folder, and deletes it with all that is in it after the work.
     *
     * @param work what is done in it
     * @param <T> what comes of it
     * @return what came of it
     * @throws IOException if the folder cannot be made, or the work says so
     */
    public static <T> T use(Work<T> work) throws IOException {
        Path folder = Files.createTempDirectory("flows");
        try {
            return work.in(folder);
        } finally {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }
}
