package org.djlflows.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;

import org.djlflows.distribution.AnyOrder;
import org.djlflows.files.Excerpt;
import org.djlflows.spec.Column;
import org.djlflows.table.TableColumn;
import org.djlflows.table.TableEncoding;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The distribution of one column of a {@link TableModel} in each of some rows, given all their
 * other cells that are known, if the cell is there. It is exact, without draws; each method takes
 * one pass of the network over the rows.
 *
 * <p>The model stays open as long as this is used, whose methods can be called by several threads.
 */
public final class Conditional {

    private final AnyOrder density;
    private final TableEncoding encoding;
    private final Column kind;
    private final int place;
    private final float[] x;
    private final int rows;
    private final Optional<float[]> context;

    Conditional(
            AnyOrder density,
            TableEncoding encoding,
            Column kind,
            int place,
            float[] x,
            Optional<float[]> context) {
        this.density = density;
        this.encoding = encoding;
        this.kind = kind;
        this.place = place;
        this.x = x;
        this.context = context;
        rows = x.length / width();
    }

    private int width() {
        return Math.toIntExact(density.getEventShape().get(0));
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
        try (NDManager scratch = newScratch()) {
            return density.logClasses(inputs(scratch), place).toDoubleArray();
        }
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
        float[] found;
        try (NDManager scratch = newScratch()) {
            NDArray u = scratch.create(levels).broadcast(new Shape(rows, levels.length));
            found = density.quantiles(inputs(scratch), place, u).toFloatArray();
        }
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
        double[][] parts = parts();
        return IntStream.range(0, rows).mapToDouble(i -> parts[0][i] + parts[1][i]).toArray();
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
        double[][] parts = parts();
        return IntStream.range(0, rows).mapToDouble(i -> parts[0][i] + parts[1][i] / 2).toArray();
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
        double[] classes = logClasses();
        int width = classes.length / Math.max(1, rows);
        boolean levels = kind instanceof Column.Category;
        double[][] parts = levels ? new double[0][] : logParts();
        return IntStream.range(0, rows)
                .mapToDouble(
                        i -> {
                            float cell = x[i * width() + place];
                            if (Float.isNaN(cell)) {
                                return 0;
                            }
                            if (Float.isInfinite(cell)) {
                                return classes[(i + 1) * width - 1];
                            }
                            // The last class is that the cell is missing.
                            return levels
                                    ? logTail(
                                            cell,
                                            Arrays.copyOfRange(
                                                    classes, i * width, (i + 1) * width - 1))
                                    : logTail(parts[0][i], parts[1][i], parts[2][i]);
                        })
                .toArray();
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

    /** Of levels, the last of which is what was never seen. */
    private static double logTail(float level, double... logs) {
        int unseen = logs.length - 1;
        double own = logs[level >= 0 && level < unseen ? (int) level : unseen];
        double as = Arrays.stream(logs).filter(l -> l <= own).map(l -> Math.exp(l - own)).sum();
        return Math.min(0, own + Math.log(as));
    }

    /** Of each row the probabilities below what came, of it and above it. */
    private double[][] parts() {
        return Arrays.stream(logParts())
                .map(part -> Arrays.stream(part).map(Math::exp).toArray())
                .toArray(double[][]::new);
    }

    private double[][] logParts() {
        requireNumbers();
        float[] values = new float[rows];
        for (int i = 0; i < rows; i++) {
            float value = x[i * width() + place];
            values[i] = Float.isFinite(value) ? value : Float.NaN;
        }
        try (NDManager scratch = newScratch()) {
            NDArray v = scratch.create(values, new Shape(rows, 1));
            return density.logParts(inputs(scratch), place, v).stream()
                    .map(NDArray::toDoubleArray)
                    .toArray(double[][]::new);
        }
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

    private NDList inputs(NDManager scratch) {
        NDList inputs = new NDList(scratch.create(x, new Shape(rows, width())));
        context.ifPresent(
                given -> {
                    int columns = Math.toIntExact(density.getContextShape().orElseThrow().get(0));
                    inputs.add(scratch.create(given, new Shape(rows, columns)));
                });
        return inputs;
    }

    private NDManager newScratch() {
        return density.getParameters().valueAt(0).getArray().getManager().newSubManager();
    }
}
