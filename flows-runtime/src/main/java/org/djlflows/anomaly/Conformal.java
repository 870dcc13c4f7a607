package org.djlflows.anomaly;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * How sure it is that a row is odd: scores of n calibration rows, which nothing else was made of,
 * turn the score s of another row into a p-value, \(p = \frac{1 + \#\{s_i \ge s\}}{n + 1}\). If the
 * row is of the same kind as those, \(P(p \le \alpha) \le \alpha\) for every \(\alpha\), whatever
 * the scores are; no p-value is below the {@link #resolution}. A calibration row whose score is
 * less than s by rounding alone counts as one of s, since tables have equal rows.
 *
 * @see <a href="https://arxiv.org/abs/2104.08279">Bates, Candès, Lei, Romano and Sesia, Testing for
 *     Outliers with Conformal p-values, 2023, equation 3 and theorem 2</a>
 */
public final class Conformal {

    /** Scores of the same row are no further apart, relative to them, on whatever they are made. */
    private static final double ROUNDING = 1e-5;

    private final double[] ascending;

    private Conformal(double[] ascending) {
        this.ascending = ascending;
    }

    /**
     * Creates the p-values of calibration rows.
     *
     * @param scores the score of each, the greater the odder
     * @return the p-values
     * @throws IllegalArgumentException if there are none, or one is NaN
     */
    public static Conformal of(double... scores) {
        if (scores.length == 0 || Arrays.stream(scores).anyMatch(Double::isNaN)) {
            throw new IllegalArgumentException(
                    "Conformal: expected scores of calibration rows, got "
                            + (scores.length == 0 ? "none" : "NaN among them"));
        }
        double[] sorted = scores.clone();
        Arrays.sort(sorted);
        return new Conformal(sorted);
    }

    /**
     * Returns the scores of the calibration rows.
     *
     * @return the scores, ascending
     */
    public double[] scores() {
        return ascending.clone();
    }

    /**
     * Returns the p-value of a row.
     *
     * @param score its score
     * @return from the {@link #resolution} to 1
     */
    public double pValue(double score) {
        return (1.0 + asOdd(score)) / (ascending.length + 1.0);
    }

    /**
     * Returns how usual a row is: \(100 k / (n + 1)\) where k of n calibration rows are as odd or
     * odder.
     *
     * @param score its score
     * @return from 0 for a row that is odder than all, to below 100
     */
    public double percentile(double score) {
        return 100.0 * asOdd(score) / (ascending.length + 1.0);
    }

    private int asOdd(double score) {
        double rounding = ROUNDING * Math.max(1, Math.abs(score));
        // Infinite scores have no neighbours.
        double least = Double.isInfinite(score) ? score : score - rounding;
        return ascending.length - Ranks.below(ascending, least);
    }

    /**
     * Compares rows with the calibration rows by the Kolmogorov-Smirnov distance of their scores as
     * far as the p-values of the rows tell it: how many calibration rows are as odd, not whether
     * some of them are exactly as odd. With such ties the distance is at most that of {@link
     * TwoSample#kolmogorovSmirnov}. The p-values of many rows have calibration rows in common, so
     * that they are uniformly distributed only up to the chance by which those came; the test
     * allows for that.
     *
     * @param pValues what {@link #pValue} said of new rows, at least one
     * @return the distance and the probability that rows of the same kind are as far apart, which
     *     holds where scores have ties
     * @throws IllegalArgumentException if there are none, or one is not from 0 to 1
     */
    public TwoSample compare(double... pValues) {
        int n = ascending.length;
        int m = pValues.length;
        if (m == 0 || !Arrays.stream(pValues).allMatch(p -> p >= 0 && p <= 1)) {
            throw new IllegalArgumentException(
                    "Conformal: expected p-values of rows, from 0 to 1, got "
                            + (m == 0 ? "none" : "others among them"));
        }
        int[] withAsOdd = new int[n + 1];
        for (double p : pValues) {
            withAsOdd[(int) Math.max(0, Math.round(p * (n + 1.0)) - 1)]++;
        }
        long greatest = 0;
        long odder = 0;
        for (int r = 0; r < n; r++) {
            odder += withAsOdd[r];
            // Of calibration rows of one score all are odder than another row, or none is.
            if (r == 0 || ascending[n - r] != ascending[n - r - 1]) {
                greatest = Math.max(greatest, Math.abs((long) r * m - odder * n));
            }
        }
        return TwoSample.ofDistance(n, m, greatest);
    }

    /**
     * Returns the least p-value that there is.
     *
     * @return \(1 / (n + 1)\)
     */
    public double resolution() {
        return 1.0 / (ascending.length + 1.0);
    }

    /**
     * Returns above which score rows are to be called odd for a rate of false alarms.
     *
     * @param alarms how many of the usual rows may be, such as 0.01
     * @return the score of a calibration row, above which by more than rounding p-values are within
     *     the rate
     * @throws IllegalArgumentException if the rate is not between the {@link #resolution} and 1
     */
    public double threshold(double alarms) {
        requireAttainable(alarms);
        // With so many calibration rows at or above its score a p-value is within the rate.
        int within = (int) Math.floor(alarms * (ascending.length + 1.0) * (1 + 1e-12)) - 1;
        return ascending[ascending.length - 1 - Math.min(within, ascending.length - 1)];
    }

    /**
     * Checks that a rate of false alarms can be kept with so few calibration rows.
     *
     * @param alarms the rate
     * @throws IllegalArgumentException if it is not between the {@link #resolution} and 1
     */
    public void requireAttainable(double alarms) {
        if (!(alarms >= resolution() && alarms < 1)) {
            throw new IllegalArgumentException(
                    String.format(
                            "Conformal: expected a rate of false alarms from %.2g, the least p-value"
                                    + " that %d calibration rows give, to below 1, got %s",
                            resolution(), ascending.length, alarms));
        }
    }

    /**
     * Marks rows such that of those that are marked a share of at most {@code rate} is expected to
     * be usual ones: the k rows of the least p-values, with the greatest k for which \(p_{(k)} \le
     * \frac{k}{m} \, \text{rate}\).
     *
     * @param pValues the p-value of each of m rows; those that are NaN are not marked and do not
     *     count
     * @param rate the false discovery rate, such as 0.05
     * @return for each row whether it is marked
     * @see <a href="https://doi.org/10.1111/j.2517-6161.1995.tb02031.x">Benjamini and Hochberg,
     *     1995</a>
     */
    public static boolean[] discoveries(double[] pValues, double rate) {
        int[] order =
                IntStream.range(0, pValues.length)
                        .filter(i -> !Double.isNaN(pValues[i]))
                        .boxed()
                        .sorted(Comparator.comparingDouble(i -> pValues[i]))
                        .mapToInt(Integer::intValue)
                        .toArray();
        int count = order.length;
        while (count > 0 && pValues[order[count - 1]] > rate * count / order.length) {
            count--;
        }
        boolean[] marked = new boolean[pValues.length];
        for (int k = 0; k < count; k++) {
            marked[order[k]] = true;
        }
        return marked;
    }
}
