package org.djlflows.anomaly;

import java.util.List;
import java.util.OptionalDouble;

/**
 * How odd a row is.
 *
 * @param logDensity the logarithm of its density, in nats in the units of the columns, minus
 *     infinity where no row can be so
 * @param score its {@link AnomalyScore}, the greater the odder; absent where the model does not
 *     compare rows
 * @param pValue the probability that a row of the same kind as those of training is as odd, as
 *     {@link Conformal#pValue} has it; absent together with the score
 * @param percentile 100 k / (n + 1) where k of n rows left aside in training are as odd or odder, 0
 *     = oddest; absent where nothing was left aside
 */
public record RowScore(
        double logDensity, OptionalDouble score, OptionalDouble pValue, OptionalDouble percentile) {

    /**
     * Returns what a log-density alone says.
     *
     * @param logDensity the log-density of a row
     * @param percentile its percentile among those of other rows
     * @return a row without a score
     */
    public static RowScore of(double logDensity, OptionalDouble percentile) {
        return new RowScore(logDensity, OptionalDouble.empty(), OptionalDouble.empty(), percentile);
    }

    /**
     * Returns what a score says.
     *
     * @param logDensity the log-density of a row
     * @param score its score
     * @param conformal what makes p-values of scores
     * @return the row
     */
    public static RowScore of(double logDensity, double score, Conformal conformal) {
        return new RowScore(
                logDensity,
                OptionalDouble.of(score),
                OptionalDouble.of(conformal.pValue(score)),
                OptionalDouble.of(conformal.percentile(score)));
    }

    /**
     * Returns the percentiles of rows.
     *
     * @param rows the rows
     * @return the percentile of each
     * @throws IllegalStateException if a row has none, since nothing was left aside in training
     */
    public static double[] percentiles(List<RowScore> rows) {
        return rows.stream()
                .mapToDouble(
                        row ->
                                row.percentile.orElseThrow(
                                        () ->
                                                new IllegalStateException(
                                                        "RowScore: expected a model that was"
                                                                + " measured on held-out rows, with"
                                                                + " which others are compared, got"
                                                                + " none: FlowModel.measuredOn and"
                                                                + " comparingRows do that")))
                .toArray();
    }
}
