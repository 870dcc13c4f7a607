package org.djlflows.runtime;

/**
 * Takes distances from a bound to the line: \(z = \log x - \log(1 - x / w)\) within an interval of
 * width w, \(\log x\) on a half line. What is outside becomes NaN.
 *
 * @param perWidth 1 / w of each feature, 0 on a half line
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
record Unbounded(float... perWidth) implements Bijection {

    @Override
    public void forward(Workspace workspace, float[] x, float[] given, float[] logDet, int rows) {
        for (int j = 0; j < perWidth.length; j++) {
            for (int r = 0; r < rows; r++) {
                float value = x[j * rows + r];
                float share = value * perWidth[j];
                boolean inside = value > 0 && share < 1;
                double log = inside ? Math.log(value) : Double.NaN;
                double logRest = Math.log1p(-share);
                x[j * rows + r] = (float) (log - logRest);
                logDet[r] -= (float) (log + logRest);
            }
        }
    }

    @Override
    public void inverse(Workspace workspace, float[] z, float[] given, float[] logDet, int rows) {
        for (int j = 0; j < perWidth.length; j++) {
            double logPerWidth = Math.log(perWidth[j]);
            for (int r = 0; r < rows; r++) {
                double value = z[j * rows + r];
                double a = value + logPerWidth;
                double softplus = FloatMath.softplus(a);
                z[j * rows + r] = (float) Math.exp(value - softplus);
                logDet[r] += (float) (value - 2 * softplus);
            }
        }
    }

    @Override
    public void forward(OnnxRows rows) {
        OnnxTensor x = rows.x;
        OnnxTensor share = x.times(row(rows, perWidth));
        OnnxTensor inside =
                rows.graph.constant(0).isBelow(x).and(share.isBelow(rows.graph.constant(1)));
        OnnxTensor log = inside.choose(x.log(), Double.NaN);
        OnnxTensor logRest = share.negative().plus(1).log();
        rows.x = log.minus(logRest);
        rows.add(log.plus(logRest).sum(1).negative());
    }

    @Override
    public void inverse(OnnxRows rows) {
        float[] logPerWidth = new float[perWidth.length];
        for (int j = 0; j < perWidth.length; j++) {
            logPerWidth[j] = (float) Math.log(perWidth[j]);
        }
        OnnxTensor z = rows.x;
        OnnxTensor softplus = z.plus(row(rows, logPerWidth)).softplus();
        rows.x = z.minus(softplus).exp();
        rows.add(z.minus(softplus.times(2)).sum(1));
    }

    private static OnnxTensor row(OnnxRows rows, float... values) {
        return rows.graph.constant(values, 1, values.length);
    }
}
