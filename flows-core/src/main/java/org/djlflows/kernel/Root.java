package org.djlflows.kernel;

import ai.djl.ndarray.types.DataType;

/**
 * Solves equations of increasing functions of one variable, many at once, for inverses that have no
 * closed form.
 *
 * <p>A kernel with {@code at(x, state)}, which returns value and slope, gets {@code solve(t, low,
 * high, state)}, which returns the x between low and high at which the value is t. It takes
 * Newton's steps within a bracket and always converges; its gradients, with respect to t and all of
 * state, are those of the implicit function theorem.
 */
public final class Root {

    private Root() {}

    /**
     * Returns a kernel that also solves.
     *
     * @param kernel a kernel with {@code at}, which may call {@code solve}
     * @param type the type of the numbers, to the rounding of which it solves
     * @return the same with {@code solve}
     */
    public static Kernel of(Kernel kernel, DataType type) {
        return kernel.orElse(
                Kernel.of(Root.class, "root")
                        .with("ROUNDING", type == DataType.FLOAT64 ? 1e-15 : 5e-7));
    }
}
