package org.djlflows.distribution;

import ai.djl.ndarray.types.Shape;
import ai.djl.training.initializer.Initializer;

import org.djlflows.AbstractDistribution;
import org.djlflows.kernel.Kernel;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * A normal distribution with a learned mean and variance for each of n entries: \(\log p(x) = -
 * \sum_i \left[\frac12 ((x_i - \mu_i) / \sigma_i)^2 + \log \sigma_i\right] - \frac{n}{2} \log 2
 * \pi\).
 *
 * <p>x is (batch, event...); parameters \(\mu\) and \(\log \sigma\) of the event's shape, at first
 * 0. The context is ignored. Sampling is differentiable.
 */
public final class DiagonalNormal extends AbstractDistribution {

    /** Creates the distribution. */
    public DiagonalNormal() {}

    /** {@inheritDoc} */
    @Override
    public OptionalLong getUniforms() {
        return OptionalLong.of(getEventShape().size());
    }

    @Override
    protected Optional<Kernel> source(boolean training) {
        return Optional.of(EventKernels.normal("diagonal_normal", getEventShape()));
    }

    @Override
    protected void prepare(Shape[] inputShapes) {
        addWeight("mean", inputShapes[0].slice(1), Initializer.ZEROS);
        addWeight("log_deviation", inputShapes[0].slice(1), Initializer.ZEROS);
    }
}
