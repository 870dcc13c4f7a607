package org.djlflows.format;

import org.djlflows.spec.Field;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Log-densities of rows that training never saw, from which the rank of a new row among them comes.
 *
 * <p>Of n such rows the k-th lowest has the level \(k / (n + 1)\). Of many rows the lowest 1,000
 * are kept and as many of the others, evenly spaced.
 *
 * @param levels the shares of rows at or below each log-density, which ascend within [0, 1]
 * @param logDensities the log-densities in nats, which do not descend
 */
public record Calibration(
        @Field(
                        value =
                                "The share of rows at or below each log-density, k / (n + 1) for"
                                        + " the k-th lowest of n; ascending",
                        least = 0,
                        most = 1,
                        byDefault = "")
                List<Double> levels,
        @Field(
                        value =
                                "The log-densities, in nats in the units of the columns, not"
                                        + " descending, as many as the levels",
                        byDefault = "")
                List<Double> logDensities) {

    /** That of a model of which nothing was measured. */
    public static final Calibration NONE = new Calibration(List.of(), List.of());

    private static final int EXACT = 1000;
    private static final int OTHERS = 1000;

    /**
     * Checks that levels and log-densities belong together.
     *
     * @param levels the shares of rows at or below each log-density
     * @param logDensities the log-densities
     * @throws IllegalArgumentException if they are not as many, not finite or not in order
     */
    public Calibration {
        levels = List.copyOf(levels);
        logDensities = List.copyOf(logDensities);
        boolean valid = levels.size() == logDensities.size();
        for (int i = 0; valid && i < levels.size(); i++) {
            valid =
                    levels.get(i) >= 0
                            && levels.get(i) <= 1
                            && Double.isFinite(logDensities.get(i))
                            && (i == 0
                                    || (levels.get(i - 1) < levels.get(i)
                                            && logDensities.get(i - 1) <= logDensities.get(i)));
        }
        if (!valid) {
            throw new IllegalArgumentException(
                    String.format(
                            "Calibration: expected levels in [0, 1] that ascend and as many finite"
                                    + " log-densities that do not descend, got %d and %d numbers",
                            levels.size(), logDensities.size()));
        }
    }

    /**
     * Ranks rows.
     *
     * @param logDensities the log-density of each held-out row; those that are not finite count as
     *     rows without keeping a rank of their own, below all others
     * @return the calibration, {@link #NONE} where no log-density is finite
     */
    public static Calibration of(double[] logDensities) {
        double[] sorted = logDensities.clone();
        Arrays.sort(sorted);
        int n = sorted.length;
        int[] kept =
                IntStream.range(0, n)
                        .filter(i -> i < EXACT || n <= EXACT + OTHERS || isSpaced(i, n))
                        .filter(i -> Double.isFinite(sorted[i]))
                        .toArray();
        return new Calibration(
                Arrays.stream(kept).mapToObj(i -> (i + 1.0) / (n + 1.0)).toList(),
                Arrays.stream(kept).mapToObj(i -> sorted[i]).toList());
    }

    /** Tells whether a row is one of those that are evenly spaced up to the highest. */
    private static boolean isSpaced(int i, int n) {
        long others = (long) n - EXACT;
        long place = (long) i - EXACT + 1;
        return place * OTHERS / others > (place - 1) * OTHERS / others;
    }

    /**
     * Tells whether nothing was measured.
     *
     * @return whether there are no log-densities
     */
    public boolean isEmpty() {
        return levels.isEmpty();
    }

    /**
     * Returns the share of rows whose log-density is at most a given one.
     *
     * @param logDensity a log-density
     * @return \(k / (n + 1)\), where k of n rows are at or below it: exact among the lowest 1,000,
     *     and never too high above them; 0 below all rows
     */
    public double level(double logDensity) {
        int place = Collections.binarySearch(logDensities, logDensity);
        if (place < 0) {
            place = -place - 2;
        }
        while (place >= 0
                && place + 1 < logDensities.size()
                && logDensities.get(place + 1) <= logDensity) {
            place++;
        }
        return place < 0 ? 0 : levels.get(place);
    }
}
