package org.djlflows.runtime;

import org.djlflows.anomaly.RowScore;
import org.djlflows.files.Excerpt;
import org.djlflows.table.BadCell;
import org.djlflows.table.ExactNumbers;
import org.djlflows.table.Table;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Scores rows that come one by one, as cells by the names of their columns: the records of a
 * stream, where one that cannot be scored must not stop the others.
 *
 * <pre>{@code
 * RecordScorer scorer = new RecordScorer(Scorer.load(Path.of("model")));
 * Optional<RowScore> score = scorer.score(Map.of("city", "Bonn", "amount", 12.5), log::warn);
 * }</pre>
 *
 * <p>Cells are what {@link Table} takes: numbers, texts, booleans, dates and times. Whole numbers
 * beyond \(\pm 2^{53}\), which a double would round, are read as texts, as training reads a column
 * that has some. A cell that is null or not there is missing; cells of other names are not looked
 * at. Immutable, so threads may share it.
 */
public final class RecordScorer {

    private final Scorer scorer;
    private final List<String> columns;

    /**
     * Creates the scorer of records.
     *
     * @param scorer the model
     */
    public RecordScorer(Scorer scorer) {
        this.scorer = scorer;
        columns =
                Stream.concat(
                                scorer.config().columns().stream(),
                                scorer.config().contextColumns().stream())
                        .toList();
    }

    /**
     * Returns the columns that are looked at.
     *
     * @return the names of those that are modelled, then of those that are given
     */
    public List<String> columns() {
        return columns;
    }

    /**
     * Returns whether columns are of any kind.
     *
     * @return false if all of them are numbers, which none may lack
     */
    public boolean isOfAnyKind() {
        return scorer.isOfAnyKind();
    }

    /**
     * Says how odd a record is.
     *
     * @param record its cells by the names of their columns
     * @param problem receives what was expected and what came, if the record cannot be scored: it
     *     has none of the columns, a cell that cannot be in its column, such as a word among
     *     numbers, or lacks one that the model cannot do without
     * @return what {@link Scorer#score} says of it, empty if it cannot be scored
     */
    public Optional<RowScore> score(Map<String, ?> record, Consumer<String> problem) {
        if (columns.stream().noneMatch(record::containsKey)) {
            problem.accept(
                    String.format(
                            "expected the columns %s, got %s",
                            Excerpt.of(columns), Excerpt.of(record.keySet())));
            return Optional.empty();
        }
        return isOfAnyKind() ? ofTable(record, problem) : ofNumbers(record, problem);
    }

    private Optional<RowScore> ofNumbers(Map<String, ?> record, Consumer<String> problem) {
        double[] row = new double[columns.size()];
        for (int j = 0; j < row.length; j++) {
            Object cell = record.get(columns.get(j));
            row[j] = cell instanceof Number number ? number.doubleValue() : Double.NaN;
            if (!Float.isFinite((float) row[j])) {
                problem.accept(
                        String.format(
                                "column %s: expected a number within \u00b13.4e38, got %s",
                                Excerpt.of(columns.get(j), 100), described(cell)));
                return Optional.empty();
            }
        }
        return Optional.of(scorer.score(row));
    }

    private static String described(Object cell) {
        if (cell == null) {
            return "a missing cell";
        }
        String text = Excerpt.of(cell, 40);
        return cell instanceof Number
                ? text
                : "the " + cell.getClass().getSimpleName() + ' ' + text;
    }

    private Optional<RowScore> ofTable(Map<String, ?> record, Consumer<String> problem) {
        Map<String, Object> cells = new LinkedHashMap<>();
        columns.forEach(column -> cells.put(column, cell(record.get(column))));
        Table table;
        try {
            table = Table.ofMaps(List.of(cells));
        } catch (IllegalArgumentException e) {
            problem.accept(e.getMessage());
            return Optional.empty();
        }
        List<BadCell> bad = new ArrayList<>();
        RowScore score = scorer.scores(table, bad::add).get(0);
        if (!bad.isEmpty()) {
            BadCell first = bad.get(0);
            problem.accept("column " + Excerpt.of(first.column(), 100) + ": " + first.what());
            return Optional.empty();
        }
        return Optional.of(score);
    }

    private static Object cell(Object cell) {
        return cell instanceof Number number && !ExactNumbers.isExact(number)
                ? ExactNumbers.text(number)
                : cell;
    }
}
