package org.djlflows.nn;

import ai.djl.ndarray.types.Shape;
import ai.djl.training.initializer.Initializer;

import org.djlflows.kernel.Kernel;

import java.util.Optional;

/**
 * A convolution of 3 x 3 pixels that starts at zero, with a learned scale of each output: \(h =
 * e^{3 l} (W * (x, c) + b)\), from which Glow makes the mean and the log standard deviation of the
 * channels that leave.
 *
 * <ul>
 *   <li>x: (batch, C, height, width)
 *   <li>context: (batch, K), repeated at each pixel, or images whose size is that of x or a
 *       multiple of it, whose squares of pixels become channels
 *   <li>result: (batch, outputs, height, width)
 *   <li>parameters: W, b and l, all at first 0
 * </ul>
 *
 * @see <a href="https://arxiv.org/abs/1807.03039">Kingma and Dhariwal, Glow, 2018, section 3.3</a>
 */
public final class ZeroConv extends ImageNetwork {

    private final int outputs;

    /**
     * Creates a network.
     *
     * @param outputs the number of channels of the result, at least 1
     * @throws IllegalArgumentException if it is less
     */
    public ZeroConv(int outputs) {
        super(outputs);
        this.outputs = VectorNetwork.requirePositive("ZeroConv", "a number of outputs", outputs);
    }

    @Override
    protected Optional<Kernel> source(boolean training) {
        return Optional.of(
                Kernel.of(ZeroConv.class, "zero_conv")
                        .calling("inputs", inputs())
                        .calling("zero", zeroConvolution()));
    }

    @Override
    protected void prepare(Shape[] inputShapes) {
        long in = inputShapes[0].get(1) + contextChannels(inputShapes);
        addWeight("weight", new Shape(outputs, in, 3, 3), Initializer.ZEROS);
        addWeight("bias", new Shape(outputs), Initializer.ZEROS);
        addWeight("log_scale", new Shape(outputs), Initializer.ZEROS);
    }
}
