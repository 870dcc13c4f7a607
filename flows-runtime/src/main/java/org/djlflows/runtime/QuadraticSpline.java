package org.djlflows.runtime;

import org.djlflows.spec.SplineEnds;

/**
 * Splines of parabolas; theta is the widths of the bins and the slopes at the inner knots, between
 * which slopes lie on lines.
 *
 * @see <a href="https://arxiv.org/abs/1808.03856">Müller, McWilliams, Rousselle, Gross and Novák,
 *     Neural Importance Sampling, 2019, section 4.2, piecewise-quadratic</a>
 */
final class QuadraticSpline extends BoundedSpline {

    private static final double SMALLEST_SLOPE = 1e-3;

    private final double end;

    QuadraticSpline(int bins, double bound, SplineEnds ends) {
        super(2 * bins - 1, bins, bound);
        end = ends == SplineEnds.SMOOTH ? 0.5 : 0.25;
    }

    /** The slopes at all knots. */
    private <T extends Numbers<T>> T slopes(T widths, T theta) {
        T inner = theta.part(bins, parameters()).softplus().plus(SMALLEST_SLOPE);
        // Those at the ends are what all are divided by below: with half a width they become 1.
        T first = widths.part(0, 1).times(end);
        T last = widths.part(bins - 1, bins).times(end);
        T rise = first.times(inner.part(0, 1)).plus(last.times(inner.part(bins - 2, bins - 1)));
        if (bins > 2) {
            rise = rise.plus(rises(widths.part(1, bins - 1), inner, bins - 2).sum());
        }
        T atEnd = rise.over(first.plus(last).negative().plus(1));
        T slopes = atEnd.joined(inner).joined(atEnd);
        T area = rises(widths, slopes, bins).sum();
        return slopes.over(area).times(1 - SMALLEST_SLOPE).plus(SMALLEST_SLOPE);
    }

    private static <T extends Numbers<T>> T rises(T widths, T slopes, int bins) {
        return widths.times(slopes.part(0, bins).plus(slopes.part(1, bins + 1))).times(0.5);
    }

    @Override
    <T extends Numbers<T>> Image<T> spline(T x, T theta) {
        T widths = Bins.sizes(theta.part(0, bins), bins);
        T slopes = slopes(widths, theta);
        Bins<T> at = Bins.locate(x, widths, bins);
        T d0 = at.pick(slopes.part(0, bins));
        T slope = d0.toward(at.pick(slopes.part(1, bins + 1)), at.share());
        T rise = at.size().times(at.share()).times(d0.plus(slope)).times(0.5);
        return new Image<>(at.begin(rises(widths, slopes, bins)).plus(rise), slope.log());
    }

    /** The root that does not cancel. */
    @Override
    <T extends Numbers<T>> Image<T> inverseSpline(T z, T theta) {
        T widths = Bins.sizes(theta.part(0, bins), bins);
        T slopes = slopes(widths, theta);
        Bins<T> at = Bins.locate(z, rises(widths, slopes, bins), bins);
        T d0 = at.pick(slopes.part(0, bins));
        T d1 = at.pick(slopes.part(1, bins + 1));
        // The squares of slopes lie on a line over z.
        T slope = d0.times(d0).toward(d1.times(d1), at.share()).sqrt();
        T way = at.pick(widths).times(at.share()).times(d0.plus(d1)).over(d0.plus(slope));
        return new Image<>(at.begin(widths).plus(way), slope.log().negative());
    }
}
