package org.djlflows.univariate;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;

import org.djlflows.kernel.Autograd;
import org.djlflows.kernel.Kernel;
import org.djlflows.kernel.KernelBlock;
import org.djlflows.kernel.Program;
import org.djlflows.spec.ScaleMap;

import java.util.Arrays;

/**
 * A family of strictly increasing scalar maps, each picked by a few unconstrained parameters.
 *
 * <p>Structural layers take one as an argument: {@code Coupling}, {@code Elementwise}. The kernel
 * offers {@code forward(x, theta, p)} and {@code inverse(z, theta, p)}, which return value and
 * log-slope of the direction computed:
 *
 * <ul>
 *   <li>x, z: (batch, n)
 *   <li>theta: (batch, {@link #getParameterCount() count}, n)
 *   <li>value and log-slope: (batch, n)
 * </ul>
 *
 * <p>Each family has a kernel; one that is trained often also offers the {@code record} and {@code
 * backward} of {@link Autograd}. At theta = 0 a map is the identity or close to it. As a block,
 * {@code forward} takes {@code (x, theta)}; it is initialised with no more than the shape of x.
 */
public abstract class Univariate extends KernelBlock {

    private final int parameterCount;
    private final boolean fits;

    /**
     * Creates a family.
     *
     * @param parameterCount the number of unconstrained parameters of one scalar map
     */
    protected Univariate(int parameterCount) {
        this(parameterCount, false);
    }

    /**
     * Creates a family.
     *
     * @param parameterCount the number of unconstrained parameters of one scalar map
     * @param fits whether the kernel offers {@code fit(x)}, which makes of values x, (rows, n), the
     *     theta, (count, n), that makes them most normal
     */
    protected Univariate(int parameterCount, boolean fits) {
        super("forward", "inverse");
        this.parameterCount = parameterCount;
        this.fits = fits;
    }

    /**
     * Tells whether maps of this family can be fitted to values: the kernel offers {@code fit}.
     *
     * @return whether they can
     */
    public final boolean canBeFitted() {
        return fits;
    }

    /**
     * Tells whether the kernel also takes a theta of (batch, count, 1), which is the same for all
     * of the axis n, and gives the gradient of that. Layers whose maps do not differ between rows
     * then make no copies of theta.
     *
     * @return whether it does
     */
    public boolean canShareTheta() {
        return false;
    }

    /**
     * Returns the number of unconstrained parameters of one scalar map.
     *
     * @return the size of theta on axis 1
     */
    public final int getParameterCount() {
        return parameterCount;
    }

    /**
     * Returns the kernel with a backward pass, that of the family or one by {@link Autograd}.
     *
     * @param training whether the kernel is for a training step
     * @return the kernel
     */
    public final Kernel differentiableKernel(boolean training) {
        return Autograd.ofUnivariate(kernel(training).orElseThrow());
    }

    /**
     * Returns that kernel with {@code inverse_of(z, theta, features, p)}, for layers that invert
     * one feature after the other: z and theta are those of some features, whose numbers it is
     * told.
     *
     * @param training whether the kernel is for a training step
     * @return the kernel
     */
    public final Kernel stepwiseKernel(boolean training) {
        return differentiableKernel(training)
                .orElse(Kernel.of(Univariate.class, "each_feature"), "inverse_of");
    }

    /**
     * Returns the kernel that bounds log-scales to \(\pm \log 10^3\).
     *
     * @return that of {@link ScaleMap#SOFT_CLIP}
     */
    protected static Kernel softClip() {
        return Kernel.of(Univariate.class, "soft_clip");
    }

    /**
     * Returns the kernel by which structural layers lay out vectors for the maps: it takes values
     * to the axis n and back, and makes theta from features h by a linear map.
     *
     * @return the kernel, for this family's number of parameters
     */
    public final Kernel vectorLayout() {
        return Kernel.of(Univariate.class, "vectors").with("PARAMETERS", parameterCount);
    }

    /**
     * Returns the same for images of (channels, height, width).
     *
     * @return the kernel, for this family's number of parameters
     */
    public final Kernel imageLayout() {
        return Kernel.of(Univariate.class, "images").with("PARAMETERS", parameterCount);
    }

    /**
     * Maps z to x.
     *
     * @param store the store that holds the parameters
     * @param inputs z and theta
     * @param training whether this is part of a training step
     * @return x and the log-slope of the inverse
     * @throws IllegalArgumentException if theta is not (batch, count, n)
     */
    public final NDList inverse(ParameterStore store, NDList inputs, boolean training) {
        return call("inverse", store, inputs, training);
    }

    /** {@inheritDoc} */
    @Override
    protected final NDList forwardInternal(
            ParameterStore store,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        return call("forward", store, inputs, training);
    }

    private NDList call(String function, ParameterStore store, NDList inputs, boolean training) {
        Shape x = inputs.get(0).getShape();
        Shape expected = new Shape(x.get(0), parameterCount).addAll(x.slice(1));
        if (inputs.size() != 2 || !inputs.get(1).getShape().equals(expected)) {
            throw new IllegalArgumentException(
                    name()
                            + ": expected x and theta of shape "
                            + expected
                            + ", got "
                            + Arrays.toString(inputs.getShapes()));
        }
        Program program = program(training).orElseThrow();
        return call(program, function, store, inputs, new NDList(), training);
    }

    /** {@inheritDoc} */
    @Override
    public final Shape[] getOutputShapes(Shape[] inputShapes) {
        return new Shape[] {inputShapes[0], inputShapes[0]};
    }
}
