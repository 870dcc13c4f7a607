package org.djlflows.distribution;

import ai.djl.ndarray.types.Shape;
import ai.djl.training.initializer.Initializer;

import org.djlflows.AbstractDistribution;
import org.djlflows.kernel.Initializers;
import org.djlflows.kernel.Kernel;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * A learned mixture of K normal distributions with diagonal covariances over n entries: \(\log p(x)
 * = \log \sum_k \pi_k \mathcal{N}(x; \mu_k, \sigma_k^2)\).
 *
 * <p>x is (batch, event...); parameters: logits of \(\pi\) of shape (K) and \(\log \sigma\) of
 * shape (K, n), at first 0, and \(\mu\) of shape (K, n), at first drawn from the standard normal
 * distribution, or fitted to the first batch of training by {@linkplain #fitted k-means}:
 * components that begin on top of each other part slowly, and some never. That this was done is
 * saved with the weights; a first batch that is empty or not finite is refused with an {@link
 * IllegalArgumentException}. The context is ignored. Samples carry gradients to \(\mu\) and
 * \(\sigma\) but not to \(\pi\). Costs K n operations a row.
 */
public final class GaussianMixture extends AbstractDistribution {

    /** More rows tell no more of clusters. */
    private static final int ROWS = 1 << 14;

    private final int components;
    private final boolean fits;

    /**
     * Creates the distribution.
     *
     * @param components the number of components K, at least 1
     * @throws IllegalArgumentException if there is no component
     */
    public GaussianMixture(int components) {
        this(components, false);
    }

    /**
     * Creates the distribution so that its components begin at the clusters of the first batch of
     * training, each with the weight and the deviations of its cluster.
     *
     * @param components the number of components K, at least 1
     * @return the distribution
     * @throws IllegalArgumentException if there is no component
     */
    public static GaussianMixture fitted(int components) {
        return new GaussianMixture(components, true);
    }

    private GaussianMixture(int components, boolean fits) {
        if (components < 1) {
            throw new IllegalArgumentException(
                    "GaussianMixture: expected at least 1 component, got " + components);
        }
        this.components = components;
        this.fits = fits;
    }

    /** {@inheritDoc} */
    @Override
    public OptionalLong getUniforms() {
        return OptionalLong.of(getEventShape().size() + 1);
    }

    @Override
    protected Optional<Kernel> source(boolean training) {
        return Optional.of(EventKernels.normal("gaussian_mixture", getEventShape()));
    }

    @Override
    protected Optional<Kernel> fittingKernel() {
        Kernel clusters =
                Kernel.of(GaussianMixture.class, "fit_clusters")
                        .with("COMPONENTS", components)
                        .with("ROWS", ROWS)
                        .with("STEPS", 20);
        return source(false).map(kernel -> kernel.orElse(clusters));
    }

    @Override
    protected void prepare(Shape[] inputShapes) {
        Shape each = new Shape(components, inputShapes[0].slice(1).size());
        addWeight("logits", new Shape(components), Initializer.ZEROS);
        addWeight("means", each, Initializers.normal());
        addWeight("log_deviations", each, Initializer.ZEROS);
        addFitted(fits);
    }
}
