package org.djlflows;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;

import org.djlflows.kernel.Kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A bijection with its directions exchanged: its data are the noise of the other. */
final class InvertedBijection extends AbstractBijection {

    private final AbstractBijection bijection;

    InvertedBijection(AbstractBijection bijection) {
        this.bijection = addChildBlock("bijection", bijection);
        adoptInverted(bijection);
    }

    @Override
    public List<Bijection> getSteps() {
        List<Bijection> forward = bijection.getSteps();
        if (forward.size() == 1) {
            return List.of(this);
        }
        List<Bijection> steps = new ArrayList<>();
        forward.forEach(step -> steps.add(0, step.inverted()));
        return steps;
    }

    @Override
    public Bijection inverted() {
        return bijection;
    }

    @Override
    protected Optional<Kernel> source(boolean training) {
        return bijection
                .kernel(training)
                .map(k -> Kernel.of(InvertedBijection.class, "inverted").calling("bijection", k));
    }

    @Override
    protected NDList forwardInParts(ParameterStore store, NDList inputs, boolean training) {
        return bijection.inverse(store, inputs, training);
    }

    @Override
    protected NDList inverseInParts(ParameterStore store, NDList inputs, boolean training) {
        return bijection.forward(store, inputs, training);
    }

    @Override
    protected Shape getNoiseShape(Shape event) {
        return bijection.getDataShape(event);
    }

    @Override
    protected Shape getDataShape(Shape noise) {
        return bijection.getNoiseShape(noise);
    }

    @Override
    protected void initializeChildBlocks(NDManager manager, DataType type, Shape... shapes) {
        Shape[] data = shapes.clone();
        data[0] = getOutputShapes(shapes)[0];
        Shape noise = bijection.getOutputShapes(data)[0];
        if (!noise.equals(shapes[0])) {
            throw new IllegalArgumentException(
                    "InvertedBijection: expected a layer that makes the shape "
                            + shapes[0]
                            + ", got one that makes "
                            + noise
                            + " of "
                            + data[0]);
        }
        bijection.initialize(manager, type, data);
    }
}
