package org.djlflows.table;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * What is usual in a column of a table, told by the bulk of its values: up to 1 % of them may be
 * anything and change little.
 *
 * <p>Centre and deviation are mean and standard deviation (of the population) of the values that
 * are not wild. A value is wild where it lies further out than the tail of the column reaches: with
 * d(t) the distance from the median that a share t of all values exceeds, a tail of the form
 * \(-\log t \propto d^\beta\) through d(0.1) and d(0.02) is followed to \(t = 1 / (1000 n)\), and
 * wild is what is twice as far away, and at least five times as far as d(0.02) on the wider side. A
 * normal column of some thousand values ends at about 13 deviations, an exponential one at 35.
 *
 * <p>A column of which one value, or at most one in a thousand, differs from the others counts as
 * constant, and what differs as wild. Where fewer than 1 % differ there is no tail to follow: none
 * is wild, the centre is the common value and the deviation the median of the distances from it.
 *
 * @param center the centre
 * @param deviation the deviation, 0 where the column is constant and positive otherwise
 * @param low values below it are wild
 * @param high values above it are wild
 */
public record ColumnStatistics(double center, double deviation, double low, double high) {

    /** Differences below that share of a value are rounding. */
    public static final double ROUNDING = 1e-14;

    private static final double NEAR = 0.1;
    private static final double FAR = 0.02;

    /** A side with fewer values has no tail that could be told from wild ones. */
    private static final double WILD = 0.01;

    /** A column of which no more differ is constant. */
    private static final double HARDLY_ANY = 0.001;

    /** The reciprocal of beta where too few values lie on a side to fit it, and at most. */
    private static final double HEAVY = 3.3;

    private static final double HEAVIEST = 5;

    private static final double SAFETY = 2;
    private static final double LEAST = 5;

    /**
     * Describes a column, in the time of sorting it.
     *
     * @param values the values, finite, at least one
     * @return the statistics
     */
    public static ColumnStatistics of(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int n = sorted.length;
        double median = sorted[n / 2];
        double rounding = ROUNDING * Math.abs(median);
        double[] others =
                Arrays.stream(sorted)
                        .map(x -> Math.abs(x - median))
                        .filter(distance -> distance > rounding)
                        .sorted()
                        .toArray();
        if (others.length <= Math.max(n > 2 ? 1 : 0, HARDLY_ANY * n)) {
            return new ColumnStatistics(median, 0, median - rounding, median + rounding);
        }
        double[] below = IntStream.range(0, n).mapToDouble(i -> median - sorted[i]).toArray();
        double[] above =
                IntStream.range(0, n).mapToDouble(i -> sorted[n - 1 - i] - median).toArray();
        double down = reach(below);
        double up = reach(above);
        if (Double.isNaN(down) && Double.isNaN(up)) {
            return new ColumnStatistics(
                    median,
                    others[others.length / 2],
                    Double.NEGATIVE_INFINITY,
                    Double.POSITIVE_INFINITY);
        }
        double least = LEAST * Math.max(0, Math.max(below[far(n)], above[far(n)]));
        // A side without a tail of its own is given that of the other.
        double low = median - Math.max(least, Double.isNaN(down) ? up : down);
        double high = median + Math.max(least, Double.isNaN(up) ? down : up);
        double[] bulk = Arrays.stream(sorted).filter(x -> x >= low && x <= high).toArray();
        double mean = Arrays.stream(bulk).average().orElseThrow();
        double variance =
                Arrays.stream(bulk).map(x -> (x - mean) * (x - mean)).average().orElseThrow();
        return new ColumnStatistics(mean, Math.sqrt(variance), low, high);
    }

    /** Returns how many of n values lie beyond d(0.02): one at least, so that it can be wild. */
    private static int far(int n) {
        return Math.max(1, (int) (FAR * n));
    }

    /** Returns how far a side reaches, or NaN where it has hardly any values. */
    private static double reach(double[] distances) {
        int n = distances.length;
        int beyond = (int) Arrays.stream(distances).filter(d -> d > 0).count();
        if (beyond <= Math.max(1, WILD * n)) {
            return Double.NaN;
        }
        double farShare = Math.max(FAR, 1.0 / n);
        double nearShare = Math.min(NEAR, 0.5 * beyond / n);
        double far = distances[far(n)];
        double exponent = HEAVY;
        if (nearShare > 1.5 * farShare && far > 0) {
            double near = distances[(int) (nearShare * n)];
            double decays = Math.log(Math.log(farShare) / Math.log(nearShare));
            exponent = Math.min(HEAVIEST, Math.log(far / near) / decays);
        } else {
            far = distances[beyond / 2];
        }
        return SAFETY * far * Math.pow(Math.log(1000.0 * n) / -Math.log(farShare), exponent);
    }

    /**
     * Tells whether all values that are not wild are the same.
     *
     * @return whether the deviation is 0
     */
    public boolean isConstant() {
        return deviation == 0;
    }

    /**
     * Tells whether a value lies further out than the tails of this column reach.
     *
     * @param value a value
     * @return whether it is wild
     */
    public boolean isWild(double value) {
        return value < low || value > high;
    }

    /**
     * Returns how far a value is from the centre.
     *
     * @param value a value
     * @return the distance in deviations; infinite from a column of one value
     */
    public double distance(double value) {
        return Math.abs(value - center) / deviation;
    }
}
