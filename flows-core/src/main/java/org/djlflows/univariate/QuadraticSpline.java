package org.djlflows.univariate;

import org.djlflows.kernel.Kernel;
import org.djlflows.spec.SplineEnds;

/**
 * A monotone spline of parabolas on \([-B, B]\) and the identity outside.
 *
 * <p>Between knots the slope is linear: with slopes \(\delta_k\) at the knots and widths \(w_k\) of
 * the bins, as shares of the interval, and \(t = (x - x_k) / w_k\),
 *
 * <p>\(z = z_k + w_k (\delta_k t + \frac{1}{2} (\delta_{k+1} - \delta_k) t^2)\).
 *
 * <p>Widths are a softmax. Slopes at the inner knots are a softplus, divided by the area under all
 * of them, so that \(\pm B\) stay where they are; those at the ends are such that they become 1,
 * the slope of the tails. So the map and its slope are continuous everywhere.
 *
 * <p>2K - 1 parameters a scalar: K widths and K - 1 inner slopes. The inverse solves a quadratic
 * equation in closed form. Both directions cost about 3K operations. Values beyond B are not
 * transformed: standardise the data first.
 *
 * @see <a href="https://arxiv.org/abs/1808.03856">Müller, McWilliams, Rousselle, Gross and Novák,
 *     Neural Importance Sampling, 2019, section 4.3, piecewise-quadratic</a>
 */
public final class QuadraticSpline extends BoundedSpline {

    /** The smallest slope, and the smallest before the division by the area. */
    private static final double SMALLEST_SLOPE = 1e-3;

    private final SplineEnds ends;

    /**
     * Creates the family with slopes of 1 at the ends.
     *
     * @param bins the number of bins K, from 2 to 999
     * @param bound the bound B, positive
     * @throws IllegalArgumentException if there are too few or too many bins or the bound is not
     *     positive
     */
    public QuadraticSpline(int bins, double bound) {
        this(bins, bound, SplineEnds.SMOOTH);
    }

    /**
     * Creates the family.
     *
     * @param bins the number of bins K, from 2 to 999
     * @param bound the bound B, positive
     * @param ends the slopes at the ends
     * @throws IllegalArgumentException if there are too few or too many bins or the bound is not
     *     positive
     */
    public QuadraticSpline(int bins, double bound, SplineEnds ends) {
        super(2 * bins - 1, bins, bound);
        this.ends = ends;
    }

    @Override
    Kernel spline() {
        return Kernel.of(QuadraticSpline.class, "quadratic_spline")
                .with("SMALLEST_SLOPE", SMALLEST_SLOPE)
                .with("END", ends == SplineEnds.SMOOTH ? 0.5 : 0.25);
    }
}
