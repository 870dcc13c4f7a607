package org.djlflows.distribution;

import ai.djl.ndarray.types.Shape;
import ai.djl.training.initializer.Initializer;

import org.djlflows.AbstractDistribution;
import org.djlflows.kernel.Initializers;
import org.djlflows.kernel.Kernel;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * Independent Student distributions of n entries, with learned places, scales and degrees of
 * freedom \(\nu\): \(\log p(x) = \sum_i \left[\log \Gamma\left(\frac{\nu_i + 1}{2}\right) - \log
 * \Gamma\left(\frac{\nu_i}{2}\right) - \frac12 \log(\pi \nu_i) - \log s_i - \frac{\nu_i + 1}{2}
 * \log\left(1 + \frac{e_i^2}{\nu_i}\right)\right]\), \(e_i = (x_i - \mu_i) / s_i\).
 *
 * <p>Its tails fall as a power of x. A flow whose layers are lines far out has the tails of its
 * base, so that it is the base for data with heavy ones: on a normal base such flows are too sure
 * that nothing lies far out.
 *
 * <p>x is (batch, event...); parameters: \(\mu\) and \(\log s\) of the event's shape, at first 0,
 * and \(\log(\nu - 1)\), one number or of the event's shape, at first \(\log 9\). Degrees of
 * freedom are above 1, so that a mean exists. The context is ignored. Sampling is differentiable.
 *
 * @see <a href="https://arxiv.org/abs/1907.04481">Jaini, Kobyzev, Yu and Brubaker, Tails of
 *     Lipschitz Triangular Flows, 2020</a>
 */
public final class StudentT extends AbstractDistribution {

    private static final double FIRST = Math.log(9);

    private final boolean separate;

    /** Creates the distribution, with degrees of freedom of each entry. */
    public StudentT() {
        this(true);
    }

    private StudentT(boolean separate) {
        this.separate = separate;
    }

    /**
     * Creates the distribution with the same degrees of freedom for all entries.
     *
     * @return the distribution
     */
    public static StudentT ofCommonDegrees() {
        return new StudentT(false);
    }

    /** {@inheritDoc} */
    @Override
    public OptionalLong getUniforms() {
        return OptionalLong.of(2 * getEventShape().size());
    }

    @Override
    protected Optional<Kernel> source(boolean training) {
        return Optional.of(
                EventKernels.of("student_t", getEventShape())
                        .with("HALF_LOG_TWO_PI", 0.5 * Math.log(2 * Math.PI))
                        .with("PI", Math.PI));
    }

    @Override
    protected void prepare(Shape[] inputShapes) {
        Shape event = inputShapes[0].slice(1);
        addWeight("mean", event, Initializer.ZEROS);
        addWeight("log_scale", event, Initializer.ZEROS);
        Shape degrees = separate ? event : new Shape(1);
        addWeight("log_degrees", degrees, Initializers.constant(FIRST));
    }
}
