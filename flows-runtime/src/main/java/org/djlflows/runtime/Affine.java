package org.djlflows.runtime;

import org.djlflows.spec.ScaleMap;

/**
 * \(z = x e^a + t\); theta is t, then s, of which the scale map makes a.
 *
 * @param scale the scale map
 * @param range the range of {@link ScaleMap#BOUNDED_TANH}
 */
record Affine(ScaleMap scale, float range) implements Univariate {

    private static final float LOG_THOUSAND = (float) Math.log(1e3);
    private static final float SMALLEST = 1e-3f;
    private static final float ONE = (float) Math.log(Math.expm1(1));

    @Override
    public int parameters() {
        return 2;
    }

    @Override
    public void forward(
            Workspace workspace, float[] x, float[] theta, float[] logSlope, int n, int from, int to) {
        for (int i = from; i < to; i++) {
            float a = logScale(theta[n + i]);
            x[i] = x[i] * FloatMath.exp(a) + theta[i];
            logSlope[i] = a;
        }
    }

    @Override
    public void inverse(
            Workspace workspace, float[] z, float[] theta, float[] logSlope, int n, int from, int to) {
        for (int i = from; i < to; i++) {
            float a = logScale(theta[n + i]);
            z[i] = (z[i] - theta[i]) * FloatMath.exp(-a);
            logSlope[i] = -a;
        }
    }

    private float logScale(float s) {
        return switch (scale) {
            case BOUNDED_TANH -> range * FloatMath.tanh(s);
            case SHIFTED_SIGMOID -> FloatMath.log(FloatMath.sigmoid(s + 2) + SMALLEST);
            case SOFT_CLIP -> s / (1 + Math.abs(s) / LOG_THOUSAND);
            case SOFTPLUS -> FloatMath.log(FloatMath.softplus(s + ONE) + SMALLEST);
        };
    }
}
