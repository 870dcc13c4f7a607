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
 * replaces the one before when it is complete.
 */
final class StoredCheckpoint {

    private final FileSystem system;
    private final Path file;
    private final Path next;

    StoredCheckpoint(String path, Configuration hadoop) throws IOException {
        file = new Path(path);
        next = file.suffix(".new");
        system = file.getFileSystem(hadoop);
    }

    /** Returns its bytes, none if there is no checkpoint. */
    byte[] read() throws IOException {
        // Between the two moves that replace it there is only the new one.
        Path there = system.exists(file) ? file : next;
        if (!system.exists(there)) {
            return new byte[0];
        }
        try (FSDataInputStream in = system.open(there)) {
            return in.readAllBytes();
        }
    }

    /** Replaces it by a file of this machine. */
    void write(java.nio.file.Path local) throws IOException {
        try (OutputStream out = system.create(next, true)) {
            Files.copy(local, out);
        }
        system.delete(file, false);
        if (!system.rename(next, file)) {
            throw new IOException(file + ": expected to rename " + next + " to it, got a refusal");
        }
    }

    /** Deletes it. */
    void delete() throws IOException {
        system.delete(next, false);
        system.delete(file, false);
    }
}
