package org.djlflows.distribution;

import ai.djl.nn.Block;
import ai.djl.training.initializer.Initializer;

import org.djlflows.AbstractDistribution;
import org.djlflows.kernel.Kernel;
import org.djlflows.nn.RowParameters;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * A normal distribution whose mean and variance come from the context: \(\log p(x \mid c) = -
 * \sum_i \left[\frac12 ((x_i - \mu_i(c)) / \sigma_i(c))^2 + \log \sigma_i(c)\right] - \frac{D}{2}
 * \log 2 \pi\), with \(\mu\) and \(\log \sigma\) linear in the features of a network. The posterior
 * of a variational autoencoder, and the base of flows that improve on it.
 *
 * <p>x is (batch, D), the context (batch, C). A fresh one is the standard normal distribution for
 * each context. Sampling is differentiable.
 */
public final class ConditionalNormal extends AbstractDistribution {

    private final RowParameters rowParameters;

    /**
     * Creates the distribution.
     *
     * @param network the network from the context to features, {@code Scripted}
     * @throws IllegalArgumentException if the network is not {@code Scripted}
     */
    public ConditionalNormal(Block network) {
        rowParameters =
                addChildBlock(
                        "parameters",
                        new RowParameters(features -> 2 * features, Initializer.ZEROS, network));
    }

    /** {@inheritDoc} */
    @Override
    public OptionalLong getUniforms() {
        return OptionalLong.of(getEventShape().size());
    }

    @Override
    protected Optional<Kernel> source(boolean training) {
        Kernel kernel = EventKernels.normal("conditional_normal", getEventShape());
        return rowParameters.kernel(training).map(k -> kernel.calling("parameters", k));
    }
}
