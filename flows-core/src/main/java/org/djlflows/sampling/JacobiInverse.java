package org.djlflows.sampling;

import ai.djl.ndarray.types.Shape;

import org.djlflows.AbstractBijection;
import org.djlflows.kernel.Kernel;
import org.djlflows.kernel.KernelBlock;

import java.util.Optional;

/** The inverse of an autoregressive layer by Jacobi's iteration, as one call. */
final class JacobiInverse extends KernelBlock {

    private final Kernel kernel;

    /**
     * Creates a view.
     *
     * @param layer the layer, initialised
     * @param kernel the solver with the kernel of the layer
     * @param numbers those of the solver, which come first in p
     */
    JacobiInverse(AbstractBijection layer, Kernel kernel, double... numbers) {
        super("invert");
        this.kernel = kernel;
        addNumbers("solver", numbers);
        addChildBlock("layer", layer);
        adopt(layer);
        // Refuses a layer that is not initialised.
        getEventShape();
        inputShapes = inputShapes.clone();
        inputShapes[0] = layer.getOutputShapes(inputShapes)[0];
    }

    @Override
    protected Optional<Kernel> source(boolean training) {
        return Optional.of(kernel);
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        throw new UnsupportedOperationException("JacobiInverse: is not part of a model");
    }
}
