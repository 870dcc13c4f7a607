package org.djlflows.univariate;

import org.djlflows.kernel.Kernel;

/**
 * A monotone spline of quotients of linear functions on \([-B, B]\) and the identity outside.
 *
 * <p>Each bin is divided in two at a share \(\lambda\) of its width. With \(s\) its height over its
 * width, slopes \(s e_0^2\) and \(s e_1^2\) at its ends, \(m = \lambda e_0 + (1 - \lambda) e_1\)
 * and \(t = (x - x_k) / (x_{k+1} - x_k)\),
 *
 * <p>\(z = z_k + (z_{k+1} - z_k) \frac{\lambda e_0^2 t}{\lambda + (e_0 m - 1) t}\) for \(t \leq
 * \lambda\),
 *
 * <p>and beyond the same from the other end, with \(1 - \lambda\) and \(e_1\). The inverse is again
 * of this form, without a root, and the slope is continuous everywhere; that of the tails is 1.
 *
 * <p>4K - 1 parameters a scalar: K widths and K heights, through a softmax, K - 1 inner slopes,
 * through a softplus, and K shares, through a sigmoid to \([0.025, 0.975]\). Both directions cost
 * the same, about 4K operations. Values beyond B are not transformed: standardise the data first.
 *
 * @see <a href="https://arxiv.org/abs/2001.05168">Dolatabadi, Erfani and Leckie, Invertible
 *     Generative Modeling using Linear Rational Splines, 2020, algorithm 1</a>
 */
public final class LinearRationalSpline extends BoundedSpline {

    private static final double SMALLEST_SHARE = 0.025;

    /**
     * Creates the family.
     *
     * @param bins the number of bins K, from 2 to 999
     * @param bound the bound B, positive
     * @throws IllegalArgumentException if there are too few or too many bins or the bound is not
     *     positive
     */
    public LinearRationalSpline(int bins, double bound) {
        super(4 * bins - 1, bins, bound);
    }

    @Override
    Kernel spline() {
        return Kernel.of(LinearRationalSpline.class, "linear_rational_spline")
                .calling("constraint", RationalQuadraticSpline.softplus())
                .calling("ends_of", RationalQuadraticSpline.smoothEnds())
                .with("SMALLEST_SHARE", SMALLEST_SHARE);
    }
}
