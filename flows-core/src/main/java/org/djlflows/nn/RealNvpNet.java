package org.djlflows.nn;

import ai.djl.ndarray.types.Shape;
import ai.djl.training.initializer.Initializer;

import org.djlflows.kernel.Kernel;

import java.util.Optional;

/**
 * The network of Real NVP's couplings over images, which makes their parameters itself ({@code
 * Coupling.direct}): a residual network with batch and weight normalisation.
 *
 * <p>\(h_0 = W * \sigma(N(x), -N(x), m, c)\), \(h_{i+1} = h_i + W_{i2} * \sigma(N(W_{i1} *
 * \sigma(N(h_i))))\) with convolutions of 3 x 3 pixels; the result is \(V * \sigma(N(\sum_i S_i *
 * h_i))\) with convolutions of 1 x 1. Each \(W = g\,v / \|v\|\) with a scale g for each output, at
 * first 1, and 0 in V, so that a fresh coupling is the identity. m is a channel of ones and zeros
 * that tells which pixels of a checkerboard pass. N gives each channel mean 0 and variance 1.
 *
 * <p>In training N takes both from the batch, through which gradients pass, and moves the running
 * ones a tenth of the way towards them, which are taken everywhere else. So in training the result
 * for an image depends on those beside it: in {@code TrainingStep} on those of its chunk. A batch
 * that is not finite moves nothing.
 *
 * <ul>
 *   <li>x: (batch, C, height, width)
 *   <li>context: (batch, K), repeated at each pixel, or images whose size is that of x or a
 *       multiple of it, whose squares of pixels become channels
 *   <li>result: (batch, outputs, height, width)
 *   <li>buffers: running means and variances, at first 0 and 1
 * </ul>
 *
 * @see <a href="https://arxiv.org/abs/1605.08803">Dinh, Sohl-Dickstein and Bengio, Density
 *     estimation using Real NVP, 2017, sections 3.7 and 4.1</a>
 */
public final class RealNvpNet extends ImageNetwork {

    private final int width;
    private final int blocks;
    private final int outputs;
    private final Optional<Kernel> mask;

    /**
     * Creates a network for a coupling of channels.
     *
     * @param width the number of channels of all layers, at least 1
     * @param blocks the number of residual blocks of two convolutions each, at least 1
     * @param outputs the number of channels of the result, at least 1
     * @throws IllegalArgumentException if an argument is out of its range
     */
    public RealNvpNet(int width, int blocks, int outputs) {
        this(width, blocks, outputs, Optional.empty());
    }

    private RealNvpNet(int width, int blocks, int outputs, Optional<Kernel> mask) {
        super(outputs);
        this.width = VectorNetwork.requirePositive("RealNvpNet", "a width", width);
        this.blocks = VectorNetwork.requirePositive("RealNvpNet", "a number of blocks", blocks);
        this.outputs = VectorNetwork.requirePositive("RealNvpNet", "a number of outputs", outputs);
        this.mask = mask;
    }

    /**
     * Creates a network for a coupling of the pixels of a checkerboard, which it sees as a channel.
     *
     * @param oddPass whether the pixels (i, j) with an odd i + j pass, or the others
     * @param width the number of channels of all layers, at least 1
     * @param blocks the number of residual blocks of two convolutions each, at least 1
     * @param outputs the number of channels of the result, at least 1
     * @return the network
     * @throws IllegalArgumentException if an argument is out of its range
     */
    public static RealNvpNet ofPixels(boolean oddPass, int width, int blocks, int outputs) {
        Kernel mask = Kernel.of(RealNvpNet.class, "pixel_mask").with("PASSING", oddPass ? 1 : 0);
        return new RealNvpNet(width, blocks, outputs, Optional.of(mask));
    }

    @Override
    protected Optional<Kernel> source(boolean training) {
        Kernel norm = Kernel.of(RealNvpNet.class, training ? "batch_norm" : "running_norm");
        return Optional.of(
                Kernel.of(RealNvpNet.class, "real_nvp_net")
                        .calling("inputs", inputs())
                        .calling("weight_norm", weightNorm())
                        .calling("norm", norm)
                        .calling("mask", mask.orElse(Kernel.of(RealNvpNet.class, "no_mask")))
                        .with("BLOCKS", blocks));
    }

    @Override
    protected void prepare(Shape[] inputShapes) {
        long channels = inputShapes[0].get(1);
        addStatistics("input", channels);
        long shown = 2 * channels + mask.map(m -> 1).orElse(0) + contextChannels(inputShapes);
        addWeightNormalised("first", shown, width, 3, Initializer.ONES);
        addWeightNormalised("skip", width, width, 1, Initializer.ONES);
        for (int i = 0; i < blocks; i++) {
            for (String name : new String[] {"first", "second"}) {
                addStatistics("block" + i + '_' + name, width);
                addWeightNormalised("block" + i + '_' + name, width, width, 3, Initializer.ONES);
            }
            addWeightNormalised("block" + i + "_skip", width, width, 1, Initializer.ONES);
        }
        addStatistics("last", width);
        addWeightNormalised("last", width, outputs, 1, Initializer.ZEROS);
    }

    private void addStatistics(String name, long channels) {
        addBuffer(name + "_mean", new Shape(channels), Initializer.ZEROS);
        addBuffer(name + "_variance", new Shape(channels), Initializer.ONES);
    }
}
