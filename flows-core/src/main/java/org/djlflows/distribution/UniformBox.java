package org.djlflows.distribution;

import ai.djl.ndarray.types.Shape;

import org.djlflows.AbstractDistribution;
import org.djlflows.kernel.Kernel;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * The uniform distribution on a box with the same interval for each of n entries: \(\log p(x) = -n
 * \log(b - a)\) where all \(x_i \in [a, b]\), else \(-\infty\).
 *
 * <p>x is (batch, event...). No parameters. The context is ignored. As the base of a flow it gives
 * an infinite loss and no gradient for data that the flow maps outside the box.
 */
public final class UniformBox extends AbstractDistribution {

    private final double low;
    private final double high;

    /**
     * Creates the distribution.
     *
     * @param low the lower end a
     * @param high the upper end b
     * @throws IllegalArgumentException if the interval is empty or not finite
     */
    public UniformBox(double low, double high) {
        if (!(low < high && Double.isFinite(high - low))) {
            throw new IllegalArgumentException(
                    "UniformBox: expected low < high, got " + low + " and " + high);
        }
        this.low = low;
        this.high = high;
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
                EventKernels.of("uniform_box", event)
                        .with("LOW", low)
                        .with("HIGH", high)
                        .with("LOG_DENSITY", -event.size() * Math.log(high - low)));
    }
}
