package org.djlflows.distribution;

import org.djlflows.AbstractDistribution;
import org.djlflows.kernel.Kernel;

import java.util.Optional;

/**
 * What is trained of a density in any order: in training {@code forward} is an estimate of its mean
 * log-density over all orders, \(\frac{D}{D - t} \sum_{j \notin \sigma(\lt t)} \log p(x_j \mid
 * x_{\sigma(\lt t)})\) with an order \(\sigma\) and a number t that are drawn anew at each call, in
 * one pass of the network. Outside of training it is the density along the first of the orders,
 * which tells as well whether an epoch was a good one and costs a part of their mean. Samples are
 * those of the mean.
 *
 * @see <a href="https://arxiv.org/abs/2110.02037">Hoogeboom et al., Autoregressive Diffusion
 *     Models, 2022, equation 4</a>
 */
public final class RandomOrder extends AbstractDistribution {

    private final AnyOrder density;

    /**
     * Creates what is trained.
     *
     * @param density the density, whose parameters are trained
     */
    public RandomOrder(AnyOrder density) {
        this.density = addChildBlock("density", density);
    }

    /** {@inheritDoc} */
    @Override
    protected Optional<Kernel> source(boolean training) {
        return density.kernel(training)
                .map(
                        kernel ->
                                Kernel.of(RandomOrder.class, "random_order")
                                        .calling("density", kernel)
                                        .with("TRAINING", training));
    }

    /** {@inheritDoc} */
    @Override
    protected boolean drawsInForward() {
        return true;
    }
}
