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

    /** Returns a kernel of this package that joins inputs and calls convolutions. */
    static Kernel kernel(String name) {
        return Kernel.of(ImageNetwork.class, name)
                .calling("inputs", Kernel.of(ImageNetwork.class, "image_inputs"))
                .calling("convolution", Kernel.of(ImageNetwork.class, "convolution"));
    }

    /** Adds weight and bias of a convolution with PyTorch's initial values. */
    final void addConvolution(String name, long in, long out, int size) {
        Initializer initializer = Initializers.uniform(in * size * size);
        addWeight(name + "_weight", new Shape(out, in, size, size), initializer);
        addWeight(name + "_bias", new Shape(out), initializer);
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
