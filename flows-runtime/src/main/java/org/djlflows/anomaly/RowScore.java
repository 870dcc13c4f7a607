package org.djlflows.anomaly;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.DoubleFunction;
import java.util.function.Supplier;
import java.util.stream.IntStream;

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

    /** What its numbers are called where they are columns or fields, in this order. */
    public static final List<String> NAMES =
            List.of("log_density", "anomaly_score", "p_value", "percentile");

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
     * Returns all numbers.
     *
     * @return a number for each of the {@link #NAMES}, absent where the model does not have it
     */
    public List<OptionalDouble> values() {
        return List.of(OptionalDouble.of(logDensity), score, pValue, percentile);
    }

    /**
     * Returns what is known of rows.
     *
     * @param logDensities the log-density of each row
     * @param anomalies what makes scores; absent where rows are not compared
     * @param cells makes the cells of the rows, one row after the other, where there are scores
     * @param percentile the percentile of a log-density, where there are none
     * @return a row for each
     */
    public static List<RowScore> all(
            double[] logDensities,
            Optional<AnomalyScore> anomalies,
            Supplier<float[]> cells,
            DoubleFunction<OptionalDouble> percentile) {
        if (logDensities.length == 0) {
            return List.of();
        }
        if (anomalies.isEmpty()) {
            return Arrays.stream(logDensities)
                    .mapToObj(log -> RowScore.of(log, percentile.apply(log)))
                    .toList();
        }
        AnomalyScore score = anomalies.get();
        double[] scores = score.scores(logDensities, cells.get());
        return IntStream.range(0, scores.length)
                .mapToObj(i -> RowScore.of(logDensities[i], scores[i], score.conformal()))
                .toList();
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
