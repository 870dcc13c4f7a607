package org.djlflows.cli;

import org.djlflows.anomaly.Conformal;
import org.djlflows.plot.Picture;
import org.djlflows.plot.ScoreHistogram;
import org.djlflows.runtime.Explanation;
import org.djlflows.table.Table;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.PriorityQueue;
import java.util.function.Function;
import java.util.function.Supplier;

/** Keeps the oddest of many rows, and counts the others. */
final class OddestRows {

    /** The rate of false alarms where none was asked for. */
    private static final double USUAL = 0.01;

    private static final Comparator<Odd> ORDER =
            Comparator.comparing(Odd::scored, ScoredRow.ODDEST);

    private final int most;
    private final Conformal conformal;
    private final double rate;
    private final ScoreHistogram histogram;
    private final PriorityQueue<Odd> oddest = new PriorityQueue<>(ORDER.reversed());
    private long rows;
    private long scored;
    private long marked;

    /** A row with its cells, a table of one row. */
    private record Odd(ScoredRow scored, Table cells) {}

    /**
     * Creates a collection without rows.
     *
     * @param most how many are kept
     * @param conformal what makes p-values of scores
     * @param alarms the rate of false alarms by which rows are marked, if one was asked for
     */
    OddestRows(int most, Conformal conformal, Optional<Double> alarms) {
        this.most = most;
        this.conformal = conformal;
        rate = alarms.orElse(conformal.resolution() <= USUAL ? USUAL : 0);
        histogram = ScoreHistogram.of(conformal.scores());
    }

    /** Counts a row, and keeps it if it has a score and is odder than the least odd one. */
    void add(ScoredRow row, Supplier<Table> cells) {
        rows++;
        if (row.score().isEmpty()) {
            return;
        }
        scored++;
        marked += isMarked(row.pValue().orElseThrow()) ? 1 : 0;
        histogram.add(row.anomalyScore().orElseThrow());
        boolean full = oddest.size() == most;
        if (full && ScoredRow.ODDEST.compare(row, oddest.element().scored()) > 0) {
            return;
        }
        if (full) {
            oddest.remove();
        }
        oddest.add(new Odd(row, cells.get()));
    }

    /**
     * Explains the rows that are kept, in one batch.
     *
     * @param explainer explains the rows of a table
     * @return the rows, the oddest first
     */
    List<ExplainedRow> explained(Function<Table, List<Explanation>> explainer) {
        List<Odd> sorted = oddest.stream().sorted(ORDER).toList();
        if (sorted.isEmpty()) {
            return List.of();
        }
        Table all = Table.concat(sorted.stream().map(Odd::cells).toList());
        List<Explanation> explanations = explainer.apply(all);
        List<ExplainedRow> explained = new ArrayList<>();
        for (int i = 0; i < sorted.size(); i++) {
            explained.add(new ExplainedRow(sorted.get(i).scored().begun(), explanations.get(i)));
        }
        return explained;
    }

    /** Tells whether a row is called odd. */
    boolean isMarked(double pValue) {
        return pValue <= rate;
    }

    /** Returns the rate of false alarms by which rows are marked, 0 where none can be. */
    double rate() {
        return rate;
    }

    Conformal conformal() {
        return conformal;
    }

    /** Returns how many rows there were. */
    long rows() {
        return rows;
    }

    /** Returns how many of them have a score. */
    long scored() {
        return scored;
    }

    /** Returns how many of them are marked. */
    long marked() {
        return marked;
    }

    /** Draws the scores of all rows. */
    Picture histogram() {
        return histogram.picture(
                rate > 0 ? OptionalDouble.of(conformal.threshold(rate)) : OptionalDouble.empty());
    }
}
