package org.djlflows.univariate;

import ai.djl.ndarray.types.Shape;
import ai.djl.training.initializer.Initializer;

import org.djlflows.kernel.Initializers;
import org.djlflows.kernel.Kernel;
import org.djlflows.kernel.NumericalInverse;
import org.djlflows.runtime.GaussLegendre;

import java.util.Optional;

/**
 * The unconstrained monotonic neural network: the integral of a positive one, \(z = t + \int_0^x
 * g(u, s)\, du\), \(\log g = 7 \tanh(n(u, s) / 7)\), where the network n has two hidden layers of
 * tanh units, which all scalars share, and sees the signal s of each. Beyond \([-B, B]\) the slope
 * is that at the end, so that the map goes on as a line.
 *
 * <p>S + 1 parameters a scalar: t and the signal. The log-slope is exactly \(\log g\). The integral
 * is that of the rule of Gauss and Legendre: its error falls exponentially with the number of
 * points, and is the faster above rounding the sharper g bends. Forward costs as many passes
 * through the network as there are points, and one; the inverse, numerical, ten times as many.
 *
 * @see <a href="https://arxiv.org/abs/1908.05164">Wehenkel and Louppe, Unconstrained Monotonic
 *     Neural Networks, 2019, equation 1</a>
 */
public final class IntegratedNetwork extends Univariate {

    /** The bound of the log-slope: slopes are between 0.001 and 1000. */
    private static final double LIMIT = 7;

    private final int signal;
    private final int units;
    private final int points;
    private final double bound;

    /**
     * Creates the family.
     *
     * @param signal the number S of numbers by which the network is told which map to be, at least
     *     1
     * @param units the width of the hidden layers, at least 1
     * @param points the points of quadrature, at least 1
     * @param bound the bound B, positive
     * @throws IllegalArgumentException if an argument is out of its range
     */
    public IntegratedNetwork(int signal, int units, int points, double bound) {
        super(signal + 1);
        Class<?> map = IntegratedNetwork.class;
        Mixtures.require(map, signal > 0, "a signal of at least 1 number", signal);
        Mixtures.require(map, units > 0, "at least 1 unit", units);
        Mixtures.require(map, points > 0, "at least 1 point", points);
        Mixtures.require(map, bound > 0 && Double.isFinite(bound), "a positive bound", bound);
        this.signal = signal;
        this.units = units;
        this.points = points;
        this.bound = bound;
    }

    /** {@inheritDoc} */
    @Override
    protected Optional<Kernel> source(boolean training) {
        Kernel network =
                Kernel.of(IntegratedNetwork.class, "integrated_network").with("SIGNAL", signal);
        Kernel kernel = integrated(network, points, bound);
        return Optional.of(NumericalInverse.ofUnivariate(kernel, getDataType()));
    }

    /**
     * Adds the integral of {@code exp(log_integrand(x, seen, p))}, bounded by LIMIT, to a kernel.
     */
    static Kernel integrated(Kernel integrand, int points, double bound) {
        GaussLegendre rule = new GaussLegendre(points);
        return integrand
                .orElse(Kernel.of(IntegratedNetwork.class, "integral"))
                .with("BOUND", bound)
                .with("LIMIT", LIMIT)
                .with("POINTS", rule.points())
                .with("WEIGHTS", rule.weights());
    }

    /** {@inheritDoc} */
    @Override
    protected void prepare(Shape[] inputShapes) {
        // Units that bend in many places, and within a part of the range.
        addWeight("of_x", new Shape(units), Initializers.normal(2));
        addWeight("of_signal", new Shape(units, signal), Initializers.uniform(signal));
        addWeight("first_bias", new Shape(units), Initializers.normal(2));
        addWeight("second_weight", new Shape(units, units), Initializers.uniform(units));
        addWeight("second_bias", new Shape(units), Initializers.uniform(units));
        // The identity at first.
        addWeight("last_weight", new Shape(1, units), Initializer.ZEROS);
        addWeight("last_bias", new Shape(1), Initializer.ZEROS);
    }
}
