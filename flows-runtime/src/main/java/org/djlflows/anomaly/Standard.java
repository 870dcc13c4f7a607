package org.djlflows.anomaly;

import java.util.Arrays;

/**
 * Brings numbers of different units to one: \((x - \text{median}) / \text{spread}\), where the
 * spread is the interquartile range over that of the standard normal distribution.
 *
 * @param median the median of the numbers
 * @param spread their spread, above 0
 */
record Standard(double median, double spread) {

    /** The interquartile range of the standard normal distribution. */
    private static final double NORMAL = 1.349;

    /** Of numbers that hardly differ. */
    private static final double LEAST = 1e-6;

    /** That of values; those that are not finite are left out. */
    static Standard of(double... values) {
        double[] sorted = Arrays.stream(values).filter(Double::isFinite).sorted().toArray();
        if (sorted.length == 0) {
            return new Standard(0, 1);
        }
        double range = quantile(sorted, 0.75) - quantile(sorted, 0.25);
        return new Standard(quantile(sorted, 0.5), Math.max(range / NORMAL, LEAST));
    }

    /**
     * That of few values, of which so much is known that their variance is about a given one: this
     * counts as much as so many values.
     */
    static Standard of(double[] values, double variance, int weight) {
        Standard own = of(values);
        long count = Arrays.stream(values).filter(Double::isFinite).count();
        double sum = count * own.spread * own.spread + weight * variance;
        return new Standard(own.median, Math.sqrt(sum / (count + weight)));
    }

    private static double quantile(double[] sorted, double level) {
        double place = level * (sorted.length - 1);
        int below = (int) place;
        double next = sorted[Math.min(below + 1, sorted.length - 1)];
        return sorted[below] + (place - below) * (next - sorted[below]);
    }

    double of(double value) {
        return (value - median) / spread;
    }
}
