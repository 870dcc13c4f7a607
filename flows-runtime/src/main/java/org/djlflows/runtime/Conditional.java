package org.djlflows.runtime;

import org.djlflows.files.Excerpt;
import org.djlflows.format.FlowConfig;
import org.djlflows.spec.Column;
import org.djlflows.table.TableColumn;
import org.djlflows.table.TableEncoding;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/**
 * The distribution of one column of a model of columns of any kind in each of some rows, given all
 * their other cells that are known, if the cell is there. It is exact, without draws; a method
 * takes one pass of the network over the rows, {@link #logTails} of numbers two.
 *
 * <p>Its methods can be called by several threads, as long as the density that it is made of can.
 */
public final class Conditional {

    private final RowDensity density;
    private final TableEncoding encoding;
    private final Column kind;
    private final int place;
    private final float[] x;
    private final float[] given;
    private final int rows;
    private final int width;

    /**
     * Creates the distributions of a column.
     *
     * @param config the configuration of a model of columns of any kind
     * @param density its density, which stays open as long as this is used
     * @param column the column
     * @param x the columns that are modelled of some rows, one row after the other
     * @param given the columns that are given, likewise
     * @throws IllegalArgumentException if no such column is modelled
     */
    public Conditional(
            FlowConfig config, RowDensity density, String column, float[] x, float[] given) {
        this.density = density;
        this.x = x;
        this.given = given;
        place = TableCells.place(config, column);
        encoding = TableCells.encoding(config, List.of(column));
        kind = config.preparation().kind(column);
        width = config.columns().size();
        rows = x.length / width;
    }

    private String column() {
        return encoding.names().get(0);
    }

    /**
     * Returns the levels of a category.
     *
     * @return the levels, in the order of {@link #probabilities}
     * @throws IllegalArgumentException if the column is none of levels
     */
    public List<String> levels() {
        if (kind instanceof Column.Category category) {
            return category.levels();
        }
        throw new IllegalArgumentException(
                String.format(
                        "Conditional: expected a column of levels, got %s, which is one of numbers:"
                                + " ask for quantiles",
                        Excerpt.of(column(), 100)));
    }

    /**
     * Returns the probability of each level of a category.
     *
     * @return for each row the probability of each of the {@link #levels}; what these lack of 1 is
     *     that of all levels that were never seen
     * @throws IllegalArgumentException if the column is none of levels
     */
    public double[][] probabilities() {
        int levels = levels().size();
        double[] logs = logClasses();
        int width = logs.length / Math.max(1, rows);
        return IntStream.range(0, rows)
                .mapToObj(
                        i ->
                                IntStream.range(i * width, i * width + levels)
                                        .mapToDouble(k -> Math.exp(logs[k]))
                                        .toArray())
                .toArray(double[][]::new);
    }

    /**
     * Returns how probable it is that the cell is missing.
     *
     * @return a probability for each row, 0 where no cell was missing in training
     */
    public double[] missing() {
        double[] logs = logClasses();
        int width = logs.length / Math.max(1, rows);
        return IntStream.range(0, rows)
                .mapToDouble(i -> Math.exp(logs[(i + 1) * width - 1]))
                .toArray();
    }

    private double[] logClasses() {
        return density.logClasses(x, given, rows, place);
    }

    /**
     * Returns quantiles of numbers and times: the least value that is not exceeded with a
     * probability of a level or more. As samples are, they are values that the column can have,
     * between the least and the greatest one seen.
     *
     * @param levels probabilities, such as 0.05, 0.5 and 0.95
     * @return for each level the quantile of each row, as a column of the kind and name of this one
     * @throws IllegalArgumentException if the column is one of levels, or a level is not from 0 to
     *     1
     */
    public List<TableColumn> quantiles(double... levels) {
        requireNumbers();
        if (!Arrays.stream(levels).allMatch(u -> u >= 0 && u <= 1)) {
            throw new IllegalArgumentException(
                    "Conditional: expected levels from 0 to 1, got " + Arrays.toString(levels));
        }
        double[] ofRows = new double[Math.multiplyExact(rows, levels.length)];
        Arrays.setAll(ofRows, i -> levels[i % levels.length]);
        float[] found = density.quantiles(x, given, rows, place, ofRows);
        List<TableColumn> quantiles = new ArrayList<>();
        for (int k = 0; k < levels.length; k++) {
            float[] codes = new float[rows];
            for (int i = 0; i < rows; i++) {
                codes[i] = found[i * levels.length + k];
            }
            quantiles.add(encoding.decode(codes).column(column()));
        }
        return quantiles;
    }

    /**
     * Returns the distribution function at what came: \(P(X \le v)\) for the number or time v that
     * the cell of each row holds.
     *
     * @return a probability for each row, NaN where the cell is missing
     * @throws IllegalArgumentException if the column is one of levels
     */
    public double[] cdf() {
        RowDensity.LogParts parts = logParts();
        return IntStream.range(0, rows)
                .mapToDouble(i -> Math.exp(parts.below()[i]) + Math.exp(parts.equal()[i]))
                .toArray();
    }

    /**
     * Returns the probability integral transform of what came, by its middle: \(P(X \lt v) +
     * \frac12 P(X = v)\), which is the distribution function where no value has a probability of
     * its own. If the model is right it has the mean 1/2, and of real numbers is uniform; for whole
     * numbers and atoms \(P(X \lt v) + U \, P(X = v)\) with a uniform U is, where \(P(X = v)\) is
     * twice the {@link #cdf} less this.
     *
     * @return a number from 0 to 1 for each row, NaN where the cell is missing
     * @throws IllegalArgumentException if the column is one of levels
     */
    public double[] pit() {
        RowDensity.LogParts parts = logParts();
        return IntStream.range(0, rows)
                .mapToDouble(i -> Math.exp(parts.below()[i]) + Math.exp(parts.equal()[i]) / 2)
                .toArray();
    }

    /**
     * Returns how probable it is that a cell is as far out as what came: of a number or time
     * \(\min(1, 2 \min(P(X \le v), P(X \ge v)))\), of a level the probability of all levels that
     * are at most as probable, of a missing cell that of being missing.
     *
     * @return the logarithm of a probability for each row, exact in the far tails; 0 where the cell
     *     is not known
     */
    public double[] logTails() {
        double[] logs = logClasses();
        int classes = logs.length / Math.max(1, rows);
        // The last class is that the cell is missing.
        IntToDoubleFunction ofRow =
                kind instanceof Column.Category
                        ? i -> logTail(cell(i), logs, i * classes, (i + 1) * classes - 1)
                        : logTail(logParts());
        return IntStream.range(0, rows)
                .mapToDouble(
                        i -> {
                            if (Float.isNaN(cell(i))) {
                                return 0;
                            }
                            return Float.isInfinite(cell(i))
                                    ? logs[(i + 1) * classes - 1]
                                    : ofRow.applyAsDouble(i);
                        })
                .toArray();
    }

    private float cell(int row) {
        return x[row * width + place];
    }

    private static IntToDoubleFunction logTail(RowDensity.LogParts parts) {
        return i -> logTail(parts.below()[i], parts.equal()[i], parts.above()[i]);
    }

    private static double logTail(double below, double equal, double above) {
        double side = Math.min(below, above);
        double greater = Math.max(side, equal);
        double sum =
                greater == Double.NEGATIVE_INFINITY
                        ? greater
                        : greater + Math.log1p(Math.exp(Math.min(side, equal) - greater));
        return Math.min(0, sum + Math.log(2));
    }

    /** Of levels from one place of the logarithms to another, the last of them never seen. */
    private static double logTail(float level, double[] logs, int from, int to) {
        int unseen = to - from - 1;
        double own = logs[from + (level >= 0 && level < unseen ? (int) level : unseen)];
        double as =
                Arrays.stream(logs, from, to)
                        .filter(log -> log <= own)
                        .map(log -> Math.exp(log - own))
                        .sum();
        return Math.min(0, own + Math.log(as));
    }

    private RowDensity.LogParts logParts() {
        requireNumbers();
        float[] values = new float[rows];
        for (int i = 0; i < rows; i++) {
            values[i] = Float.isFinite(cell(i)) ? cell(i) : Float.NaN;
        }
        return density.logParts(x, given, rows, place, values);
    }

    private void requireNumbers() {
        if (kind instanceof Column.Category) {
            throw new IllegalArgumentException(
                    String.format(
                            "Conditional: expected a column of numbers or times, got %s, which is"
                                    + " one of levels: ask for probabilities",
                            Excerpt.of(column(), 100)));
        }
    }
}
