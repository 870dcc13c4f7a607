package org.djlflows.runtime;

import java.util.Arrays;

/**
 * Splines of straight lines; theta is the heights of the bins, which are all as wide.
 *
 * @see <a href="https://arxiv.org/abs/1808.03856">Müller, McWilliams, Rousselle, Gross and Novák,
 *     Neural Importance Sampling, 2019, section 4.2, piecewise-linear</a>
 */
final class LinearSpline extends BoundedSpline {

    private final double[] widths;

    LinearSpline(int bins, double bound) {
        super(bins, bins, bound);
        widths = new double[bins];
        Arrays.fill(widths, 1.0 / bins);
    }

    @Override
    <T extends Numbers<T>> Image<T> spline(T x, T theta) {
        T logs = theta.minus(theta.logSumExp());
        T heights = logs.exp();
        Bins<T> at = Bins.locate(x, theta.constants(widths), bins);
        T z = at.begin(heights).plus(at.pick(heights).times(at.share()));
        return new Image<>(z, at.pick(logs).plus(Math.log(bins)));
    }

    @Override
    <T extends Numbers<T>> Image<T> inverseSpline(T z, T theta) {
        T logs = theta.minus(theta.logSumExp());
        Bins<T> at = Bins.locate(z, logs.exp().atLeast(1e-30), bins);
        T x = at.begin(theta.constants(widths)).plus(at.share().over(bins));
        return new Image<>(x, at.pick(logs).negative().plus(-Math.log(bins)));
    }
}
