package org.djlflows.distribution;

import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.initializer.Initializer;

import org.djlflows.AbstractDistribution;
import org.djlflows.kernel.Kernel;

import java.util.Optional;

/**
 * A normal distribution with a learned mean and variance for each of n entries: \(\log p(x) = -
 * \sum_i \left[\frac12 ((x_i - \mu_i) / \sigma_i)^2 + \log \sigma_i\right] - \frac{n}{2} \log 2
 * \pi\).
 *
 * <p>x is (batch, event...); parameters \(\mu\) and \(\log \sigma\) of the event's shape, at first
 * 0. The context is ignored. Sampling is differentiable.
 */
public final class DiagonalNormal extends AbstractDistribution {

    private final Parameter mean;
    private final Parameter logDeviation;

    /** Creates the distribution. */
    public DiagonalNormal() {
        mean = addWeight("mean", Initializer.ZEROS);
        logDeviation = addWeight("log_deviation", Initializer.ZEROS);
    }

    /** {@inheritDoc} */
    @Override
    public Optional<Kernel> kernel(boolean training) {
        Shape event = getEventShape();
        return Optional.of(
                Kernels.of("diagonal_normal", event)
                        .with("LOG_NORMALIZER", Kernels.logNormalizer(event)));
    }

    /** {@inheritDoc} */
    @Override
    protected void prepare(Shape[] inputShapes) {
        mean.setShape(inputShapes[0].slice(1));
        logDeviation.setShape(inputShapes[0].slice(1));
    }
}
