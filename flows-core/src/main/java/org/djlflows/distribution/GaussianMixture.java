package org.djlflows.distribution;

import ai.djl.ndarray.types.Shape;
import ai.djl.training.initializer.Initializer;

import org.djlflows.AbstractDistribution;
import org.djlflows.kernel.Initializers;
import org.djlflows.kernel.Kernel;

import java.util.Optional;

/**
 * A learned mixture of K normal distributions with diagonal covariances over n entries: \(\log p(x)
 * = \log \sum_k \pi_k \mathcal{N}(x; \mu_k, \sigma_k^2)\).
 *
 * <p>x is (batch, event...); parameters: logits of \(\pi\) of shape (K) and \(\log \sigma\) of
 * shape (K, n), at first 0, and \(\mu\) of shape (K, n), at first drawn from the standard normal
 * distribution. The context is ignored. Samples carry gradients to \(\mu\) and \(\sigma\) but not
 * to \(\pi\). Costs K n operations a row.
 */
public final class GaussianMixture extends AbstractDistribution {

    private final int components;

    /**
     * Creates the distribution.
     *
     * @param components the number of components K, at least 1
     * @throws IllegalArgumentException if there is no component
     */
    public GaussianMixture(int components) {
        if (components < 1) {
            throw new IllegalArgumentException(
                    "GaussianMixture: expected at least 1 component, got " + components);
        }
        this.components = components;
    }

    @Override
    protected Optional<Kernel> source(boolean training) {
        return Optional.of(EventKernels.normal("gaussian_mixture", getEventShape()));
    }

    @Override
    protected void prepare(Shape[] inputShapes) {
        Shape each = new Shape(components, inputShapes[0].slice(1).size());
        addWeight("logits", new Shape(components), Initializer.ZEROS);
        addWeight("means", each, Initializers.normal());
        addWeight("log_deviations", each, Initializer.ZEROS);
    }
}
