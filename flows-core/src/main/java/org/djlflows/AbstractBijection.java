package org.djlflows;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;

import org.djlflows.kernel.KernelBlock;

/**
 * The base of all bijections: checks the inputs and calls the kernel.
 *
 * <p>A layer declares its parameters, their shapes in {@code prepare}, and its {@link
 * #kernel(boolean) kernel} with {@code forward} and {@code inverse}. A layer that holds other
 * blocks, some of which may have no kernel or fit themselves to the first batch of training, also
 * says how to compute itself in parts.
 */
public abstract class AbstractBijection extends KernelBlock implements Bijection {

    private static final String INVERSE = "inverse";

    /** Creates a bijection. */
    protected AbstractBijection() {
        super("forward", INVERSE);
    }

    /** {@inheritDoc} */
    @Override
    public Bijection inverted() {
        return new InvertedBijection(this);
    }

    /** {@inheritDoc} */
    @Override
    public final NDList inverse(ParameterStore store, NDList inputs, boolean training) {
        return run(INVERSE, getNoiseShape(getEventShape()), false, store, inputs, training);
    }

    /** {@inheritDoc} */
    @Override
    protected final NDList inParts(
            String function, ParameterStore store, NDList inputs, boolean training) {
        return function.equals(INVERSE)
                ? inverseInParts(store, inputs, training)
                : forwardInParts(store, inputs, training);
    }

    /**
     * Computes the forward direction by its parts, see {@link #inParts}.
     *
     * @param store the store that holds the parameters
     * @param inputs x and optionally context
     * @param training whether this is part of a training step
     * @return z and log-det
     * @throws UnsupportedOperationException if the layer does not say how
     */
    protected NDList forwardInParts(ParameterStore store, NDList inputs, boolean training) {
        return super.inParts("forward", store, inputs, training);
    }

    /**
     * Computes the inverse direction by its parts, see {@link #inParts}.
     *
     * @param store the store that holds the parameters
     * @param inputs z and optionally context
     * @param training whether this is part of a training step
     * @return x and log-det
     * @throws UnsupportedOperationException if the layer does not say how
     */
    protected NDList inverseInParts(ParameterStore store, NDList inputs, boolean training) {
        return super.inParts(INVERSE, store, inputs, training);
    }

    /**
     * Returns the shape of one event of noise for a shape of one event of data.
     *
     * @param event the shape of x without the batch
     * @return the shape of z without the batch; the same, unless the layer reshapes
     */
    protected Shape getNoiseShape(Shape event) {
        return event;
    }

    /**
     * Returns the shape of one event of data for a shape of one event of noise.
     *
     * @param noise the shape of z without the batch
     * @return the shape of x without the batch; the same, unless the layer reshapes
     */
    protected Shape getDataShape(Shape noise) {
        return noise;
    }

    /** {@inheritDoc} */
    @Override
    public final Shape[] getOutputShapes(Shape[] inputShapes) {
        long batch = inputShapes[0].get(0);
        Shape noise = new Shape(batch).addAll(getNoiseShape(inputShapes[0].slice(1)));
        return new Shape[] {noise, new Shape(batch)};
    }
}
