package org.djlflows.distribution;

import ai.djl.ndarray.types.Shape;

import org.djlflows.AbstractDistribution;
import org.djlflows.kernel.Kernel;

import java.util.Optional;

/**
 * Neal's funnel: \(x_1 \sim \mathcal N(0, s^2)\), and for all others \(x_i \mid x_1 \sim \mathcal
 * N(0, e^{x_1})\), whose scale thus ranges over orders of magnitude. A hard target of known
 * density.
 *
 * <p>x is (batch, D) with D of 2 or more. No parameters. The context is ignored. Sampling is
 * differentiable.
 *
 * @see <a href="https://arxiv.org/abs/physics/0009028">Neal, Slice Sampling, 2003, section 8</a>
 */
public final class Funnel extends AbstractDistribution {

    private final double deviation;

    /** Creates Neal's own, whose first feature has standard deviation 3. */
    public Funnel() {
        this(3);
    }

    /**
     * Creates a funnel.
     *
     * @param deviation the standard deviation s of the first feature
     * @throws IllegalArgumentException if it is not positive
     */
    public Funnel(double deviation) {
        if (!(deviation > 0)) {
            throw new IllegalArgumentException(
                    "Funnel: expected a positive deviation, got " + deviation);
        }
        this.deviation = deviation;
    }

    @Override
    protected Optional<Kernel> source(boolean training) {
        return Optional.of(
                EventKernels.normal("funnel", getEventShape())
                        .with("DEVIATION", deviation)
                        .with("LOG_DEVIATION", Math.log(deviation)));
    }

    @Override
    protected void beforeInitialize(Shape... shapes) {
        super.beforeInitialize(shapes);
        requireVectors(shapes[0]);
        if (shapes[0].get(1) < 2) {
            throw new IllegalArgumentException(
                    "Funnel: expected at least 2 features, got " + shapes[0].get(1));
        }
    }
}
