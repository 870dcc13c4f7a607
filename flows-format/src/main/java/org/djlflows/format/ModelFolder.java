package org.djlflows.format;

import org.djlflows.files.CannotWriteException;
import org.djlflows.files.WholeFile;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * A model folder that one run or save at a time writes to, a run from before the training until the
 * model is saved: it is reserved by a lock, which ends with the process however that ends, and
 * holds the run's checkpoint.
 *
 * <p>All that is written lies within the folder, which itself is neither moved nor replaced: it can
 * be a mount point, or a symbolic link, which stays, and nothing is needed of the folder around it.
 */
public final class ModelFolder implements AutoCloseable {

    /** The file of the configuration. */
    public static final String CONFIG = "config.json";

    /** The file of the weights. */
    public static final String WEIGHTS = "model.safetensors";

    /** The file by which DJL loads the folder. */
    public static final String SERVING = "serving.properties";

    /** The folder of pictures and whatever else is not read. */
    public static final String REPORT = "report";

    /** A model under way. */
    private static final String NEW = ".model.new";

    /** One that is whole and takes the place of the model. */
    private static final String NEXT = ".model.next";

    private static final String LOCK = ".lock";
    private static final String CHECKPOINT = ".checkpoint.safetensors";

    private static final Set<String> OWN = Set.of(CONFIG, WEIGHTS, SERVING, REPORT);

    /** The last is what file systems have at their root, so at a mount point. */
    private static final Set<String> ASIDE = Set.of(NEW, NEXT, LOCK, CHECKPOINT, "lost+found");

    /** A system knows of locks of processes only, and loses them if one opens the file again. */
    private static final Set<Path> RESERVED = ConcurrentHashMap.newKeySet();

    /** As its user names it. */
    private final Path folder;

    /** Where symbolic links lead. */
    private final Path place;

    private final boolean created;
    private final Path key;
    private final FileChannel lock;

    private ModelFolder(Path folder, Path place, boolean created, Path key, FileChannel lock) {
        this.folder = folder;
        this.place = place;
        this.created = created;
        this.key = key;
        this.lock = lock;
    }

    /**
     * Reserves a folder, which is created if there is none.
     *
     * @param folder the folder, which is new, empty or a model folder
     * @return the folder, to be closed at the end of the run
     * @throws IOException if it cannot be written, holds something else, or is reserved
     */
    public static ModelFolder reserve(Path folder) throws IOException {
        Path place = requireReplaceable(folder);
        boolean created = create(folder, place);
        Path key = place.toRealPath();
        if (!RESERVED.add(key)) {
            throw reserved(folder);
        }
        try {
            FileChannel lock = lock(folder, place);
            try {
                ModelFolder reserved = new ModelFolder(folder, place, created, key, lock);
                reserved.tidy();
                return reserved;
            } catch (IOException | RuntimeException e) {
                lock.close();
                throw e;
            }
        } catch (IOException | RuntimeException e) {
            RESERVED.remove(key);
            throw e;
        }
    }

    /**
     * Returns where the run keeps its checkpoint.
     *
     * @return the file, which exists if an earlier run was interrupted
     */
    public Path checkpoint() {
        return place.resolve(CHECKPOINT);
    }

    /** Writes the files of a model into a folder that nobody looks at yet. */
    @FunctionalInterface
    public interface Writer {

        /**
         * Writes the files.
         *
         * @param folder the folder, which exists and is empty
         * @throws IOException if a file cannot be written
         */
        void write(Path folder) throws IOException;
    }

    /**
     * Saves a model.
     *
     * @param writer what writes its files
     * @throws IOException if the folder cannot be written, or holds something else
     */
    public void save(Writer writer) throws IOException {
        requireReplaceable(folder);
        Path aside = place.resolve(NEW);
        try {
            delete(aside);
            create(folder, aside);
            writer.write(aside);
            for (String name : List.of(SERVING, WEIGHTS, CONFIG)) {
                WholeFile.keepPermissions(place.resolve(name), aside.resolve(name));
            }
        } catch (IOException | RuntimeException e) {
            try {
                delete(aside);
            } catch (IOException | UncheckedIOException left) {
                e.addSuppressed(left);
            }
            throw e;
        }
        Path next = place.resolve(NEXT);
        try {
            Files.move(aside, next, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new CannotWriteException(folder, e);
        }
        try {
            finish();
        } catch (IOException e) {
            throw new CannotWriteException(
                    folder,
                    e,
                    "; the new model is whole in "
                            + next
                            + ", from where it is loaded until a save can move it");
        }
    }

    /** Ends what a run or a save began that was killed. */
    private void tidy() throws IOException {
        try {
            finish();
            delete(place.resolve(NEW));
            deleteLeftovers();
        } catch (IOException e) {
            throw new CannotWriteException(folder, e);
        }
    }

    /**
     * Ends the reservation; removes a folder that was created for the run and is empty.
     *
     * @throws IOException if the lock cannot be released
     */
    @Override
    public void close() throws IOException {
        try {
            // While it is held: whoever opened this file meanwhile finds that it is gone.
            Files.deleteIfExists(place.resolve(LOCK));
        } catch (FileSystemException e) {
            // The file without the lock is not in the way of the next run.
        } finally {
            lock.close();
            RESERVED.remove(key);
        }
        if (created) {
            deleteIfEmpty(place);
        }
    }

    /**
     * Checks that a model may be written to a folder; a run that takes long {@linkplain #reserve
     * reserves} it.
     *
     * @param folder the folder
     * @return where symbolic links lead
     * @throws IOException if it exists and holds anything but an earlier model
     */
    public static Path requireReplaceable(Path folder) throws IOException {
        Path place = WholeFile.target(folder);
        if (Files.exists(place) && !Files.isDirectory(place)) {
            throw new IOException(folder + ": expected a folder, got a file; it stays as it is");
        }
        if (Files.exists(place)) {
            try (Stream<Path> files = Files.list(place)) {
                List<String> all = files.map(file -> file.getFileName().toString()).toList();
                List<String> names = all.stream().filter(name -> !isAside(name)).toList();
                boolean ours =
                        (names.contains(CONFIG) && names.contains(SERVING)) || all.contains(NEXT);
                if (!names.isEmpty() && !(ours && OWN.containsAll(names))) {
                    throw new IOException(
                            folder
                                    + ": expected a new or empty folder or an earlier model, got a"
                                    + " folder with other files; it stays as it is");
                }
            }
        }
        return place;
    }

    private static boolean isAside(String name) {
        return ASIDE.contains(name) || WholeFile.isLeftover(name, CHECKPOINT);
    }

    /** Removes the checkpoints that were under way when a run was killed. */
    private void deleteLeftovers() throws IOException {
        try (Stream<Path> files = Files.list(place)) {
            for (Path file : files.toList()) {
                if (WholeFile.isLeftover(file.getFileName().toString(), CHECKPOINT)) {
                    Files.delete(file);
                }
            }
        }
    }

    /**
     * Returns where a file of a model lies, also if a process was killed while it moved it.
     *
     * @param folder the model folder
     * @param name the name of the file
     * @return the file, which may not exist
     */
    public static Path find(Path folder, String name) {
        Path next = folder.resolve(NEXT).resolve(name);
        return Files.exists(next) ? next : folder.resolve(name);
    }

    /**
     * Moves a whole model to its place: whoever looks by {@link #find}, also after the process was
     * killed, finds the old files or the new ones.
     */
    private void finish() throws IOException {
        Path next = place.resolve(NEXT);
        if (!Files.exists(next)) {
            return;
        }
        if (Files.exists(next.resolve(CONFIG))) {
            // So the report in place is the old one.
            delete(place.resolve(REPORT));
        }
        for (String name : List.of(SERVING, WEIGHTS, CONFIG, REPORT)) {
            if (Files.exists(next.resolve(name))) {
                Files.move(
                        next.resolve(name),
                        place.resolve(name),
                        StandardCopyOption.REPLACE_EXISTING,
                        StandardCopyOption.ATOMIC_MOVE);
            }
        }
        delete(next);
    }

    /** Returns whether there was none. */
    private static boolean create(Path folder, Path place) throws CannotWriteException {
        try {
            boolean missing = !Files.exists(place);
            Files.createDirectories(place);
            return missing;
        } catch (FileAlreadyExistsException e) {
            throw new CannotWriteException(folder, "a file in place of a folder");
        } catch (IOException e) {
            throw new CannotWriteException(folder, e);
        }
    }

    private static FileChannel lock(Path folder, Path place) throws IOException {
        Path file = place.resolve(LOCK);
        while (true) {
            FileChannel channel;
            try {
                channel =
                        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            } catch (IOException e) {
                throw new CannotWriteException(folder, e);
            }
            Optional<Object> opened = identity(file);
            if (!tryLock(channel)) {
                channel.close();
                throw reserved(folder);
            }
            // The run before may have removed the file after it was opened here.
            if (opened.isPresent() && opened.equals(identity(file))) {
                return channel;
            }
            channel.close();
        }
    }

    /** Returns what tells a file from the next one of that name; nothing if there is none. */
    private static Optional<Object> identity(Path file) {
        try {
            BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
            Object key = found.fileKey();
            return Optional.of(key == null ? file : key);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static boolean tryLock(FileChannel channel) {
        try {
            return channel.tryLock() != null;
        } catch (IOException e) {
            // Some network file systems have no locks: that is no reason not to train.
            return true;
        }
    }

    private static IOException reserved(Path folder) {
        return new IOException(
                folder
                        + ": expected a folder that no other run writes to, got one in use; wait"
                        + " for that run or stop it, or take another folder");
    }

    private static void deleteIfEmpty(Path folder) throws IOException {
        try {
            Files.deleteIfExists(folder);
        } catch (FileSystemException e) {
            // There is something in it, or it is a mount point.
        }
    }

    private static void delete(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }
}
