package org.djlflows.tensors;

import org.djlflows.files.Excerpt;

import java.io.IOException;
import java.nio.Buffer;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;

/**
 * An array of a model as its file has it.
 *
 * @param name its name, such as {@code bijection.step1.bias}
 * @param shape the sizes of its axes
 * @param values its numbers in row-major order: a {@link FloatBuffer} of float32, a {@link
 *     DoubleBuffer} of float64
 */
@SuppressWarnings("ArrayRecordComponent") // Handed on, never compared.
public record SavedArray(String name, long[] shape, Buffer values) {

    /**
     * Reads an array.
     *
     * @param name its name
     * @param tensor a tensor of a file, which is read at once
     * @return the array
     * @throws IOException if the file cannot be read
     * @throws IllegalArgumentException if the tensor is of another type than float32 and float64
     */
    public static SavedArray of(String name, StoredTensor tensor) throws IOException {
        return switch (tensor.type()) {
            case FLOAT32 -> new SavedArray(name, tensor.shape(), tensor.floats());
            case FLOAT64 -> new SavedArray(name, tensor.shape(), tensor.doubles());
            default ->
                    throw new IllegalArgumentException(
                            String.format(
                                    "expected %s of float32 or float64, got %s",
                                    Excerpt.of(name), tensor.type()));
        };
    }

    /**
     * Returns the type of the numbers.
     *
     * @return float32 or float64
     */
    public ElementType type() {
        return values instanceof FloatBuffer ? ElementType.FLOAT32 : ElementType.FLOAT64;
    }

    /**
     * Returns the numbers of an array of float32.
     *
     * @return a copy
     * @throws IllegalArgumentException if the array is of another type
     */
    public float[] floats() {
        if (!(values instanceof FloatBuffer floats)) {
            throw new IllegalArgumentException(
                    "expected " + name + " of float32, got another type");
        }
        float[] all = new float[floats.remaining()];
        floats.duplicate().get(all);
        return all;
    }

    /**
     * Returns the numbers of an array of float64.
     *
     * @return a copy
     * @throws IllegalArgumentException if the array is of another type
     */
    public double[] doubles() {
        if (!(values instanceof DoubleBuffer doubles)) {
            throw new IllegalArgumentException(
                    "expected " + name + " of float64, got another type");
        }
        double[] all = new double[doubles.remaining()];
        doubles.duplicate().get(all);
        return all;
    }
}
