package org.djlflows.spark;

import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.FileUtil;
import org.apache.hadoop.fs.Path;
import org.djlflows.files.TemporaryFolder;
import org.djlflows.format.ModelFolder;
import org.djlflows.runtime.ModelFiles;

import java.io.IOException;
import java.nio.file.Files;
import java.util.stream.Stream;

/**
 * A model folder on a file system that Hadoop knows.
 *
 * @param path where it lies
 * @param hadoop says how file systems are reached
 */
record HadoopFolder(Path path, Configuration hadoop) {

    /**
     * Reads the model.
     *
     * @return the files of a model that can be scored
     * @throws IOException if there is no such folder, or {@link ModelFiles#read} says so
     */
    ModelFiles read() throws IOException {
        FileSystem system = path.getFileSystem(hadoop);
        if (!system.exists(path) || !system.getFileStatus(path).isDirectory()) {
            throw new IOException(
                    path
                            + ": expected a model folder, got "
                            + (system.exists(path) ? "a file" : "none"));
        }
        return TemporaryFolder.use(
                local -> {
                    for (FileStatus file : system.listStatus(path)) {
                        String name = file.getPath().getName();
                        if (!name.equals(ModelFolder.REPORT)) {
                            FileUtil.copy(
                                    system,
                                    file.getPath(),
                                    local.resolve(name).toFile(),
                                    false,
                                    hadoop);
                        }
                    }
                    return read(local);
                });
    }

    /** Errors name the folder that the user knows. */
    private ModelFiles read(java.nio.file.Path local) throws IOException {
        try {
            return ModelFiles.read(local);
        } catch (IOException e) {
            throw new IOException(e.getMessage().replace(local.toString(), path.toString()), e);
        }
    }

    /**
     * Writes a model.
     *
     * @param model the files of the model
     * @throws IOException if they cannot be written
     */
    void write(ModelFiles model) throws IOException {
        FileSystem system = path.getFileSystem(hadoop);
        TemporaryFolder.use(
                local -> {
                    model.write(local);
                    try (Stream<java.nio.file.Path> files = Files.list(local)) {
                        for (java.nio.file.Path file : files.toList()) {
                            Path to = new Path(path, file.getFileName().toString());
                            FileUtil.copy(file.toFile(), system, to, false, hadoop);
                        }
                    }
                    return model;
                });
    }
}
