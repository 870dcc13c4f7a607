package org.djlflows.runtime;

import org.djlflows.format.FlowConfig;
import org.djlflows.format.Preparation;
import org.djlflows.spec.Column;
import org.djlflows.spec.Domain;
import org.djlflows.spec.TableFlow;
import org.djlflows.table.ColumnStatistics;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * How rows of a table of numbers become cells of a flow, and samples of the flow rows: constant
 * columns are left out and put back, offsets are subtracted and added in double precision, and what
 * comes round is taken back to its circle.
 *
 * <p>A row holds the columns that are modelled, then those that are given, in the order of the
 * configuration; its cells are those of the {@linkplain #varying columns that the flow sees}.
 * Samples hold the columns that are modelled.
 *
 * <p>Immutable.
 */
public final class RowEncoding {

    /** One part of a row, the features or the context. */
    private static final class Part {

        private final List<String> names;
        private final int[] positions;
        private final List<Domain> domains;

        /** What is subtracted beside the origins of the domains. */
        private final double[] offsets;

        Part(List<String> columns, Preparation preparation) {
            positions =
                    IntStream.range(0, columns.size())
                            .filter(i -> !preparation.constants().containsKey(columns.get(i)))
                            .toArray();
            names = Arrays.stream(positions).mapToObj(columns::get).toList();
            domains = names.stream().map(preparation::domain).toList();
            offsets =
                    names.stream()
                            .mapToDouble(name -> preparation.offsets().getOrDefault(name, 0.0))
                            .toArray();
        }

        int count() {
            return positions.length;
        }

        /** Returns a cell of a row in which this part begins at a position. */
        float cell(double[] row, int first, int j) {
            return domains.get(j).encode(row[first + positions[j]] - offsets[j]);
        }

        List<String> labels() {
            return IntStream.range(0, names.size()).mapToObj(this::label).toList();
        }

        private String label(int j) {
            double offset = offsets[j] + domains.get(j).origin();
            return offset == 0 ? names.get(j) : names.get(j) + " \u2212 " + offset;
        }

        /** Returns the value of a column for one of a sample. */
        double value(float encoded, int j) {
            return domains.get(j).decode(encoded) + offsets[j];
        }
    }

    private final int columns;
    private final List<String> names;
    private final Part features;
    private final Part context;

    private final List<Boolean> levels;

    /** The constant columns that are modelled, and their values. */
    private final int[] constants;

    private final double[] constantValues;

    /** The domains of the columns that are modelled. */
    private final List<Domain> domains;

    /**
     * Creates the encoding of a table.
     *
     * @param config a configuration over columns
     */
    public RowEncoding(FlowConfig config) {
        Preparation preparation = config.preparation();
        columns = config.columns().size();
        names = Stream.concat(config.columns().stream(), config.contextColumns().stream()).toList();
        domains = config.columns().stream().map(preparation::domain).toList();
        features = new Part(config.columns(), preparation);
        context = new Part(config.contextColumns(), preparation);
        Map<String, Column> kinds =
                config.flow() instanceof TableFlow ? preparation.kinds() : Map.of();
        levels =
                varying().stream().map(name -> kinds.get(name) instanceof Column.Category).toList();
        Set<String> constantNames = preparation.constants().keySet();
        constants =
                IntStream.range(0, columns)
                        .filter(i -> constantNames.contains(config.columns().get(i)))
                        .toArray();
        constantValues =
                Arrays.stream(constants)
                        .mapToDouble(i -> preparation.constants().get(config.columns().get(i)))
                        .toArray();
    }

    /**
     * Returns the number of values of a row.
     *
     * @return the number of columns, modelled and given
     */
    public int width() {
        return names.size();
    }

    /**
     * Checks rows that come from outside.
     *
     * @param rows the rows
     * @throws IllegalArgumentException if a row is of another width, or a value is not finite in
     *     float32
     */
    public void require(double[][] rows) {
        require(names, Arrays.asList(rows));
    }

    /**
     * Checks rows of columns that are not of a flow yet.
     *
     * @param names the names of the columns
     * @param rows the rows
     * @throws IllegalArgumentException as the other method does
     */
    public static void require(List<String> names, List<double[]> rows) {
        int i = 0;
        for (double[] row : rows) {
            if (row.length != names.size()) {
                throw new IllegalArgumentException(
                        String.format(
                                "RowEncoding: expected rows of %d values %s, got %d values in row %d",
                                names.size(), names, row.length, i));
            }
            for (int j = 0; j < names.size(); j++) {
                if (!Float.isFinite((float) row[j])) {
                    throw new IllegalArgumentException(
                            String.format(
                                    "RowEncoding: expected finite values within \u00b13.4e38, got %s in row %d,"
                                            + " column %s",
                                    row[j], i, names.get(j)));
                }
            }
            i++;
        }
    }

    /**
     * Returns what the flow takes for a value of a row.
     *
     * @param row a row of {@link #width} values; one that is not finite or does not fit float32 is
     *     passed on as such
     * @param column a place among the {@link #varying} columns
     * @return the cell
     */
    public float cell(double[] row, int column) {
        int ofContext = column - features.count();
        return ofContext < 0
                ? features.cell(row, 0, column)
                : context.cell(row, columns, ofContext);
    }

    /**
     * Returns the features of rows.
     *
     * @param rows the rows, each of {@link #width} values
     * @return the {@linkplain #cell cells} of the {@link #varyingFeatures}, one row after the other
     */
    public float[] features(List<double[]> rows) {
        return cells(rows, 0, features.count());
    }

    /**
     * Returns the context of rows.
     *
     * @param rows the rows, each of {@link #width} values
     * @return the {@linkplain #cell cells} of the columns that are given and vary, one row after
     *     the other
     */
    public float[] context(List<double[]> rows) {
        return cells(rows, features.count(), features.count() + context.count());
    }

    /**
     * Returns all that the flow sees of rows.
     *
     * @param rows the rows, each of {@link #width} values
     * @return the {@linkplain #cell cells} of the {@link #varying} columns, one row after the other
     */
    public float[] cells(List<double[]> rows) {
        return cells(rows, 0, features.count() + context.count());
    }

    private float[] cells(List<double[]> rows, int from, int to) {
        float[] cells = new float[Math.multiplyExact(rows.size(), to - from)];
        int next = 0;
        for (double[] row : rows) {
            for (int column = from; column < to; column++) {
                cells[next++] = cell(row, column);
            }
        }
        return cells;
    }

    /**
     * Returns the context of samples.
     *
     * @param given for each sample a value of each of the columns that are given
     * @return the cells of those that vary, one sample after the other
     */
    public float[] given(double[][] given) {
        float[] cells = new float[Math.multiplyExact(given.length, context.count())];
        for (int i = 0; i < cells.length; i++) {
            cells[i] = context.cell(given[i / context.count()], 0, i % context.count());
        }
        return cells;
    }

    /**
     * Returns the columns that are features of the flow.
     *
     * @return the names of the columns that are modelled and vary
     */
    public List<String> varyingFeatures() {
        return features.names;
    }

    /**
     * Returns the columns that the flow sees.
     *
     * @return the names of the columns that are modelled and vary, then of those that are given
     */
    public List<String> varying() {
        return Stream.concat(features.names.stream(), context.names.stream()).toList();
    }

    /**
     * Returns which columns hold levels.
     *
     * @return for each of the {@link #varying} columns whether its cells are numbers of levels
     */
    public List<Boolean> levels() {
        return levels;
    }

    /**
     * Returns what the features of the flow are.
     *
     * @return the names of the columns that are modelled and vary, with what is subtracted from
     *     them
     */
    public List<String> featureLabels() {
        return features.labels();
    }

    /**
     * Returns what the features of the context are.
     *
     * @return the names of the columns that are given and vary, with what is subtracted from them
     */
    public List<String> contextLabels() {
        return context.labels();
    }

    /**
     * Tells whether the constant columns of a row have their values and the others lie in their
     * domains; otherwise the row has no density.
     *
     * @param row the row; a value that was rounded to float32 counts as the constant that it is
     *     rounded from
     * @return whether it can be one of the table
     */
    public boolean isPossible(double[] row) {
        // Loops, so that scoring a row allocates nothing.
        for (int i = 0; i < columns; i++) {
            if (!domains.get(i).contains(row[i])) {
                return false;
            }
        }
        for (int i = 0; i < constants.length; i++) {
            if (differs(row[constants[i]], constantValues[i])) {
                return false;
            }
        }
        return true;
    }

    private static boolean differs(double value, double constant) {
        double rounding = ColumnStatistics.ROUNDING * Math.abs(constant);
        return Math.abs(value - constant) > rounding && value != (float) constant;
    }

    /**
     * Returns the log-densities of rows, in nats in the units of the columns.
     *
     * @param density the density of what the flow sees of them
     * @param rows the rows
     * @return the log-density of each row, minus infinity where none {@linkplain #isPossible can be
     *     so}
     * @throws IllegalArgumentException as {@link #require(double[][])} does
     */
    public double[] logDensities(RowDensity density, double[][] rows) {
        require(rows);
        List<double[]> list = Arrays.asList(rows);
        double[] logs = density.logDensities(features(list), context(list), rows.length);
        for (int i = 0; i < logs.length; i++) {
            if (!isPossible(rows[i])) {
                logs[i] = Double.NEGATIVE_INFINITY;
            }
        }
        return logs;
    }

    /**
     * Returns by how much constant columns of a row differ from what they always were.
     *
     * @param row the row
     * @return a difference for each column that is modelled and constant, in their order, 0 for
     *     what differs by rounding
     */
    public double[] offConstants(double... row) {
        double[] off = new double[constants.length];
        for (int i = 0; i < constants.length; i++) {
            double value = row[constants[i]];
            off[i] = differs(value, constantValues[i]) ? value - constantValues[i] : 0;
        }
        return off;
    }

    /**
     * Returns the columns that are modelled and constant.
     *
     * @return their names
     */
    public List<String> constantFeatures() {
        return Arrays.stream(constants).mapToObj(names::get).toList();
    }

    /**
     * Returns the value of a column of {@link #varying}, or of a constant one.
     *
     * @param column its place among those that vary, or behind them among {@link #constantFeatures}
     * @param encoded its cell of the flow, or by how much it is off
     * @return the value
     */
    public double value(int column, float encoded) {
        int ofContext = column - features.names.size();
        if (ofContext < 0) {
            return features.value(encoded, column);
        }
        int constant = ofContext - context.names.size();
        return constant < 0
                ? context.value(encoded, ofContext)
                : constantValues[constant] + encoded;
    }

    /**
     * Returns samples as rows.
     *
     * @param x samples of the flow, one after the other
     * @return the columns that are modelled, of each sample
     */
    public double[][] rows(float[] x) {
        int features = this.features.count();
        double[][] rows = new double[x.length / features][columns];
        for (int i = 0; i < rows.length; i++) {
            for (int j = 0; j < features; j++) {
                rows[i][this.features.positions[j]] = this.features.value(x[i * features + j], j);
            }
            for (int k = 0; k < constants.length; k++) {
                rows[i][constants[k]] = constantValues[k];
            }
        }
        return rows;
    }

    /**
     * Joins rows that lie in two arrays, one row after the other.
     *
     * @param first the first cells of each row
     * @param width how many they are
     * @param second the others
     * @param more how many these are
     * @param n the number of rows
     * @return whole rows
     */
    public static float[] joined(float[] first, int width, float[] second, int more, int n) {
        float[] rows = new float[Math.multiplyExact(n, width + more)];
        for (int i = 0; i < n; i++) {
            int at = i * (width + more);
            System.arraycopy(first, i * width, rows, at, width);
            System.arraycopy(second, i * more, rows, at + width, more);
        }
        return rows;
    }
}
