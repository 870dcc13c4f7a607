package org.djlflows.nn;

import ai.djl.ndarray.types.Shape;
import ai.djl.training.initializer.Initializer;

import org.djlflows.kernel.Kernel;

import java.util.Optional;

/**
 * The residual network over images of Real NVP, with pre-activation and weight normalisation.
 *
 * <p>\(h_0 = W * \sigma(x, -x, c)\), \(h_{i+1} = h_i + W_{i2} * \sigma(W_{i1} * \sigma(h_i))\) with
 * convolutions of 3 x 3 pixels; the result is \(\sigma(\sum_i S_i * h_i)\) with convolutions of 1 x
 * 1. Each \(W = g\,v / \|v\|\) with a scale g for each output, at first 1. The batch normalisation
 * before each \(\sigma\) is that of {@link RealNvpNet} alone: this network is the same in training
 * and after it, and for each row alone.
 *
 * <ul>
 *   <li>x: (batch, C, height, width)
 *   <li>context: (batch, K), repeated at each pixel, or images whose size is that of x or a
 *       multiple of it, whose squares of pixels become channels
 *   <li>result: (batch, width, height, width)
 * </ul>
 *
 * @see <a href="https://arxiv.org/abs/1605.08803">Dinh, Sohl-Dickstein and Bengio, Density
 *     estimation using Real NVP, 2017, sections 3.7 and 4.1</a>
 */
public final class ConvResidualNet extends ImageNetwork {

    private final int width;
    private final int blocks;

    /**
     * Creates a network.
     *
     * @param width the number of channels of all layers, at least 1
     * @param blocks the number of residual blocks of two convolutions each, at least 1
     * @throws IllegalArgumentException if an argument is out of its range
     */
    public ConvResidualNet(int width, int blocks) {
        super(width);
        this.width = VectorNetwork.requirePositive("ConvResidualNet", "a width", width);
        this.blocks =
                VectorNetwork.requirePositive("ConvResidualNet", "a number of blocks", blocks);
    }

    @Override
    protected Optional<Kernel> source(boolean training) {
        return Optional.of(
                Kernel.of(ConvResidualNet.class, "conv_residual_net")
                        .calling("inputs", inputs())
                        .calling("weight_norm", weightNorm())
                        .with("BLOCKS", blocks));
    }

    @Override
    protected void prepare(Shape[] inputShapes) {
        long context = contextChannels(inputShapes);
        addNormalised("first", 2 * inputShapes[0].get(1) + context, 3);
        addNormalised("skip", width, 1);
        for (int i = 0; i < blocks; i++) {
            addNormalised("block" + i + "_first", width, 3);
            addNormalised("block" + i + "_second", width, 3);
            addNormalised("block" + i + "_skip", width, 1);
        }
    }

    private void addNormalised(String name, long in, int size) {
        addWeightNormalised(name, in, width, size, Initializer.ONES);
    }
}
