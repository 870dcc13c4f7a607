package org.djlflows.univariate;

import org.djlflows.kernel.Kernel;

/**
 * A monotone spline of cubics on \([-B, B]\) and the identity outside.
 *
 * <p>Within the bin from knot \((x_k, z_k)\) to \((x_{k+1}, z_{k+1})\), with \(s\) its height over
 * its width, slopes \(s e_0\) and \(s e_1\) at its ends and \(t = (x - x_k) / (x_{k+1} - x_k)\),
 *
 * <p>\(z = z_k + (z_{k+1} - z_k) (e_0 t + (3 - 2 e_0 - e_1) t^2 + (e_0 + e_1 - 2) t^3)\).
 *
 * <p>The slopes at inner knots follow from the bins by Steffen's rule, which keeps each cubic
 * increasing. Those at \(\pm B\) are free between 0 and three times the slope of their bin: the
 * slope is continuous within, but jumps at \(\pm B\) to the 1 of the tails, since a slope of 1
 * there is beyond what keeps a flat bin increasing.
 *
 * <p>2K + 2 parameters a scalar: K widths and K heights, through a softmax, and two slopes, through
 * a sigmoid. The inverse solves a cubic equation in closed form, and takes one step of Newton's to
 * be rid of rounding. Forward costs about 3K operations, inverse some 30 more. Values beyond B are
 * not transformed: standardise the data first.
 *
 * @see <a href="https://arxiv.org/abs/1906.02145">Durkan, Bekasov, Murray and Papamakarios,
 *     Cubic-Spline Flows, 2019</a>
 * @see <a href="https://ui.adsabs.harvard.edu/abs/1990A%26A...239..443S">Steffen, A simple method
 *     for monotonic interpolation in one dimension, 1990</a>
 */
public final class CubicSpline extends BoundedSpline {

    /**
     * Creates the family.
     *
     * @param bins the number of bins K, from 2 to 999
     * @param bound the bound B, positive
     * @throws IllegalArgumentException if there are too few or too many bins or the bound is not
     *     positive
     */
    public CubicSpline(int bins, double bound) {
        super(2 * bins + 2, bins, bound);
    }

    @Override
    Kernel spline() {
        return Kernel.of(CubicSpline.class, "cubic_spline").with("LOG_TWO", Math.log(2));
    }
}
