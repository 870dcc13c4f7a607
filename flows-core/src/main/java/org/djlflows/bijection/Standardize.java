package org.djlflows.bijection;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

import org.djlflows.AbstractBijection;
import org.djlflows.kernel.Kernel;
import org.djlflows.nn.StandardScaler;

import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Brings each entry to mean 0 and standard deviation 1: \(z = (x - \mu) / \sigma\), \(\log|\det| =
 * -\sum_i \log \sigma_i\).
 *
 * <p>With logarithmic tails from T on, \(z_i\) further out than T becomes \(\pm T (1 + \log r_i)\)
 * with \(r_i = |z_i| / T\), which takes \(\log r_i\) from the log-determinant; slope and value are
 * continuous. Wild values then stay small and their log-density finite.
 *
 * <p>x is (batch, event...). Mean and deviation are fitted to data, saved with the weights and
 * never trained; before the fit the layer is the identity. With it as the first layer the density
 * of a flow is that of the data in its own units. The context is ignored. Both directions cost one
 * multiplication, and a logarithm or exponential for the tails.
 */
public final class Standardize extends AbstractBijection {

    private final StandardScaler statistics;

    /** Creates the layer, linear everywhere. */
    public Standardize() {
        this(OptionalDouble.empty());
    }

    /**
     * Creates the layer.
     *
     * @param tails T, where the tails begin to be logarithmic, positive; empty for none
     * @throws IllegalArgumentException if T is not positive and finite
     */
    public Standardize(OptionalDouble tails) {
        statistics = addChildBlock("statistics", new StandardScaler(tails));
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
    protected Optional<Kernel> source(boolean training) {
        return Optional.of(
                Kernel.of(Standardize.class, "standardize").calling("tails", statistics.tails()));
    }

    /** {@inheritDoc} */
    @Override
    protected void initializeChildBlocks(NDManager manager, DataType type, Shape... shapes) {
        statistics.initialize(manager, type, shapes[0]);
    }
}
