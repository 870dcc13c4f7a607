package org.djlflows.stochastic;

import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;

import org.djlflows.kernel.Kernel;

import java.util.Optional;

/**
 * Drops the signs of all features: \(z = |x|\), \(V = \sum_i \log P(s_i \mid z)\).
 *
 * <p>Before a density on \((0, \infty)^D\), such as that of a flow that begins with {@link
 * org.djlflows.bijection.Unbounded}, it is exact: \(p(x) = p(|x|)\,P(s \mid |x|)\), symmetric with
 * fair signs. {@link #inverted() Inverted} its data are magnitudes, of which the exact density is
 * \(\sum_s p(s x)\); its bound is tight where p is symmetric.
 *
 * <p>x is (batch, D), the context (batch, C). A z below 0 has no x and gives NaN in its row.
 *
 * @see <a href="https://arxiv.org/abs/2007.02731">Nielsen, Jaini, Hoogeboom, Winther and Welling,
 *     SurVAE Flows, 2020</a>
 */
public final class AbsoluteValue extends Surjection {

    private final boolean fair;

    /** Creates a layer whose signs are fair coins. */
    public AbsoluteValue() {
        super(new Signs(Optional.empty()));
        fair = true;
    }

    /**
     * Creates a layer whose signs have probabilities given z and the context, at first \(\frac12\).
     *
     * @param network the network from z, and the context behind it, to features of which the logits
     *     are linear functions, {@code Scripted}
     * @throws IllegalArgumentException if the network is not {@code Scripted}
     */
    public AbsoluteValue(Block network) {
        super(new Signs(Optional.of(network)));
        fair = false;
    }

    @Override
    public StochasticLayer inverted() {
        if (!fair) {
            throw new UnsupportedOperationException(
                    "AbsoluteValue: expected fair signs to be inverted, got a network, which no"
                            + " gradient reaches through signs that are drawn");
        }
        return super.inverted();
    }

    @Override
    protected Kernel map() {
        return Kernel.of(AbsoluteValue.class, "absolute_value");
    }

    @Override
    protected void prepare(Shape[] inputShapes) {
        requireVectors(inputShapes[0]);
    }
}
