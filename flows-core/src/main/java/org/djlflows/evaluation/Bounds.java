package org.djlflows.evaluation;

import org.djlflows.spec.Domain;

import java.util.Arrays;
import java.util.List;

/**
 * A box in which a density lies, such as an interval of a feature or one turn of an angle.
 *
 * <p>Its values are those that the distribution takes, as they are after any encoding.
 */
public final class Bounds {

    private final double[] low;
    private final double[] high;

    private Bounds(double[] low, double... high) {
        this.low = low;
        this.high = high;
    }

    /**
     * Returns all of \(\mathbb{R}^D\).
     *
     * @param features the number of features D
     * @return no bounds
     */
    public static Bounds none(int features) {
        double[] low = new double[features];
        double[] high = new double[features];
        Arrays.fill(low, Double.NEGATIVE_INFINITY);
        Arrays.fill(high, Double.POSITIVE_INFINITY);
        return new Bounds(low, high);
    }

    /**
     * Returns a box.
     *
     * @param low the lower bound of each feature, or minus infinity
     * @param high the upper bound of each, greater, or infinity
     * @return the box without its surface
     * @throws IllegalArgumentException if bounds are not in this order, or differ in number
     */
    public static Bounds of(double[] low, double[] high) {
        boolean fit = low.length == high.length;
        for (int j = 0; fit && j < low.length; j++) {
            fit = low[j] < high[j];
        }
        if (!fit) {
            throw new IllegalArgumentException(
                    String.format(
                            "Bounds: expected a lower bound below each upper one, got %s and %s",
                            Arrays.toString(low), Arrays.toString(high)));
        }
        return new Bounds(low.clone(), high.clone());
    }

    /**
     * Returns the box of features with domains, as a flow takes them: their distance from a lower
     * bound, or one turn about the middle of a circle.
     *
     * @param domains the domain of each feature
     * @return the box
     */
    public static Bounds of(List<Domain> domains) {
        Bounds bounds = none(domains.size());
        for (int j = 0; j < domains.size(); j++) {
            if (domains.get(j) instanceof Domain.Circle circle) {
                bounds.high[j] = (circle.most() - circle.least()) / 2;
                bounds.low[j] = -bounds.high[j];
            } else if (domains.get(j) instanceof Domain.Interval interval) {
                bounds.low[j] = 0;
                bounds.high[j] = interval.most() - interval.least();
            } else if (domains.get(j) instanceof Domain.HalfLine) {
                bounds.low[j] = 0;
            }
        }
        return bounds;
    }

    /** Tells whether all values lie within their bounds. */
    boolean contains(double... row) {
        for (int j = 0; j < low.length; j++) {
            if (!(row[j] > low[j] && row[j] < high[j])) {
                return false;
            }
        }
        return true;
    }

    /** Tells whether any number is a value of a feature. */
    boolean isFree(int feature) {
        return Double.isInfinite(low[feature]) && Double.isInfinite(high[feature]);
    }

    int features() {
        return low.length;
    }
}
