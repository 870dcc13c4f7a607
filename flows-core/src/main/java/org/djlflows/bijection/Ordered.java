package org.djlflows.bijection;

import ai.djl.ndarray.types.Shape;

import org.djlflows.AbstractBijection;
import org.djlflows.kernel.Kernel;

import java.util.Optional;

/**
 * Takes increasing vectors, \(x_1 &lt; x_2 &lt; \dots\), to all vectors: \(z_1 = x_1\), \(z_i =
 * \log(x_i - x_{i-1})\); \(\log|\det| = -\sum_{i&gt;1} z_i\).
 *
 * <p>x is (batch, D). A vector that does not increase gives NaN in its row, which {@code
 * NormalizingFlow.locateNonFinite} names. The context is ignored. Both directions cost O(D).
 *
 * @see <a href="https://mc-stan.org/docs/reference-manual/transforms.html">Stan Reference Manual,
 *     Constraint Transforms</a>
 */
public final class Ordered extends AbstractBijection {

    /** Creates the layer. */
    public Ordered() {}

    @Override
    protected Optional<Kernel> source(boolean training) {
        return Optional.of(Kernel.of(Ordered.class, "ordered"));
    }

    @Override
    protected void prepare(Shape[] inputShapes) {
        requireVectors(inputShapes[0]);
    }
}
