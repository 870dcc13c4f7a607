package org.djlflows.table;

import java.util.List;
import java.util.function.Consumer;

/**
 * Rows that can be read more than once, in order and in parts: a {@link Table}, or a file that is
 * larger than memory.
 *
 * <p>Every pass gives the same rows in the same order, and columns of the same names and kinds in
 * every chunk.
 */
public interface TableSource {

    /**
     * Returns the names of the columns, in order.
     *
     * @return an unmodifiable list of distinct names, at least one
     */
    List<String> names();

    /**
     * Reads all rows in chunks, from the first to the last.
     *
     * <p>A source without rows gives no chunk. What goes wrong on the way, be it in the source or
     * in {@code action}, is thrown after the chunks before it were handed out.
     *
     * @param rows the rows of every chunk but the last, which may have fewer
     * @param action receives each chunk, which it may keep
     * @throws IllegalArgumentException if {@code rows} is not positive, or the source turns out to
     *     be malformed
     * @throws java.io.UncheckedIOException if the source cannot be read
     */
    void forEachChunk(int rows, Consumer<Table> action);
}
