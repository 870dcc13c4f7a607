package org.djlflows.evaluation;

import ai.djl.ndarray.NDList;

import org.djlflows.Distribution;
import org.djlflows.training.BitsPerDimension;
import org.djlflows.training.NllNats;

import java.util.Arrays;

/**
 * The negative log-likelihood of rows that a distribution was not trained on, the lower the better,
 * with the interval of the normal approximation over rows: it says how much other rows of the same
 * kind would change the mean, and nothing of another training.
 */
public final class Likelihood {

    private Likelihood() {}

    /**
     * Estimates \(-\mathbb{E}[\log p(x \mid c)]\).
     *
     * @param distribution the distribution
     * @param rows the rows x and, if it has one, their context
     * @return nats a row; infinite, without an interval, where one row is impossible
     * @throws IllegalArgumentException if there are no rows, or they do not fit the distribution
     */
    public static Estimate nats(Distribution distribution, NDList rows) {
        return nats(NllNats.logDensities(distribution, rows));
    }

    /**
     * Estimates the negative log-likelihood from log-densities.
     *
     * @param logDensities the log-density of each row, in nats
     * @return nats a row
     */
    public static Estimate nats(double... logDensities) {
        return Estimate.ofMean(Arrays.stream(logDensities).map(l -> -l).toArray());
    }

    /**
     * Estimates bits per dimension, as {@link BitsPerDimension} has them.
     *
     * @param distribution the distribution
     * @param rows the rows x and, if it has one, their context
     * @param levels the number of levels in one unit of x, such as 256 for images of 8 bits in
     *     \([0, 1)\), 1 for data that was not scaled
     * @return bits a dimension
     * @throws IllegalArgumentException if there are no rows, or they do not fit the distribution
     */
    public static Estimate bitsPerDimension(Distribution distribution, NDList rows, double levels) {
        double perNat = 1 / (distribution.getEventShape().size() * Math.log(2));
        double ofLevels = Math.log(levels) / Math.log(2);
        return nats(distribution, rows).times(perNat).plus(ofLevels);
    }
}
