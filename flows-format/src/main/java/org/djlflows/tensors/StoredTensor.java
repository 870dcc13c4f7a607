package org.djlflows.tensors;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.Locale;

/**
 * A strided view of a storage: element (i, j, ...) lies at offset + i strides[0] + j strides[1] +
 * ..., in elements.
 */
public final class StoredTensor {

    /** The longest array of bytes. */
    static final long LARGEST_STORAGE = Integer.MAX_VALUE - 8;

    /** Values are made of bytes by way of several arrays. */
    private static final int ARRAYS = 8;

    /** As many as PyTorch's own operations take. */
    private static final int MOST_AXES = 64;

    private final ElementType type;
    private final Storage storage;
    private final long offset;
    private final long[] shape;
    private final long[] strides;

    private StoredTensor(
            ElementType type, Storage storage, long offset, long[] shape, long... strides) {
        this.type = type;
        this.storage = storage;
        this.offset = offset;
        this.shape = shape;
        this.strides = strides;
    }

    /**
     * Creates a view.
     *
     * @param elements the number of elements of the storage
     * @throws IllegalArgumentException if the view leaves its storage, or is larger
     */
    static StoredTensor of(
            ElementType type,
            Storage storage,
            long elements,
            long offset,
            long[] sizes,
            long... strides) {
        long count = 1;
        long last = offset;
        boolean valid = offset >= 0 && sizes.length == strides.length;
        try {
            for (int i = 0; valid && i < sizes.length; i++) {
                valid = sizes[i] >= 0 && strides[i] >= 0;
                count = Math.multiplyExact(count, sizes[i]);
                last = Math.addExact(last, Math.multiplyExact(sizes[i] - 1, strides[i]));
            }
        } catch (ArithmeticException e) {
            valid = false;
        }
        if (!valid || (count > 0 && last >= elements)) {
            throw new IllegalArgumentException("a tensor that leaves its storage");
        }
        // An expanded tensor of a small file could be of any size.
        if (count > elements) {
            throw new IllegalArgumentException(
                    "a tensor larger than its storage; clone() expanded tensors before saving");
        }
        return new StoredTensor(type, storage, offset, sizes.clone(), strides);
    }

    /** Creates a view of all of a storage in row-major order. */
    static StoredTensor of(ElementType type, Storage storage, long elements, long... sizes) {
        long count = 1;
        try {
            for (long size : sizes) {
                count = Math.multiplyExact(count, size);
            }
        } catch (ArithmeticException e) {
            count = -1;
        }
        if (count != elements) {
            throw new IllegalArgumentException("a shape that does not fit its bytes");
        }
        return of(type, storage, elements, 0, sizes, rowMajor(sizes));
    }

    /** Refuses tensors whose axes alone would fill the memory. */
    static void requireAxes(int count) {
        if (count > MOST_AXES) {
            throw new IllegalArgumentException("a tensor of more than " + MOST_AXES + " axes");
        }
    }

    private static long[] rowMajor(long... sizes) {
        long[] strides = new long[sizes.length];
        long stride = 1;
        for (int i = sizes.length - 1; i >= 0; i--) {
            strides[i] = stride;
            stride *= sizes[i];
        }
        return strides;
    }

    /**
     * Returns the type of the elements in the file.
     *
     * @return the type
     */
    public ElementType type() {
        return type;
    }

    /**
     * Returns the sizes of the axes.
     *
     * @return a copy
     */
    public long[] shape() {
        return shape.clone();
    }

    /**
     * Reads the bytes of a tensor that fills its storage in row-major order, as safetensors have
     * them.
     *
     * @return the bytes, in little-endian order
     * @throws IOException if they cannot be read
     * @throws IllegalArgumentException if the tensor is another view
     */
    public ByteBuffer stored() throws IOException {
        ByteBuffer data = data();
        boolean whole = data.remaining() == (long) count(type.bytes()) * type.bytes();
        if (!whole || offset != 0 || !Arrays.equals(strides, rowMajor(shape))) {
            throw new IllegalArgumentException("a tensor that does not fill its storage in order");
        }
        return data;
    }

    private ByteBuffer data() throws IOException {
        return ByteBuffer.wrap(storage.read()).order(LITTLE_ENDIAN);
    }

    /**
     * Reads floating-point numbers as float64.
     *
     * @return the values in row-major order
     * @throws IOException if they cannot be read
     * @throws IllegalArgumentException if they are integers or more than an array holds
     */
    public DoubleBuffer doubles() throws IOException {
        int count = count(Double.BYTES);
        ByteBuffer data = data();
        if (type == ElementType.FLOAT64 && isRun(count)) {
            return run(data, count).asDoubleBuffer();
        }
        int[] places = places(count);
        double[] values = new double[count];
        Arrays.setAll(values, i -> type.floatingAt(data, places[i]));
        return DoubleBuffer.wrap(values);
    }

    /**
     * Reads floating-point numbers as float32, which rounds those of float64.
     *
     * @return the values in row-major order
     * @throws IOException if they cannot be read
     * @throws IllegalArgumentException if they are integers or more than an array holds
     */
    public FloatBuffer floats() throws IOException {
        int count = count(Float.BYTES);
        ByteBuffer data = data();
        if (type == ElementType.FLOAT32 && isRun(count)) {
            return run(data, count).asFloatBuffer();
        }
        int[] places = places(count);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) type.floatingAt(data, places[i]);
        }
        return FloatBuffer.wrap(values);
    }

    /**
     * Reads integers and truth values as int64.
     *
     * @return the values in row-major order
     * @throws IOException if they cannot be read
     * @throws IllegalArgumentException if they are floating-point numbers or more than an array
     *     holds
     */
    public LongBuffer longs() throws IOException {
        int count = count(Long.BYTES);
        ByteBuffer data = data();
        int[] places = places(count);
        long[] values = new long[count];
        Arrays.setAll(values, i -> type.integerAt(data, places[i]));
        return LongBuffer.wrap(values);
    }

    private boolean isRun(int count) {
        return count > 0 && Arrays.equals(strides, rowMajor(shape));
    }

    private ByteBuffer run(ByteBuffer data, int count) {
        int width = type.bytes();
        return data.slice((int) offset * width, count * width).order(LITTLE_ENDIAN);
    }

    /** Returns the number of elements, which are to be values of so many bytes. */
    private int count(int width) {
        long count = Arrays.stream(shape).reduce(1, (a, b) -> a * b);
        if (count > LARGEST_STORAGE / width) {
            throw new IllegalArgumentException(
                    String.format(
                            "a tensor of %d values of %d bytes, more than an array holds",
                            count, width));
        }
        return (int) count;
    }

    /** Refuses bytes that would fill the heap before they are values. */
    static void requireHeap(long bytes) {
        long most = Runtime.getRuntime().maxMemory() / ARRAYS;
        if (bytes > most) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "a tensor of %,d bytes, more than %,d, an eighth of the heap (-Xmx)",
                            bytes,
                            most));
        }
    }

    /** Returns where the elements lie in the storage, in row-major order. */
    private int[] places(int count) {
        int[] places = new int[count];
        long[] index = new long[shape.length];
        long place = offset;
        for (int i = 0; i < places.length; i++) {
            places[i] = (int) place;
            boolean carry = true;
            for (int axis = index.length - 1; carry && axis >= 0; axis--) {
                index[axis]++;
                place += strides[axis];
                carry = index[axis] == shape[axis];
                if (carry) {
                    place -= index[axis] * strides[axis];
                    index[axis] = 0;
                }
            }
        }
        return places;
    }
}
