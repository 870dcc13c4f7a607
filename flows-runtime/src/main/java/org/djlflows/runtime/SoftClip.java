package org.djlflows.runtime;

/** Clips softly: \(z = x / (1 + |x| / B)\). What is not below B has no data: NaN. */
record SoftClip(float bound, int features) implements Bijection {

    @Override
    public void forward(Workspace workspace, float[] x, float[] given, float[] logDet, int rows) {
        for (int j = 0; j < features; j++) {
            for (int r = 0; r < rows; r++) {
                float divisor = 1 + Math.abs(x[j * rows + r]) / bound;
                x[j * rows + r] /= divisor;
                logDet[r] -= 2 * FloatMath.log(divisor);
            }
        }
    }

    @Override
    public void inverse(Workspace workspace, float[] z, float[] given, float[] logDet, int rows) {
        for (int j = 0; j < features; j++) {
            for (int r = 0; r < rows; r++) {
                float rest = 1 - Math.abs(z[j * rows + r]) / bound;
                // As in the kernel, an end stands for the last number before it.
                float divisor = rest >= 0 ? Math.max(rest, 0x1p-24f) : Float.NaN;
                z[j * rows + r] /= divisor;
                logDet[r] -= 2 * FloatMath.log(divisor);
            }
        }
    }
}
