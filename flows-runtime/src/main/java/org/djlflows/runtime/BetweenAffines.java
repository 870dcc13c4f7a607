package org.djlflows.runtime;

/**
 * A shift and a scale, then a map, then a shift and a scale: \(z = \tau(x e^a + t) e^b + s\). theta
 * is that of \(\tau\), then t, what is softly clipped to a, s, and what is to b.
 *
 * @param map \(\tau\)
 */
record BetweenAffines(Univariate map) implements Univariate {

    @Override
    public int parameters() {
        return map.parameters() + 4;
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
        int t = map.parameters() * n;
        int s = t + 2 * n;
        for (int i = from; i < to; i++) {
            x[i] = x[i] * FloatMath.exp(Affine.softClip(theta[t + n + i])) + theta[t + i];
        }
        map.forward(workspace, x, theta, logSlope, n, from, to);
        for (int i = from; i < to; i++) {
            float b = Affine.softClip(theta[s + n + i]);
            x[i] = x[i] * FloatMath.exp(b) + theta[s + i];
            logSlope[i] += Affine.softClip(theta[t + n + i]) + b;
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
        int t = map.parameters() * n;
        int s = t + 2 * n;
        for (int i = from; i < to; i++) {
            z[i] = (z[i] - theta[s + i]) * FloatMath.exp(-Affine.softClip(theta[s + n + i]));
        }
        map.inverse(workspace, z, theta, logSlope, n, from, to);
        for (int i = from; i < to; i++) {
            float a = Affine.softClip(theta[t + n + i]);
            z[i] = (z[i] - theta[t + i]) * FloatMath.exp(-a);
            logSlope[i] -= a + Affine.softClip(theta[s + n + i]);
        }
    }
}
