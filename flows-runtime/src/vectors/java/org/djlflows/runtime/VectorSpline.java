package org.djlflows.runtime;

import static org.djlflows.runtime.VectorLoops.LANES;
import static org.djlflows.runtime.VectorLoops.WIDTH;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * Values by {@link RationalQuadraticSpline}, in the steps of a single one. A few vectors take each
 * step together: a loop of one function is what the compiler keeps in registers.
 */
final class VectorSpline {

    /** So many values that what is computed on the way stays in the first cache. */
    private static final int MOST = 4 * WIDTH;

    private VectorSpline() {}

    /** Moves x[from] to x[to - 1], of which there are as many as fill vectors. */
    static void move(
            RationalQuadraticSpline spline,
            boolean forward,
            float[] x,
            float[] theta,
            float[] logSlope,
            int n,
            int from,
            int to) {
        Workspace workspace = Workspace.ofThread();
        long mark = workspace.mark();
        float[] widths = workspace.take(spline.bins * MOST);
        float[] heights = workspace.take(spline.bins * MOST);
        float[] bins = workspace.take(4 * MOST);
        float[] slopes = workspace.take(2 * MOST);
        float[] places = workspace.take(MOST);
        float[] logs = workspace.take(2 * MOST);
        for (int i = from; i < to; i += MOST) {
            int count = Math.min(MOST, to - i);
            sizes(spline, theta, n, i, count, widths);
            sizes(spline, theta, n, spline.bins * n + i, count, heights);
            for (int v = 0; v < count; v += WIDTH) {
                find(spline, forward, x, theta, n, i + v, v, count, widths, heights, bins, slopes);
            }
            positive(spline, slopes, 2 * count);
            for (int v = 0; v < count; v += WIDTH) {
                if (forward) {
                    place(spline, x, i + v, v, count, bins, places);
                } else {
                    root(spline, x, i + v, v, count, bins, slopes, places);
                }
                curve(spline, forward, x, i + v, v, count, bins, slopes, places, logs);
            }
            VectorLoops.log(logs, 0, 2 * count);
            for (int v = 0; v < count; v += WIDTH) {
                FloatVector numerator = FloatVector.fromArray(LANES, logs, v);
                FloatVector share = FloatVector.fromArray(LANES, logs, count + v);
                // Where x was outside, both logarithms are of 1.
                FloatVector log = numerator.add(share.add(share));
                if (!forward) {
                    log = FloatVector.zero(LANES).sub(log);
                }
                log.intoArray(logSlope, i + v);
            }
        }
        workspace.release(mark);
    }

    /** The sizes of the bins on one axis, bin by bin. */
    private static void sizes(
            RationalQuadraticSpline spline,
            float[] theta,
            int n,
            int at,
            int count,
            float[] sizes) {
        for (int v = 0; v < count; v += WIDTH) {
            FloatVector most = FloatVector.broadcast(LANES, Float.NEGATIVE_INFINITY);
            for (int k = 0; k < spline.bins; k++) {
                FloatVector size = FloatVector.fromArray(LANES, theta, at + k * n + v);
                if (spline.clipped) {
                    size = size.div(size.abs().mul(2 * RationalQuadraticSpline.PER_LIMIT).add(1));
                }
                size.intoArray(sizes, k * count + v);
                most = most.max(size);
            }
            for (int k = 0; k < spline.bins; k++) {
                FloatVector size = FloatVector.fromArray(LANES, sizes, k * count + v);
                size.sub(most).intoArray(sizes, k * count + v);
            }
        }
        VectorLoops.expOf(sizes, 0, spline.bins * count);
        for (int v = 0; v < count; v += WIDTH) {
            FloatVector sum = FloatVector.zero(LANES);
            for (int k = 0; k < spline.bins; k++) {
                sum = sum.add(FloatVector.fromArray(LANES, sizes, k * count + v));
            }
            FloatVector scale = FloatVector.broadcast(LANES, spline.free).div(sum);
            for (int k = 0; k < spline.bins; k++) {
                FloatVector size = FloatVector.fromArray(LANES, sizes, k * count + v);
                size.mul(scale).add(spline.smallest).intoArray(sizes, k * count + v);
            }
        }
    }

    /**
     * Finds the bin of each value: its width and height, its right end on both axes, and the
     * unconstrained slopes at its ends.
     */
    private static void find(
            RationalQuadraticSpline spline,
            boolean forward,
            float[] x,
            float[] theta,
            int n,
            int i,
            int v,
            int count,
            float[] widths,
            float[] heights,
            float[] bins,
            float[] slopes) {
        FloatVector value = FloatVector.fromArray(LANES, x, i).add(spline.bound);
        float[] sizes = forward ? widths : heights;
        float[] others = forward ? heights : widths;
        FloatVector size = FloatVector.fromArray(LANES, sizes, v);
        FloatVector other = FloatVector.fromArray(LANES, others, v);
        FloatVector end = size;
        FloatVector otherEnd = other;
        int first = 2 * spline.bins * n + i;
        FloatVector left = FloatVector.zero(LANES);
        FloatVector right = FloatVector.fromArray(LANES, theta, first);
        if (spline.closed) {
            left = right;
            right = FloatVector.fromArray(LANES, theta, first + n);
        }
        int behind = spline.closed ? 0 : -1;
        for (int k = 1; k < spline.bins; k++) {
            VectorMask<Float> beyond = end.compare(VectorOperators.LE, value);
            FloatVector next = FloatVector.fromArray(LANES, sizes, k * count + v);
            FloatVector nextOther = FloatVector.fromArray(LANES, others, k * count + v);
            size = size.blend(next, beyond);
            other = other.blend(nextOther, beyond);
            end = end.blend(end.add(next), beyond);
            otherEnd = otherEnd.blend(otherEnd.add(nextOther), beyond);
            left = left.blend(right, beyond);
            FloatVector slope = FloatVector.zero(LANES);
            if (k + 1 < spline.bins) {
                slope = FloatVector.fromArray(LANES, theta, first + (k + 1 + behind) * n);
            } else if (spline.closed) {
                slope = FloatVector.fromArray(LANES, theta, first);
            }
            right = right.blend(slope, beyond);
        }
        int w = forward ? 0 : count;
        size.intoArray(bins, w + v);
        other.intoArray(bins, count - w + v);
        end.intoArray(bins, 2 * count + w + v);
        otherEnd.intoArray(bins, 3 * count - w + v);
        left.intoArray(slopes, v);
        right.intoArray(slopes, count + v);
    }

    private static void positive(RationalQuadraticSpline spline, float[] slopes, int count) {
        if (spline.clipped) {
            for (int v = 0; v < count; v += WIDTH) {
                FloatVector raw = FloatVector.fromArray(LANES, slopes, v);
                raw.div(raw.abs().mul(RationalQuadraticSpline.PER_LIMIT).add(1))
                        .intoArray(slopes, v);
            }
            VectorLoops.expOf(slopes, 0, count);
            return;
        }
        for (int v = 0; v < count; v += WIDTH) {
            FloatVector.fromArray(LANES, slopes, v)
                    .add(RationalQuadraticSpline.SLOPE_ONE)
                    .intoArray(slopes, v);
        }
        VectorLoops.softplus(slopes, 0, count);
        for (int v = 0; v < count; v += WIDTH) {
            FloatVector.fromArray(LANES, slopes, v)
                    .add(RationalQuadraticSpline.SMALLEST_SLOPE)
                    .intoArray(slopes, v);
        }
    }

    /** Sets r, the distance of x from the right end of its bin as a share of the width. */
    private static void place(
            RationalQuadraticSpline spline,
            float[] x,
            int i,
            int v,
            int count,
            float[] bins,
            float[] places) {
        FloatVector value = FloatVector.fromArray(LANES, x, i).add(spline.bound);
        FloatVector w = FloatVector.fromArray(LANES, bins, v);
        FloatVector x1 = FloatVector.fromArray(LANES, bins, 2 * count + v);
        x1.sub(value).div(w).max(0).min(1).intoArray(places, v);
    }

    /** Sets r, where the height is that of z: of two forms of the root the one that is exact. */
    private static void root(
            RationalQuadraticSpline spline,
            float[] z,
            int i,
            int v,
            int count,
            float[] bins,
            float[] slopes,
            float[] places) {
        FloatVector value = FloatVector.fromArray(LANES, z, i).add(spline.bound);
        FloatVector h = FloatVector.fromArray(LANES, bins, count + v);
        FloatVector z1 = FloatVector.fromArray(LANES, bins, 3 * count + v);
        FloatVector d0 = FloatVector.fromArray(LANES, slopes, v);
        FloatVector d1 = FloatVector.fromArray(LANES, slopes, count + v);
        FloatVector s = h.div(FloatVector.fromArray(LANES, bins, v));
        FloatVector down = z1.sub(value).div(h);
        FloatVector bent = down.mul(d0.add(d1).sub(s.mul(2)));
        FloatVector a = bent.add(s).sub(d1);
        FloatVector b = d1.sub(bent);
        FloatVector c = s.neg().mul(down);
        FloatVector root = b.mul(b).sub(a.mul(4).mul(c)).max(1e-30f).sqrt();
        FloatVector whereRising = c.mul(2).div(b.neg().sub(root));
        FloatVector r = root.sub(b).div(a.mul(2));
        r.blend(whereRising, b.compare(VectorOperators.GE, 0f)).max(0).min(1).intoArray(places, v);
    }

    /** Moves the values, and sets what the logarithms of the slopes are made of. */
    private static void curve(
            RationalQuadraticSpline spline,
            boolean forward,
            float[] x,
            int i,
            int v,
            int count,
            float[] bins,
            float[] slopes,
            float[] places,
            float[] logs) {
        FloatVector given = FloatVector.fromArray(LANES, x, i);
        FloatVector r = FloatVector.fromArray(LANES, places, v);
        FloatVector w = FloatVector.fromArray(LANES, bins, v);
        FloatVector h = FloatVector.fromArray(LANES, bins, count + v);
        FloatVector d0 = FloatVector.fromArray(LANES, slopes, v);
        FloatVector d1 = FloatVector.fromArray(LANES, slopes, count + v);
        FloatVector s = h.div(w);
        FloatVector denominator = s.add(d0.add(d1).sub(s.mul(2)).mul(r.sub(r.mul(r))));
        FloatVector right = d1.add(r.mul(s.sub(d1)));
        FloatVector left = s.add(r.mul(d0.sub(s)));
        VectorMask<Float> inside = given.abs().compare(VectorOperators.LE, spline.bound);
        if (forward) {
            FloatVector z1 = FloatVector.fromArray(LANES, bins, 3 * count + v);
            FloatVector moved = z1.sub(spline.bound).sub(h.mul(r).mul(right).div(denominator));
            given.blend(moved, inside).intoArray(x, i);
        } else {
            FloatVector x1 = FloatVector.fromArray(LANES, bins, 2 * count + v);
            given.blend(x1.sub(spline.bound).sub(r.mul(w)), inside).intoArray(x, i);
        }
        FloatVector one = FloatVector.broadcast(LANES, 1f);
        one.blend(right.add(r.mul(left.sub(right))), inside).intoArray(logs, v);
        one.blend(s.div(denominator), inside).intoArray(logs, count + v);
    }
}
