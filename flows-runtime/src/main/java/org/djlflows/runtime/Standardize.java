package org.djlflows.runtime;

import java.util.OptionalDouble;

/**
 * \(y = (x - m) / d\), and beyond a number B of deviations logarithmic: \(z = y / r \cdot (1 + \log
 * r)\) with \(r = \max(1, |y| / B)\).
 */
final class Standardize implements Bijection {

    private final float[] means;
    private final float[] deviations;
    private final float bound;
    private final float logVolume;

    /**
     * Creates the layer.
     *
     * @param means m
     * @param deviations d
     * @param tails B, empty where all is linear
     */
    Standardize(float[] means, float[] deviations, OptionalDouble tails) {
        this.means = means;
        this.deviations = deviations;
        bound = (float) tails.orElse(Double.POSITIVE_INFINITY);
        double sum = 0;
        for (float deviation : deviations) {
            sum += Math.log(deviation);
        }
        logVolume = (float) sum;
    }

    @Override
    public void forward(Workspace workspace, float[] x, float[] given, float[] logDet, int rows) {
        for (int j = 0; j < means.length; j++) {
            for (int at = j * rows; at < (j + 1) * rows; at++) {
                float y = (x[at] - means[j]) / deviations[j];
                float size = Math.abs(y);
                if (size > bound) {
                    float r = size / bound;
                    float logR = FloatMath.log(r);
                    y = y / r * (1 + logR);
                    logDet[at - j * rows] -= logR;
                }
                x[at] = y;
            }
        }
        Bijection.addAll(-logVolume, logDet, rows);
    }

    @Override
    public void inverse(Workspace workspace, float[] z, float[] given, float[] logDet, int rows) {
        for (int j = 0; j < means.length; j++) {
            for (int at = j * rows; at < (j + 1) * rows; at++) {
                float y = z[at];
                float size = Math.abs(y);
                if (size > bound) {
                    float logR = size / bound - 1;
                    y = y / (1 + logR) * FloatMath.exp(logR);
                    logDet[at - j * rows] += logR;
                }
                z[at] = y * deviations[j] + means[j];
            }
        }
        Bijection.addAll(logVolume, logDet, rows);
    }

    @Override
    public void forward(OnnxRows rows) {
        OnnxTensor y = rows.x.minus(row(rows, means)).over(row(rows, deviations));
        if (bound < Float.POSITIVE_INFINITY) {
            OnnxTensor r = y.abs().over(bound).atLeast(1);
            OnnxTensor logR = r.log();
            y = y.over(r).times(logR.plus(1));
            rows.add(logR.sum(1).negative());
        }
        rows.x = y;
        rows.add(-logVolume);
    }

    @Override
    public void inverse(OnnxRows rows) {
        OnnxTensor y = rows.x;
        if (bound < Float.POSITIVE_INFINITY) {
            OnnxTensor logR = y.abs().over(bound).plus(-1).atLeast(0);
            y = y.over(logR.plus(1)).times(logR.exp());
            rows.add(logR.sum(1));
        }
        rows.x = y.times(row(rows, deviations)).plus(row(rows, means));
        rows.add(logVolume);
    }

    private static OnnxTensor row(OnnxRows rows, float... values) {
        return rows.graph.constant(values, 1, values.length);
    }
}
