package org.djlflows.runtime;

/**
 * Splines of cubics; theta is widths and heights of the bins and the slopes at both ends. Those at
 * inner knots are Steffen's: that of the parabola through three knots, but at most twice the slope
 * of either bin. Within a bin both axes go from 0 to 1: there the slopes at its ends are e0 and e1.
 *
 * @see <a href="https://arxiv.org/abs/1906.02145">Durkan, Bekasov, Murray and Papamakarios,
 *     Cubic-Spline Flows, 2019</a>
 */
final class CubicSpline extends BoundedSpline {

    CubicSpline(int bins, double bound) {
        super(2 * bins + 2, bins, bound);
    }

    private record Knots<T>(T widths, T heights, T e0, T e1) {}

    private <T extends Numbers<T>> Knots<T> knots(T theta) {
        T w = Bins.sizes(theta.part(0, bins), bins);
        T h = Bins.sizes(theta.part(bins, 2 * bins), bins);
        T s = h.over(w);
        T w0 = w.part(0, bins - 1);
        T w1 = w.part(1, bins);
        T s0 = s.part(0, bins - 1);
        T s1 = s.part(1, bins);
        T smaller = s0.isAtMost(s1).choose(s0, s1).times(2);
        T parabola = w1.times(s0).plus(w0.times(s1)).over(w0.plus(w1));
        T inner = smaller.isAtMost(parabola).choose(smaller, parabola);
        T ends = theta.part(2 * bins, 2 * bins + 2).plus(-Math.log(2)).sigmoid().times(3);
        return new Knots<>(
                w,
                h,
                ends.part(0, 1).joined(inner.over(s1)),
                inner.over(s0).joined(ends.part(1, 2)));
    }

    /** The cubic from (0, 0) to (1, 1) and its slope, which can underflow at an end. */
    private record Curve<T>(T value, T slope) {}

    private static <T extends Numbers<T>> Curve<T> curve(T t, T e0, T e1) {
        T cubic = e0.plus(e1).plus(-2);
        T square = e0.plus(cubic).negative().plus(1);
        T value = t.times(e0.plus(t.times(square.plus(t.times(cubic)))));
        T slope = e0.plus(t.times(square.times(2).plus(t.times(cubic).times(3))));
        return new Curve<>(value, slope.atLeast(1e-30));
    }

    @Override
    <T extends Numbers<T>> Image<T> spline(T x, T theta) {
        Knots<T> knots = knots(theta);
        Bins<T> at = Bins.locate(x, knots.widths, bins);
        T height = at.pick(knots.heights);
        Curve<T> curve = curve(at.share(), at.pick(knots.e0), at.pick(knots.e1));
        return new Image<>(
                at.begin(knots.heights).plus(height.times(curve.value)),
                height.over(at.size()).times(curve.slope).log());
    }

    @Override
    <T extends Numbers<T>> Image<T> inverseSpline(T z, T theta) {
        Knots<T> knots = knots(theta);
        Bins<T> at = Bins.locate(z, knots.heights, bins);
        T width = at.pick(knots.widths);
        T e0 = at.pick(knots.e0);
        T e1 = at.pick(knots.e1);
        T root = root(at.share(), e0, e1);
        // One of Newton's steps takes away what rounding left, as short as a slope is small.
        Curve<T> near = curve(root, e0, e1);
        T most = near.slope.times(0.05);
        T step = at.share().minus(near.value).over(near.slope.atLeast(1e-12));
        T bounded = step.abs().isAtMost(most).choose(step, step.over(step.abs()).times(most));
        T t = root.plus(bounded).within(0, 1);
        T slope = at.size().over(width).times(curve(t, e0, e1).slope);
        return new Image<>(at.begin(knots.widths).plus(width.times(t)), slope.log().negative());
    }

    /**
     * Where the curve is v. In 1 / t the equation is a cubic too, led by v, which is at least 1/2
     * where the curve is seen from the farther end. No root of it but the wanted one is above 1, so
     * that it is the largest, by Cardano's formula or by cosines.
     */
    private static <T extends Numbers<T>> T root(T share, T e0, T e1) {
        T lower = share.isBelow(0.5);
        T near = lower.choose(e1, e0);
        T v = lower.choose(share.negative().plus(1), share);
        T c = near.over(v).over(3);
        T a = e0.plus(e1).plus(-2).over(v);
        T b = near.negative().plus(1).over(v).minus(a);
        T p = c.times(c).plus(b.over(3));
        T q = c.times(c).times(c).plus(b.times(c).plus(a).times(0.5));
        T m = p.atLeast(0).sqrt();
        T discriminant = q.times(q).minus(p.times(p).times(p));
        T third = q.constants(1.0 / 3);
        T size = q.abs().plus(discriminant.atLeast(0).sqrt()).atLeast(1e-30).power(third);
        T r = q.isBelow(0).choose(size.negative(), size);
        T turn = q.over(m.times(m).times(m).atLeast(1e-30)).within(-1, 1).acos().over(3);
        // Where rounding makes a double root complex, what is below 1 is the other one.
        T single = c.plus(r).plus(p.over(r));
        T isSingle = discriminant.isAtMost(0).choose(c.constants(0), single);
        T largest = isSingle.isAtMost(0.999).choose(c.plus(m.times(2).times(turn.cos())), single);
        T t = c.constants(1).over(largest).within(0, 1);
        return lower.choose(t.negative().plus(1), t);
    }
}
