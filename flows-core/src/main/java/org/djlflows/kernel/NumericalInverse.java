package org.djlflows.kernel;

import ai.djl.ndarray.types.DataType;

/**
 * Gives an inverse to kernels that have none in closed form. It is computed to the rounding of the
 * type, and is differentiable: its gradients are those of the implicit function theorem.
 */
public final class NumericalInverse {

    private static final int MOST_STEPS = 200;

    private NumericalInverse() {}

    /**
     * Returns the kernel of a family of scalar maps with {@code inverse}: Newton's steps within a
     * bracket that is searched from z on. Cost: some ten evaluations of {@code forward}.
     *
     * @param kernel a kernel with {@code forward}, of maps that increase on all of \(\mathbb{R}\);
     *     where one does not take the value z, the inverse is NaN
     * @param type the type of the numbers
     * @return the same kernel with {@code inverse}, or the kernel itself if it has one
     */
    public static Kernel ofUnivariate(Kernel kernel, DataType type) {
        if (kernel.offers("inverse")) {
            return kernel;
        }
        Kernel searching = Kernel.of(NumericalInverse.class, "inverse_of_univariate");
        return solving(kernel.orElse(searching, "inverse"), type);
    }

    /**
     * Returns the kernel of a bijection with {@code inverse}: fixed-point steps \(x \leftarrow x +
     * z - f(x)\), which converge for residual layers, and for rows where they do not, Newton's
     * steps with the whole Jacobian, halved where they gain nothing. Rows that do not converge are
     * NaN.
     *
     * <p>Cost: one {@code forward} a step, or one {@code image(x, c, p)} where the kernel offers
     * that: z without the log-determinant. A step of Newton and the gradients take as many backward
     * passes more as x has entries, so they are for few features. The rows have to be independent
     * of each other.
     *
     * @param kernel a kernel with {@code forward}, of a bijection that keeps the shape
     * @param type the type of the numbers
     * @return the same kernel with {@code inverse}, or the kernel itself if it has one
     */
    public static Kernel ofBijection(Kernel kernel, DataType type) {
        double tolerance = type == DataType.FLOAT64 ? 1e-10 : 1e-4;
        if (kernel.offers("inverse")) {
            return kernel;
        }
        return kernel.orElse(Kernel.of(NumericalInverse.class, "image"), "image")
                .orElse(
                        iteration("inverse_of_bijection")
                                .with("ROUNDING", type == DataType.FLOAT64 ? 1e-15 : 5e-7)
                                .with("TOLERANCE", tolerance));
    }

    /**
     * Returns a kernel that solves equations of increasing functions of one variable, many at once.
     *
     * <p>A kernel with {@code at(x, state)}, which returns value and slope, gets {@code solve(t,
     * low, high, state)}, which returns the x between low and high at which the value is t, {@code
     * solve_near(near, t, low, high, state)}, which begins with some values, and {@code
     * solve_from(near, t, state)}, which searches for such a bracket from some values on. All take
     * Newton's steps within the bracket and always converge; their gradients, with respect to t and
     * all of state, are those of the implicit function theorem.
     *
     * @param kernel a kernel with {@code at}, which may call the three
     * @param type the type of the numbers, to the rounding of which it solves
     * @return the same kernel with the three
     */
    public static Kernel solving(Kernel kernel, DataType type) {
        double close = type == DataType.FLOAT64 ? 1e-13 : 1e-5;
        return kernel.orElse(iteration("root").with("CLOSE", close));
    }

    private static Kernel iteration(String name) {
        return Kernel.of(NumericalInverse.class, name).with("MOST_STEPS", MOST_STEPS);
    }
}
