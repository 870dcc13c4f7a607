package org.djlflows.runtime;

import org.djlflows.spec.SplineConstraint;

/**
 * Monotone rational-quadratic splines on \([-B, B]\). Outside they are the identity, or of a circle
 * there is no outside and the slope at both ends is one parameter. theta is the widths of the bins,
 * their heights and the slopes at the knots, all unconstrained.
 *
 * <p>A bin is seen from its right end: r is the distance to it as a share of the width, 1 - t in
 * the paper. s is height / width, d0 and d1 are the slopes at the left and the right end.
 *
 * @see <a href="https://arxiv.org/abs/1906.04032">Durkan, Bekasov, Murray and Papamakarios, Neural
 *     Spline Flows, 2019, equations 4 to 8</a>
 */
final class RationalQuadraticSpline implements Univariate {

    static final float SMALLEST_SLOPE = 1e-3f;
    static final float SLOPE_ONE = (float) Math.log(Math.expm1(1 - 1e-3));

    /** Of slopes that are clipped softly; of sizes it is twice as much. */
    static final float PER_LIMIT = (float) (-1 / Math.log(1e-3));

    final int bins;
    final float bound;
    final boolean clipped;
    final boolean closed;
    final float smallest;
    final float free;

    /**
     * Creates the family.
     *
     * @param bins the number of bins
     * @param bound B
     * @param constraint how bins and slopes are made of free numbers
     * @param closed whether the slopes at the ends are one parameter, on a circle, and not 1
     */
    RationalQuadraticSpline(int bins, double bound, SplineConstraint constraint, boolean closed) {
        this.bins = bins;
        this.bound = (float) bound;
        this.closed = closed;
        clipped = constraint == SplineConstraint.SOFT_CLIP;
        double share = clipped ? 0 : 1e-3;
        smallest = (float) (2 * bound * share);
        free = (float) (2 * bound * (1 - bins * share));
    }

    @Override
    public int parameters() {
        return closed ? 3 * bins : 3 * bins - 1;
    }

    @Override
    public void forward(
            Workspace workspace,
            float[] x,
            float[] theta,
            float[] logSlope,
            int n,
            int from,
            int to) {
        move(workspace, true, x, theta, logSlope, n, from, to);
    }

    @Override
    public void inverse(
            Workspace workspace,
            float[] z,
            float[] theta,
            float[] logSlope,
            int n,
            int from,
            int to) {
        move(workspace, false, z, theta, logSlope, n, from, to);
    }

    @Override
    public Moved forward(OnnxTensor x, OnnxTensor theta) {
        return OnnxSpline.move(this, x, theta, true);
    }

    @Override
    public Moved inverse(OnnxTensor z, OnnxTensor theta) {
        return OnnxSpline.move(this, z, theta, false);
    }

    /** Those that fill no vector are moved one by one. */
    private void move(
            Workspace workspace,
            boolean forward,
            float[] x,
            float[] theta,
            float[] logSlope,
            int n,
            int from,
            int to) {
        long mark = workspace.mark();
        float[] widths = workspace.take(bins);
        float[] heights = workspace.take(bins);
        int alone = Loops.CHOSEN.spline(this, forward, x, theta, logSlope, n, from, to);
        for (int i = alone; i < to; i++) {
            if (isOutside(x[i])) {
                logSlope[i] = 0;
                continue;
            }
            sizes(theta, i, n, 0, widths);
            sizes(theta, i, n, bins, heights);
            float value = x[i] + bound;
            float x1 = widths[0];
            float z1 = heights[0];
            int k = 0;
            while (k < bins - 1 && (forward ? x1 : z1) <= value) {
                k++;
                x1 += widths[k];
                z1 += heights[k];
            }
            float w = widths[k];
            float h = heights[k];
            float s = h / w;
            float d0 = slope(theta, i, n, k);
            float d1 = slope(theta, i, n, k + 1);
            // Rounding can place a value a hair outside its bin.
            float r = unit(forward ? (x1 - value) / w : root((z1 - value) / h, s, d0, d1));
            float denominator = s + (d0 + d1 - 2 * s) * (r - r * r);
            float right = d1 + r * (s - d1);
            float left = s + r * (d0 - s);
            float log =
                    FloatMath.log(right + r * (left - right)) + 2 * FloatMath.log(s / denominator);
            x[i] = forward ? z1 - bound - h * r * right / denominator : x1 - bound - r * w;
            logSlope[i] = forward ? log : 0 - log;
        }
        workspace.release(mark);
    }

    /**
     * Where the height is v below the right end, as a share of that of the bin: of the two forms of
     * the root, by the sign of b, the one that does not cancel.
     */
    private static float root(float v, float s, float d0, float d1) {
        float bent = v * (d0 + d1 - 2 * s);
        float a = bent + s - d1;
        float b = d1 - bent;
        float c = -s * v;
        float root = (float) Math.sqrt(Math.max(b * b - 4 * a * c, 1e-30f));
        return b >= 0 ? 2 * c / (-b - root) : (root - b) / (2 * a);
    }

    /** Also NaN is. */
    private boolean isOutside(float value) {
        return !(Math.abs(value) <= bound);
    }

    private static float unit(float r) {
        return Math.min(Math.max(r, 0), 1);
    }

    /** The sizes of the bins of map i on one axis. */
    private void sizes(float[] theta, int i, int n, int first, float[] sizes) {
        float most = Float.NEGATIVE_INFINITY;
        for (int k = 0; k < bins; k++) {
            float size = theta[(first + k) * n + i];
            size = clipped ? size / (1 + 2 * PER_LIMIT * Math.abs(size)) : size;
            sizes[k] = size;
            most = Math.max(most, size);
        }
        float sum = 0;
        for (int k = 0; k < bins; k++) {
            sizes[k] = FloatMath.exp(sizes[k] - most);
            sum += sizes[k];
        }
        float scale = free / sum;
        for (int k = 0; k < bins; k++) {
            sizes[k] = smallest + scale * sizes[k];
        }
    }

    /** The slope of map i at a knot, from 0 at the left end. */
    private float slope(float[] theta, int i, int n, int knot) {
        float raw = 0;
        if (closed) {
            raw = theta[(2 * bins + knot % bins) * n + i];
        } else if (knot > 0 && knot < bins) {
            raw = theta[(2 * bins + knot - 1) * n + i];
        }
        return clipped
                ? FloatMath.exp(raw / (1 + PER_LIMIT * Math.abs(raw)))
                : FloatMath.softplus(raw + SLOPE_ONE) + SMALLEST_SLOPE;
    }
}
