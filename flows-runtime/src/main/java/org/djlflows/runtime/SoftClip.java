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

    @Override
    public void forward(OnnxRows rows) {
        OnnxTensor divisor = rows.x.abs().over(bound).plus(1);
        rows.x = rows.x.over(divisor);
        rows.add(divisor.log().times(-2).sum(1));
    }

    @Override
    public void inverse(OnnxRows rows) {
        OnnxTensor rest = rows.x.abs().over(-bound).plus(1);
        OnnxTensor inside = rows.graph.constant(0).isAtMost(rest);
        OnnxTensor divisor = inside.choose(rest.atLeast(0x1p-24), Double.NaN);
        rows.x = rows.x.over(divisor);
        rows.add(divisor.log().times(-2).sum(1));
    }
}
