package org.djlflows.data;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * What is usual in a column of a table, told by the bulk of its values: up to 1 % of them may be
 * anything and change little.
 *
 * <p>Centre and deviation are mean and standard deviation of the values cut off at their quantiles
 * of 2 and 98 %. A value is wild where it lies further out than the tail of the column reaches:
 * with d(t) the distance from the median that a share t of all values exceeds, a tail of the form
 * \(-\log t \propto d^\beta\) through d(0.1) and d(0.02) is followed to \(t = 1 / (1000 n)\), and
 * wild is what is twice as far away, and at least five times as far as d(0.02) on the wider side. A
 * normal column of some thousand values ends at about 13 deviations, an exponential one at 35.
 *
 * @param center the centre
 * @param deviation the deviation, 0 where all values are the same and positive otherwise
 * @param low values below it are wild
 * @param high values above it are wild
 */
public record ColumnStatistics(double center, double deviation, double low, double high) {

    private static final double NEAR = 0.1;
    private static final double FAR = 0.02;

    /** A side with fewer values has no tail that could be told from wild ones. */
    private static final double WILD = 0.01;

    /** The reciprocal of beta where too few values lie on a side to fit it, and at most. */
    private static final double HEAVY = 3.3;

    private static final double HEAVIEST = 5;

    private static final double SAFETY = 2;
    private static final double LEAST = 5;

    /** A deviation below that share of the centre is rounding. */
    private static final double ROUNDING = 1e-12;

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
        if (sorted[0] == sorted[n - 1]) {
            return new ColumnStatistics(sorted[0], 0, sorted[0], sorted[0]);
        }
        double median = sorted[n / 2];
        double[] below = IntStream.range(0, n).mapToDouble(i -> median - sorted[i]).toArray();
        double[] above =
                IntStream.range(0, n).mapToDouble(i -> sorted[n - 1 - i] - median).toArray();
        double least = LEAST * Math.max(far(below), far(above));
        double down = reach(below);
        double up = reach(above);
        // A side without a tail of its own is given that of the other.
        double low = median - Math.max(least, Double.isNaN(down) ? up : down);
        double high = median + Math.max(least, Double.isNaN(up) ? down : up);
        if (Double.isNaN(low)) {
            return nearlyConstant(sorted, median);
        }
        double[] bulk = Arrays.stream(sorted).filter(x -> x >= low && x <= high).toArray();
        double mean = Arrays.stream(bulk).average().orElseThrow();
        double deviation =
                Math.sqrt(
                        Arrays.stream(bulk).map(x -> (x - mean) * (x - mean)).average().orElse(0));
        return deviation > ROUNDING * Math.abs(mean)
                ? new ColumnStatistics(mean, deviation, low, high)
                : nearlyConstant(sorted, median);
    }

    /** What there is to see is how far away the others are. */
    private static ColumnStatistics nearlyConstant(double[] sorted, double median) {
        double[] others =
                Arrays.stream(sorted)
                        .map(x -> Math.abs(x - median))
                        .filter(d -> d > 0)
                        .sorted()
                        .toArray();
        return new ColumnStatistics(
                median,
                others[others.length / 2],
                Double.NEGATIVE_INFINITY,
                Double.POSITIVE_INFINITY);
    }

    /** Returns the distance that a share of all values exceeds, from distances that descend. */
    private static double exceeded(double[] distances, double share) {
        return distances[(int) (share * distances.length)];
    }

    private static double far(double[] distances) {
        return Math.max(0, exceeded(distances, FAR));
    }

    /** Returns how far a side reaches, or NaN where it has hardly any values. */
    private static double reach(double[] distances) {
        int n = distances.length;
        int beyond = (int) Arrays.stream(distances).filter(d -> d > 0).count();
        double share = (double) beyond / n;
        if (share <= WILD) {
            return Double.NaN;
        }
        double far = exceeded(distances, FAR);
        double near = exceeded(distances, Math.min(NEAR, share / 2));
        double exponent = HEAVY;
        if (share / 2 > 1.5 * FAR) {
            double decays = Math.log(Math.log(FAR) / Math.log(Math.min(NEAR, share / 2)));
            exponent = Math.min(HEAVIEST, Math.log(far / near) / decays);
        } else {
            far = distances[beyond / 2];
        }
        return SAFETY * far * Math.pow(Math.log(1000.0 * n) / -Math.log(FAR), exponent);
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
