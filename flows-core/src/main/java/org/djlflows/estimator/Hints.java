package org.djlflows.estimator;

import org.djlflows.training.History;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What a person who trains a flow on a table should be told, by the same rules everywhere. */
public final class Hints {

    /** Rows a column; with fewer, flows learn little more than where columns lie. */
    private static final int FEW = 100;

    /** In nats a row, what is worth another run. */
    private static final double WORTH = 0.02;

    private Hints() {}

    /**
     * Tells whether a table has few rows for what a flow is to learn of it.
     *
     * @param rows the number of rows
     * @param columns the number of columns that are modelled
     * @return a sentence if there are fewer than 100 rows a column
     */
    public static Optional<String> fewRows(long rows, int columns) {
        if (rows >= (long) FEW * columns) {
            return Optional.empty();
        }
        return Optional.of(
                String.format(
                        Locale.ROOT,
                        "%,d rows are few for %,d columns: whether a flow is better than independent"
                                + " columns shows in a cross-validation (flows compare)",
                        rows,
                        columns));
    }

    /**
     * Tells whether a run ended while the loss was falling.
     *
     * @param history the course of the run
     * @return a sentence if the least validation loss is of the last tenth of the epochs, and less
     *     than that of all before the last quarter by 0.02 nats or more
     */
    public static Optional<String> stillImproving(History history) {
        int epochs = history.validation().size();
        int last = Math.max(1, epochs / 4);
        if (epochs < 2 || history.bestEpoch() <= epochs - Math.max(1, epochs / 10)) {
            return Optional.empty();
        }
        double before =
                least(history.validation().subList(0, epochs - last)) - history.bestValidation();
        if (!(before >= WORTH)) {
            return Optional.empty();
        }
        return Optional.of(
                String.format(
                        Locale.ROOT,
                        "The validation loss was still falling, by %.2f nats in the last %s of %,d:"
                                + " more epochs would make a better model",
                        before,
                        last == 1 ? "epoch" : last + " epochs",
                        epochs));
    }

    private static double least(List<Double> losses) {
        return losses.stream()
                .mapToDouble(Double::doubleValue)
                .filter(Double::isFinite)
                .min()
                .orElse(Double.NaN);
    }
}
