package org.djlflows.univariate;

import org.djlflows.kernel.Kernel;
import org.djlflows.kernel.NumericalInverse;
import org.djlflows.spec.BernsteinTails;

import java.util.Optional;

/**
 * A Bernstein polynomial of degree M with increasing coefficients: \(z = \sum_{k=0}^M \beta_k
 * \binom{M}{k} t^k (1 - t)^{M - k}\) for \(t = (x + B) / 2B\) on \([-B, B]\), and a line with the
 * slope of the end outside.
 *
 * <p>With {@link BernsteinTails#LINEAR}, M + 1 parameters a scalar: where the middle of the
 * coefficients lies, and their steps, through a softplus. With {@link BernsteinTails#IDENTITY}, M -
 * 4 parameters, through a softmax: two steps at each end are those of slope 1 and no curvature, as
 * zuko has them. The inverse is numerical, some ten times the cost of forward.
 *
 * @see <a href="https://arxiv.org/abs/2004.00464">Sick, Hothorn and Dürr, Deep transformation
 *     models, 2021</a>
 * @see <a href="https://arxiv.org/abs/2102.03509">Ramasinghe, Fernando, Khan and Barnes, Robust
 *     normalizing flows using Bernstein-type polynomials, 2021</a>
 */
public final class Bernstein extends Univariate {

    /** The smallest step between coefficients, as a share of that of the identity. */
    private static final double SMALLEST_STEP = 1e-3;

    /** Powers of a higher degree leave the range of float32. */
    private static final int HIGHEST_DEGREE = 100;

    private final int degree;
    private final double bound;
    private final BernsteinTails tails;

    /**
     * Creates the family.
     *
     * @param degree the degree M, of 5 to 100
     * @param bound the bound B, positive
     * @param tails what is outside
     * @throws IllegalArgumentException if an argument is out of its range
     */
    public Bernstein(int degree, double bound, BernsteinTails tails) {
        super(tails == BernsteinTails.LINEAR ? degree + 1 : degree - 4);
        Mixtures.require(
                Bernstein.class,
                degree >= 5 && degree <= HIGHEST_DEGREE,
                "a degree of 5 to " + HIGHEST_DEGREE,
                degree);
        Mixtures.require(
                Bernstein.class, bound > 0 && Double.isFinite(bound), "a positive bound", bound);
        this.degree = degree;
        this.bound = bound;
        this.tails = tails;
    }

    /** {@inheritDoc} */
    @Override
    protected Optional<Kernel> source(boolean training) {
        double step = 2 * bound / degree;
        Kernel coefficients =
                tails == BernsteinTails.LINEAR
                        ? Kernel.of(Bernstein.class, "bernstein_linear")
                                .with("SMALLEST", SMALLEST_STEP)
                                .with("ONE", Math.log(Math.expm1(1 - SMALLEST_STEP)))
                        : Kernel.of(Bernstein.class, "bernstein_identity")
                                .with("BOUND", bound)
                                .with("FREE", step * (degree - 4));
        Kernel kernel =
                Kernel.of(Bernstein.class, "bernstein")
                        .calling("coefficients", coefficients.with("STEP", step))
                        .with("BOUND", bound)
                        .with("DEGREE", degree)
                        .with("SLOPE", 1 / step)
                        .with("BEND", (degree - 1) / (step * 2 * bound));
        return Optional.of(NumericalInverse.ofUnivariate(kernel, getDataType()));
    }
}
