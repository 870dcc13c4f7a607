package org.djlflows.data;

import org.djlflows.files.WholeFile;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.RandomAccess;
import java.util.function.Consumer;

/**
 * Rows of numbers in a temporary file: written once, from the first to the last, then taken in any
 * order. Of memory they take what the system has left for files.
 *
 * <p>The file lies in the folder {@code java.io.tmpdir}, and is gone when this is closed or the
 * process ends, in whatever way. Rows can be taken by several threads.
 */
public final class RowFile extends AbstractList<double[]> implements RandomAccess, AutoCloseable {

    /** What is mapped at a time; a buffer goes as far as 2 GB. */
    private static final int MAPPED = 1 << 30;

    private static final int WRITTEN = 1 << 16;

    private final int width;
    private final int bytes;
    private final int rowsInPart;
    private final FileChannel channel;
    private final List<ByteBuffer> parts = new ArrayList<>();
    private int size;

    private RowFile(int width, int bytes, int mapped, long rows) {
        this.width = width;
        this.bytes = bytes;
        rowsInPart = Math.max(1, mapped / rowBytes());
        try {
            Path file = Files.createTempFile("flows-rows", "");
            channel =
                    FileChannel.open(
                            file,
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE,
                            StandardOpenOption.DELETE_ON_CLOSE);
            try {
                WholeFile.requireRoom(file, rows * width * bytes);
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
        } catch (IOException e) {
            throw failure(e);
        }
    }

    /**
     * Writes rows in double precision.
     *
     * @param width the number of values of a row, at least 1
     * @param rows how many there will be, for which there has to be room
     * @param content hands each row to the consumer that it is given
     * @return the rows, to be closed
     * @throws UncheckedIOException if the file cannot be written; the message says what to do
     */
    public static RowFile ofDoubles(int width, long rows, Consumer<Consumer<double[]>> content) {
        return ofDoubles(width, rows, MAPPED, content);
    }

    /** Maps less at a time. */
    static RowFile ofDoubles(
            int width, long rows, int mapped, Consumer<Consumer<double[]>> content) {
        return new RowFile(width, Double.BYTES, mapped, rows).filled(content);
    }

    /**
     * Writes rows in single precision.
     *
     * @param width the number of values of a row, at least 1
     * @param rows how many there will be, for which there has to be room
     * @param content hands each row to the consumer that it is given
     * @return the rows, to be closed
     * @throws UncheckedIOException if the file cannot be written; the message says what to do
     */
    public static RowFile ofFloats(int width, long rows, Consumer<Consumer<double[]>> content) {
        return new RowFile(width, Float.BYTES, MAPPED, rows).filled(content);
    }

    private static UncheckedIOException failure(IOException e) {
        return new UncheckedIOException(
                e.getMessage()
                        + "; the rows of a table wait in a temporary file: name another folder by"
                        + " -Djava.io.tmpdir=DIR",
                e);
    }

    private RowFile filled(Consumer<Consumer<double[]>> content) {
        ByteBuffer buffer = buffer(Math.max(1, WRITTEN / rowBytes()) * rowBytes());
        try {
            content.accept(row -> put(row, buffer));
            flush(buffer);
            map();
            return this;
        } catch (IOException e) {
            close();
            throw failure(e);
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    private static ByteBuffer buffer(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
    }

    private int rowBytes() {
        return Math.multiplyExact(width, bytes);
    }

    private void put(double[] row, ByteBuffer buffer) {
        if (row.length != width) {
            throw new IllegalArgumentException(
                    "RowFile: expected rows of " + width + " values, got " + row.length);
        }
        for (double value : row) {
            if (bytes == Float.BYTES) {
                buffer.putFloat((float) value);
            } else {
                buffer.putDouble(value);
            }
        }
        size = Math.incrementExact(size);
        if (!buffer.hasRemaining()) {
            try {
                flush(buffer);
            } catch (IOException e) {
                throw failure(e);
            }
        }
    }

    private void flush(ByteBuffer buffer) throws IOException {
        buffer.flip();
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
        buffer.clear();
    }

    private void map() throws IOException {
        for (long from = 0; from < size; from += rowsInPart) {
            long rows = Math.min(rowsInPart, size - from);
            parts.add(
                    channel.map(FileChannel.MapMode.READ_ONLY, from * rowBytes(), rows * rowBytes())
                            .order(ByteOrder.nativeOrder()));
        }
    }

    /**
     * Returns a row.
     *
     * @param index its place, from 0
     * @return its values, in an array of its own
     */
    @Override
    public double[] get(int index) {
        Objects.checkIndex(index, size);
        ByteBuffer part = parts.get(index / rowsInPart);
        int at = index % rowsInPart * rowBytes();
        double[] row = new double[width];
        for (int j = 0; j < width; j++) {
            row[j] =
                    bytes == Float.BYTES
                            ? part.getFloat(at + j * Float.BYTES)
                            : part.getDouble(at + j * Double.BYTES);
        }
        return row;
    }

    /** Returns the number of rows. */
    @Override
    public int size() {
        return size;
    }

    /** Deletes the file; no row may be taken any more. */
    @Override
    public void close() {
        size = 0;
        try {
            channel.close();
        } catch (IOException e) {
            throw failure(e);
        }
    }
}
