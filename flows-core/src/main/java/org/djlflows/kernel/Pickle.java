package org.djlflows.kernel;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Writes an object of a TorchScript archive: the pickle of its attributes, in which tensors refer
 * to entries of the archive, {@code data/0}, {@code data/1} and so on in the order of their
 * appearance.
 *
 * @see <a href="https://docs.python.org/3/library/pickletools.html">the operations of pickles</a>
 */
final class Pickle {

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private int storages;

    /**
     * Begins an object.
     *
     * @param type its class in the namespace {@code __torch__}
     */
    Pickle(String type) {
        // Protocol 2; an object of the class made without arguments; a dictionary; a mark.
        raw("\u0080\u0002");
        global("__torch__", type);
        raw(")\u0081}(");
    }

    /** Adds an attribute that is a text. */
    void add(String name, String value) {
        text(name);
        text(value);
    }

    /** Adds an attribute that is true or false. */
    void add(String name, boolean value) {
        text(name);
        truth(value);
    }

    /**
     * Adds an attribute that is a tensor in row-major order.
     *
     * @throws IllegalArgumentException if the type is none of float32, float64 and int64
     */
    void add(String name, DataType type, Shape shape, boolean requiresGradient) {
        text(name);
        global("torch._utils", "_rebuild_tensor_v2");
        raw("(");
        // The storage, by the name of its entry.
        raw("(");
        text("storage");
        global("torch", storage(type));
        text(Integer.toString(storages++));
        text("cpu");
        whole(shape.size());
        raw("tQ");
        // Offset, sizes, strides, whether gradients are wanted, hooks.
        whole(0);
        long[] sizes = shape.getShape();
        long[] strides = new long[sizes.length];
        long stride = 1;
        for (int i = sizes.length - 1; i >= 0; i--) {
            strides[i] = stride;
            stride *= sizes[i];
        }
        tuple(sizes);
        tuple(strides);
        truth(requiresGradient);
        global("collections", "OrderedDict");
        raw(")R");
        raw("tR");
    }

    /** Ends the object and returns its bytes. */
    byte[] end() {
        raw("ub.");
        return bytes.toByteArray();
    }

    private static String storage(DataType type) {
        return switch (type) {
            case FLOAT32 -> "FloatStorage";
            case FLOAT64 -> "DoubleStorage";
            case INT64 -> "LongStorage";
            default ->
                    throw new IllegalArgumentException(
                            "Pickle: expected float32, float64 or int64, got " + type);
        };
    }

    private void tuple(long... values) {
        raw("(");
        for (long value : values) {
            whole(value);
        }
        raw("t");
    }

    private void truth(boolean value) {
        raw(value ? "\u0088" : "\u0089");
    }

    private void global(String module, String name) {
        raw("c" + module + "\n" + name + "\n");
    }

    /** One array holds less than 2^31 values. */
    private void whole(long value) {
        raw("J");
        bytes.writeBytes(int32(Math.toIntExact(value)));
    }

    private void text(String value) {
        byte[] encoded = value.getBytes(StandardCharsets.UTF_8);
        raw("X");
        bytes.writeBytes(int32(encoded.length));
        bytes.writeBytes(encoded);
    }

    private static byte[] int32(int value) {
        return ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array();
    }

    private void raw(String operations) {
        bytes.writeBytes(operations.getBytes(StandardCharsets.ISO_8859_1));
    }
}
