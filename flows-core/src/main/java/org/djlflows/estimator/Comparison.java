package org.djlflows.estimator;

import org.djlflows.evaluation.Estimate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * How good one of several models is that scored the same rows, none of which it was trained on.
 *
 * <p>With the log-density \(\ell_i\) of row i and that of the best model \(b_i\), both of n rows:
 *
 * <p>\[ \mathrm{NLL} = -\frac{1}{n} \sum_i \ell_i, \qquad \mathrm{difference} = \frac{1}{n} \sum_i
 * (b_i - \ell_i) \]
 *
 * <p>The standard error of a mean is \(s / \sqrt{n}\), where s is the deviation of the sample. That
 * of the difference is mostly far smaller than that of either mean, since the same rows are hard
 * for all models; it does not count how much a model depends on which rows it was trained on.
 *
 * @param name the name of the model
 * @param nll the mean negative log-density in nats, infinite where a row is impossible
 * @param nllError its standard error, NaN where it is infinite
 * @param difference by how many nats a row the best model is better, 0 for the best; infinite where
 *     this one takes a row for impossible, NaN for all where the best does
 * @param differenceError its standard error, NaN where it is not finite
 * @param impossible the rows whose log-density is minus infinity, in their order, from 0
 * @param nllOfPossible the mean over the other rows, NaN if there are none
 */
public record Comparison(
        String name,
        double nll,
        double nllError,
        double difference,
        double differenceError,
        List<Integer> impossible,
        double nllOfPossible) {

    /**
     * Copies the rows.
     *
     * @param name the name of the model
     * @param nll the mean negative log-density in nats
     * @param nllError its standard error
     * @param difference by how many nats a row the best model is better
     * @param differenceError its standard error
     * @param impossible the rows whose log-density is minus infinity
     * @param nllOfPossible the mean over the other rows
     */
    public Comparison {
        impossible = List.copyOf(impossible);
    }

    /**
     * Compares models.
     *
     * @param logDensities the log-density of each row, by the names of the models
     * @return a comparison for each model, the best first: that of the least mean; where some rows
     *     are impossible, that with the fewest of them
     * @throws IllegalArgumentException if there is no row, models scored other numbers of rows, or
     *     a log-density is NaN or infinite
     */
    public static List<Comparison> of(Map<String, double[]> logDensities) {
        logDensities.forEach((name, scores) -> require(logDensities, name, scores));
        List<Comparison> models = new ArrayList<>();
        logDensities.forEach((name, scores) -> models.add(of(name, scores, scores)));
        models.sort(
                Comparator.<Comparison>comparingInt(model -> model.impossible().size())
                        .thenComparingDouble(Comparison::nllOfPossible));
        double[] best = logDensities.get(models.get(0).name());
        return models.stream()
                .map(model -> of(model.name(), logDensities.get(model.name()), best))
                .toList();
    }

    private static void require(Map<String, double[]> logDensities, String name, double[] scores) {
        int rows = logDensities.values().iterator().next().length;
        boolean valid =
                Arrays.stream(scores).noneMatch(x -> Double.isNaN(x) || x > Double.MAX_VALUE);
        if (!valid || scores.length != rows || rows == 0) {
            throw new IllegalArgumentException(
                    String.format(
                            "Comparison: expected log-densities of the same rows, at least one, none"
                                    + " NaN or infinite, got %d from %s and %d from the first%s",
                            scores.length, name, rows, valid ? "" : ", with such a number"));
        }
    }

    private static Comparison of(String name, double[] scores, double[] best) {
        List<Integer> impossible = new ArrayList<>();
        double[] losses = new double[scores.length];
        double[] differences = new double[scores.length];
        for (int i = 0; i < scores.length; i++) {
            losses[i] = -scores[i];
            differences[i] = Double.isFinite(best[i]) ? best[i] - scores[i] : Double.NaN;
            if (Double.isInfinite(losses[i])) {
                impossible.add(i);
            }
        }
        double[] possible = Arrays.stream(losses).filter(Double::isFinite).toArray();
        Estimate nll = Estimate.ofMean(losses);
        Estimate difference = Estimate.ofMean(differences);
        return new Comparison(
                name,
                nll.value(),
                nll.standardError(),
                difference.value(),
                difference.standardError(),
                impossible,
                Estimate.ofMean(possible).value());
    }
}
