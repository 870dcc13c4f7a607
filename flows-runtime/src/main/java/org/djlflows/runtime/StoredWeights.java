package org.djlflows.runtime;

import org.djlflows.files.Excerpt;
import org.djlflows.tensors.ElementType;
import org.djlflows.tensors.StoredTensor;

import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The arrays of a flow, by the paths that files have them under, such as {@code
 * bijection.step1.bias}. Each is taken once, with the shape that is expected of it; then none may
 * be left.
 */
final class StoredWeights {

    /** An array in row-major order. */
    @SuppressWarnings("ArrayRecordComponent") // Handed on, never compared.
    record Tensor(ElementType type, long[] shape, float[] values) {

        /**
         * Reads an array of a file.
         *
         * @param name its name
         * @param tensor the tensor, which is read at once
         * @return the array
         * @throws IOException if the file cannot be read
         * @throws IllegalArgumentException if its elements are not float32
         */
        static Tensor of(String name, StoredTensor tensor) throws IOException {
            if (tensor.type() != ElementType.FLOAT32) {
                throw new IllegalArgumentException(
                        String.format(
                                "expected %s of float32, got %s", Excerpt.of(name), tensor.type()));
            }
            FloatBuffer values = tensor.floats();
            float[] all = new float[values.remaining()];
            values.get(all);
            return new Tensor(tensor.type(), tensor.shape(), all);
        }
    }

    private final Map<String, Tensor> left;
    private final String prefix;

    /**
     * Takes over all arrays of a flow.
     *
     * @param tensors the arrays by their names
     */
    StoredWeights(Map<String, Tensor> tensors) {
        this(new LinkedHashMap<>(tensors), "");
    }

    private StoredWeights(Map<String, Tensor> left, String prefix) {
        this.left = left;
        this.prefix = prefix;
    }

    /** Returns the arrays of a part, such as {@code conditioner}. */
    StoredWeights of(String part) {
        return new StoredWeights(left, prefix + part + ".");
    }

    /**
     * Takes an array.
     *
     * @param name its name within this part
     * @param shape the expected shape
     * @return its values in row-major order
     * @throws IllegalArgumentException if there is no such array of that shape, or one of its
     *     numbers is not finite
     */
    float[] take(String name, long... shape) {
        String path = prefix + name;
        Tensor tensor = left.remove(path);
        if (tensor == null
                || tensor.type() != ElementType.FLOAT32
                || !Arrays.equals(tensor.shape(), shape)) {
            throw new IllegalArgumentException(
                    String.format(
                            "expected %s float32 %s, got %s",
                            path,
                            Arrays.toString(shape),
                            tensor == null
                                    ? "none"
                                    : tensor.type() + " " + Arrays.toString(tensor.shape())));
        }
        for (float value : tensor.values()) {
            if (!Float.isFinite(value)) {
                throw new IllegalArgumentException(
                        "expected finite numbers in " + path + ", got " + value);
            }
        }
        return tensor.values();
    }

    /** Takes a linear map. */
    Linear linear(String weight, String bias, int outputs, int inputs) {
        return new Linear(take(weight, outputs, inputs), take(bias, outputs), inputs);
    }

    /**
     * Checks that all arrays were taken.
     *
     * @throws IllegalArgumentException if not
     */
    void requireNoMore() {
        if (!left.isEmpty()) {
            throw new IllegalArgumentException(
                    "expected no further arrays, got " + Excerpt.of(left.keySet()));
        }
    }
}
