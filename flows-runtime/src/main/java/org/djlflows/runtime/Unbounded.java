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
}
