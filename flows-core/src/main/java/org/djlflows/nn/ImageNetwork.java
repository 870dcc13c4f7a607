package org.djlflows.nn;

import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
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

    /** Adds weight and bias of a convolution, whose sizes {@code prepare} has to set. */
    final void addConvolution(String name) {
        addWeight(name + "_weight", Initializer.ZEROS);
        addWeight(name + "_bias", Initializer.ZEROS);
    }

    /** Sets the sizes of a convolution, and PyTorch's initial values: uniform by its inputs. */
    final void prepareConvolution(String name, long in, long out, int size) {
        prepareParameter(name + "_weight", new Shape(out, in, size, size), in * size * size);
        prepareParameter(name + "_bias", new Shape(out), in * size * size);
    }

    private void prepareParameter(String name, Shape shape, long in) {
        Parameter parameter = getDirectParameters().get(name);
        parameter.setShape(shape);
        parameter.setInitializer(Initializers.uniform(in));
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
