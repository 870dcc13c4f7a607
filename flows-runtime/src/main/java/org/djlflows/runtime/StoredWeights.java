package org.djlflows.runtime;

import org.djlflows.files.Excerpt;
import org.djlflows.tensors.ElementType;
import org.djlflows.tensors.SavedArray;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The arrays of a flow, by the paths that files have them under, such as {@code
 * bijection.step1.bias}. Each is taken once, with the shape that is expected of it; then none may
 * be left.
 */
final class StoredWeights {

    private final Map<String, SavedArray> left;
    private final String prefix;

    /**
     * Takes over all arrays of a flow.
     *
     * @param arrays the arrays
     */
    StoredWeights(List<SavedArray> arrays) {
        this(new LinkedHashMap<>(), "");
        arrays.forEach(array -> left.put(array.name(), array));
    }

    private StoredWeights(Map<String, SavedArray> left, String prefix) {
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
        SavedArray array = left.remove(path);
        if (array == null
                || array.type() != ElementType.FLOAT32
                || !Arrays.equals(array.shape(), shape)) {
            throw new IllegalArgumentException(
                    String.format(
                            "expected %s float32 %s, got %s",
                            path,
                            Arrays.toString(shape),
                            array == null
                                    ? "none"
                                    : array.type() + " " + Arrays.toString(array.shape())));
        }
        float[] values = array.floats();
        for (float value : values) {
            if (!Float.isFinite(value)) {
                throw new IllegalArgumentException(
                        "expected finite numbers in " + path + ", got " + value);
            }
        }
        return values;
    }

    /**
     * Takes deviations.
     *
     * @throws IllegalArgumentException as {@link #take} does, or if one is not positive
     */
    float[] takePositive(String name, long... shape) {
        float[] values = take(name, shape);
        for (float value : values) {
            if (!(value > 0)) {
                throw new IllegalArgumentException(
                        "expected positive numbers in " + prefix + name + ", got " + value);
            }
        }
        return values;
    }

    /**
     * Takes an order of numbers from 0 on.
     *
     * @throws IllegalArgumentException as {@link #take} does, or if it has not each of them once
     */
    int[] takeOrder(String name, int size) {
        return order(take(name, size), 0, size, prefix + name);
    }

    /**
     * Takes orders of numbers from 0 on, one in each row.
     *
     * @throws IllegalArgumentException as {@link #take} does, or if one has not each of them once
     */
    int[][] takeOrders(String name, int count, int size) {
        float[] values = take(name, count, size);
        int[][] orders = new int[count][];
        for (int i = 0; i < count; i++) {
            orders[i] = order(values, i * size, size, prefix + name);
        }
        return orders;
    }

    private static int[] order(float[] values, int begin, int size, String path) {
        float[] order = Arrays.copyOfRange(values, begin, begin + size);
        float[] sorted = order.clone();
        Arrays.sort(sorted);
        int[] found = new int[size];
        for (int i = 0; i < size; i++) {
            if (sorted[i] != i) {
                throw new IllegalArgumentException(
                        String.format(
                                "expected each of 0 to %d once in %s, got %s",
                                size - 1, path, Excerpt.of(Arrays.toString(order))));
            }
            found[i] = (int) order[i];
        }
        return found;
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
