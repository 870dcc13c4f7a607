package org.djlflows.tensors;

import java.io.IOException;

/** A run of bytes in a file that tensors view, read when it is asked for. */
@FunctionalInterface
interface Storage {

    /**
     * Reads all of the storage.
     *
     * @return the bytes, in little-endian order
     * @throws IOException if they cannot be read or are damaged
     */
    byte[] read() throws IOException;
}
