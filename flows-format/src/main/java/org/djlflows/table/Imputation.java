package org.djlflows.table;

import org.djlflows.spec.Column;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Fills the missing cells of a table from several draws of them: of numbers and times the median,
 * of texts what comes most often, and if wanted the interval in which numbers lie.
 *
 * @param draws how often each row is drawn; with 1 each cell is a draw
 * @param interval the probability of the intervals; empty for none
 */
public record Imputation(int draws, Optional<Double> interval) {

    private static final String LOW = "_low";
    private static final String HIGH = "_high";

    /**
     * Checks the numbers.
     *
     * @param draws how often each row is drawn
     * @param interval the probability of the intervals
     * @throws IllegalArgumentException if there is no draw, or the probability is not between 0 and
     *     1
     */
    public Imputation {
        if (draws < 1 || interval.filter(p -> !(p > 0 && p < 1)).isPresent()) {
            throw new IllegalArgumentException(
                    String.format(
                            "Imputation: expected 1 draw or more and a probability, got %d and %s",
                            draws, interval));
        }
    }

    /**
     * Returns the columns of intervals that a filled table has besides its own.
     *
     * @param columns the columns of the table
     * @param kinds what they are
     * @return the names, two for each column of numbers
     */
    public List<String> added(List<String> columns, Map<String, Column> kinds) {
        return interval.isEmpty()
                ? List.of()
                : columns.stream()
                        .filter(column -> kinds.get(column) instanceof Column.Number)
                        .flatMap(column -> Stream.of(column + LOW, column + HIGH))
                        .toList();
    }

    /**
     * Fills the missing cells.
     *
     * @param table the rows
     * @param complete draws the missing cells of rows, and keeps what is known
     * @return the rows with all cells of the columns that are drawn, and the columns of intervals,
     *     in which a cell that was known is both ends
     */
    public Table fill(Table table, UnaryOperator<Table> complete) {
        int[] repeated = IntStream.range(0, table.rows() * draws).map(i -> i / draws).toArray();
        Table drawn = complete.apply(table.take(repeated));
        List<TableColumn> columns = new ArrayList<>();
        List<TableColumn> ends = new ArrayList<>();
        for (TableColumn column : table.columns()) {
            if (!drawn.names().contains(column.name())) {
                columns.add(column);
            } else if (drawn.column(column.name()) instanceof TableColumn.Texts texts) {
                columns.add(new TableColumn.Texts(column.name(), modes(texts)));
            } else {
                double[][] sorted = sorted(drawn.column(column.name()));
                columns.add(
                        like(drawn.column(column.name()), column.name(), quantiles(sorted, 0.5)));
                interval.ifPresent(
                        p -> {
                            double[] low = quantiles(sorted, (1 - p) / 2);
                            double[] high = quantiles(sorted, (1 + p) / 2);
                            TableColumn like = drawn.column(column.name());
                            ends.add(like(like, column.name() + LOW, low));
                            ends.add(like(like, column.name() + HIGH, high));
                        });
            }
        }
        columns.addAll(ends);
        return Table.of(columns);
    }

    private static TableColumn like(TableColumn column, String name, double... values) {
        return column instanceof TableColumn.Times
                ? new TableColumn.Times(name, values)
                : new TableColumn.Numbers(name, values);
    }

    private String[] modes(TableColumn.Texts texts) {
        String[] modes = new String[texts.rows() / draws];
        for (int i = 0; i < modes.length; i++) {
            Map<String, Integer> counts = new HashMap<>();
            for (int k = 0; k < draws; k++) {
                String text = texts.value(i * draws + k);
                // The first to have the most: the same for the same draws.
                if (text != null
                        && counts.merge(text, 1, Integer::sum) > counts.getOrDefault(modes[i], 0)) {
                    modes[i] = text;
                }
            }
        }
        return modes;
    }

    /** The draws of each row in ascending order, those that are missing last. */
    private double[][] sorted(TableColumn column) {
        double[][] sorted = new double[column.rows() / draws][draws];
        for (int i = 0; i < sorted.length; i++) {
            for (int k = 0; k < draws; k++) {
                int row = i * draws + k;
                sorted[i][k] =
                        column instanceof TableColumn.Times times
                                ? times.second(row)
                                : ((TableColumn.Numbers) column).value(row);
            }
            Arrays.sort(sorted[i]);
        }
        return sorted;
    }

    /** One of the draws, so that whole numbers and atoms stay what they are. */
    private static double[] quantiles(double[][] sorted, double level) {
        return Arrays.stream(sorted)
                .mapToDouble(
                        row -> {
                            int n = (int) Arrays.stream(row).filter(x -> !Double.isNaN(x)).count();
                            int at = (int) Math.floor(level * n);
                            return n == 0 ? Double.NaN : row[Math.min(at, n - 1)];
                        })
                .toArray();
    }
}
