package org.djlflows.univariate;

import ai.djl.training.initializer.Initializer;

import org.djlflows.kernel.Initializers;
import org.djlflows.kernel.Kernel;
import org.djlflows.nn.Activations;
import org.djlflows.spec.Activation;

/**
 * Unconstrained monotonic networks: \(z = t + \int_0^x g_i(u, s)\, du\) with \(\log g_i = n_i / (1
 * + |n_i| / 7)\), for each feature i of a network \(n_i(u, s)\) of its own, which is told by the
 * signal s which map to be. {@link IntegratedNetwork} has one network for all features. Beyond
 * \([-B, B]\) the slope is that at the end, so that the map goes on as a line.
 *
 * <p>S + 1 parameters a scalar: t and the signal. The log-slope is exactly \(\log g\). The integral
 * is that of the rule of Gauss and Legendre between 0 and x, so its error grows with x, up to B:
 * hundreds of deviations out it can exceed what the integral grows by, and then z does not increase
 * with x, and the inverse is not unique. Forward costs as many passes through the networks as there
 * are points, and one; the inverse, numerical, ten times as many.
 *
 * @see <a href="https://arxiv.org/abs/1908.05164">Wehenkel and Louppe, Unconstrained Monotonic
 *     Neural Networks, 2019, equation 1</a>
 */
public final class UnconstrainedMonotonic extends FeatureNetworks {

    private final Activation activation;
    private final int points;
    private final double bound;

    /**
     * Creates the family.
     *
     * @param signal the number S of numbers by which a network is told which map to be, at least 1
     * @param activation the non-linearity
     * @param points the points of quadrature, at least 1
     * @param bound the bound B, positive
     * @param widths the widths of the hidden layers, each at least 2
     * @throws IllegalArgumentException if an argument is out of its range
     */
    public UnconstrainedMonotonic(
            int signal, Activation activation, int points, double bound, int... widths) {
        super(signal + 1, signal, widths);
        Class<?> map = UnconstrainedMonotonic.class;
        Mixtures.require(map, points > 0, "at least 1 point", points);
        Mixtures.require(map, bound > 0 && Double.isFinite(bound), "a positive bound", bound);
        this.activation = activation;
        this.points = points;
        this.bound = bound;
    }

    @Override
    Kernel map() {
        Kernel networks =
                Kernel.of(UnconstrainedMonotonic.class, "unconstrained_monotonic")
                        .calling("activation", Activations.kernel(activation));
        return IntegratedNetwork.integrated(networks, points, bound);
    }

    /** The last layer is 0 at first, and the map the identity. */
    @Override
    Initializer weights(int layer) {
        return isLast(layer)
                ? Initializer.ZEROS
                : Initializers.uniform(layer == 0 ? 1 : width(layer - 1));
    }

    @Override
    Initializer biases(int layer, int networks) {
        return weights(layer);
    }
}
