package org.djlflows.nn;

import ai.djl.ndarray.types.Shape;
import ai.djl.training.initializer.Initializer;

import org.djlflows.kernel.Initializers;
import org.djlflows.kernel.Kernel;

import java.util.Optional;

/**
 * The network of Glow's couplings, which makes their parameters itself ({@code Coupling.direct}):
 * convolutions of 3 x 3, 1 x 1 and 3 x 3 pixels with rectified linear units between them, \(h =
 * e^{3 l} (W_3 * \sigma(N_2(W_2 * \sigma(N_1(W_1 * x)))) + b)\).
 *
 * <p>\(N_i(y) = e^{a_i} y + b_i\) scale and shift each channel. The first training batch sets them
 * so that each channel has mean 0 and variance 1, as in an {@code ActNorm}; a first batch that is
 * empty or not finite is refused with an {@link IllegalArgumentException}.
 *
 * <ul>
 *   <li>x: (batch, C, height, width)
 *   <li>result: (batch, outputs, height, width), at first 0
 *   <li>parameters: \(W_1\) and \(W_2\) with a standard deviation of 0.05 at first, all others 0
 * </ul>
 *
 * <p>The context is ignored: Glow tells its classes to the priors.
 *
 * @see <a href="https://arxiv.org/abs/1807.03039">Kingma and Dhariwal, Glow, 2018, section 3.3 and
 *     appendix B</a>
 */
public final class GlowNet extends ImageNetwork {

    private static final double DEVIATION = 0.05;

    private final int width;
    private final int outputs;

    /**
     * Creates a network.
     *
     * @param width the number of channels of the two hidden layers, at least 1
     * @param outputs the number of channels of the result, at least 1
     * @throws IllegalArgumentException if an argument is out of its range
     */
    public GlowNet(int width, int outputs) {
        super(outputs);
        this.width = VectorNetwork.requirePositive("GlowNet", "a width", width);
        this.outputs = VectorNetwork.requirePositive("GlowNet", "a number of outputs", outputs);
    }

    @Override
    protected Optional<Kernel> source(boolean training) {
        return fittingKernel();
    }

    @Override
    protected Optional<Kernel> fittingKernel() {
        return Optional.of(
                Kernel.of(GlowNet.class, "glow_net")
                        .calling("convolution", convolution())
                        .calling("zero", zeroConvolution())
                        .calling("channels", statistics()));
    }

    @Override
    protected void prepare(Shape[] inputShapes) {
        addNormalised("first", new Shape(width, inputShapes[0].get(1), 3, 3));
        addNormalised("second", new Shape(width, width, 1, 1));
        addWeight("last_weight", new Shape(outputs, width, 3, 3), Initializer.ZEROS);
        addWeight("last_bias", new Shape(outputs), Initializer.ZEROS);
        addWeight("last_log_scale", new Shape(outputs), Initializer.ZEROS);
        addFitted(true);
    }

    private void addNormalised(String name, Shape weight) {
        addWeight(name + "_weight", weight, Initializers.normal(DEVIATION));
        addWeight(name + "_log_scale", new Shape(width), Initializer.ZEROS);
        addWeight(name + "_shift", new Shape(width), Initializer.ZEROS);
    }
}
