package org.djlflows.univariate;

import org.djlflows.kernel.Kernel;

import java.util.Optional;

/**
 * A monotone spline of rational quadratics on \([-B, B]\) and the identity outside.
 *
 * <p>Within the bin from knot \((x_k, z_k)\) to \((x_{k+1}, z_{k+1})\), with slopes \(\delta\) at
 * the knots, \(s = (z_{k+1} - z_k) / (x_{k+1} - x_k)\) and \(t = (x - x_k) / (x_{k+1} - x_k)\),
 *
 * <p>\(z = z_k + \frac{(z_{k+1} - z_k)(s t^2 + \delta_k t (1 - t))} {s + (\delta_{k+1} + \delta_k -
 * 2 s) t (1 - t)}\).
 *
 * <p>The inverse solves a quadratic equation in closed form and is defined for each finite input.
 * 3K - 1 parameters a scalar: K widths and K heights, through a softmax, and K - 1 inner slopes,
 * through a softplus; the tails have slope 1. Both directions cost the same, about 3K operations.
 *
 * <p>Values beyond B are not transformed: standardise the data first.
 *
 * @see <a href="https://arxiv.org/abs/1906.04032">Durkan, Bekasov, Murray and Papamakarios, Neural
 *     Spline Flows, 2019, equations 4 to 8</a>
 */
public final class RationalQuadraticSpline extends Univariate {

    /** The smallest width and height of a bin, as a share of the whole interval. */
    private static final double SMALLEST_SIZE = 1e-3;

    /** The smallest slope at a knot. */
    private static final double SMALLEST_SLOPE = 1e-3;

    private final int bins;
    private final double bound;
    private final double smallestSize;
    private final Kernel constraint;

    /**
     * Creates the family with bins of at least a thousandth of the interval and slopes of at least
     * a thousandth at the knots.
     *
     * @param bins the number of bins K, at least 2
     * @param bound the bound B, positive
     * @throws IllegalArgumentException if there are too few or too many bins or the bound is not
     *     positive
     */
    public RationalQuadraticSpline(int bins, double bound) {
        this(bins, bound, SMALLEST_SIZE, SMALLEST_SLOPE);
    }

    /**
     * Creates the family.
     *
     * @param bins the number of bins K, at least 2
     * @param bound the bound B, positive
     * @param smallestSize the smallest width and height of a bin, as a share of the interval, in
     *     (0, 1/K)
     * @param smallestSlope the smallest slope at a knot, in (0, 1)
     * @throws IllegalArgumentException if an argument is out of its range
     */
    public RationalQuadraticSpline(
            int bins, double bound, double smallestSize, double smallestSlope) {
        this(bins, bound, smallestSize, softplus(smallestSlope));
        require(
                smallestSize > 0 && smallestSize * bins < 1,
                "a smallest size in (0, 1/" + bins + ")",
                smallestSize);
    }

    private RationalQuadraticSpline(
            int bins, double bound, double smallestSize, Kernel constraint) {
        super(3 * bins - 1);
        require(bins >= 2, "at least 2 bins", bins);
        require(bound > 0 && Double.isFinite(bound), "a positive bound", bound);
        this.bins = bins;
        this.bound = bound;
        this.smallestSize = smallestSize;
        this.constraint = constraint;
    }

    private static Kernel softplus(double smallestSlope) {
        requireSlope(smallestSlope);
        return Kernel.of(RationalQuadraticSpline.class, "spline_softplus")
                .with("SMALLEST_SLOPE", smallestSlope)
                .with("SLOPE_ONE", Math.log(Math.expm1(1 - smallestSlope)));
    }

    private static void requireSlope(double slope) {
        require(slope > 0 && slope < 1, "a smallest slope in (0, 1)", slope);
    }

    private static void require(boolean condition, String expected, Object got) {
        if (!condition) {
            throw new IllegalArgumentException(
                    "RationalQuadraticSpline: expected " + expected + ", got " + got);
        }
    }

    /**
     * Returns the family as zuko constrains it: sizes are a softmax of \(a / (1 + 2 |a| / l)\)
     * without a smallest size, slopes \(\exp(a / (1 + |a| / l))\), where \(l = |\log s|\) for the
     * smallest slope s.
     *
     * @param bins the number of bins K, at least 2
     * @param bound the bound B, positive
     * @param smallestSlope the smallest slope at a knot, in (0, 1)
     * @return the family
     * @throws IllegalArgumentException if an argument is out of its range
     */
    public static RationalQuadraticSpline clipped(int bins, double bound, double smallestSlope) {
        requireSlope(smallestSlope);
        Kernel constraint =
                Kernel.of(RationalQuadraticSpline.class, "spline_clipped")
                        .with("PER_LIMIT", -1 / Math.log(smallestSlope));
        return new RationalQuadraticSpline(bins, bound, 0, constraint);
    }

    @Override
    protected Optional<Kernel> source(boolean training) {
        return Optional.of(kernel(smoothEnds(), bins - 1));
    }

    /** Returns the kernel by which slopes are a softplus, at least a thousandth, 1 at 0. */
    static Kernel softplus() {
        return softplus(SMALLEST_SLOPE);
    }

    /** Returns the kernel by which the slopes at the ends are those of the tails. */
    static Kernel smoothEnds() {
        return Kernel.of(RationalQuadraticSpline.class, "spline_ends");
    }

    /** Returns the kernel of a spline that has the same slope at both ends, 3K parameters. */
    Kernel closed() {
        return kernel(Kernel.of(RationalQuadraticSpline.class, "spline_closed"), bins);
    }

    private Kernel kernel(Kernel ends, int slopes) {
        return Kernel.of(RationalQuadraticSpline.class, "rational_quadratic_spline")
                .calling("constraint", constraint)
                .calling("ends_of", ends)
                .with("BINS", bins)
                .with("SLOPES", slopes)
                .with("BOUND", bound)
                .with("SMALLEST", 2 * bound * smallestSize)
                .with("FREE", 2 * bound * (1 - bins * smallestSize));
    }
}
