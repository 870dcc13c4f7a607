package org.djlflows.distribution;

import ai.djl.ndarray.types.Shape;

import org.djlflows.AbstractDistribution;
import org.djlflows.kernel.Kernel;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * The standard normal distribution of n entries where none is further out than b: \(\log p(x) =
 * -\frac12 |x|^2 - \frac{n}{2} \log 2\pi - n \log \mathrm{erf}(b / \sqrt2)\) where all \(|x_i| \le
 * b\), else \(-\infty\).
 *
 * <p>x is (batch, event...). No parameters. The context is ignored.
 */
public final class TruncatedNormal extends AbstractDistribution {

    /**
     * Creates the distribution.
     *
     * @param bound b, positive
     * @throws IllegalArgumentException if it is not positive and finite
     */
    public TruncatedNormal(double bound) {
        if (!(bound > 0 && Double.isFinite(bound))) {
            throw new IllegalArgumentException(
                    "TruncatedNormal: expected a positive and finite bound, got " + bound);
        }
        addNumbers("bound", bound);
    }

    /** {@inheritDoc} */
    @Override
    public OptionalLong getUniforms() {
        return OptionalLong.of(getEventShape().size());
    }

    @Override
    protected Optional<Kernel> source(boolean training) {
        Shape event = getEventShape();
        return Optional.of(
                EventKernels.normal("truncated_normal", event)
                        .with("ENTRIES", event.size())
                        .with("SQRT_HALF", Math.sqrt(0.5)));
    }
}
