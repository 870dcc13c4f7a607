package org.djlflows.stochastic;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;

import org.djlflows.kernel.Kernel;

import java.util.Optional;

/** A surjection with its directions exchanged: its data are the latent variables of the other. */
final class InvertedSurjection extends StochasticLayer {

    private final Surjection surjection;

    InvertedSurjection(Surjection surjection) {
        this.surjection = addChildBlock("surjection", surjection);
        adoptInverted(surjection);
    }

    @Override
    public boolean isExact() {
        return false;
    }

    @Override
    protected Optional<Kernel> source(boolean training) {
        return surjection
                .kernel(training)
                .map(k -> Kernel.of(StochasticLayer.class, "inverted").calling("surjection", k));
    }

    @Override
    protected NDList inParts(
            String function, ParameterStore store, NDList inputs, boolean training) {
        NDList out =
                function.equals("forward")
                        ? surjection.inverse(store, inputs, training)
                        : surjection.forward(store, inputs, training);
        return new NDList(out.get(0), out.get(1).neg());
    }

    @Override
    protected Shape getLatentShape(Shape event) {
        return surjection.getDataShape(event);
    }

    @Override
    protected void initializeChildBlocks(NDManager manager, DataType type, Shape... shapes) {
        Shape[] inner = shapes.clone();
        inner[0] = getOutputShapes(shapes)[0];
        surjection.initialize(manager, type, inner);
    }
}
