package org.djlflows.spark;

import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Row;
import org.djlflows.anomaly.RowScore;
import org.djlflows.format.FlowConfig;
import org.djlflows.runtime.Scorer;
import org.djlflows.spec.TableFlow;
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

    /** Returns the configuration of the model. */
    FlowConfig config() {
        return model.value().scorer().config();
    }

    /**
     * Scores rows.
     *
     * @param rows the rows
     * @param columns where the columns of the model are in them
     * @return for each row its scores, empty where it has none
     */
    List<Optional<RowScore>> of(List<Row> rows, InputColumns columns) {
        Scorer scorer = model.value().scorer();
        return scorer.config().flow() instanceof TableFlow
                ? ofTable(scorer, columns.table(rows))
                : ofNumbers(scorer, rows.stream().map(columns::numbers).toList());
    }

    private List<Optional<RowScore>> ofTable(Scorer scorer, Table table) {
        Set<Integer> bad = new HashSet<>();
        Consumer<BadCell> take = cell -> bad.add(cell.row());
        List<RowScore> found =
                outputs.isLogDensityAlone()
                        ? densities(scorer.logDensities(table, take))
                        : scorer.scores(table, take);
        List<Optional<RowScore>> scores = new ArrayList<>(found.size());
        for (int i = 0; i < found.size(); i++) {
            scores.add(bad.contains(i) ? Optional.empty() : Optional.of(found.get(i)));
        }
        return scores;
    }

    private List<Optional<RowScore>> ofNumbers(Scorer scorer, List<double[]> rows) {
        double[][] whole = rows.stream().filter(RowScores::isWhole).toArray(double[][]::new);
        List<RowScore> found =
                outputs.isLogDensityAlone()
                        ? densities(scorer.logDensities(whole))
                        : scorer.scores(whole);
        List<Optional<RowScore>> scores = new ArrayList<>(rows.size());
        int next = 0;
        for (double[] row : rows) {
            scores.add(isWhole(row) ? Optional.of(found.get(next++)) : Optional.empty());
        }
        return scores;
    }

    private static boolean isWhole(double... row) {
        boolean whole = true;
        for (double value : row) {
            whole &= Float.isFinite((float) value);
        }
        return whole;
    }

    private static List<RowScore> densities(double... logs) {
        return Arrays.stream(logs)
                .mapToObj(log -> RowScore.of(log, OptionalDouble.empty()))
                .toList();
    }
}
