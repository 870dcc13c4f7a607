package org.djlflows.distribution;

import ai.djl.ndarray.types.Shape;
import ai.djl.training.initializer.Initializer;

import org.djlflows.AbstractDistribution;
import org.djlflows.kernel.Initializers;
import org.djlflows.kernel.Kernel;

import java.util.Optional;

/**
 * Independent von Mises distributions of n angles, the normal ones of the circle, with learned
 * directions and concentrations: \(\log p(x) = \sum_i \left[\kappa_i \cos(x_i - \mu_i) - \log(2 \pi
 * I_0(\kappa_i))\right]\) where all \(x_i \in [-\pi, \pi]\), else \(-\infty\).
 *
 * <p>x is (batch, event...); parameters of the event's shape: \(\mu\), at first 0, of any size
 * since it counts modulo \(2\pi\), and \(\log \kappa\), at first -2, nearly uniform. The context is
 * ignored. Samples carry no gradients. Costs one evaluation of the scaled Bessel function an angle.
 *
 * <p>Samples come by the rejection of Best and Fisher, for all angles at once until all are
 * accepted; two of three are in each round, and after 200 rounds an angle would be given that of
 * the direction.
 *
 * @see <a href="https://doi.org/10.2307/2346732">Best and Fisher, Efficient Simulation of the von
 *     Mises Distribution, 1979</a>
 */
public final class VonMises extends AbstractDistribution {

    private static final double FIRST = -2;

    /** Some units in the last place of an angle in float32. */
    private static final double ROUNDING = 1e-6;

    /** Creates the distribution. */
    public VonMises() {}

    @Override
    protected Optional<Kernel> source(boolean training) {
        return Optional.of(
                EventKernels.of("von_mises", getEventShape())
                        .with("PI", Math.PI)
                        .with("END", Math.PI + ROUNDING)
                        .with("LOG_TWO_PI", Math.log(2 * Math.PI)));
    }

    @Override
    protected void prepare(Shape[] inputShapes) {
        Shape event = inputShapes[0].slice(1);
        addWeight("mean", event, Initializer.ZEROS);
        addWeight("log_concentration", event, Initializers.constant(FIRST));
    }
}
