package org.djlflows.runtime;

import java.util.SplittableRandom;

/** A density over rows, given a context where it has one. */
interface Density extends RowDensity {

    /**
     * Computes log-densities. The outcome for a row does not depend on the others.
     *
     * @param x rows of features, one after the other
     * @param given the context of each row, one after the other
     * @param n the number of rows
     * @param logProb receives the log-density of each; NaN where a layer overflows
     */
    void logProb(float[] x, float[] given, int n, double[] logProb);

    @Override
    default double[] logDensities(float[] x, float[] given, int n) {
        double[] logs = new double[n];
        logProb(x, given, n, logs);
        for (int i = 0; i < n; i++) {
            logs[i] = defined(logs[i]);
        }
        return logs;
    }

    /** Weights and rows are finite and deviations positive, so only an overflow makes NaN. */
    static double defined(double logDensity) {
        return Double.isNaN(logDensity) ? Double.NEGATIVE_INFINITY : logDensity;
    }

    /**
     * Draws rows. The outcome for a row does not depend on the others.
     *
     * @param given the context of each row, one after the other
     * @param random where the randomness of each row comes from
     * @return rows of features, one after the other
     */
    float[] sample(float[] given, SplittableRandom[] random);
}
