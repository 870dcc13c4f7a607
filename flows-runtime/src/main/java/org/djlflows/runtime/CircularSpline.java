package org.djlflows.runtime;

import org.djlflows.spec.SplineConstraint;

/**
 * A spline on the circle, then a rotation; theta is that of the spline and the angle. As zuko has
 * it: half a turn, then a spline with slope 1 at both ends; theta is that of the spline.
 */
final class CircularSpline implements Univariate {

    private static final float PI = (float) Math.PI;
    private static final float TURN = (float) (2 * Math.PI);

    private final RationalQuadraticSpline spline;

    CircularSpline(int bins, SplineConstraint constraint) {
        boolean closed = constraint == SplineConstraint.SOFTPLUS;
        spline = new RationalQuadraticSpline(bins, Math.PI, constraint, closed);
    }

    @Override
    public int parameters() {
        return spline.closed ? spline.parameters() + 1 : spline.parameters();
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
        for (int i = from; i < to; i++) {
            x[i] = onCircle(spline.closed ? x[i] : x[i] + PI);
        }
        spline.forward(workspace, x, theta, logSlope, n, from, to);
        int angle = spline.parameters() * n;
        for (int i = from; spline.closed && i < to; i++) {
            x[i] = onCircle(x[i] + theta[angle + i]);
        }
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
        int angle = spline.parameters() * n;
        for (int i = from; spline.closed && i < to; i++) {
            z[i] = onCircle(z[i] - theta[angle + i]);
        }
        spline.inverse(workspace, z, theta, logSlope, n, from, to);
        for (int i = from; !spline.closed && i < to; i++) {
            z[i] = onCircle(z[i] + PI);
        }
    }

    private static float onCircle(float x) {
        float turns = (float) Math.floor((x + PI) / TURN);
        // Rounding can place a value a hair outside.
        return Math.min(Math.max(x - turns * TURN, -PI), PI);
    }

    @Override
    public Moved forward(OnnxTensor x, OnnxTensor theta) {
        if (!spline.closed) {
            return spline.forward(onCircle(x.plus(PI)), theta);
        }
        int angle = spline.parameters();
        Moved moved = spline.forward(onCircle(x), theta.part(1, 0, angle));
        return new Moved(onCircle(moved.x().plus(theta.part(1, angle, angle + 1))), moved.logDet());
    }

    @Override
    public Moved inverse(OnnxTensor z, OnnxTensor theta) {
        if (!spline.closed) {
            Moved moved = spline.inverse(onCircle(z), theta);
            return new Moved(onCircle(moved.x().plus(PI)), moved.logDet());
        }
        int angle = spline.parameters();
        return spline.inverse(
                onCircle(z.minus(theta.part(1, angle, angle + 1))), theta.part(1, 0, angle));
    }

    private static OnnxTensor onCircle(OnnxTensor x) {
        OnnxTensor turns = x.plus(PI).over(TURN).floor();
        return x.minus(turns.times(TURN)).within(-PI, PI);
    }
}
