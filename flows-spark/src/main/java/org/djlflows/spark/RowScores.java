package org.djlflows.spark;

import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Row;
import org.djlflows.anomaly.RowScore;
import org.djlflows.runtime.Explanation;
import org.djlflows.runtime.ModelFiles;
import org.djlflows.runtime.Scorer;
import org.djlflows.table.BadCell;
import org.djlflows.table.Table;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Consumer;

/**
 * How odd rows are. A row with a cell that cannot be in its column, or in a model of numbers with a
 * missing one, has no score, as in {@code flows score}.
 *
 * @param model the model, which an executor gets once
 * @param outputs what is wanted
 */
record RowScores(Broadcast<ModelFiles> model, OutputColumns outputs) implements Serializable {

    /** Returns the model. */
    Scorer scorer() {
        return model.value().scorer();
    }

    /**
     * Scores rows.
     *
     * @param rows the rows
     * @param columns where the columns of the model are in them
     * @return for each row its scores, empty where it has none, and where shares are wanted its
     *     cells
     */
    List<Optional<Explanation>> of(List<Row> rows, InputColumns columns) {
        Scorer scorer = scorer();
        return scorer.isOfAnyKind()
                ? ofTable(scorer, columns.table(rows))
                : ofNumbers(scorer, rows.stream().map(columns::numbers).toList());
    }

    private List<Optional<Explanation>> ofTable(Scorer scorer, Table table) {
        Set<Integer> bad = new HashSet<>();
        Consumer<BadCell> take = cell -> bad.add(cell.row());
        List<Explanation> found;
        if (outputs.hasShares()) {
            found = scorer.explain(table, take);
        } else if (outputs.isLogDensityAlone()) {
            found = densities(scorer.logDensities(table, take));
        } else {
            found = scores(scorer.scores(table, take));
        }
        List<Optional<Explanation>> scores = new ArrayList<>(found.size());
        for (int i = 0; i < found.size(); i++) {
            scores.add(bad.contains(i) ? Optional.empty() : Optional.of(found.get(i)));
        }
        return scores;
    }

    private List<Optional<Explanation>> ofNumbers(Scorer scorer, List<double[]> rows) {
        double[][] whole = rows.stream().filter(InputColumns::isWhole).toArray(double[][]::new);
        List<Explanation> found;
        if (outputs.hasShares()) {
            found = scorer.explain(whole);
        } else if (outputs.isLogDensityAlone()) {
            found = densities(scorer.logDensities(whole));
        } else {
            found = scores(scorer.scores(whole));
        }
        List<Optional<Explanation>> scores = new ArrayList<>(rows.size());
        int next = 0;
        for (double[] row : rows) {
            boolean scored = InputColumns.isWhole(row);
            scores.add(scored ? Optional.of(found.get(next++)) : Optional.empty());
        }
        return scores;
    }

    private static List<Explanation> densities(double... logs) {
        return scores(
                Arrays.stream(logs)
                        .mapToObj(log -> RowScore.of(log, OptionalDouble.empty()))
                        .toList());
    }

    private static List<Explanation> scores(List<RowScore> scores) {
        return scores.stream().map(score -> new Explanation(score, List.of())).toList();
    }
}
