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
}
