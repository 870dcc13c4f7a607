package org.djlflows.nn;

import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.initializer.Initializer;

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

    /** Adds weight and bias of a linear layer, whose sizes {@code prepare} has to set. */
    final void addLinear(String name) {
        addWeight(name + "_weight", Initializer.ZEROS);
        addWeight(name + "_bias", Initializer.ZEROS);
    }

    /** Sets the sizes of a linear layer, and PyTorch's initial values: uniform by its inputs. */
    final void prepareLinear(String name, long in, long out) {
        prepareParameter(name + "_weight", new Shape(out, in), in);
        prepareParameter(name + "_bias", new Shape(out), in);
    }

    private void prepareParameter(String name, Shape shape, long in) {
        Parameter parameter = getDirectParameters().get(name);
        parameter.setShape(shape);
        parameter.setInitializer(Initializers.uniform(in));
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
