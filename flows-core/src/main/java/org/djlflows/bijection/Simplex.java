package org.djlflows.bijection;

import ai.djl.ndarray.types.Shape;

import org.djlflows.AbstractBijection;
import org.djlflows.kernel.Kernel;

import java.util.Optional;

/**
 * Takes shares of a whole to all vectors, by the additive log-ratio: \(z_i = \log x_i - \log
 * x_{D+1}\), where \(x_{D+1} = 1 - \sum_i x_i\) is the share that is not given; \(\log|\det| =
 * -\sum_{i=1}^{D+1} \log x_i\), \(x = \mathrm{softmax}(z, 0)\) without the last.
 *
 * <p>x is (batch, D), all but one of D + 1 shares: densities are those of these D numbers. Shares
 * that are not positive or leave nothing give NaN in their row, which {@code
 * NormalizingFlow.locateNonFinite} names. The context is ignored. Both directions cost O(D).
 *
 * @see <a href="https://doi.org/10.1111/j.2517-6161.1982.tb01195.x">Aitchison, The Statistical
 *     Analysis of Compositional Data, 1982, section 4</a>
 */
public final class Simplex extends AbstractBijection {

    /** Creates the layer. */
    public Simplex() {}

    @Override
    protected Optional<Kernel> source(boolean training) {
        return Optional.of(Kernel.of(Simplex.class, "simplex"));
    }

    @Override
    protected void prepare(Shape[] inputShapes) {
        requireVectors(inputShapes[0]);
    }
}
