package org.djlflows.runtime;

import java.util.Arrays;

/**
 * A layer that moves each row along its ray from the centre: a scalar map of the radius, less what
 * it makes of 0, whose parameters the direction and the context decide.
 *
 * @see <a href="https://arxiv.org/abs/2601.10774">Gerdes and Cheng, Analytic Bijections for Smooth
 *     and Interpretable Normalizing Flows, 2026</a>
 */
final class RadialCoupling implements Bijection {

    private static final float SMALLEST = 1e-30f;

    /** Below it a difference of two images would have few digits. */
    private static final float SMALL = 1e-3f;

    private final float[] center;
    private final float[] logScale;
    private final Univariate map;
    private final RowParameters parameters;
    private final int context;

    /**
     * Creates the layer.
     *
     * @param center where the rays begin
     * @param logScale the logarithms of what features are multiplied by before radii are taken
     * @param map the maps of the radius
     * @param parameters theirs, of the direction and the context
     * @param context the number of features of the context
     */
    RadialCoupling(
            float[] center,
            float[] logScale,
            Univariate map,
            RowParameters parameters,
            int context) {
        this.center = center;
        this.logScale = logScale;
        this.map = map;
        this.parameters = parameters;
        this.context = context;
    }

    @Override
    public void forward(Workspace workspace, float[] x, float[] given, float[] logDet, int rows) {
        move(workspace, x, given, logDet, rows, true);
    }

    @Override
    public void inverse(Workspace workspace, float[] z, float[] given, float[] logDet, int rows) {
        move(workspace, z, given, logDet, rows, false);
    }

    private void move(
            Workspace workspace,
            float[] x,
            float[] given,
            float[] logDet,
            int rows,
            boolean forward) {
        long mark = workspace.mark();
        int features = center.length;
        float[] r = radii(workspace, x, rows);
        float[] theta = parameters.of(workspace, seen(workspace, x, r, given, rows), rows);
        float[] slope = workspace.take(rows);
        float[] zero = workspace.take(rows);
        Arrays.fill(zero, 0, rows, 0);
        map.forward(workspace, zero, theta, slope, rows, 0, rows);
        if (!forward) {
            for (int i = 0; i < rows; i++) {
                r[i] += zero[i];
            }
            map.inverse(workspace, r, theta, slope, rows, 0, rows);
            for (int i = 0; i < rows; i++) {
                r[i] = Math.max(r[i], 0);
            }
        }
        float[] halfway = workspace.take(rows);
        float[] halfSlope = workspace.take(rows);
        float[] image = workspace.take(rows);
        for (int i = 0; i < rows; i++) {
            halfway[i] = 0.5f * r[i];
            image[i] = r[i];
        }
        map.forward(workspace, halfway, theta, halfSlope, rows, 0, rows);
        map.forward(workspace, image, theta, slope, rows, 0, rows);
        for (int i = 0; i < rows; i++) {
            float share = Math.max((image[i] - zero[i]) / Math.max(r[i], SMALL), SMALLEST);
            float log = r[i] < SMALL ? halfSlope[i] : FloatMath.log(share);
            float stretch = FloatMath.exp(forward ? log : -log);
            for (int j = 0; j < features; j++) {
                x[j * rows + i] = center[j] + stretch * (x[j * rows + i] - center[j]);
            }
            float whole = slope[i] + (features - 1) * log;
            logDet[i] += forward ? whole : -whole;
        }
        workspace.release(mark);
    }

    private float[] radii(Workspace workspace, float[] x, int rows) {
        float[] r = workspace.take(rows);
        for (int i = 0; i < rows; i++) {
            double squared = 0;
            for (int j = 0; j < center.length; j++) {
                double away = (x[j * rows + i] - center[j]) * Math.exp(logScale[j]);
                squared += away * away;
            }
            r[i] = (float) Math.sqrt(squared);
        }
        return r;
    }

    /** Directions and the context. */
    private float[] seen(Workspace workspace, float[] x, float[] r, float[] given, int rows) {
        int own = center.length * rows;
        float[] seen = workspace.take(own + context * rows);
        for (int j = 0; j < center.length; j++) {
            float scale = FloatMath.exp(logScale[j]);
            for (int i = 0; i < rows; i++) {
                float away = scale * (x[j * rows + i] - center[j]);
                seen[j * rows + i] = away / Math.max(r[i], SMALLEST);
            }
        }
        System.arraycopy(given, 0, seen, own, context * rows);
        return seen;
    }

    @Override
    public void forward(OnnxRows rows) {
        move(rows, true);
    }

    @Override
    public void inverse(OnnxRows rows) {
        move(rows, false);
    }

    private void move(OnnxRows rows, boolean forward) {
        int features = center.length;
        OnnxTensor origin = rows.graph.constant(center, 1, features);
        OnnxTensor away = rows.x.minus(origin);
        OnnxTensor scaled = away.times(rows.graph.constant(logScale, 1, features).exp());
        OnnxTensor radius = scaled.times(scaled).sum().sqrt();
        OnnxTensor seen = scaled.over(radius.atLeast(SMALLEST));
        seen = context > 0 ? seen.joined(rows.context) : seen;
        OnnxTensor theta = parameters.of(seen).shaped(0, map.parameters(), 1);
        OnnxTensor r = radius.shaped(0, 1, 1);
        OnnxTensor zero = map.forward(r.times(0), theta).x();
        r = forward ? r : map.inverse(r.plus(zero), theta).x().atLeast(0);
        Univariate.Moved image = map.forward(r, theta);
        OnnxTensor share = image.x().minus(zero).over(r.atLeast(SMALL)).atLeast(SMALLEST);
        OnnxTensor halfway = map.forward(r.times(0.5), theta).logDet();
        OnnxTensor isFar = rows.graph.constant(SMALL).isAtMost(r);
        OnnxTensor log = isFar.choose(share.log(), halfway);
        OnnxTensor whole = image.logDet().plus(log.times(features - 1)).shaped(0, 1);
        OnnxTensor stretch = (forward ? log : log.negative()).shaped(0, 1).exp();
        rows.x = origin.plus(stretch.times(away));
        rows.add(forward ? whole : whole.negative());
    }
}
