package org.djlflows.kernel;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.training.initializer.Initializer;

/** The initial values that the library's layers use. */
public final class Initializers {

    private Initializers() {}

    /**
     * Drawn from the standard normal distribution.
     *
     * @return the initializer
     */
    public static Initializer normal() {
        return (manager, shape, type) -> manager.randomNormal(0, 1, shape, type);
    }

    /**
     * Drawn from the normal distribution with mean 0.
     *
     * @param deviation its standard deviation
     * @return the initializer
     */
    public static Initializer normal(double deviation) {
        return (manager, shape, type) -> manager.randomNormal(0, (float) deviation, shape, type);
    }

    /**
     * The same number everywhere.
     *
     * @param value the number
     * @return the initializer
     */
    public static Initializer constant(double value) {
        return (manager, shape, type) -> manager.full(shape, (float) value, type);
    }

    /**
     * Given numbers.
     *
     * @param values the numbers, as many as the shape holds, in row-major order
     * @return the initializer
     */
    public static Initializer values(double... values) {
        double[] copy = values.clone();
        return (manager, shape, type) -> {
            NDArray array = manager.create(copy, shape);
            if (type == DataType.FLOAT64) {
                return array;
            }
            try (array) {
                return array.toType(type, true);
            }
        };
    }

    /**
     * Uniform in \([-b, b]\) with \(b = 1 / \sqrt{n}\) for n inputs: PyTorch's for linear layers.
     *
     * @param inputs the number of inputs of the layer
     * @return the initializer
     */
    public static Initializer uniform(long inputs) {
        float bound = (float) (1 / Math.sqrt((double) Math.max(1, inputs)));
        return (manager, shape, type) -> manager.randomUniform(-bound, bound, shape, type);
    }

    /**
     * A square matrix drawn uniformly from the orthogonal ones.
     *
     * @return the initializer, which throws an {@code IllegalArgumentException} for other shapes
     */
    public static Initializer orthogonal() {
        return (manager, shape, type) -> {
            if (shape.dimension() != 2 || shape.get(0) != shape.get(1)) {
                throw new IllegalArgumentException(
                        "Initializers: expected the shape of a square matrix, got " + shape);
            }
            int n = Math.toIntExact(shape.get(0));
            double[] rows;
            try (NDArray drawn = manager.randomNormal(shape, DataType.FLOAT64)) {
                rows = drawn.toDoubleArray();
            }
            for (int i = 0; i < n; i++) {
                orthonormalize(rows, i, n);
            }
            return values(rows).initialize(manager, shape, type);
        };
    }

    /** Takes from row i its part along the rows before it, twice for the sake of rounding. */
    private static void orthonormalize(double[] rows, int i, int n) {
        for (int j = 0; j < 2 * i; j++) {
            addMultiple(rows, i, j % i, -dot(rows, i, j % i, n), n);
        }
        addMultiple(rows, i, i, 1 / Math.sqrt(dot(rows, i, i, n)) - 1, n);
    }

    private static double dot(double[] rows, int i, int j, int n) {
        double sum = 0;
        for (int k = 0; k < n; k++) {
            sum += rows[i * n + k] * rows[j * n + k];
        }
        return sum;
    }

    private static void addMultiple(double[] rows, int i, int j, double factor, int n) {
        for (int k = 0; k < n; k++) {
            rows[i * n + k] += factor * rows[j * n + k];
        }
    }
}
