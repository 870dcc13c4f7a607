package org.djlflows;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;

import org.djlflows.kernel.KernelBlock;
import org.djlflows.kernel.Program;

/**
 * The base of all bijections: checks the inputs and calls the kernel.
 *
 * <p>A layer declares its parameters, their shapes in {@code prepare}, and its {@link
 * #kernel(boolean) kernel} with {@code forward} and {@code inverse}. A layer that holds other
 * blocks, some of which may have no kernel, also says how to compute itself in parts.
 */
public abstract class AbstractBijection extends KernelBlock implements Bijection {

    /** Creates a bijection. */
    protected AbstractBijection() {
        super("forward", "inverse");
    }

    /** {@inheritDoc} */
    @Override
    public Bijection inverted() {
        return new InvertedBijection(this);
    }

    /** {@inheritDoc} */
    @Override
    protected final NDList forwardInternal(
            ParameterStore store,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        checkInputs(inputs, getEventShape());
        Program program = program(training).orElse(null);
        return program == null
                ? forwardInParts(store, inputs, training)
                : call(program, "forward", store, inputs, training);
    }

    /** {@inheritDoc} */
    @Override
    public final NDList inverse(ParameterStore store, NDList inputs, boolean training) {
        checkInputs(inputs, getNoiseShape(getEventShape()));
        Program program = program(training).orElse(null);
        return program == null
                ? inverseInParts(store, inputs, training)
                : call(program, "inverse", store, inputs, training);
    }

    /**
     * Computes the forward direction while this layer has no kernel.
     *
     * @param store the store that holds the parameters
     * @param inputs x and optionally context
     * @param training whether this is part of a training step
     * @return z and log-det
     * @throws UnsupportedOperationException if the layer does not say how
     */
    protected NDList forwardInParts(ParameterStore store, NDList inputs, boolean training) {
        throw new UnsupportedOperationException(
                getClass().getSimpleName() + ": has neither a kernel nor parts");
    }

    /**
     * Computes the inverse direction while this layer has no kernel.
     *
     * @param store the store that holds the parameters
     * @param inputs z and optionally context
     * @param training whether this is part of a training step
     * @return x and log-det
     * @throws UnsupportedOperationException if the layer does not say how
     */
    protected NDList inverseInParts(ParameterStore store, NDList inputs, boolean training) {
        throw new UnsupportedOperationException(
                getClass().getSimpleName() + ": has neither a kernel nor parts");
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
