package org.djlflows.nn;

import ai.djl.ndarray.types.Shape;

import org.djlflows.kernel.Initializers;
import org.djlflows.kernel.KernelBlock;

/** What the networks over vectors share: linear layers, and the context joined to the input. */
abstract class VectorNetwork extends KernelBlock {

    private final int outputs;

    VectorNetwork(int outputs) {
        super("forward");
        this.outputs = outputs;
    }

    static int requirePositive(String network, String what, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(
                    network + ": expected " + what + " of at least 1, got " + value);
        }
        return value;
    }

    /** Adds weight and bias of a linear layer with PyTorch's initial values. */
    final void addLinear(String name, long in, long out) {
        addWeight(name + "_weight", new Shape(out, in), Initializers.uniform(in));
        addWeight(name + "_bias", new Shape(out), Initializers.uniform(in));
    }

    /** Returns the number of inputs of the first layer: those of x and those of the context. */
    final long inputs(Shape[] inputShapes) {
        requireVectors(inputShapes[0]);
        return inputShapes[0].get(1) + contextFeatures(inputShapes);
    }

    final long contextFeatures(Shape[] inputShapes) {
        if (inputShapes.length < 2) {
            return 0;
        }
        requireVectors(inputShapes[1]);
        return inputShapes[1].get(1);
    }

    @Override
    public final Shape[] getOutputShapes(Shape[] inputShapes) {
        return new Shape[] {new Shape(inputShapes[0].get(0), outputs)};
    }
}
