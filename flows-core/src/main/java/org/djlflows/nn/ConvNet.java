package org.djlflows.nn;

import ai.djl.ndarray.types.Shape;

import org.djlflows.kernel.Kernel;

import java.util.Optional;

/**
 * Three convolutions with rectified linear units between them, of 3 x 3, 1 x 1 and 3 x 3 pixels, as
 * in Glow: \(h = W_3 * \sigma(W_2 * \sigma(W_1 * (x, c)))\).
 *
 * <ul>
 *   <li>x: (batch, C, height, width)
 *   <li>context: (batch, K), repeated at each pixel, or images whose size is that of x or a
 *       multiple of it, whose squares of pixels become channels
 *   <li>result: (batch, outputs, height, width)
 * </ul>
 *
 * <p>The linear map of the {@code Coupling} that follows starts at zero, where Glow starts the last
 * convolution there; with as many outputs as the coupling has parameters a pixel the two are any
 * convolution.
 *
 * @see <a href="https://arxiv.org/abs/1807.03039">Kingma and Dhariwal, Glow, 2018, section 3.3</a>
 */
public final class ConvNet extends ImageNetwork {

    private final int width;
    private final int outputs;

    /**
     * Creates a network.
     *
     * @param width the number of channels of the two hidden layers, at least 1
     * @param outputs the number of channels of the result, at least 1
     * @throws IllegalArgumentException if an argument is out of its range
     */
    public ConvNet(int width, int outputs) {
        super(outputs);
        this.width = VectorNetwork.requirePositive("ConvNet", "a width", width);
        this.outputs = VectorNetwork.requirePositive("ConvNet", "a number of outputs", outputs);
    }

    @Override
    protected Optional<Kernel> source(boolean training) {
        return Optional.of(
                Kernel.of(ConvNet.class, "conv_net")
                        .calling("inputs", inputs())
                        .calling("convolution", convolution()));
    }

    @Override
    protected void prepare(Shape[] inputShapes) {
        long context = contextChannels(inputShapes);
        addConvolution("first", inputShapes[0].get(1) + context, width, 3);
        addConvolution("second", width, width, 1);
        addConvolution("last", width, outputs, 3);
    }
}
