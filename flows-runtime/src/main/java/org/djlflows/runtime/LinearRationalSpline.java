package org.djlflows.runtime;

/**
 * Splines of quotients of linear functions; theta is widths and heights of the bins, the slopes at
 * the inner knots, and where each bin is divided.
 *
 * <p>Within a bin both axes go from 0 to 1 and the slopes at its ends are the squares of e0 and e1.
 * Both of its curves are one seen from the two ends.
 *
 * @see <a href="https://arxiv.org/abs/2001.05168">Dolatabadi, Erfani and Leckie, Invertible
 *     Generative Modeling using Linear Rational Splines, 2020, algorithm 1</a>
 */
final class LinearRationalSpline extends BoundedSpline {

    private static final double SMALLEST_SHARE = 0.025;

    LinearRationalSpline(int bins, double bound) {
        super(4 * bins - 1, bins, bound);
    }

    /** What a value's bin has: the roots of the slopes at its ends, and its parts. */
    private record Curve<T>(T e0, T e1, T share, T mean) {}

    private <T extends Numbers<T>> Curve<T> curve(T theta, Bins<T> at, T widths, T heights) {
        T inner =
                theta.part(2 * bins, 3 * bins - 1)
                        .plus(RationalQuadraticSpline.SLOPE_ONE)
                        .softplus()
                        .plus(RationalQuadraticSpline.SMALLEST_SLOPE);
        T end = theta.constants(1);
        T slopes = end.joined(inner).joined(end);
        T s = at.pick(heights).over(at.pick(widths));
        T e0 = at.pick(slopes.part(0, bins)).over(s).sqrt();
        T e1 = at.pick(slopes.part(1, bins + 1)).over(s).sqrt();
        T free = at.pick(theta.part(3 * bins - 1, 4 * bins - 1)).sigmoid();
        T share = free.times(1 - 2 * SMALLEST_SHARE).plus(SMALLEST_SHARE);
        return new Curve<>(e0, e1, share, e1.toward(e0, share));
    }

    @Override
    <T extends Numbers<T>> Image<T> spline(T x, T theta) {
        T widths = Bins.sizes(theta.part(0, bins), bins);
        T heights = Bins.sizes(theta.part(bins, 2 * bins), bins);
        Bins<T> at = Bins.locate(x, widths, bins);
        Curve<T> curve = curve(theta, at, widths, heights);
        T height = at.pick(heights);
        T fromLeft = at.share().isAtMost(curve.share);
        T e = fromLeft.choose(curve.e0, curve.e1);
        T part = fromLeft.choose(curve.share, other(curve.share));
        T r = fromLeft.choose(at.share(), other(at.share())).over(part);
        T divisor = divisor(e, curve.mean, r);
        T v = part.times(e).times(e).times(r).over(divisor);
        T z = at.begin(heights).plus(height.times(fromLeft.choose(v, other(v))));
        T bend = e.over(divisor).log().times(2);
        return new Image<>(z, height.over(at.size()).log().plus(bend));
    }

    @Override
    <T extends Numbers<T>> Image<T> inverseSpline(T z, T theta) {
        T widths = Bins.sizes(theta.part(0, bins), bins);
        T heights = Bins.sizes(theta.part(bins, 2 * bins), bins);
        Bins<T> at = Bins.locate(z, heights, bins);
        Curve<T> curve = curve(theta, at, widths, heights);
        T width = at.pick(widths);
        T fromLeft = at.share().times(curve.mean).isAtMost(curve.share.times(curve.e0));
        T e = fromLeft.choose(curve.e0, curve.e1);
        T part = fromLeft.choose(curve.share, other(curve.share));
        T v = fromLeft.choose(at.share(), other(at.share()));
        T u = v.times(curve.mean).over(part.times(e)).within(0, 1);
        T r = u.over(u.plus(e.times(curve.mean).times(other(u))));
        T divisor = divisor(e, curve.mean, r);
        T way = part.times(r);
        T x = at.begin(widths).plus(width.times(fromLeft.choose(way, other(way))));
        T bend = e.over(divisor).log().times(-2);
        return new Image<>(x, width.over(at.size()).log().plus(bend));
    }

    private static <T extends Numbers<T>> T divisor(T e, T mean, T r) {
        return e.times(mean).plus(-1).times(r).plus(1);
    }

    private static <T extends Numbers<T>> T other(T share) {
        return share.negative().plus(1);
    }
}
