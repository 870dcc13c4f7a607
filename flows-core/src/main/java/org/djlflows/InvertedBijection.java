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

/** A bijection with its directions exchanged; the event keeps its shape in both. */
final class InvertedBijection extends AbstractBijection {

    private final Bijection bijection;

    InvertedBijection(AbstractBijection bijection) {
        this.bijection = addChildBlock("bijection", bijection);
        adopt(bijection);
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
    public Optional<Kernel> kernel(boolean training) {
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
    protected void initializeChildBlocks(NDManager manager, DataType type, Shape... shapes) {
        Shape noise = bijection.getOutputShapes(shapes)[0];
        if (!noise.equals(shapes[0])) {
            throw new IllegalArgumentException(
                    "InvertedBijection: expected a layer that keeps the shape "
                            + shapes[0]
                            + ", got one that makes it "
                            + noise);
        }
        bijection.initialize(manager, type, shapes);
    }
}
