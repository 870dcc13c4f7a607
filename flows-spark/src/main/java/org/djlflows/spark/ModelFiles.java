package org.djlflows.spark;

import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.FileUtil;
import org.djlflows.files.Excerpt;
import org.djlflows.format.ModelFolder;
import org.djlflows.runtime.Scorer;

import java.io.IOException;
import java.io.OutputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The files of a model folder in memory. They are what travels to executors, each of which makes
 * its scorer of them once, when it has the first rows.
 */
final class ModelFiles implements Serializable {

    private static final long serialVersionUID = 1L;

    private static final List<String> NAMES =
            List.of(ModelFolder.CONFIG, ModelFolder.WEIGHTS, ModelFolder.SERVING);

    private final LinkedHashMap<String, byte[]> files = new LinkedHashMap<>();

    private transient Scorer scorer;

    /** Works on a folder of this machine. */
    interface Action<T> {
        T of(Path folder) throws IOException;
    }

    /** Writes a model folder. */
    interface Writer {
        void write(Path folder) throws IOException;
    }

    /**
     * Takes the files of a folder of this machine.
     *
     * @param writer writes the model folder
     * @return the files of a model that can be scored
     * @throws IOException if it cannot be written, or {@link Scorer#load} says so
     */
    static ModelFiles of(Writer writer) throws IOException {
        return inPassing(
                local -> {
                    writer.write(local);
                    return new ModelFiles(local, Scorer.load(local));
                });
    }

    private ModelFiles(Path local, Scorer scorer) throws IOException {
        this.scorer = scorer;
        for (String name : NAMES) {
            Path file = ModelFolder.find(local, name);
            if (Files.exists(file)) {
                files.put(name, Files.readAllBytes(file));
            }
        }
    }

    /**
     * Reads a model folder.
     *
     * @param folder where it lies
     * @param hadoop says how file systems are reached
     * @return the files of a model that can be scored
     * @throws IOException if there is no such folder, or {@link Scorer#load} says so
     */
    static ModelFiles read(org.apache.hadoop.fs.Path folder, Configuration hadoop)
            throws IOException {
        FileSystem system = folder.getFileSystem(hadoop);
        if (!system.exists(folder) || !system.getFileStatus(folder).isDirectory()) {
            throw new IOException(
                    folder
                            + ": expected a model folder, got "
                            + (system.exists(folder) ? "a file" : "none"));
        }
        return inPassing(
                local -> {
                    for (FileStatus file : system.listStatus(folder)) {
                        if (!file.getPath().getName().equals(ModelFolder.REPORT)) {
                            copy(system, file.getPath(), local, hadoop);
                        }
                    }
                    return new ModelFiles(local, loaded(local, folder));
                });
    }

    private static void copy(
            FileSystem system, org.apache.hadoop.fs.Path file, Path to, Configuration hadoop)
            throws IOException {
        FileUtil.copy(system, file, to.resolve(file.getName()).toFile(), false, hadoop);
    }

    /** Errors name the folder that the user knows. */
    private static Scorer loaded(Path local, org.apache.hadoop.fs.Path folder) throws IOException {
        try {
            return Scorer.load(local);
        } catch (IOException e) {
            throw new IOException(e.getMessage().replace(local.toString(), folder.toString()), e);
        }
    }

    private static <T> T inPassing(Action<T> action) throws IOException {
        Path folder = Files.createTempDirectory("flow-model");
        try {
            return action.of(folder);
        } finally {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    /**
     * Writes the model folder.
     *
     * @param folder a new folder
     * @param hadoop says how file systems are reached
     * @throws IOException if it cannot be written
     */
    void write(org.apache.hadoop.fs.Path folder, Configuration hadoop) throws IOException {
        FileSystem system = folder.getFileSystem(hadoop);
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            try (OutputStream out =
                    system.create(new org.apache.hadoop.fs.Path(folder, file.getKey()))) {
                out.write(file.getValue());
            }
        }
    }

    /**
     * Works on the model folder.
     *
     * @param action takes a folder of this machine, which is deleted after it
     * @param <T> what it returns
     * @return that
     * @throws IOException if the folder cannot be written, or the action says so
     */
    <T> T inFolder(Action<T> action) throws IOException {
        return inPassing(
                local -> {
                    for (Map.Entry<String, byte[]> file : files.entrySet()) {
                        Files.write(local.resolve(file.getKey()), file.getValue());
                    }
                    return action.of(local);
                });
    }

    /**
     * Returns the model.
     *
     * @return the scorer, one in a process for each copy of the files
     */
    synchronized Scorer scorer() {
        if (scorer == null) {
            try {
                scorer = inFolder(Scorer::load);
            } catch (IOException e) {
                throw new UncheckedIOException(
                        "ModelFiles: expected a folder for temporary files on this executor, got "
                                + Excerpt.of(e.getMessage()),
                        e);
            }
        }
        return scorer;
    }
}
