package org.djlflows.nn;

import ai.djl.ndarray.types.Shape;

import org.djlflows.kernel.Kernel;
import org.djlflows.spec.Activation;

import java.util.Optional;

/**
 * A residual network with pre-activation, of nflows' form: \(h_0 = W (x, c) + b\), \(h_{i+1} = h_i
 * + r_i(h_i) \odot \mathrm{sigmoid}(V_i c + v_i)\), \(r_i(h) = W_{i2}\,\sigma(W_{i1}\,\sigma(h) +
 * b_{i1}) + b_{i2}\).
 *
 * <p>x is (batch, D), the context (batch, C), the result (batch, width). Without a context the gate
 * is absent. All layers start as PyTorch's linear layers do; nflows starts the last of each block
 * close to zero.
 *
 * @see <a href="https://arxiv.org/abs/1906.04032">Durkan, Bekasov, Murray and Papamakarios, Neural
 *     Spline Flows, 2019, appendix B</a>
 */
public final class ResidualNet extends VectorNetwork {

    private final int width;
    private final int blocks;
    private final Activation activation;

    /**
     * Creates a network of rectified linear units.
     *
     * @param width the width of all layers, at least 1
     * @param blocks the number of residual blocks of two layers each, at least 1
     * @throws IllegalArgumentException if an argument is out of its range
     */
    public ResidualNet(int width, int blocks) {
        this(Activation.RELU, width, blocks);
    }

    /**
     * Creates a network.
     *
     * @param activation the non-linearity
     * @param width the width of all layers, at least 1
     * @param blocks the number of residual blocks of two layers each, at least 1
     * @throws IllegalArgumentException if an argument is out of its range
     */
    public ResidualNet(Activation activation, int width, int blocks) {
        super(width);
        this.activation = activation;
        this.width = requirePositive("ResidualNet", "a width", width);
        this.blocks = requirePositive("ResidualNet", "a number of blocks", blocks);
    }

    @Override
    protected Optional<Kernel> source(boolean training) {
        return Optional.of(
                Kernel.of(ResidualNet.class, "residual_net")
                        .with("BLOCKS", blocks)
                        .with("GATED", getContextShape().isPresent())
                        .calling("activation", Activations.kernel(activation)));
    }

    @Override
    protected void prepare(Shape[] inputShapes) {
        addLinear("first", inputs(inputShapes), width);
        for (int i = 0; i < blocks; i++) {
            addLinear("block" + i + "_first", width, width);
            addLinear("block" + i + "_second", width, width);
        }
        for (int i = 0; i < blocks && inputShapes.length > 1; i++) {
            addLinear("gate" + i, contextFeatures(inputShapes), width);
        }
    }
}
