package org.djlflows.model;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;

import org.djlflows.data.Split;
import org.djlflows.format.Calibration;
import org.djlflows.format.FlowConfig;
import org.djlflows.format.Preparation;
import org.djlflows.runtime.RowEncoding;
import org.djlflows.spec.ColumnFlow;
import org.djlflows.spec.Domain;
import org.djlflows.spec.TableFlow;
import org.djlflows.table.ColumnStatistics;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
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
 *
 * <p>Of more than 250,000 training rows as many, from all parts of them, say what columns are; wild
 * values are looked for in all rows. Rows are not copied.
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

    /** Rows that say enough of a column; more would not change what is done by their statistics. */
    private static final int ENOUGH = 250_000;

    /** Of these rows, 32 MB at a time. */
    private static final int HELD = 1 << 22;

    /** With fewer float32 numbers in a deviation, samples would show steps. */
    private static final double STEPS = 4096;

    private final List<String> columns;
    private final List<String> contextColumns;
    private final List<String> names;
    private final List<Domain> domains;
    private final List<ColumnStatistics> statistics;
    private final double logVolume;
    private final List<String> notes = new ArrayList<>();
    private final List<double[]> training;
    private final List<double[]> validation;
    private final List<double[]> test;

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
        this(Arrays.asList(rows), columns, contextColumns, Map.of(), split);
    }

    /**
     * Looks at a table.
     *
     * @param rows the rows, in memory or in a {@link org.djlflows.data.RowFile}, each with the
     *     columns that are modelled, then those that are given
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
            List<double[]> rows,
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
        RowEncoding.require(names, rows);
        requireDomains(rows);
        List<double[]> seen = spread(Split.take(rows, split.training()));
        statistics = new ArrayList<>(describe(seen));
        List<double[]> usual =
                Split.take(
                        seen,
                        IntStream.range(0, seen.size())
                                .filter(i -> isUsual(seen.get(i)))
                                .toArray());
        if (usual.size() < seen.size()) {
            requireRows("training", usual, seen.size());
            // A column can vary in rows alone that are left out for another one.
            List<ColumnStatistics> left = describe(usual);
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
                ofColumns(
                                seen,
                                (values, j) ->
                                        j >= columns.size() || isConstant(j)
                                                ? 0
                                                : Math.log(deviation(values, j)))
                        .stream()
                        .mapToDouble(logarithm -> logarithm)
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
        BitSet odd = lookAt(rows);
        training = usual("training", rows, split.training(), odd);
        validation = usual("validation", rows, split.validation(), odd);
        test = usual("test", rows, split.test(), odd);
    }

    private List<ColumnStatistics> describe(List<double[]> rows) {
        return ofColumns(rows, this::describe);
    }

    private interface OfColumn<T> {
        T of(double[] values, int j);
    }

    /** Returns something of each column, whose values are held for some columns at a time. */
    private <T> List<T> ofColumns(List<double[]> rows, OfColumn<T> function) {
        List<T> found = new ArrayList<>();
        int many = Math.max(1, HELD / rows.size());
        for (int from = 0; from < names.size(); from += many) {
            double[][] values = new double[Math.min(many, names.size() - from)][rows.size()];
            int i = 0;
            for (double[] row : rows) {
                for (int j = 0; j < values.length; j++) {
                    values[j][i] = row[from + j];
                }
                i++;
            }
            for (int j = 0; j < values.length; j++) {
                found.add(function.of(values[j], from + j));
            }
        }
        return found;
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

    private void requireDomains(List<double[]> rows) {
        if (domains.stream().allMatch(Domain.Line.class::isInstance)) {
            return;
        }
        int[] others = new int[names.size()];
        int[] first = new int[names.size()];
        int i = 0;
        for (double[] row : rows) {
            for (int j = 0; j < row.length; j++) {
                if (!domains.get(j).contains(row[j]) && others[j]++ == 0) {
                    first[j] = i;
                }
            }
            i++;
        }
        for (int j = 0; j < others.length; j++) {
            if (others[j] > 0) {
                throw new IllegalArgumentException(
                        String.format(
                                Locale.ROOT,
                                "SplitTable: expected values of %s in %s, got %,d others among"
                                        + " %,d, the first one %s in row %d",
                                names.get(j),
                                domains.get(j),
                                others[j],
                                rows.size(),
                                rows.get(first[j])[j],
                                first[j]));
            }
        }
    }

    private boolean isOnLine(int j) {
        return isConstant(j) || domains.get(j) instanceof Domain.Line;
    }

    private double onLine(double value, int j) {
        return isOnLine(j) ? value : domains.get(j).unbounded(value);
    }

    private boolean isUsual(double... row) {
        return IntStream.range(0, row.length)
                .noneMatch(j -> statistics.get(j).isWild(onLine(row[j], j)));
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

    /** What the values of a column are beside its statistics. */
    private static final class Seen {

        private long wild;
        private long others;
        private double nearest = Double.POSITIVE_INFINITY;
        private double farthest;

        void addWild(double distance) {
            wild++;
            nearest = Math.min(nearest, distance);
            farthest = Math.max(farthest, distance);
        }
    }

    /** Notes what is special about columns, and returns which rows have wild values. */
    private BitSet lookAt(List<double[]> rows) {
        List<Seen> seen = names.stream().map(name -> new Seen()).toList();
        BitSet odd = new BitSet();
        int i = 0;
        for (double[] row : rows) {
            for (int j = 0; j < row.length; j++) {
                ColumnStatistics column = statistics.get(j);
                double x = onLine(row[j], j);
                seen.get(j).others += x == column.center() ? 0 : 1;
                if (column.isWild(x)) {
                    seen.get(j).addWild(column.distance(x));
                    odd.set(i);
                }
            }
            i++;
        }
        for (int j = 0; j < names.size(); j++) {
            note(j, seen.get(j), rows.size());
        }
        return odd;
    }

    /** Says what is special about a column. */
    private void note(int j, Seen seen, int rows) {
        ColumnStatistics column = statistics.get(j);
        String wild = String.format(Locale.ROOT, "%,d of %,d values", seen.wild, rows);
        if (isConstant(j)) {
            notes.add(
                    String.format(
                            "%s: always %s in training; %s%s",
                            names.get(j),
                            column.center(),
                            j < columns.size()
                                    ? "a row with another value is impossible"
                                    : "it explains nothing and is not looked at",
                            seen.wild == 0
                                    ? ""
                                    : "; " + wild + " are others, and their rows are left out"));
        } else if (isOnLine(j) && Double.isInfinite(column.high())) {
            notes.add(
                    String.format(
                            Locale.ROOT,
                            "%s: nearly always %s, with %,d others among %,d values",
                            names.get(j),
                            column.center(),
                            seen.others,
                            rows));
        } else if (seen.wild > 0) {
            String least = rounded(seen.nearest);
            String most = rounded(seen.farthest);
            notes.add(
                    String.format(
                            "%s: %s %s %s deviations away; left out of training and measuring",
                            names.get(j),
                            wild,
                            seen.wild == 1 ? "lies" : "lie",
                            least.equals(most) ? most : least + " to " + most));
        }
    }

    private static String rounded(double distance) {
        return distance < 1e9
                ? String.format(Locale.ROOT, "%,.0f", distance)
                : String.format(Locale.ROOT, "%.0e", distance);
    }

    private List<double[]> usual(String part, List<double[]> rows, int[] chosen, BitSet odd) {
        List<double[]> usual =
                Split.take(rows, Arrays.stream(chosen).filter(i -> !odd.get(i)).toArray());
        requireRows(part, usual, chosen.length);
        return usual;
    }

    private void requireRows(String part, List<double[]> usual, int among) {
        if (usual.isEmpty()) {
            throw new IllegalArgumentException(
                    "SplitTable: expected rows for "
                            + part
                            + " without wild values, got none among "
                            + among
                            + ". "
                            + String.join(". ", notes));
        }
    }

    /** Returns enough of some rows for statistics, of all parts of them. */
    private static List<double[]> spread(List<double[]> rows) {
        return Split.take(rows, Split.spread(rows.size(), ENOUGH));
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
     * Returns what is usual in the columns.
     *
     * @return the statistics of the columns that are modelled, then of those that are given, in the
     *     units of the line of their domain
     */
    public List<ColumnStatistics> statistics() {
        return List.copyOf(statistics);
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
                NDList rows = new Encoding(config).arrays(scratch, spread(training));
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
        if (model.fitsLayers()) {
            try (NDManager scratch = manager.newSubManager()) {
                model.fitLayers(new Encoding(config).arrays(scratch, spread(training)));
            }
        }
        return model;
    }

    /**
     * Returns the rows for training without those that have a wild value.
     *
     * @return the rows
     */
    public List<double[]> training() {
        return training;
    }

    /**
     * Returns the rows for validation without those that have a wild value.
     *
     * @return the rows, at least one
     */
    public List<double[]> validation() {
        return validation;
    }

    /**
     * Returns the rows for test without those that have a wild value.
     *
     * @return the rows, at least one
     */
    public List<double[]> test() {
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
