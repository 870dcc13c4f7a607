package org.djlflows.distribution;

import ai.djl.ndarray.types.Shape;
import ai.djl.training.initializer.Initializer;

import org.djlflows.AbstractDistribution;
import org.djlflows.kernel.Kernel;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * A normal distribution of n entries with a learned mean and a learned covariance \(\Sigma = L
 * L^\top\), L lower triangular: \(\log p(x) = -\frac12 |L^{-1}(x - \mu)|^2 - \sum_i \log L_{ii} -
 * \frac{n}{2} \log 2\pi\).
 *
 * <p>x is (batch, event...); parameters: \(\mu\) of the event's shape, and a matrix (n, n) that
 * holds L below its diagonal and \(\log L_{ii}\) on it, at first 0; what is above counts for
 * nothing. The context is ignored. Sampling is differentiable. Costs \(n^2\) operations a row; for
 * many entries there is {@link LowRankNormal}.
 */
public final class FullNormal extends AbstractDistribution {

    /** Creates the distribution. */
    public FullNormal() {}

    /** {@inheritDoc} */
    @Override
    public OptionalLong getUniforms() {
        return OptionalLong.of(getEventShape().size());
    }

    @Override
    protected Optional<Kernel> source(boolean training) {
        return Optional.of(EventKernels.normal("full_normal", getEventShape()));
    }

    @Override
    protected void prepare(Shape[] inputShapes) {
        Shape event = inputShapes[0].slice(1);
        addWeight("mean", event, Initializer.ZEROS);
        addWeight("factor", new Shape(event.size(), event.size()), Initializer.ZEROS);
    }
}
