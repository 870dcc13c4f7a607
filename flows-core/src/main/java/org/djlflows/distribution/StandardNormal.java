package org.djlflows.distribution;

import org.djlflows.AbstractDistribution;
import org.djlflows.kernel.Kernel;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * The normal distribution with mean 0 and variance 1 in each of n entries: \(\log p(x) = -\frac12
 * \|x\|^2 - \frac{n}{2} \log 2 \pi\).
 *
 * <p>x is (batch, event...). No parameters. The context is ignored. Sampling is differentiable.
 */
public final class StandardNormal extends AbstractDistribution {

    /** Creates the distribution. */
    public StandardNormal() {}

    /** {@inheritDoc} */
    @Override
    public OptionalLong getUniforms() {
        return OptionalLong.of(getEventShape().size());
    }

    @Override
    protected Optional<Kernel> source(boolean training) {
        return Optional.of(EventKernels.normal("standard_normal", getEventShape()));
    }
}
