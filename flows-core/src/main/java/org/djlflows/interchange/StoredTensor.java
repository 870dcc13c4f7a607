package org.djlflows.interchange;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

import org.djlflows.data.Excerpt;

import java.io.IOException;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A strided view of a storage: element (i, j, ...) lies at offset + i strides[0] + j strides[1] +
 * ..., in elements.
 */
final class StoredTensor {

    /** As many as PyTorch's own operations take. */
    private static final int MOST_AXES = 64;

    private final ElementType type;
    private final Storage storage;
    private final long offset;
    private final Shape shape;
    private final long[] strides;

    private StoredTensor(
            ElementType type, Storage storage, long offset, Shape shape, long... strides) {
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
        return new StoredTensor(type, storage, offset, new Shape(sizes), strides);
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

    Shape shape() {
        return shape;
    }

    /** Reads float64 into float64, the other floating types into float32, integers into int64. */
    NDArray read(NDManager manager) throws IOException {
        int count = count();
        ByteBuffer data = ByteBuffer.wrap(storage.read()).order(LITTLE_ENDIAN);
        if (count > 0 && Arrays.equals(strides, rowMajor(shape.getShape()))) {
            int width = type.bytes();
            ByteBuffer run = data.slice((int) offset * width, count * width).order(LITTLE_ENDIAN);
            if (type == ElementType.FLOAT32) {
                return manager.create(run.asFloatBuffer(), shape);
            }
            if (type == ElementType.FLOAT64) {
                return manager.create(run.asDoubleBuffer(), shape);
            }
        }
        int[] places = places(count);
        if (!type.isFloating()) {
            return manager.create(longs(data, places), shape);
        }
        return type == ElementType.FLOAT64
                ? manager.create(doubles(data, places), shape)
                : manager.create(floats(data, places), shape);
    }

    /** Reads a tensor in row-major order in the type that it has. */
    NDArray readAsStored(String name, NDManager manager) throws IOException {
        DataType own =
                type.dataType()
                        .orElseThrow(
                                () ->
                                        new IllegalArgumentException(
                                                "a tensor of type "
                                                        + type
                                                        + ", which is not read as it is: "
                                                        + Excerpt.of(name)));
        ByteBuffer data = ByteBuffer.wrap(storage.read()).order(LITTLE_ENDIAN);
        Buffer values =
                switch (type) {
                    case FLOAT64 -> data.asDoubleBuffer();
                    case FLOAT32 -> data.asFloatBuffer();
                    case INT64 -> data.asLongBuffer();
                    case INT32 -> data.asIntBuffer();
                    default -> data;
                };
        return manager.create(values, shape, own);
    }

    /** Returns the number of elements, which get wider where they were narrow. */
    private int count() {
        int width = type.isFloating() && type != ElementType.FLOAT64 ? Float.BYTES : Long.BYTES;
        if (shape.size() > StateDict.LARGEST_STORAGE / width) {
            throw new IllegalArgumentException(
                    String.format(
                            "a tensor of %d values of %d bytes, more than an array holds",
                            shape.size(), width));
        }
        return (int) shape.size();
    }

    private double[] doubles(ByteBuffer data, int... places) {
        double[] values = new double[places.length];
        for (int i = 0; i < places.length; i++) {
            values[i] = type.floatingAt(data, places[i]);
        }
        return values;
    }

    private float[] floats(ByteBuffer data, int... places) {
        float[] values = new float[places.length];
        for (int i = 0; i < places.length; i++) {
            values[i] = (float) type.floatingAt(data, places[i]);
        }
        return values;
    }

    private long[] longs(ByteBuffer data, int... places) {
        long[] values = new long[places.length];
        for (int i = 0; i < places.length; i++) {
            values[i] = type.integerAt(data, places[i]);
        }
        return values;
    }

    /** Returns where the elements lie in the storage, in row-major order. */
    private int[] places(int count) {
        int[] places = new int[count];
        long[] index = new long[shape.dimension()];
        long place = offset;
        for (int i = 0; i < places.length; i++) {
            places[i] = (int) place;
            boolean carry = true;
            for (int axis = index.length - 1; carry && axis >= 0; axis--) {
                index[axis]++;
                place += strides[axis];
                carry = index[axis] == shape.get(axis);
                if (carry) {
                    place -= index[axis] * strides[axis];
                    index[axis] = 0;
                }
            }
        }
        return places;
    }
}
