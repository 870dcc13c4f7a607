package org.djlflows.table;

import org.djlflows.spec.Column;

import java.math.BigDecimal;
import java.math.MathContext;
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
 * Fills the missing cells of a table from several draws of them: of numbers and times the median or
 * the mean, of categories what comes most often, and if wanted the interval in which numbers lie.
 *
 * @param draws how often each row is drawn; with 1 each cell is a draw
 * @param mean whether numbers are the mean, which can lie between whole numbers and has ten digits,
 *     and not the median, which is one of the draws
 * @param interval the probability of the intervals; empty for none
 */
public record Imputation(int draws, boolean mean, Optional<Double> interval) {

    private static final MathContext DIGITS = new MathContext(10);

    private static final String LOW = "_low";
    private static final String HIGH = "_high";

    /**
     * Checks the numbers.
     *
     * @param draws how often each row is drawn
     * @param mean whether numbers are the mean
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
     * @param table the rows, at least one
     * @param kinds what the columns are that are drawn
     * @param complete draws the missing cells of rows, and keeps what is known
     * @return the rows with all cells of the columns that are drawn, and the columns of intervals,
     *     in which a cell that was known is both ends
     */
    public Table fill(Table table, Map<String, Column> kinds, UnaryOperator<Table> complete) {
        int rows = Math.multiplyExact(table.rows(), draws);
        int[] repeated = IntStream.range(0, rows).map(i -> i / draws).toArray();
        Table drawn = complete.apply(table.take(repeated));
        List<TableColumn> columns = new ArrayList<>();
        List<TableColumn> ends = new ArrayList<>();
        for (TableColumn column : table.columns()) {
            if (!drawn.names().contains(column.name())) {
                columns.add(column);
            } else if (kinds.get(column.name()) instanceof Column.Category) {
                TableColumn levels = drawn.column(column.name());
                columns.add(levels.take(modes(levels)));
            } else {
                var numbers = (TableColumn.Doubles) drawn.column(column.name());
                double[][] sorted = sorted(numbers);
                double[] centers = mean ? means(sorted) : quantiles(sorted, 0.5);
                columns.add(numbers.with(column.name(), centers));
                interval.ifPresent(
                        p -> {
                            double[] low = quantiles(sorted, (1 - p) / 2);
                            double[] high = quantiles(sorted, (1 + p) / 2);
                            ends.add(numbers.with(column.name() + LOW, low));
                            ends.add(numbers.with(column.name() + HIGH, high));
                        });
            }
        }
        columns.addAll(ends);
        return Table.of(columns);
    }

    /** Which draw of each row has what most of them have. */
    private int[] modes(TableColumn levels) {
        int[] modes = new int[levels.rows() / draws];
        for (int i = 0; i < modes.length; i++) {
            Map<Object, Integer> counts = new HashMap<>();
            modes[i] = i * draws;
            int most = 0;
            for (int k = i * draws; k < (i + 1) * draws; k++) {
                int count =
                        levels.isMissing(k) ? 0 : counts.merge(value(levels, k), 1, Integer::sum);
                // The first to have the most: the same for the same draws.
                if (count > most) {
                    most = count;
                    modes[i] = k;
                }
            }
        }
        return modes;
    }

    private static Object value(TableColumn levels, int row) {
        return levels instanceof TableColumn.Numbers numbers
                ? (Object) numbers.value(row)
                : ((TableColumn.Texts) levels).value(row);
    }

    /** The draws of each row in ascending order, those that are missing last. */
    private double[][] sorted(TableColumn.Doubles column) {
        double[][] sorted = new double[column.rows() / draws][draws];
        for (int i = 0; i < sorted.length; i++) {
            for (int k = 0; k < draws; k++) {
                sorted[i][k] = column.value(i * draws + k);
            }
            Arrays.sort(sorted[i]);
        }
        return sorted;
    }

    private static double[] means(double[][] sorted) {
        return Arrays.stream(sorted)
                .mapToDouble(
                        row -> {
                            double[] known =
                                    Arrays.stream(row).filter(x -> !Double.isNaN(x)).toArray();
                            // Cells that are known are all the same, and are kept with all digits.
                            return known.length == 0 || known[0] == known[known.length - 1]
                                    ? row[0]
                                    : shortened(Arrays.stream(known).average().orElseThrow());
                        })
                .toArray();
    }

    private static double shortened(double mean) {
        return new BigDecimal(mean).round(DIGITS).doubleValue();
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
