package org.djlflows.model;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;

import org.djlflows.data.ColumnStatistics;
import org.djlflows.data.Split;
import org.djlflows.format.Calibration;
import org.djlflows.format.FlowConfig;
import org.djlflows.format.Preparation;
import org.djlflows.spec.ColumnFlow;
import org.djlflows.spec.Domain;
import org.djlflows.spec.TableFlow;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A table that was divided for training, with what its training rows say of its columns: which are
 * constant, where their bulk lies and which values are {@linkplain ColumnStatistics wild}.
 *
 * <p>A row with a wild value teaches nothing and measures nothing: it is left out of all three
 * parts, and {@link #notes} says so. All of this happens in double precision, before anything
 * becomes float32.
 */
public final class SplitTable {

    /** Where the tails of standardised columns begin: the splines of the presets end there. */
    private static final OptionalDouble TAILS = OptionalDouble.of(5);

    /** From here on float32 does not have all whole numbers. */
    private static final double WHOLE = 1 << 24;

    /** An offset of fewer deviations gains next to nothing. */
    private static final double FAR = 8;

    /** In deviations; further out nothing takes part in what is called standardised. */
    private static final double OUT_OF_SIGHT = 200;

    /** With fewer float32 numbers in a deviation, samples would show steps. */
    private static final double STEPS = 4096;

    private final List<String> columns;
    private final List<String> contextColumns;
    private final List<String> names;
    private final List<Domain> domains;
    private final List<ColumnStatistics> statistics;
    private final double logVolume;
    private final List<String> notes = new ArrayList<>();
    private final double[][] training;
    private final double[][] validation;
    private final double[][] test;

    /**
     * Looks at a table all of whose columns are on the line.
     *
     * @param rows the rows, each with the columns that are modelled, then those that are given
     * @param columns the names of the columns that are modelled
     * @param contextColumns the names of the columns that are given
     * @param split which rows are for what
     * @throws IllegalArgumentException as the other constructor does
     */
    public SplitTable(
            double[][] rows, List<String> columns, List<String> contextColumns, Split split) {
        this(rows, columns, contextColumns, Map.of(), split);
    }

    /**
     * Looks at a table.
     *
     * @param rows the rows, each with the columns that are modelled, then those that are given
     * @param columns the names of the columns that are modelled
     * @param contextColumns the names of the columns that are given
     * @param domains the domains of columns that are modelled, by name; the line for all others
     * @param split which rows are for what
     * @throws IllegalArgumentException if a row is of another width, a value is not finite, does
     *     not fit float32 or lies outside the domain of its column, a domain is of no column that
     *     is modelled, no modelled column varies among the training rows or one varies by less than
     *     float32 can hold, or so many values are wild that a part has no rows left
     */
    public SplitTable(
            double[][] rows,
            List<String> columns,
            List<String> contextColumns,
            Map<String, Domain> domains,
            Split split) {
        this.columns = List.copyOf(columns);
        this.contextColumns = List.copyOf(contextColumns);
        names = Stream.concat(columns.stream(), contextColumns.stream()).toList();
        if (!columns.containsAll(domains.keySet())) {
            throw new IllegalArgumentException(
                    String.format(
                            "SplitTable: expected domains of the columns %s, got those of %s",
                            columns, domains.keySet()));
        }
        this.domains =
                names.stream().map(name -> domains.getOrDefault(name, new Domain.Line())).toList();
        Encoding.require(names, rows);
        for (int j = 0; j < names.size(); j++) {
            requireDomain(rows, j);
        }
        double[][] seen = take(rows, split.training());
        statistics = new ArrayList<>(describe(seen));
        training = usual("training", seen);
        if (training.length < seen.length) {
            // A column can vary in rows alone that are left out for another one.
            List<ColumnStatistics> left = describe(training);
            for (int j = 0; j < names.size(); j++) {
                if (left.get(j).isConstant()) {
                    statistics.set(j, left.get(j));
                }
            }
        }
        if (IntStream.range(0, columns.size()).allMatch(this::isConstant)) {
            throw new IllegalArgumentException(
                    "SplitTable: expected a column that varies among the training rows, got only"
                            + " constant ones: "
                            + columns);
        }
        logVolume =
                IntStream.range(0, columns.size())
                        .filter(j -> !isConstant(j))
                        .mapToDouble(j -> Math.log(deviation(column(seen, j), j)))
                        .sum();
        for (int j = 0; j < names.size(); j++) {
            double deviation = statistics.get(j).deviation();
            if (!isConstant(j) && !(deviation > Float.MIN_NORMAL && deviation < Float.MAX_VALUE)) {
                throw new IllegalArgumentException(
                        String.format(
                                "SplitTable: expected columns whose deviation float32 can hold, got"
                                        + " one of %s in %s; take another unit",
                                deviation, names.get(j)));
            }
        }
        for (int j = 0; j < names.size(); j++) {
            note(rows, j);
        }
        validation = usual("validation", take(rows, split.validation()));
        test = usual("test", take(rows, split.test()));
    }

    private List<ColumnStatistics> describe(double[][] rows) {
        return IntStream.range(0, names.size())
                .mapToObj(j -> describe(column(rows, j), j))
                .toList();
    }

    /** Describes a column where its values lie on the line of its domain, unless it is constant. */
    private ColumnStatistics describe(double[] values, int j) {
        Domain domain = domains.get(j);
        ColumnStatistics asItCame = ColumnStatistics.of(values);
        if (asItCame.isConstant() || domain instanceof Domain.Line) {
            return asItCame;
        }
        if (domain instanceof Domain.Circle circle) {
            // Nothing is far away on a circle, and it keeps its size.
            return new ColumnStatistics(
                    0, circle.radius(), Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);
        }
        ColumnStatistics unbounded =
                ColumnStatistics.of(Arrays.stream(values).map(domain::unbounded).toArray());
        double step = Math.max(Math.ulp((float) unbounded.center()), Math.ulp(1f));
        if (unbounded.deviation() < FlowModel.FEWEST_STEPS * step) {
            throw new IllegalArgumentException(
                    String.format(
                            "SplitTable: expected bounds that are not so far away that float32"
                                    + " cannot tell values apart, got %s of %s in %s; take the line",
                            domain, asItCame.center(), names.get(j)));
        }
        return unbounded;
    }

    private void requireDomain(double[][] rows, int j) {
        Domain domain = domains.get(j);
        int[] outside =
                IntStream.range(0, rows.length).filter(i -> !domain.contains(rows[i][j])).toArray();
        if (outside.length > 0) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "SplitTable: expected values of %s in %s, got %,d others among %,d, the"
                                    + " first one %s in row %d",
                            names.get(j),
                            domain,
                            outside.length,
                            rows.length,
                            rows[outside[0]][j],
                            outside[0]));
        }
    }

    private boolean isOnLine(int j) {
        return isConstant(j) || domains.get(j) instanceof Domain.Line;
    }

    private boolean isWild(double value, int j) {
        return statistics.get(j).isWild(isOnLine(j) ? value : domains.get(j).unbounded(value));
    }

    private static double[] column(double[][] rows, int j) {
        return Arrays.stream(rows).mapToDouble(row -> row[j]).toArray();
    }

    /** Returns the standard deviation of the population, of what has a place in its picture. */
    private double deviation(double[] values, int j) {
        ColumnStatistics column = isOnLine(j) ? statistics.get(j) : ColumnStatistics.of(values);
        double[] near =
                Arrays.stream(values).filter(x -> column.distance(x) <= OUT_OF_SIGHT).toArray();
        double mean = Arrays.stream(near).average().orElseThrow();
        return Math.sqrt(
                Arrays.stream(near).map(x -> (x - mean) * (x - mean)).average().orElseThrow());
    }

    private boolean isConstant(int j) {
        return statistics.get(j).isConstant();
    }

    /** Says what is special about a column. */
    private void note(double[][] rows, int j) {
        int at = j;
        ColumnStatistics column = statistics.get(j);
        double[] wild =
                Arrays.stream(rows).mapToDouble(row -> row[j]).filter(x -> isWild(x, at)).toArray();
        String seen = String.format(Locale.ROOT, "%,d of %,d values", wild.length, rows.length);
        if (isConstant(j)) {
            notes.add(
                    String.format(
                            "%s: always %s in training; %s%s",
                            names.get(j),
                            column.center(),
                            j < columns.size()
                                    ? "a row with another value is impossible"
                                    : "it explains nothing and is not looked at",
                            wild.length == 0
                                    ? ""
                                    : "; " + seen + " are others, and their rows are left out"));
        } else if (isOnLine(j) && Double.isInfinite(column.high())) {
            notes.add(
                    String.format(
                            Locale.ROOT,
                            "%s: nearly always %s, with %,d others among %,d values",
                            names.get(j),
                            column.center(),
                            Arrays.stream(rows).filter(row -> row[at] != column.center()).count(),
                            rows.length));
        } else if (wild.length > 0) {
            double[] far =
                    Arrays.stream(wild)
                            .map(x -> isOnLine(at) ? x : domains.get(at).unbounded(x))
                            .map(column::distance)
                            .sorted()
                            .toArray();
            String least = rounded(far[0]);
            String most = rounded(far[far.length - 1]);
            notes.add(
                    String.format(
                            "%s: %s %s %s deviations away; left out of training and measuring",
                            names.get(j),
                            seen,
                            wild.length == 1 ? "lies" : "lie",
                            least.equals(most) ? most : least + " to " + most));
        }
    }

    private static String rounded(double distance) {
        return distance < 1e9
                ? String.format(Locale.ROOT, "%,.0f", distance)
                : String.format(Locale.ROOT, "%.0e", distance);
    }

    private double[][] usual(String part, double[][] rows) {
        double[][] usual =
                Arrays.stream(rows)
                        .filter(
                                row ->
                                        IntStream.range(0, row.length)
                                                .noneMatch(j -> isWild(row[j], j)))
                        .toArray(double[][]::new);
        if (usual.length == 0) {
            throw new IllegalArgumentException(
                    "SplitTable: expected rows for "
                            + part
                            + " without wild values, got none among "
                            + rows.length
                            + ". "
                            + String.join(". ", notes));
        }
        return usual;
    }

    private static double[][] take(double[][] rows, int[] chosen) {
        return Arrays.stream(chosen).mapToObj(i -> rows[i]).toArray(double[][]::new);
    }

    /**
     * Returns what users should know of the columns: one line for each column that is constant or
     * has wild values.
     *
     * @return the lines, which begin with the name of the column
     */
    public List<String> notes() {
        return List.copyOf(notes);
    }

    /**
     * Returns the configuration of a flow over this table.
     *
     * @param flow the flow
     * @return the configuration
     * @throws IllegalArgumentException if a name occurs twice or there is no such flow over so many
     *     columns
     */
    public FlowConfig config(ColumnFlow flow) {
        Map<String, Double> constants = new HashMap<>();
        Map<String, Double> offsets = new HashMap<>();
        Map<String, Domain> others = new HashMap<>();
        for (int j = 0; j < names.size(); j++) {
            if (isConstant(j)) {
                constants.put(names.get(j), statistics.get(j).center());
            } else if (!isOnLine(j)) {
                others.put(names.get(j), domains.get(j));
            } else if (needsOffset(statistics.get(j))) {
                offsets.put(names.get(j), offset(statistics.get(j)));
            }
        }
        boolean given = !constants.keySet().containsAll(contextColumns);
        // A linear function would leave the circle.
        boolean circle = others.values().stream().anyMatch(Domain.Circle.class::isInstance);
        boolean ownScales = flow instanceof TableFlow;
        return new FlowConfig(
                flow,
                columns,
                contextColumns,
                Optional.empty(),
                new Preparation(
                        constants,
                        offsets,
                        ownScales ? OptionalDouble.empty() : TAILS,
                        given && !circle && !ownScales,
                        others,
                        Map.of()),
                Map.of(),
                Calibration.NONE,
                Optional.empty());
    }

    private static boolean needsOffset(ColumnStatistics column) {
        double center = Math.abs(column.center());
        double steps = column.deviation() / Math.ulp((float) center);
        return steps < STEPS || (center > WHOLE && center > FAR * column.deviation());
    }

    /** Whole numbers stay whole. */
    private static double offset(ColumnStatistics column) {
        return column.deviation() > 1 ? Math.rint(column.center()) : column.center();
    }

    /**
     * Makes a flow with fresh weights, which standardises by the bulk of the training rows and
     * takes away what the context explains linearly.
     *
     * @param config a configuration of this table
     * @param manager the manager that receives the weights
     * @return the model, ready to be trained
     */
    public FlowModel newModel(FlowConfig config, NDManager manager) {
        if (config.flow() instanceof TableFlow) {
            try (NDManager scratch = manager.newSubManager()) {
                NDList rows = new Encoding(config).arrays(scratch, training);
                return FlowModel.create(config, rows, manager);
            }
        }
        Map<String, Double> offsets = config.preparation().offsets();
        int[] varying = IntStream.range(0, names.size()).filter(j -> !isConstant(j)).toArray();
        double[] centers =
                Arrays.stream(varying)
                        .mapToDouble(
                                j ->
                                        statistics.get(j).center()
                                                - offsets.getOrDefault(names.get(j), 0.0))
                        .toArray();
        double[] deviations =
                Arrays.stream(varying).mapToDouble(j -> statistics.get(j).deviation()).toArray();
        FlowModel model = FlowModel.create(config, centers, deviations, manager);
        if (config.preparation().regression()) {
            try (NDManager scratch = manager.newSubManager()) {
                model.fitRegression(new Encoding(config).arrays(scratch, training));
            }
        }
        return model;
    }

    /**
     * Returns the rows for training without those that have a wild value.
     *
     * @return the rows
     */
    public double[][] training() {
        return training;
    }

    /**
     * Returns the rows for validation without those that have a wild value.
     *
     * @return the rows, at least one
     */
    public double[][] validation() {
        return validation;
    }

    /**
     * Returns the rows for test without those that have a wild value.
     *
     * @return the rows, at least one
     */
    public double[][] test() {
        return test;
    }

    /**
     * Returns by how much the log-density of rows in the units of the table is less than that of
     * rows standardised by mean and standard deviation (of the population) of the training rows: of
     * all of them, as in the literature, also those that are left out, but for values more than 200
     * deviations away.
     *
     * @return the sum of the logarithms of the deviations of the modelled columns that vary, in
     *     nats
     */
    public double logVolume() {
        return logVolume;
    }
}
