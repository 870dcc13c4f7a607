package org.djlflows.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;

import org.djlflows.data.Split;
import org.djlflows.format.FlowConfig;
import org.djlflows.format.Preparation;
import org.djlflows.spec.Domain;
import org.djlflows.table.ColumnStatistics;
import org.djlflows.training.RandomAccessRows;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * How rows of a table become the arrays of a flow, and samples of the flow rows: constant columns
 * are left out and put back, offsets are subtracted and added in double precision, and what comes
 * round is taken back to its circle.
 *
 * <p>A row holds the columns that are modelled, then those that are given, in the order of the
 * configuration. Samples hold the columns that are modelled.
 */
public final class Encoding {

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

        /** Returns this part of rows, which begins at a position. */
        NDArray array(NDManager manager, List<double[]> rows, int first) {
            float[] values = new float[Math.multiplyExact(rows.size(), positions.length)];
            int next = 0;
            for (double[] row : rows) {
                for (int j = 0; j < positions.length; j++) {
                    double x = row[first + positions[j]] - offsets[j];
                    values[next++] = domains.get(j).encode(x);
                }
            }
            return manager.create(values, new Shape(rows.size(), positions.length));
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
    public Encoding(FlowConfig config) {
        Preparation preparation = config.preparation();
        columns = config.columns().size();
        names = Stream.concat(config.columns().stream(), config.contextColumns().stream()).toList();
        domains = config.columns().stream().map(preparation::domain).toList();
        features = new Part(config.columns(), preparation);
        context = new Part(config.contextColumns(), preparation);
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

    /** Checks rows of columns with these names. */
    static void require(List<String> names, List<double[]> rows) {
        int i = 0;
        for (double[] row : rows) {
            if (row.length != names.size()) {
                throw new IllegalArgumentException(
                        String.format(
                                "Encoding: expected rows of %d values %s, got %d values in row %d",
                                names.size(), names, row.length, i));
            }
            for (int j = 0; j < names.size(); j++) {
                if (!Float.isFinite((float) row[j])) {
                    throw new IllegalArgumentException(
                            String.format(
                                    "Encoding: expected finite values within \u00b13.4e38, got %s in row %d,"
                                            + " column %s",
                                    row[j], i, names.get(j)));
                }
            }
            i++;
        }
    }

    /**
     * Returns rows as the flow takes them.
     *
     * @param manager the manager that receives the arrays
     * @param rows the rows, each of {@link #width} values; those that are not finite or do not fit
     *     float32 are passed on as such
     * @return x and, if the flow has one, its context
     */
    public NDList arrays(NDManager manager, double[][] rows) {
        return arrays(manager, Arrays.asList(rows));
    }

    /**
     * Returns rows as the flow takes them.
     *
     * @param manager the manager that receives the arrays
     * @param rows the rows, as those of {@link #arrays(NDManager, double[][])}
     * @return x and, if the flow has one, its context
     */
    public NDList arrays(NDManager manager, List<double[]> rows) {
        NDList arrays = new NDList(features.array(manager, rows, 0));
        if (context.positions.length > 0) {
            arrays.add(context.array(manager, rows, columns));
        }
        return arrays;
    }

    /**
     * Returns rows as the flow takes them, each encoded when it is taken.
     *
     * @param rows the rows, in memory or in a {@link org.djlflows.data.RowFile}, as those of {@link
     *     #arrays(NDManager, double[][])}
     * @return a view of the rows
     */
    public RandomAccessRows inPlace(List<double[]> rows) {
        return new RandomAccessRows() {
            @Override
            public int size() {
                return rows.size();
            }

            @Override
            public NDList take(NDManager manager, int... places) {
                return arrays(manager, Split.take(rows, places));
            }
        };
    }

    /**
     * Returns values of the columns that are given as the flow takes them.
     *
     * @param manager the manager that receives the array
     * @param given for each sample a value of each of these columns
     * @return the context, or an empty list if the flow has none
     */
    public NDList context(NDManager manager, double[][] given) {
        return context.positions.length > 0
                ? new NDList(context.array(manager, Arrays.asList(given), 0))
                : new NDList();
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
        return impossible(row).length == 0;
    }

    /** The columns of those that are modelled because of which a row has no density. */
    int[] impossible(double[] row) {
        IntStream outside =
                IntStream.range(0, columns).filter(i -> !domains.get(i).contains(row[i]));
        IntStream changed =
                IntStream.range(0, constants.length)
                        .filter(i -> differs(row[constants[i]], constantValues[i]))
                        .map(i -> constants[i]);
        return IntStream.concat(outside, changed).distinct().toArray();
    }

    private static boolean differs(double value, double constant) {
        double rounding = ColumnStatistics.ROUNDING * Math.abs(constant);
        return Math.abs(value - constant) > rounding && value != (float) constant;
    }

    /**
     * Returns by how much constant columns of a row differ from what they always were.
     *
     * @param row the row
     * @return a difference for each column that is modelled and constant, in their order, 0 for
     *     what differs by rounding
     */
    double[] offConstants(double... row) {
        double[] off = new double[constants.length];
        for (int i = 0; i < constants.length; i++) {
            double value = row[constants[i]];
            off[i] = differs(value, constantValues[i]) ? value - constantValues[i] : 0;
        }
        return off;
    }

    /** Returns the names of the columns that are modelled and constant. */
    List<String> constantFeatures() {
        return Arrays.stream(constants).mapToObj(names::get).toList();
    }

    /**
     * Returns the value of a column of {@link #varying}, or of a constant one.
     *
     * @param column its place among those that vary, or behind them among {@link #constantFeatures}
     * @param encoded its number of the flow, or by how much it is off
     */
    double value(int column, float encoded) {
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
        int features = this.features.positions.length;
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
}
