package org.djlflows.runtime;

import org.djlflows.spec.ScaleMap;

/**
 * A shift and a scale, then a map, then a shift and a scale: \(z = \tau(x e^a + t) e^b + s\). theta
 * is that of \(\tau\), then t and what is made into a, then s and what is made into b.
 *
 * @param map \(\tau\)
 */
record BetweenAffines(Univariate map) implements Univariate {

    private static final Affine AFFINE = new Affine(ScaleMap.SOFT_CLIP, 1);

    @Override
    public int parameters() {
        return map.parameters() + 2 * AFFINE.parameters();
    }

    @Override
    public void forward(
            Workspace workspace, float[] x, float[] theta, float[] logSlope, int n, int from, int to) {
        int before = map.parameters() * n;
        int after = before + AFFINE.parameters() * n;
        for (int i = from; i < to; i++) {
            x[i] = x[i] * FloatMath.exp(AFFINE.logScale(theta[before + n + i])) + theta[before + i];
        }
        map.forward(workspace, x, theta, logSlope, n, from, to);
        for (int i = from; i < to; i++) {
            float a = AFFINE.logScale(theta[before + n + i]);
            float b = AFFINE.logScale(theta[after + n + i]);
            x[i] = x[i] * FloatMath.exp(b) + theta[after + i];
            logSlope[i] += a + b;
        }
    }

    @Override
    public void inverse(
            Workspace workspace, float[] z, float[] theta, float[] logSlope, int n, int from, int to) {
        int before = map.parameters() * n;
        int after = before + AFFINE.parameters() * n;
        for (int i = from; i < to; i++) {
            float b = AFFINE.logScale(theta[after + n + i]);
            z[i] = (z[i] - theta[after + i]) * FloatMath.exp(-b);
        }
        map.inverse(workspace, z, theta, logSlope, n, from, to);
        for (int i = from; i < to; i++) {
            float a = AFFINE.logScale(theta[before + n + i]);
            float b = AFFINE.logScale(theta[after + n + i]);
            z[i] = (z[i] - theta[before + i]) * FloatMath.exp(-a);
            logSlope[i] -= a + b;
        }
    }
}
