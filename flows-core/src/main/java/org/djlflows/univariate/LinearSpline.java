package org.djlflows.univariate;

import org.djlflows.kernel.Kernel;

/**
 * A spline of straight lines on \([-B, B]\) and the identity outside.
 *
 * <p>The K bins are of one width, and of heights \(2 B\, \mathrm{softmax}(\theta)_k\), so the slope
 * in bin k is \(K\, \mathrm{softmax}(\theta)_k\): the density is a histogram. The slope jumps at
 * each knot and at \(\pm B\), and has no lower bound: where it is tiny, the inverse loses as many
 * digits.
 *
 * <p>K parameters a scalar. Both directions cost about K operations. Values beyond B are not
 * transformed: standardise the data first.
 *
 * @see <a href="https://arxiv.org/abs/1808.03856">Müller, McWilliams, Rousselle, Gross and Novák,
 *     Neural Importance Sampling, 2019, section 4.2, piecewise-linear</a>
 */
public final class LinearSpline extends BoundedSpline {

    private final int bins;

    /**
     * Creates the family.
     *
     * @param bins the number of bins K, from 2 to 999
     * @param bound the bound B, positive
     * @throws IllegalArgumentException if there are too few or too many bins or the bound is not
     *     positive
     */
    public LinearSpline(int bins, double bound) {
        super(bins, bins, bound);
        this.bins = bins;
    }

    @Override
    Kernel spline() {
        return Kernel.of(LinearSpline.class, "linear_spline").with("LOG_BINS", Math.log(bins));
    }
}
