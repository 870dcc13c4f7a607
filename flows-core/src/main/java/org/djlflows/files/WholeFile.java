package org.djlflows.files;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileStore;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Locale;

/**
 * Writes files that appear whole or not at all: to a file beside, of the same name with {@code
 * .part} behind, which is on the disk before it takes the place of the file. Whoever looks, also
 * after the machine failed, finds the old file or the new one; what fails leaves nothing beside.
 *
 * <p>A symbolic link stays, and what it points to is written. A pipe or a device is written as it
 * is, and a file that cannot be replaced since it is a mount point itself, once the whole content
 * is on the disk.
 */
public final class WholeFile {

    private static final int MOST_LINKS = 40;

    /** What is written. */
    @FunctionalInterface
    public interface Content {

        /**
         * Writes the content.
         *
         * @param out where to; closing it is allowed and not needed
         * @throws IOException if the content cannot be had or written
         */
        void write(OutputStream out) throws IOException;
    }

    private WholeFile() {}

    /**
     * Writes a file.
     *
     * @param file the file
     * @param content what to write; if it fails otherwise than in writing, that is thrown
     * @throws CannotWriteException if the file cannot be written; the message says why
     * @throws IOException if the content cannot be had
     */
    public static void write(Path file, Content content) throws IOException {
        Path target = target(file);
        if (Files.exists(target) && !Files.isRegularFile(target) && !Files.isDirectory(target)) {
            // A device or a pipe must not be replaced by a file.
            try (OutputStream out = new Named(file, open(file, target))) {
                content.write(out);
            } catch (IOException | RuntimeException e) {
                throwAsWriting(e);
            }
            return;
        }
        Path aside = aside(target);
        boolean done = false;
        try (FileChannel channel = open(file, aside)) {
            OutputStream out = new Named(file, channel);
            content.write(out);
            out.flush();
            force(file, channel);
            done = true;
        } catch (IOException | RuntimeException e) {
            throwAsWriting(e);
        } finally {
            if (!done) {
                Files.deleteIfExists(aside);
            }
        }
        try {
            move(aside, target);
        } catch (IOException e) {
            throw new CannotWriteException(file, e);
        } finally {
            Files.deleteIfExists(aside);
        }
    }

    /**
     * Checks that a file can be written, which a program does before long work: it creates the file
     * beside and removes it, and looks whether there is room.
     *
     * @param file the file
     * @param bytes how much will be written, about
     * @throws CannotWriteException if it cannot; the message says why
     */
    public static void requireRoom(Path file, long bytes) throws CannotWriteException {
        Path aside = aside(target(file));
        try {
            long room;
            open(file, aside).close();
            try {
                FileStore store = Files.getFileStore(aside);
                // Without a limit there is no total.
                room = store.getTotalSpace() > 0 ? store.getUsableSpace() : Long.MAX_VALUE;
            } finally {
                Files.deleteIfExists(aside);
            }
            if (room < bytes) {
                throw new CannotWriteException(
                        file,
                        String.format(
                                Locale.ROOT, "room for %,d bytes, needed are %,d", room, bytes));
            }
        } catch (CannotWriteException e) {
            throw e;
        } catch (IOException e) {
            throw new CannotWriteException(file, e);
        }
    }

    /**
     * Returns where symbolic links lead, also to a file that does not exist.
     *
     * @param file the file or folder
     * @return the same where it is no symbolic link, absolute
     * @throws CannotWriteException if a link cannot be read or leads in circles
     */
    public static Path target(Path file) throws CannotWriteException {
        Path target = file.toAbsolutePath();
        try {
            for (int i = 0; Files.isSymbolicLink(target); i++) {
                if (i == MOST_LINKS) {
                    throw new CannotWriteException(file, "symbolic links in circles");
                }
                target = target.resolveSibling(Files.readSymbolicLink(target));
            }
        } catch (CannotWriteException e) {
            throw e;
        } catch (IOException e) {
            throw new CannotWriteException(file, e);
        }
        return target;
    }

    private static Path aside(Path target) {
        return target.resolveSibling(target.getFileName() + ".part");
    }

    private static FileChannel open(Path file, Path place) throws CannotWriteException {
        try {
            return FileChannel.open(
                    place,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new CannotWriteException(file, e);
        }
    }

    private static void force(Path file, FileChannel channel) throws CannotWriteException {
        try {
            channel.force(true);
        } catch (IOException e) {
            throw new CannotWriteException(file, e);
        }
    }

    private static void move(Path aside, Path target) throws IOException {
        try {
            Files.move(
                    aside,
                    target,
                    StandardCopyOption.REPLACE_EXISTING,
                    StandardCopyOption.ATOMIC_MOVE);
        } catch (AccessDeniedException e) {
            throw e;
        } catch (FileSystemException e) {
            if (!Files.isRegularFile(target)) {
                throw e;
            }
            // A single file that is mounted cannot be replaced.
            try (FileChannel channel = open(target, target)) {
                Files.copy(aside, Channels.newOutputStream(channel));
                channel.force(true);
            }
        }
    }

    /** Writers wrap what fails below them. */
    private static void throwAsWriting(Exception e) throws IOException {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof CannotWriteException failure) {
                throw failure;
            }
        }
        if (e instanceof RuntimeException failure) {
            throw failure;
        }
        throw (IOException) e;
    }

    /** Names the file where writing fails; the channel stays open. */
    private static final class Named extends OutputStream {

        private final Path file;
        private final OutputStream out;

        Named(Path file, FileChannel channel) {
            this.file = file;
            out = new BufferedOutputStream(Channels.newOutputStream(channel));
        }

        @Override
        public void write(int b) throws CannotWriteException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws CannotWriteException {
            try {
                out.write(bytes, from, length);
            } catch (IOException e) {
                throw new CannotWriteException(file, e);
            }
        }

        @Override
        public void flush() throws CannotWriteException {
            try {
                out.flush();
            } catch (IOException e) {
                throw new CannotWriteException(file, e);
            }
        }

        @Override
        public void close() throws CannotWriteException {
            flush();
        }
    }
}
