package org.djlflows.spark;

import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;

/**
 * The state of a run on the file system of the cluster, where it outlives executors. A new one
 * replaces the one before when it is complete: it is written beside it, moved to {@code .new}, and
 * from there to its place.
 */
final class StoredCheckpoint {

    private final FileSystem system;
    private final Path file;
    private final Path complete;
    private final Path written;

    StoredCheckpoint(String path, Configuration hadoop) throws IOException {
        file = new Path(path);
        complete = file.suffix(".new");
        written = file.suffix(".part");
        system = file.getFileSystem(hadoop);
    }

    /** Returns its bytes, none if there is no checkpoint. */
    byte[] read() throws IOException {
        moveComplete();
        if (!system.exists(file)) {
            return new byte[0];
        }
        try (FSDataInputStream in = system.open(file)) {
            return in.readAllBytes();
        }
    }

    /** Replaces it by a file of this machine. */
    void write(java.nio.file.Path local) throws IOException {
        moveComplete();
        try (OutputStream out = system.create(written, true)) {
            Files.copy(local, out);
        }
        rename(written, complete);
        moveComplete();
    }

    /** Ends a replacement, also one of a task that was lost before. */
    private void moveComplete() throws IOException {
        if (system.exists(complete)) {
            system.delete(file, false);
            rename(complete, file);
        }
    }

    private void rename(Path from, Path to) throws IOException {
        if (!system.rename(from, to)) {
            throw new IOException(to + ": expected to rename " + from + " to it, got a refusal");
        }
    }

    /** Deletes it. */
    void delete() throws IOException {
        system.delete(written, false);
        system.delete(complete, false);
        system.delete(file, false);
    }
}
