package org.djlflows.nn;

import ai.djl.ndarray.types.Shape;
import ai.djl.training.initializer.Initializer;

import org.djlflows.kernel.Initializers;
import org.djlflows.kernel.Kernel;
import org.djlflows.kernel.KernelBlock;

/** What the networks over images share: convolutions, and the context joined to the channels. */
abstract class ImageNetwork extends KernelBlock {

    private final int outputs;

    ImageNetwork(int outputs) {
        super("forward");
        this.outputs = outputs;
    }

    /** Returns the kernel that joins the context to the channels of x. */
    static Kernel inputs() {
        return Kernel.of(ImageNetwork.class, "image_inputs");
    }

    /** Returns the kernel of convolutions that keep height and width. */
    static Kernel convolution() {
        return Kernel.of(ImageNetwork.class, "convolution");
    }

    /** Returns the kernel of those with weight normalisation. */
    static Kernel weightNorm() {
        return Kernel.of(ImageNetwork.class, "weight_norm").calling("convolution", convolution());
    }

    /** Returns the kernel of those that start at zero, with a scale. */
    static Kernel zeroConvolution() {
        return Kernel.of(ImageNetwork.class, "zero_convolution")
                .calling("convolution", convolution());
    }

    /** Adds weight and bias of a convolution with PyTorch's initial values. */
    final void addConvolution(String name, long in, long out, int size) {
        Initializer initializer = Initializers.uniform(in * size * size);
        addWeight(name + "_weight", new Shape(out, in, size, size), initializer);
        addWeight(name + "_bias", new Shape(out), initializer);
    }

    /**
     * Adds those of a convolution with weight normalisation, with the first values of its scale.
     */
    final void addWeightNormalised(
            String name, long in, long out, int size, Initializer firstScale) {
        addConvolution(name, in, out, size);
        addWeight(name + "_scale", new Shape(out), firstScale);
    }

    /** Returns the number of channels of the context, as it is joined to those of x. */
    final long contextChannels(Shape[] inputShapes) {
        Shape x = inputShapes[0];
        if (x.dimension() != 4) {
            throw new IllegalArgumentException(
                    name() + ": expected input shape (batch, channels, height, width), got " + x);
        }
        if (inputShapes.length < 2) {
            return 0;
        }
        Shape c = inputShapes[1];
        if (c.dimension() == 2) {
            return c.get(1);
        }
        long factor = c.dimension() == 4 ? c.get(2) / x.get(2) : 0;
        if (factor < 1 || c.get(2) != factor * x.get(2) || c.get(3) != factor * x.get(3)) {
            throw new IllegalArgumentException(
                    name()
                            + ": expected a context (batch, features) or images of the size of "
                            + x
                            + " or a multiple of it, got "
                            + c);
        }
        return c.get(1) * factor * factor;
    }

    @Override
    public final Shape[] getOutputShapes(Shape[] inputShapes) {
        Shape x = inputShapes[0];
        return new Shape[] {new Shape(x.get(0), outputs).addAll(x.slice(2))};
    }
}
