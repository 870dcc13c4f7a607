package org.djlflows.runtime;

import org.djlflows.anomaly.AnomalyScore;
import org.djlflows.anomaly.RowScore;
import org.djlflows.format.FlowConfig;
import org.djlflows.format.ModelReader;
import org.djlflows.spec.Specs;
import org.djlflows.spec.TableFlow;
import org.djlflows.spec.VectorFlow;
import org.djlflows.table.BadCell;
import org.djlflows.table.Table;
import org.djlflows.tensors.SavedArray;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * A trained model over a table, in Java alone: log-densities, scores, explanations, conditional
 * distributions and samples of rows without native libraries.
 *
 * <pre>{@code
 * Scorer scorer = Scorer.load(Path.of("model"));
 * double logDensity = scorer.logDensity(9.3, 40.8, 1010.2);
 * RowScore score = scorer.score(9.3, 40.8, 1010.2);
 * double[][] rows = scorer.sample(1000, 7);
 * }</pre>
 *
 * <p>Numbers are those of the same model with DJL to the rounding of float32; those of a row do not
 * depend on the rows beside it nor on the thread. Immutable, so threads may share it; {@link
 * #logDensity} allocates nothing after its first calls on a thread where scalar maps are affine or
 * rational-quadratic. It is fastest where the module {@code jdk.incubator.vector} is there ({@code
 * java --add-modules jdk.incubator.vector}).
 */
public final class Scorer {

    private final FlowConfig config;
    private final Density density;
    private final RowEncoding encoding;

    /** Where the columns are of any kind. */
    private final Optional<TableCells> cells;

    private final Optional<AnomalyScore> anomalies;

    /** Of the flow, without constant columns. */
    private final int features;

    private final int context;

    private Scorer(FlowConfig config, Density density, Optional<AnomalyScore> anomalies) {
        this.config = config;
        this.density = density;
        this.anomalies = anomalies;
        encoding = new RowEncoding(config);
        boolean ofAnyKind =
                config.flow() instanceof TableFlow && config.preparation().constants().isEmpty();
        cells = ofAnyKind ? Optional.of(new TableCells(config)) : Optional.empty();
        features = config.features();
        context = config.context();
    }

    /**
     * Tells whether the module {@code jdk.incubator.vector} is there, with which many rows are some
     * five times as fast.
     *
     * @return whether it was added
     */
    public static boolean hasVectors() {
        return !(Loops.CHOSEN instanceof PlainLoops);
    }

    /**
     * Loads a model folder, of whatever version of its format.
     *
     * @param folder the folder
     * @return the model
     * @throws IOException if the folder is missing, incomplete or corrupt, if configuration and
     *     weights disagree, or if it is a model of images, of somebody's own layers or of scalar
     *     maps that are not made without DJL. Folders of versions without checksums are not known
     *     to be corrupt where names, shapes and numbers are possible.
     */
    public static Scorer load(Path folder) throws IOException {
        return ModelReader.read(
                folder,
                reader -> {
                    List<SavedArray> arrays = new ArrayList<>();
                    reader.weights((name, tensor) -> arrays.add(SavedArray.of(name, tensor)));
                    Scorer scorer = of(reader.config(), arrays);
                    reader.requireAsSaved();
                    return scorer;
                });
    }

    /**
     * Makes a model of what a folder has of it.
     *
     * @param config the configuration
     * @param arrays all arrays of the flow, and of the score by which rows compare if there is one
     * @return the model, which has copies of the arrays
     * @throws UnsupportedFlowException if it is a model of images, or of layers or scalar maps that
     *     are not made without DJL, such as somebody's own
     * @throws IllegalArgumentException if an array is missing, or of another shape or type than
     *     expected, there is a further one, or a number is not finite
     */
    public static Scorer of(FlowConfig config, List<SavedArray> arrays) {
        Map<Boolean, List<SavedArray>> ofScore =
                arrays.stream()
                        .collect(
                                Collectors.partitioningBy(
                                        array -> array.name().startsWith(AnomalyScore.PREFIX)));
        StoredWeights weights = new StoredWeights(ofScore.get(false));
        Density density;
        if (config.flow() instanceof VectorFlow) {
            density = Evaluators.of(config, weights);
        } else if (config.flow() instanceof TableFlow) {
            density = new TableDensity(config, weights);
        } else {
            throw new UnsupportedFlowException(
                    "expected a flow over a table, which alone is scored without DJL, got "
                            + Specs.name(config.flow().getClass()));
        }
        weights.requireNoMore();
        RowEncoding encoding = new RowEncoding(config);
        return new Scorer(
                config,
                density,
                ofScore.get(true).isEmpty()
                        ? Optional.empty()
                        : Optional.of(AnomalyScore.restored(encoding.levels(), ofScore.get(true))));
    }

    /**
     * Returns the configuration.
     *
     * @return columns, flow, calibration and what is done to rows
     */
    public FlowConfig config() {
        return config;
    }

    /**
     * Returns whether columns are of any kind, so that rows are those of a {@link Table}.
     *
     * @return false if all columns are numbers, and rows are arrays of them
     */
    public boolean isOfAnyKind() {
        return cells.isPresent();
    }

    /**
     * Returns the log-density of a row of numbers, in nats in the units of the columns.
     *
     * @param row the columns that are modelled, then those that are given
     * @return the log-density, minus infinity where no row can be so
     * @throws IllegalArgumentException if the row is of another width, a value is not finite in
     *     float32, or the columns are of any kind, which a {@link Table} has
     */
    public double logDensity(double... row) {
        requireNumbers();
        if (!isWhole(row)) {
            encoding.require(new double[][] {row});
        }
        if (!encoding.isPossible(row)) {
            return Double.NEGATIVE_INFINITY;
        }
        Workspace workspace = Workspace.ofThread();
        long mark = workspace.mark();
        try {
            return logDensity(workspace, row);
        } finally {
            workspace.release(mark);
        }
    }

    private double logDensity(Workspace workspace, double[] row) {
        float[] x = workspace.take(features);
        float[] given = workspace.take(context);
        for (int j = 0; j < features; j++) {
            x[j] = encoding.cell(row, j);
        }
        for (int j = 0; j < context; j++) {
            given[j] = encoding.cell(row, features + j);
        }
        double[] logDensity = workspace.takeDoubles(1);
        density.logProb(x, given, 1, logDensity);
        return Density.defined(logDensity[0]);
    }

    private boolean isWhole(double... row) {
        boolean whole = row.length == encoding.width();
        for (double value : row) {
            whole &= Float.isFinite((float) value);
        }
        return whole;
    }

    private void requireNumbers() {
        if (encoding.levels().contains(true)) {
            throw new IllegalArgumentException(
                    "Scorer: expected a Table, since columns hold levels, got numbers: call"
                            + " logDensities(Table), scores(Table) or sampleTable");
        }
    }

    /**
     * Returns the log-densities of rows of numbers, as {@link #logDensity} does.
     *
     * @param rows the rows
     * @return the log-density of each
     * @throws IllegalArgumentException as {@link #logDensity} does
     */
    public double[] logDensities(double[][] rows) {
        requireNumbers();
        return encoding.logDensities(density, rows);
    }

    /**
     * Returns the density of rows as the flow takes them.
     *
     * @return the density, of rows that {@link RowEncoding} or {@link TableCells} makes
     */
    public RowDensity density() {
        return density;
    }

    /**
     * Returns the log-densities of what is known of rows with columns of any kind, in nats with
     * respect to counts for levels, whole numbers and atoms and to the units of other columns.
     *
     * @param table the rows, with some of the columns that are modelled and all that are given
     * @param bad receives the cells that cannot be in their column, which count as not known
     * @return the log-density of each row, minus infinity where none can be so
     * @throws IllegalArgumentException if the table lacks columns, or the model is one of numbers
     */
    public double[] logDensities(Table table, Consumer<BadCell> bad) {
        TableCells encoded = tableCells();
        return density.logDensities(
                encoded.features(table, bad), encoded.context(table, bad), table.rows());
    }

    /**
     * Returns the log-densities of rows whose cells all fit their columns.
     *
     * @param table the rows
     * @return the log-density of each, as the other method
     * @throws IllegalArgumentException as the other method does, or if a cell does not fit
     */
    public double[] logDensities(Table table) {
        return logDensities(table, Scorer::refuse);
    }

    private static void refuse(BadCell cell) {
        throw new IllegalArgumentException("Scorer: " + cell);
    }

    private TableCells tableCells() {
        return cells.orElseThrow(
                () ->
                        new IllegalArgumentException(
                                "Scorer: expected rows of numbers, which the columns of the model"
                                        + " are, got a Table: call logDensities(double[][]),"
                                        + " scores(double[][]) or sample"));
    }

    /**
     * Says how odd a row of numbers is.
     *
     * @param row the columns that are modelled, then those that are given
     * @return its log-density, and as far as the model has them its score, p-value and percentile
     * @throws IllegalArgumentException as {@link #logDensity} does
     */
    public RowScore score(double... row) {
        return scores(new double[][] {row}).get(0);
    }

    /**
     * Says how odd rows of numbers are.
     *
     * @param rows the rows
     * @return what {@link #score} says of each
     * @throws IllegalArgumentException as {@link #logDensity} does
     */
    public List<RowScore> scores(double[][] rows) {
        return RowScore.all(
                logDensities(rows),
                anomalies,
                () -> encoding.cells(Arrays.asList(rows)),
                config::percentile);
    }

    /**
     * Says how odd rows with columns of any kind are.
     *
     * @param table the rows
     * @param bad receives the cells that cannot be in their column, which count as not known
     * @return what {@link #score} says of each
     * @throws IllegalArgumentException as {@link #logDensities(Table, Consumer)} does
     */
    public List<RowScore> scores(Table table, Consumer<BadCell> bad) {
        TableCells encoded = tableCells();
        float[] x = encoded.features(table, bad);
        float[] given = encoded.context(table, bad);
        int n = table.rows();
        return RowScore.all(
                density.logDensities(x, given, n),
                anomalies,
                () -> RowEncoding.joined(x, features, given, context, n),
                config::percentile);
    }

    /**
     * Says how odd rows are whose cells all fit their columns.
     *
     * @param table the rows
     * @return what {@link #score} says of each
     * @throws IllegalArgumentException as the other method does, or if a cell does not fit
     */
    public List<RowScore> scores(Table table) {
        return scores(table, Scorer::refuse);
    }

    /**
     * Draws rows of numbers.
     *
     * @param n the number of rows
     * @param seed decides them, not as the same seed does with DJL
     * @return the columns that are modelled, of each row
     * @throws IllegalArgumentException if a context must be given, or columns are of any kind
     */
    public double[][] sample(int n, long seed) {
        requireSampleOfNumbers();
        requireContext(0);
        return encoding.rows(density.sample(new float[0], randoms(n, seed)));
    }

    private static SplittableRandom[] randoms(int n, long seed) {
        if (n < 0) {
            throw new IllegalArgumentException(
                    "Scorer: expected a number of rows from 0 on, got " + n);
        }
        SplittableRandom random = new SplittableRandom(seed);
        SplittableRandom[] ofRows = new SplittableRandom[n];
        Arrays.setAll(ofRows, i -> random.split());
        return ofRows;
    }

    private static SplittableRandom[] randoms(int rows, long[] seeds) {
        if (rows != seeds.length) {
            throw new IllegalArgumentException(
                    String.format(
                            "Scorer: expected a seed for each of %d rows, got %d",
                            rows, seeds.length));
        }
        return Arrays.stream(seeds)
                .mapToObj(SplittableRandom::new)
                .toArray(SplittableRandom[]::new);
    }

    private void requireSampleOfNumbers() {
        if (config.flow() instanceof TableFlow) {
            throw new IllegalArgumentException(
                    "Scorer: expected a flow over numbers, got table-flow: call sampleTable");
        }
    }

    private void requireContext(int values) {
        int expected = config.contextColumns().size();
        if (values != expected) {
            throw new IllegalArgumentException(
                    String.format(
                            "Scorer: expected values of the %d columns that are given, %s, got %d:"
                                    + " call the method that takes them",
                            expected, config.contextColumns(), values));
        }
    }

    /**
     * Draws rows of numbers, given others.
     *
     * @param given for each row the values of the columns that are given
     * @param seed decides them, not as the same seed does with DJL
     * @return the columns that are modelled, of each row
     * @throws IllegalArgumentException if a row is of another width, a value is not finite, or
     *     columns are of any kind
     */
    public double[][] sample(double[][] given, long seed) {
        return sample(given, randoms(given.length, seed));
    }

    /**
     * Draws rows of numbers, given others. What is drawn in a row depends on its own seed and what
     * is given there alone, so that a large table can be drawn in parts.
     *
     * @param given for each row the values of the columns that are given, none if there are none
     * @param seeds a seed for each row
     * @return the columns that are modelled, of each row
     * @throws IllegalArgumentException as the other methods do, or if there are not as many seeds
     *     as rows
     */
    public double[][] sample(double[][] given, long[] seeds) {
        return sample(given, randoms(given.length, seeds));
    }

    private double[][] sample(double[][] given, SplittableRandom[] random) {
        requireSampleOfNumbers();
        Arrays.stream(given).forEach(row -> requireContext(row.length));
        RowEncoding.require(config.contextColumns(), Arrays.asList(given));
        return encoding.rows(density.sample(encoding.given(given), random));
    }

    /**
     * Draws rows with columns of any kind.
     *
     * @param n the number of rows
     * @param seed decides them, not as the same seed does with DJL
     * @return the columns that are modelled
     * @throws IllegalArgumentException if a context must be given, or the model is one of numbers
     */
    public Table sampleTable(int n, long seed) {
        TableCells encoded = tableCells();
        requireContext(0);
        return encoded.rows(density.sample(new float[0], randoms(n, seed)));
    }

    /**
     * Draws rows with columns of any kind, given others.
     *
     * @param given a row of the columns that are given for each row
     * @param seed decides them, not as the same seed does with DJL
     * @return the columns that are modelled
     * @throws IllegalArgumentException if a column is missing, a cell cannot be in it, or the model
     *     is one of numbers
     */
    public Table sampleTable(Table given, long seed) {
        return sampleTable(given, randoms(given.rows(), seed));
    }

    /**
     * Draws rows with columns of any kind, given others, each by its own seed, as {@link
     * #sample(double[][], long[])} does.
     *
     * @param given a row of the columns that are given for each row
     * @param seeds a seed for each row
     * @return the columns that are modelled
     * @throws IllegalArgumentException as the other method does, or if there are not as many seeds
     *     as rows
     */
    public Table sampleTable(Table given, long[] seeds) {
        return sampleTable(given, randoms(given.rows(), seeds));
    }

    private Table sampleTable(Table given, SplittableRandom[] random) {
        TableCells encoded = tableCells();
        return encoded.rows(density.sample(encoded.context(given, Scorer::refuse), random));
    }

    /**
     * Draws what rows of columns of any kind lack, given what they have: missing cells, which get a
     * value, and those of columns that the table does not have, which can be missing as they were
     * in training.
     *
     * @param table the rows, with at least one of the columns
     * @param seed decides what is drawn, not as the same seed does with DJL; that of a row does not
     *     depend on the rows after it
     * @return rows of all columns that are modelled, with what was known as it is
     * @throws IllegalArgumentException if a cell cannot be in its column, a value of a column that
     *     is given is not there, or the model is one of numbers
     */
    public Table complete(Table table, long seed) {
        return complete(table, config.columns(), seed);
    }

    /**
     * Draws the cells that rows lack in some columns, given the cells that they have in all.
     *
     * @param table the rows, with at least one of the columns
     * @param wanted the columns that are drawn, each for a pass of the network
     * @param seed decides what is drawn, as in the other method
     * @return rows of these columns, with what was known as it is
     * @throws IllegalArgumentException as the other method does, or if there is no such column
     */
    public Table complete(Table table, List<String> wanted, long seed) {
        TableCells encoded = tableCells();
        int[] places = encoded.places(wanted);
        float[] x = encoded.open(table, Scorer::refuse);
        float[] given = encoded.context(table, Scorer::refuse);
        SplittableRandom[] random = randoms(table.rows(), seed);
        float[] drawn = ((TableDensity) density).complete(x, given, places, random);
        return encoded.completed(drawn, table, wanted);
    }

    /**
     * Returns the distribution of a column in each of some rows, given their other cells.
     *
     * @param column the column
     * @param table the rows, with at least one of the columns; cells of the column itself matter
     *     only to what a {@link Conditional} says of what came
     * @param bad receives the cells that cannot be in their column, which count as not known
     * @return the distributions
     * @throws IllegalArgumentException if no such column is modelled, the table lacks columns, or
     *     the model is one of numbers
     */
    public Conditional conditional(String column, Table table, Consumer<BadCell> bad) {
        TableCells encoded = tableCells();
        float[] x = encoded.featuresIfAny(table, bad);
        return new Conditional(config, density, column, x, encoded.context(table, bad));
    }

    /**
     * Returns the distribution of a column in each of some rows, whose cells all fit their columns.
     *
     * @param column the column
     * @param table the rows
     * @return the distributions
     * @throws IllegalArgumentException as the other method does, or if a cell does not fit
     */
    public Conditional conditional(String column, Table table) {
        return conditional(column, table, Scorer::refuse);
    }

    /**
     * Says why rows of numbers are odd: the share of each cell in the score, and what was expected
     * there. A row takes the log-densities of 100 to 200 others for each column, so score all rows
     * and explain the odd ones.
     *
     * @param rows the rows
     * @return for each row its cells, that with the greatest share first, as {@link Explainer}
     *     divides the score
     * @throws IllegalArgumentException as {@link #logDensity} does, or if the model does not
     *     compare rows
     */
    public List<Explanation> explain(double[][] rows) {
        return explainer().explain(rows);
    }

    /**
     * Says why rows with columns of any kind are odd, as the other method does. A row takes two or
     * three passes of the network for each column.
     *
     * @param table the rows
     * @param bad receives the cells that cannot be in their column, which count as not known
     * @return what is said of each row
     * @throws IllegalArgumentException as {@link #logDensities(Table, Consumer)} does, or if the
     *     model does not compare rows
     */
    public List<Explanation> explain(Table table, Consumer<BadCell> bad) {
        return explainer().explain(table, bad);
    }

    /**
     * Says why rows are odd whose cells all fit their columns.
     *
     * @param table the rows
     * @return what is said of each row
     * @throws IllegalArgumentException as the other method does, or if a cell does not fit
     */
    public List<Explanation> explain(Table table) {
        return explainer().explain(table);
    }

    /**
     * Returns what says why rows are odd.
     *
     * @return the explainer
     * @throws IllegalArgumentException if the model does not compare rows
     */
    public Explainer explainer() {
        return new Explainer(config, density, anomalies);
    }
}
