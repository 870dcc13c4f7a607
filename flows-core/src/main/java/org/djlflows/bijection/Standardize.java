package org.djlflows.bijection;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

import org.djlflows.AbstractBijection;
import org.djlflows.kernel.Kernel;
import org.djlflows.nn.Standardizer;

import java.util.Optional;

/**
 * Brings each entry to mean 0 and standard deviation 1: \(z = (x - \mu) / \sigma\), \(\log|\det| =
 * -\sum_i \log \sigma_i\).
 *
 * <p>x is (batch, event...). Mean and deviation are fitted to data, saved with the weights and
 * never trained; before the fit the layer is the identity. With it as the first layer the density
 * of a flow is that of the data in its own units. The context is ignored. Both directions cost one
 * multiplication.
 */
public final class Standardize extends AbstractBijection {

    private final Standardizer statistics;

    /** Creates the layer. */
    public Standardize() {
        statistics = addChildBlock("statistics", new Standardizer());
    }

    /**
     * Fits mean and standard deviation (that of the population) to data.
     *
     * @param x the data, of shape (rows, event...)
     * @throws IllegalArgumentException if an entry is constant or not finite
     * @throws IllegalStateException if this layer is not initialised
     */
    public void fit(NDArray x) {
        statistics.fit(x);
    }

    /**
     * Sets mean and standard deviation, as other data or another program has them.
     *
     * @param means the mean of each entry, in their order
     * @param deviations the standard deviation of each entry
     * @throws IllegalArgumentException if they are not as many as the entries, not finite, or a
     *     deviation is not positive
     * @throws IllegalStateException if this layer is not initialised
     */
    public void set(double[] means, double[] deviations) {
        statistics.set(means, deviations);
    }

    /** {@inheritDoc} */
    @Override
    public Optional<Kernel> kernel(boolean training) {
        return Optional.of(Kernel.of(Standardize.class, "standardize"));
    }

    /** {@inheritDoc} */
    @Override
    protected void initializeChildBlocks(NDManager manager, DataType type, Shape... shapes) {
        statistics.initialize(manager, type, shapes[0]);
    }
}
