package org.djlflows.files;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileStore;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Writes files that appear whole or not at all: to a file beside, of a name of its own that ends in
 * {@code .part}, which is on the disk before it takes the place of the file. Whoever looks, also
 * after the machine failed, finds the old file or the new one, and of several writers the one that
 * ends last. What fails leaves nothing beside; a process that is killed leaves {@link #isLeftover
 * its part}.
 *
 * <p>A file that is replaced passes its permissions on, where the file system has those of POSIX. A
 * symbolic link stays, and what it points to is written. A pipe or a device is written as it is,
 * and a file that cannot be replaced since it is a mount point itself, once the whole content is on
 * the disk.
 */
public final class WholeFile {

    private static final int MOST_LINKS = 40;

    private static final String PART = ".part";

    /** Digits and letters. */
    private static final int RADIX = 36;

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
            try (FileChannel channel = open(file, target)) {
                OutputStream out = new Named(file, channel);
                content.write(out);
                out.flush();
            } catch (IOException | RuntimeException e) {
                throwAsWriting(e);
            }
            return;
        }
        Path aside = aside(target);
        try {
            try (FileChannel channel = create(file, aside, target)) {
                OutputStream out = new Named(file, channel);
                content.write(out);
                out.flush();
                force(file, channel);
            }
            move(file, aside, target);
        } catch (IOException | RuntimeException e) {
            remove(aside, e);
            throwAsWriting(e);
        } catch (Error e) {
            remove(aside, e);
            throw e;
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
        Path target = target(file);
        Path aside = aside(target);
        try {
            create(file, aside, target).close();
            FileStore store = Files.getFileStore(aside);
            // Without a limit there is no total.
            long room = store.getTotalSpace() > 0 ? store.getUsableSpace() : Long.MAX_VALUE;
            Files.delete(aside);
            if (room < bytes) {
                throw new CannotWriteException(
                        file,
                        String.format(
                                Locale.ROOT, "room for %,d bytes, needed are %,d", room, bytes));
            }
        } catch (CannotWriteException e) {
            remove(aside, e);
            throw e;
        } catch (IOException e) {
            remove(aside, e);
            throw new CannotWriteException(file, e);
        }
    }

    /**
     * Tells whether a file was under way when its process was killed, if nobody writes it now.
     *
     * @param name the name of what lies beside a file
     * @param file the name of the file
     * @return whether it is a part of that file
     */
    public static boolean isLeftover(String name, String file) {
        return name.startsWith(file + ".") && name.endsWith(PART);
    }

    /**
     * Passes on who may read and write a file, where the file system has permissions of POSIX.
     *
     * @param from the file that is replaced; without one nothing is done
     * @param to the file that takes its place
     * @throws IOException if they cannot be read or set
     */
    public static void keepPermissions(Path from, Path to) throws IOException {
        Optional<Set<PosixFilePermission>> old = permissions(from);
        // File systems that know one mode alone refuse to set even that.
        if (old.isPresent() && !old.equals(permissions(to))) {
            Files.setPosixFilePermissions(to, old.get());
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

    /** A name of its own for each writer. */
    private static Path aside(Path target) {
        String own = Long.toString(ThreadLocalRandom.current().nextLong(Long.MAX_VALUE), RADIX);
        return target.resolveSibling(target.getFileName() + "." + own + PART);
    }

    /** Creates the file beside, which from the start nobody can read who cannot read the target. */
    private static FileChannel create(Path file, Path aside, Path target)
            throws CannotWriteException {
        try {
            Set<StandardOpenOption> options =
                    Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            FileAttribute<?>[] permissions =
                    permissions(target).map(PosixFilePermissions::asFileAttribute).stream()
                            .toArray(FileAttribute<?>[]::new);
            FileChannel channel = FileChannel.open(aside, options, permissions);
            try {
                // Less what the system withholds from new files.
                keepPermissions(target, aside);
            } catch (IOException e) {
                channel.close();
                throw e;
            }
            return channel;
        } catch (IOException e) {
            throw new CannotWriteException(file, e);
        }
    }

    private static Optional<Set<PosixFilePermission>> permissions(Path file) throws IOException {
        PosixFileAttributeView view =
                Files.getFileAttributeView(file, PosixFileAttributeView.class);
        if (view == null || !Files.isRegularFile(file)) {
            return Optional.empty();
        }
        return Optional.of(view.readAttributes().permissions());
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

    /** Tidies up after a failure, which is not hidden by one more. */
    private static void remove(Path aside, Throwable failure) {
        try {
            Files.deleteIfExists(aside);
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }

    private static void force(Path file, FileChannel channel) throws CannotWriteException {
        try {
            channel.force(true);
        } catch (IOException e) {
            throw new CannotWriteException(file, e);
        }
    }

    private static void move(Path file, Path aside, Path target) throws CannotWriteException {
        try {
            Files.move(
                    aside,
                    target,
                    StandardCopyOption.REPLACE_EXISTING,
                    StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            if (!isMountPoint(e, target)) {
                throw new CannotWriteException(file, e);
            }
            overwrite(file, aside, target);
        }
    }

    /**
     * Tells whether a file cannot be replaced since something is mounted at its place. The system
     * says that it is busy, in the user's language; what Java knows by a class is something else.
     */
    private static boolean isMountPoint(IOException e, Path target) {
        return Files.isRegularFile(target)
                && (e.getClass().equals(FileSystemException.class)
                        || e instanceof AtomicMoveNotSupportedException);
    }

    private static void overwrite(Path file, Path aside, Path target) throws CannotWriteException {
        // The target is not touched before the content is at hand.
        try (InputStream content = Files.newInputStream(aside);
                FileChannel channel = open(file, target)) {
            content.transferTo(Channels.newOutputStream(channel));
            channel.force(true);
            Files.delete(aside);
        } catch (CannotWriteException e) {
            throw e;
        } catch (IOException e) {
            throw new CannotWriteException(file, e);
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
