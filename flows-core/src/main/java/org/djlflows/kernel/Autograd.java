package org.djlflows.kernel;

/**
 * Gives a backward pass to kernels that have none of their own.
 *
 * <p>A training step is one program without an autograd graph: each kernel offers {@code record},
 * which does what {@code forward} does and leaves on a stack, the tape, what its {@code backward}
 * takes from there, in the opposite order. Both are called without gradients, by a caller that
 * restores the mode.
 *
 * <ul>
 *   <li>bijections: {@code record(x, c, p, tape) -> (z, log_det)} and {@code backward(gz, gl, c, p,
 *       tape, gc) -> (gx, gp)}, from the gradients of z and of the log-determinant
 *   <li>networks and distributions: {@code record(x, c, p, tape) -> y} and {@code backward(g, c, p,
 *       tape, gc) -> (gx, gp)}
 *   <li>scalar maps: {@code record(x, theta, p, tape) -> (z, log_slope)} and {@code backward(gz,
 *       gl, p, tape) -> (gx, g_theta, gp)}
 * </ul>
 *
 * <p>gp holds one gradient for each of p, zero for buffers; the gradient of the context, if there
 * is one, is appended to gc. Kernels that are small or rarely trained can leave both functions to
 * this class, which records an autograd graph of their own {@code forward}.
 */
public final class Autograd {

    private Autograd() {}

    /**
     * Returns the kernel of a bijection with a backward pass.
     *
     * @param kernel a kernel with {@code forward}
     * @return the same with {@code record} and {@code backward}
     */
    public static Kernel ofBijection(Kernel kernel) {
        return withBackward(kernel, source("bijection"));
    }

    /**
     * Returns the kernel of a network with a backward pass.
     *
     * @param kernel a kernel with {@code forward}
     * @return the same with {@code record} and {@code backward}
     */
    public static Kernel ofNetwork(Kernel kernel) {
        return withBackward(kernel, source("network").with("FUNCTION", "forward"));
    }

    /**
     * Returns the kernel of a distribution with a backward pass.
     *
     * @param kernel a kernel with {@code log_prob}
     * @return the same with {@code record} and {@code backward}
     */
    public static Kernel ofDistribution(Kernel kernel) {
        return withBackward(kernel, source("network").with("FUNCTION", "log_prob"));
    }

    /**
     * Returns the kernel of a family of scalar maps with a backward pass.
     *
     * @param kernel a kernel with {@code forward}
     * @return the same with {@code record} and {@code backward}
     */
    public static Kernel ofUnivariate(Kernel kernel) {
        return withBackward(kernel, source("univariate"));
    }

    /**
     * Returns the kernel of a bijection that puts the entries of x elsewhere and does nothing else,
     * with a backward pass: the gradient of x is the {@code inverse} of that of z.
     *
     * @param kernel a kernel with {@code forward} and {@code inverse}
     * @return the same with {@code record} and {@code backward}
     */
    public static Kernel ofRearrangement(Kernel kernel) {
        return withoutTape(kernel.orElse(Kernel.of(Autograd.class, "rearrangement"), "backward"));
    }

    /**
     * Returns the kernel of a bijection whose {@code backward} takes nothing from the tape.
     *
     * @param kernel a kernel with {@code forward} and {@code backward}
     * @return the same with {@code record}
     */
    public static Kernel withoutTape(Kernel kernel) {
        return kernel.orElse(Kernel.of(Autograd.class, "untaped"), "record");
    }

    private static Kernel withBackward(Kernel kernel, Kernel recorded) {
        return kernel.orElse(recorded, "record", "backward");
    }

    /**
     * Returns what takes gradients of a graph, for a kernel whose {@code backward} records some of
     * its own.
     *
     * @return a kernel with {@code leaf(x)}, and {@code gradients(g, has_context, p, tape, gc)} of
     *     outputs on the tape, above x and the context
     */
    public static Kernel gradients() {
        return Kernel.of(Autograd.class, "autograd");
    }

    private static Kernel source(String name) {
        return Kernel.of(Autograd.class, name).calling("autograd", gradients());
    }
}
