package org.djlflows.runtime;

import org.djlflows.spec.Activation;
import org.djlflows.spec.ScaleMap;

/**
 * \(z = x e^a + t\); theta is t, then s, of which the scale map makes a.
 *
 * @param scale the scale map
 * @param range the range of {@link ScaleMap#BOUNDED_TANH}
 */
record Affine(ScaleMap scale, float range) implements Univariate {

    private static final float LOG_THOUSAND = (float) Math.log(1e3);
    private static final float LOG_TWO = (float) Math.log(2);
    private static final float SMALLEST = 1e-3f;
    private static final float ONE = (float) Math.log(Math.expm1(1));

    @Override
    public int parameters() {
        return 2;
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
        long mark = workspace.mark();
        logScales(workspace, theta, logSlope, n, from, to);
        float[] scales = workspace.take(to - from);
        System.arraycopy(logSlope, from, scales, 0, to - from);
        Loops.CHOSEN.exp(scales, 0, to - from);
        for (int i = from; i < to; i++) {
            x[i] = x[i] * scales[i - from] + theta[i];
        }
        workspace.release(mark);
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
        long mark = workspace.mark();
        logScales(workspace, theta, logSlope, n, from, to);
        float[] scales = workspace.take(to - from);
        for (int i = from; i < to; i++) {
            logSlope[i] = -logSlope[i];
            scales[i - from] = logSlope[i];
        }
        Loops.CHOSEN.exp(scales, 0, to - from);
        for (int i = from; i < to; i++) {
            z[i] = (z[i] - theta[i]) * scales[i - from];
        }
        workspace.release(mark);
    }

    private void logScales(
            Workspace workspace, float[] theta, float[] logScale, int n, int from, int to) {
        if (scale == ScaleMap.BOUNDED_TANH) {
            // Apart, since vectors run over the end, where features are that were moved before.
            long mark = workspace.mark();
            float[] tanh = workspace.take(to - from);
            System.arraycopy(theta, n + from, tanh, 0, to - from);
            Loops.CHOSEN.activate(Activation.TANH, tanh, 0, to - from);
            for (int i = from; i < to; i++) {
                logScale[i] = range * tanh[i - from];
            }
            workspace.release(mark);
        } else if (scale == ScaleMap.SOFT_CLIP) {
            for (int i = from; i < to; i++) {
                logScale[i] = softClip(theta[n + i]);
            }
        } else {
            for (int i = from; i < to; i++) {
                logScale[i] = logScale(theta[n + i]);
            }
        }
    }

    /** Within \(\pm \log 10^3\), as {@link ScaleMap#SOFT_CLIP}. */
    static float softClip(float s) {
        return s / (1 + Math.abs(s) / LOG_THOUSAND);
    }

    static <T extends Numbers<T>> T softClip(T s) {
        return s.over(s.abs().over(LOG_THOUSAND).plus(1));
    }

    private float logScale(float s) {
        return switch (scale) {
            case SHIFTED_SIGMOID -> FloatMath.log(FloatMath.sigmoid(s + 2) + SMALLEST);
            case SOFTPLUS -> FloatMath.log(FloatMath.softplus(s + ONE) + SMALLEST);
            case DOUBLE_SIGMOID -> LOG_TWO - FloatMath.softplus(-s);
            default -> s;
        };
    }

    @Override
    public Moved forward(OnnxTensor x, OnnxTensor theta) {
        OnnxTensor a = logScale(theta.part(1, 1, 2));
        return new Moved(x.times(a.exp()).plus(theta.part(1, 0, 1)), a.sum(2));
    }

    @Override
    public Moved inverse(OnnxTensor z, OnnxTensor theta) {
        OnnxTensor a = logScale(theta.part(1, 1, 2)).negative();
        return new Moved(z.minus(theta.part(1, 0, 1)).times(a.exp()), a.sum(2));
    }

    private OnnxTensor logScale(OnnxTensor s) {
        return switch (scale) {
            case BOUNDED_TANH -> s.tanh().times(range);
            case SHIFTED_SIGMOID -> s.plus(2).sigmoid().plus(SMALLEST).log();
            case SOFT_CLIP -> softClip(s);
            case SOFTPLUS -> s.plus(ONE).softplus().plus(SMALLEST).log();
            case EXPONENTIAL -> s;
            case DOUBLE_SIGMOID -> s.negative().softplus().negative().plus(LOG_TWO);
        };
    }
}
