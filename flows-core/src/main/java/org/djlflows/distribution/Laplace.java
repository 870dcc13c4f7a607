package org.djlflows.distribution;

import ai.djl.ndarray.types.Shape;
import ai.djl.training.initializer.Initializer;

import org.djlflows.AbstractDistribution;
import org.djlflows.kernel.Kernel;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * Independent Laplace distributions of n entries, with learned places and scales: \(\log p(x) = -
 * \sum_i \left[|x_i - \mu_i| / s_i + \log s_i\right] - n \log 2\). Its tails fall exponentially,
 * and it has an edge in the middle.
 *
 * <p>x is (batch, event...); parameters \(\mu\) and \(\log s\) of the event's shape, at first 0.
 * The context is ignored. Sampling is differentiable.
 */
public final class Laplace extends AbstractDistribution {

    /** Creates the distribution. */
    public Laplace() {}

    /** {@inheritDoc} */
    @Override
    public OptionalLong getUniforms() {
        return OptionalLong.of(getEventShape().size());
    }

    @Override
    protected Optional<Kernel> source(boolean training) {
        Shape event = getEventShape();
        return Optional.of(
                EventKernels.of("laplace", event)
                        .with("LOG_NORMALIZER", event.size() * Math.log(2)));
    }

    @Override
    protected void prepare(Shape[] inputShapes) {
        addWeight("mean", inputShapes[0].slice(1), Initializer.ZEROS);
        addWeight("log_scale", inputShapes[0].slice(1), Initializer.ZEROS);
    }
}
