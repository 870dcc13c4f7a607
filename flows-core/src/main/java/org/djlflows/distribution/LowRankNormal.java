package org.djlflows.distribution;

import ai.djl.ndarray.types.Shape;
import ai.djl.training.initializer.Initializer;

import org.djlflows.AbstractDistribution;
import org.djlflows.kernel.Initializers;
import org.djlflows.kernel.Kernel;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * A normal distribution of n entries with a learned mean and the covariance of R common factors and
 * of noise in each entry, \(\Sigma = D^2 + W W^\top\), D diagonal and W of shape (n, R).
 *
 * <p>\(\log p(x) = -\frac12 \left(|e|^2 - |C^{-1} V^\top e|^2\right) - \sum_i \log D_{ii} - \sum_r
 * \log C_{rr} - \frac{n}{2} \log 2\pi\) with \(e = D^{-1}(x - \mu)\), \(V = D^{-1} W\) and the
 * Cholesky factor C of \(I + V^\top V\).
 *
 * <p>x is (batch, event...); parameters: \(\mu\) and \(\log D_{ii}\) of the event's shape, at first
 * 0, and W of shape (n, R), at first small random numbers: of equal ones none would become another.
 * The context is ignored. Sampling is differentiable. Costs n R operations a row.
 */
public final class LowRankNormal extends AbstractDistribution {

    private static final double SMALL = 0.01;

    private final int rank;

    /**
     * Creates the distribution.
     *
     * @param rank the number of common factors R, at least 1
     * @throws IllegalArgumentException if there is none
     */
    public LowRankNormal(int rank) {
        if (rank < 1) {
            throw new IllegalArgumentException(
                    "LowRankNormal: expected a rank of at least 1, got " + rank);
        }
        this.rank = rank;
    }

    /** {@inheritDoc} */
    @Override
    public OptionalLong getUniforms() {
        return OptionalLong.of(getEventShape().size() + rank);
    }

    @Override
    protected Optional<Kernel> source(boolean training) {
        return Optional.of(
                EventKernels.normal("low_rank_normal", getEventShape()).with("RANK", rank));
    }

    @Override
    protected void prepare(Shape[] inputShapes) {
        Shape event = inputShapes[0].slice(1);
        addWeight("mean", event, Initializer.ZEROS);
        addWeight("log_deviation", event, Initializer.ZEROS);
        addWeight("factors", new Shape(event.size(), rank), Initializers.normal(SMALL));
    }
}
