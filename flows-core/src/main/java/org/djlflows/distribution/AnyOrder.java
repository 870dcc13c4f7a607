package org.djlflows.distribution;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.Initializer;

import org.djlflows.AbstractDistribution;
import org.djlflows.data.NormalScales;
import org.djlflows.kernel.Chunks;
import org.djlflows.kernel.Initializers;
import org.djlflows.kernel.Kernel;
import org.djlflows.kernel.RandomNumbers;
import org.djlflows.spec.Column;
import org.djlflows.spec.ScaleMap;
import org.djlflows.spec.TableFlow;
import org.djlflows.univariate.Affine;
import org.djlflows.univariate.Composition;
import org.djlflows.univariate.Univariate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * An autoregressive density over columns of any kind, by one network for any order of them: \(\log
 * p_\sigma(x) = \sum_j \log p(x_j \mid x_{\sigma(\lt j)})\), and \(p(x) = \frac{1}{R} \sum_r
 * p_{\sigma_r}(x)\) over R orders, {@linkplain #tune chosen} after training.
 *
 * <p>The network sees any set of given cells: their classes and values, the values also as sines
 * and cosines of several octaves, times as those of the day, the week and the year, and how the
 * joint normal distribution of the numbers, which is {@linkplain #fit fitted} first, places the
 * numbers that are not given. The last is where each scalar map begins, so that columns that are
 * nearly linear functions of others cost it nothing. It gives each cell
 *
 * <ul>
 *   <li>{@link Column.Real}: a class, which atom or none, and given none the density
 *       \(\phi(\tau(x)) \tau'(x)\) of a scalar map \(\tau\)
 *   <li>{@link Column.Whole}: the probability \(\Phi(\tau(k + \frac12)) - \Phi(\tau(k -
 *       \frac12))\), mixed with those of its atoms
 *   <li>{@link Column.Category}: a probability for each level
 * </ul>
 *
 * <p>x is (batch, D): numbers as they are, levels by their number, which for one that was never
 * seen is any other; NaN is a cell that is not known and is left out, so that the density is that
 * of the rest; an infinite one is known to be missing and has no density either, but says something
 * of the others. The context is (batch, C): columns that are always given. Sums over levels and
 * whole numbers, and integrals over real ones, are 1. Numbers are drawn between the least and the
 * greatest value of their column.
 *
 * <p>A density costs D passes of the network for each of the R orders, a sample D + R D. To train
 * it, see {@link RandomOrder}.
 *
 * @see <a href="https://arxiv.org/abs/1310.1757">Uria, Murray and Larochelle, A Deep and Tractable
 *     Density Estimator, 2014, equations 9 to 13</a>
 * @see <a href="https://arxiv.org/abs/2110.02037">Hoogeboom et al., Autoregressive Diffusion
 *     Models, 2022, section 3</a>
 */
public final class AnyOrder extends AbstractDistribution {

    /** Rows that say enough of where numbers lie: of twice as many not all are looked at. */
    public static final int FITTED_ROWS = 20_000;

    /** In deviations, where the scales of numbers begin to be logarithmic. */
    private static final double TAILS = 5;

    /** Of rows of a step, how many differ in what is given. */
    private static final int PATTERNS = 64;

    /** Never looked at: each number has its own atoms first. */
    private static final double FILLING = 0;

    /** Where a column is unbounded; its deviation may be small. */
    private static final double FAR = 1e30;

    /** The name of the log-density in the first order alone. */
    private static final String FIRST = "log_prob_of_first_order";

    /** From how many orders those of the density are chosen. */
    private static final int CANDIDATES = 32;

    /** The share of cells that the middle of their distributions is to hold. */
    private static final double MIDDLE = 0.9;

    /** So many rows count half. */
    private static final double FEW = 50;

    /** What a row counts that an order says cannot be. */
    private static final double IMPOSSIBLE = -1e4;

    /** Held-out rows that say enough. */
    private static final long MOST_JUDGED = 2_000;

    /** A day, a week and a year, in seconds. */
    private static final List<Double> PERIODS = List.of(86_400.0, 604_800.0, 31_556_952.0);

    private final TableFlow settings;
    private final List<Column> columns;
    private final int given;
    private final Univariate map;

    /** The places of the numbers among the columns, those of real ones first. */
    private final List<Integer> numbers;

    private final int reals;

    /**
     * Creates the distribution.
     *
     * @param settings the sizes of the network and the number of orders
     * @param map the scalar maps, each after a shift and a scale
     * @param columns the columns, those of the context first
     * @param given how many of them come with the context
     * @throws IllegalArgumentException if all columns come with the context
     */
    public AnyOrder(TableFlow settings, Univariate map, List<Column> columns, int given) {
        super("complete", "estimate", FIRST, "log_classes", "log_parts", "quantiles");
        if (given < 0 || given >= columns.size()) {
            throw new IllegalArgumentException(
                    String.format(
                            "AnyOrder: expected columns beside those that are given, got %d of which"
                                    + " %d are",
                            columns.size(), given));
        }
        this.settings = settings;
        this.columns = List.copyOf(columns);
        this.given = given;
        Univariate around = new Composition(new Affine(ScaleMap.SOFT_CLIP), map);
        this.map = addChildBlock("map", new Composition(around, new Affine(ScaleMap.SOFT_CLIP)));
        numbers = new ArrayList<>(numbers(false));
        reals = numbers.size();
        numbers.addAll(numbers(true));
    }

    private List<Integer> numbers(boolean whole) {
        return IntStream.range(0, columns.size())
                .filter(j -> columns.get(j) instanceof Column.Number)
                .filter(j -> columns.get(j) instanceof Column.Whole == whole)
                .boxed()
                .toList();
    }

    /**
     * Fits where the numbers lie and their joint normal distribution, with which training begins.
     *
     * @param rows x and, if there is one, the context; of more than 40,000 rows every second, third
     *     and so on is looked at
     * @throws IllegalStateException if this block is not initialised
     */
    public void fit(NDList rows) {
        long step = Math.max(1, rows.get(0).getShape().get(0) / FITTED_ROWS);
        double[][] values = new double[numbers.size()][];
        try (NDManager scratch = rows.get(0).getManager().newSubManager()) {
            for (int k = 0; k < values.length; k++) {
                int j = numbers.get(k);
                NDArray part = rows.get(j < given ? 1 : 0);
                long column = j < given ? j : j - given;
                NDArray cells = part.get(new NDIndex("::" + step + ", " + column));
                cells.attach(scratch);
                NDArray wide = cells.toType(DataType.FLOAT64, false);
                wide.attach(scratch);
                values[k] = wide.toDoubleArray();
            }
        }
        NormalScales scales = NormalScales.of(values, TAILS);
        fill("start", scales.start());
        fill("center", scales.center());
        fill("deviation", scales.deviation());
        fill("factor", flat(scales.factor()));
    }

    /**
     * Ends training, by rows that were not trained on. First the scales of numbers without atoms:
     * as wide as it takes for the middle 90 % of their distributions, given about two of three
     * other cells, to hold 90 % of the cells, since networks that know their data by heart are too
     * sure of others. Then the orders of the density: of 32 random ones those whose mean density is
     * the greatest, one after the other; a good one is worth several others.
     *
     * @param heldOut x and, if there is one, the context; of more than 2,000 rows every second,
     *     third and so on is looked at
     */
    public void tune(NDList heldOut) {
        long step = 1 + (heldOut.get(0).getShape().get(0) - 1) / MOST_JUDGED;
        try (NDManager scratch = heldOut.get(0).getManager().newSubManager()) {
            NDList judged = new NDList();
            heldOut.forEach(array -> judged.add(array.get(new NDIndex("::" + step))));
            judged.attach(scratch);
            widen(judged);
            chooseOrders(judged);
        }
    }

    private void widen(NDList rows) {
        NDArray x = rows.get(0);
        NDList some = new NDList(rows);
        some.set(0, withHoles(x));
        double[] bias;
        try (NDArray wide = array("number_bias").toType(DataType.FLOAT64, true)) {
            bias = wide.toDoubleArray();
        }
        Random random = new Random(2);
        for (int k = 0; k < numbers.size(); k++) {
            int column = numbers.get(k) - given;
            if (column >= 0 && columns.get(numbers.get(k)).classes() == 1) {
                NDArray own = x.get(new NDIndex(":, " + column + ":" + (column + 1)));
                NDList parts = logParts(some, column, own);
                double[] below = parts.get(0).exp().toDoubleArray();
                double[] equal = parts.get(1).exp().toDoubleArray();
                parts.close();
                // Of the last parameter, the scale of what the maps make.
                int last = bias.length - numbers.size() + k;
                bias[last] -= logSpread(below, equal, random);
            }
        }
        fill("number_bias", bias);
    }

    /** Rows in which a third of the cells is not known. */
    private static NDArray withHoles(NDArray x) {
        float[] cells = x.toType(DataType.FLOAT32, false).toFloatArray();
        Random random = new Random(1);
        for (int i = 0; i < cells.length; i++) {
            cells[i] = random.nextInt(3) == 0 ? Float.NaN : cells[i];
        }
        return x.getManager().create(cells, x.getShape()).toType(x.getDataType(), false);
    }

    /** Of places in distributions how much wider these have to be; few rows say little. */
    private static double logSpread(double[] below, double[] equal, Random random) {
        double[] fromMiddle =
                IntStream.range(0, below.length)
                        .mapToDouble(i -> below[i] + random.nextDouble() * equal[i])
                        .filter(Double::isFinite)
                        .map(u -> Math.min(Math.max(Math.abs(2 * u - 1), 1e-12), 1 - 1e-12))
                        .sorted()
                        .toArray();
        int n = fromMiddle.length;
        if (n == 0) {
            return 0;
        }
        try (NDManager scratch = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
            NDArray shares = scratch.create(new double[] {MIDDLE, fromMiddle[(int) (MIDDLE * n)]});
            double[] deviations = shares.erfinv().toDoubleArray();
            return Math.log(deviations[1] / deviations[0]) * n / (n + FEW);
        }
    }

    private void chooseOrders(NDList judged) {
        double[][] candidates = orders(CANDIDATES);
        double[][] logs = new double[CANDIDATES][];
        int count = settings.orders();
        for (int r = 0; r < CANDIDATES; r++) {
            double[][] alone = Collections.nCopies(count, candidates[r]).toArray(double[][]::new);
            fill("orders", flat(alone));
            logs[r] = inFirstOrder(judged);
        }
        double[] sums = new double[logs[0].length];
        Arrays.fill(sums, Double.NEGATIVE_INFINITY);
        double[][] chosen = new double[count][];
        for (int k = 0; k < count; k++) {
            int best =
                    IntStream.range(0, CANDIDATES)
                            .boxed()
                            .max(Comparator.comparingDouble(r -> meanLog(sums, logs[r])))
                            .orElseThrow();
            chosen[k] = candidates[best];
            Arrays.setAll(sums, i -> logSum(sums[i], logs[best][i]));
        }
        fill("orders", flat(chosen));
    }

    private double[] inFirstOrder(NDList rows) {
        NDArray logs =
                Chunks.map(
                                this,
                                rows,
                                getEventShape(),
                                true,
                                (store, part) ->
                                        run(FIRST, getEventShape(), false, store, part, false))
                        .get(0);
        try (logs) {
            return Arrays.stream(logs.toArray())
                    .mapToDouble(Number::doubleValue)
                    .map(log -> log > IMPOSSIBLE ? log : IMPOSSIBLE)
                    .toArray();
        }
    }

    private static double meanLog(double[] sums, double... logs) {
        return IntStream.range(0, logs.length)
                .mapToDouble(i -> logSum(sums[i], logs[i]))
                .average()
                .orElse(0);
    }

    private static double logSum(double a, double b) {
        return Math.max(a, b) + Math.log1p(Math.exp(-Math.abs(a - b)));
    }

    /**
     * Draws what is not known of rows, given what is.
     *
     * @param inputs x with NaN in the cells that are drawn, or minus infinity where it is known
     *     that they are not missing, and the context, if there is one
     * @return the rows with all cells, on the manager of x
     * @throws IllegalArgumentException if shape, type or context are not those of {@code
     *     initialize}
     */
    public NDArray complete(NDList inputs) {
        return complete(inputs, IntStream.range(0, columns.size() - given).toArray());
    }

    /**
     * Draws what is not known of rows in some columns, given what is known in all: a pass of the
     * network for each of them.
     *
     * @param inputs as {@link #complete(NDList)} takes them
     * @param wanted the columns of x that are drawn
     * @return the rows with NaN in the other cells that are not known, on the manager of x
     * @throws IllegalArgumentException if shape, type or context are not those of {@code
     *     initialize}, or there is no such column
     */
    public NDArray complete(NDList inputs, int[] wanted) {
        Arrays.stream(wanted).forEach(this::requireColumn);
        checkInputs(inputs, getEventShape());
        long[] places = Arrays.stream(wanted).mapToLong(j -> given + j).toArray();
        return RandomNumbers.draw(
                        () ->
                                Chunks.map(
                                        inputs,
                                        getEventShape(),
                                        false,
                                        (store, rows) ->
                                                of("complete", store, rows, new NDList(), places)))
                .get(0);
    }

    /**
     * Returns what cells of a column are, given all other cells of their row that are known: the
     * logarithms of the probabilities of the classes of a cell that is there, and of being missing.
     * Such a cell of x itself is not looked at. One pass of the network, as all methods for single
     * columns, which take x as it is described above.
     *
     * @param inputs x and the context, if there is one
     * @param column the column of x, from 0
     * @return an array in float64 of shape (batch, K + 1): of a category all levels and one that
     *     was never seen, of numbers none of the atoms and each of them, which sum to 1; in the
     *     last place that the cell is missing, minus infinity where it cannot be
     * @throws IllegalArgumentException if shape, type or context are not those of {@code
     *     initialize}, or there is no such column
     */
    public NDArray logClasses(NDList inputs, int column) {
        requireColumn(column);
        return ofColumn("log_classes", inputs, new NDList(), column).get(0);
    }

    /**
     * Returns where values lie in the distributions of a column of numbers, given all other cells
     * that are known, if the cell is there: \(\log P(X \lt v)\), \(\log P(X = v)\) and \(\log P(X
     * \gt v)\), each accurate wherever v is. Of real numbers that are no atoms these are \(\log
     * \Phi(\tau(v))\), minus infinity and \(\log \Phi(-\tau(v))\), of whole ones \(\log \Phi(\tau(v
     * - \frac12))\) and so on, and both are mixed with atoms.
     *
     * @param inputs x and the context, if there is one
     * @param column the column of x, from 0
     * @param values v, of shape (batch, m) and the type of x
     * @return three arrays in float64 of shape (batch, m), NaN where v is
     * @throws IllegalArgumentException if shapes, type or context are not the expected ones, or
     *     there is no such column of numbers
     */
    public NDList logParts(NDList inputs, int column, NDArray values) {
        requireNumbers(column);
        requireRows(inputs, values, getDataType());
        return ofColumn("log_parts", inputs, new NDList(values), column);
    }

    /**
     * Returns the quantiles of a column of numbers, given all other cells that are known, if the
     * cell is there: the least values v with \(P(X \le v) \ge u\), or the least and the greatest
     * value that was seen where they are beyond. A u that is above a probability of that kind by a
     * millionth of its distance from 0 or 1 counts as equal.
     *
     * @param inputs x and the context, if there is one
     * @param column the column of x, from 0
     * @param levels u from 0 to 1, of shape (batch, m) in float64
     * @return the quantiles, of shape (batch, m) and the type of x
     * @throws IllegalArgumentException if shapes, types or context are not the expected ones, or
     *     there is no such column of numbers
     */
    public NDArray quantiles(NDList inputs, int column, NDArray levels) {
        requireNumbers(column);
        requireRows(inputs, levels, DataType.FLOAT64);
        return ofColumn("quantiles", inputs, new NDList(levels), column).get(0);
    }

    private void requireColumn(int column) {
        if (column < 0 || column >= columns.size() - given) {
            throw new IllegalArgumentException(
                    String.format(
                            "AnyOrder: expected a column from 0 to %d, got %d",
                            columns.size() - given - 1, column));
        }
    }

    private void requireNumbers(int column) {
        requireColumn(column);
        if (!numbers.contains(given + column)) {
            throw new IllegalArgumentException(
                    "AnyOrder: expected a column of numbers, got " + columns.get(given + column));
        }
    }

    private static void requireRows(NDList inputs, NDArray more, DataType type) {
        Shape shape = more.getShape();
        long rows = inputs.get(0).getShape().get(0);
        if (shape.dimension() != 2 || shape.get(0) != rows || more.getDataType() != type) {
            throw new IllegalArgumentException(
                    String.format(
                            "AnyOrder: expected an array of shape (%d, m) and type %s for the rows,"
                                    + " got %s of %s",
                            rows, type, shape, more.getDataType()));
        }
    }

    /** The arrays of {@code more} have a row for each row, as those of inputs. */
    private NDList ofColumn(String function, NDList inputs, NDList more, int column) {
        checkInputs(inputs, getEventShape());
        int own = inputs.size();
        return Chunks.map(
                new NDList(inputs).addAll(more),
                getEventShape(),
                true,
                (store, rows) ->
                        of(
                                function,
                                store,
                                rows.subNDList(0, own),
                                rows.subNDList(own),
                                given + column));
    }

    /** Calls a function (x, more, places of columns, c, p) of the kernel. */
    private NDList of(
            String function, ParameterStore store, NDList rows, NDList more, long... places) {
        NDArray x = rows.get(0);
        NDList arguments = new NDList(x).addAll(more);
        arguments.add(x.getManager().create(places));
        return call(
                program(false).orElseThrow(), function, store, arguments, rows.subNDList(1), false);
    }

    /** {@inheritDoc} */
    @Override
    protected Optional<Kernel> source(boolean training) {
        List<Integer> classes = columns.stream().map(column -> column.classes() + 1).toList();
        return Optional.of(
                Kernel.of(AnyOrder.class, "any_order")
                        .calling("map", map.differentiableKernel(training))
                        .calling("layout", map.vectorLayout())
                        .calling("gaussian", Kernel.of(AnyOrder.class, "conditional_gaussian"))
                        .calling(
                                "scale",
                                Kernel.of(AnyOrder.class, "scale_of_columns").with("BOUND", TAILS))
                        .with("CONTEXT", given)
                        .with("NUMBERS", numbers.isEmpty() ? "[0][:0]" : numbers)
                        .with("REALS", reals)
                        .with("CHOICES", hasChoices())
                        .with("CLASSES", classes)
                        .with("FIRST_CLASS", begins(classes))
                        .with("MISSING", columns.stream().map(Column::missing).toList())
                        .with("UNSEEN", columns.stream().map(AnyOrder::unseen).toList())
                        .with("PARAMETERS", map.getParameterCount())
                        .with("BLOCKS", settings.blocks())
                        .with("OCTAVES", octaves())
                        .with("PATTERNS", PATTERNS)
                        .with("HAS_TIMES", !times().isEmpty())
                        .with("TIMES", times().isEmpty() ? "[0][:0]" : times())
                        .with("PERIODS", PERIODS)
                        .with("LOG_ORDERS", Math.log(settings.orders())));
    }

    /** The places of the times among the numbers. */
    private List<Integer> times() {
        return IntStream.range(0, numbers.size())
                .filter(k -> number(numbers.get(k)) instanceof Column.Time)
                .boxed()
                .toList();
    }

    /** Tells whether some cell decides between more than having a value. */
    private boolean hasChoices() {
        return columns.stream().anyMatch(column -> column.classes() > 1 || column.missing());
    }

    private static List<Integer> begins(List<Integer> sizes) {
        return IntStream.range(0, sizes.size())
                .mapToObj(j -> sizes.subList(0, j).stream().mapToInt(Integer::intValue).sum())
                .toList();
    }

    private static double unseen(Column column) {
        return column instanceof Column.Category category ? category.unseen() : 0;
    }

    private List<Double> octaves() {
        return IntStream.range(0, settings.octaves()).mapToObj(i -> Math.pow(2, i)).toList();
    }

    /**
     * Random orders, those of the context first; each second one is the one before from its end.
     */
    private double[][] orders(int count) {
        List<Double> order =
                new ArrayList<>(
                        IntStream.range(given, columns.size()).mapToObj(j -> (double) j).toList());
        Random random = new Random(1);
        double[][] orders = new double[count][];
        for (int r = 0; r < count; r++) {
            if (r % 2 == 0) {
                Collections.shuffle(order, random);
            } else {
                Collections.reverse(order);
            }
            orders[r] =
                    DoubleStream.concat(
                                    IntStream.range(0, given).asDoubleStream(),
                                    order.stream().mapToDouble(Double::doubleValue))
                            .toArray();
        }
        return orders;
    }

    /** {@inheritDoc} */
    @Override
    protected void prepare(Shape[] inputShapes) {
        requireVectors(inputShapes[0]);
        int own = columns.size() - given;
        long context = inputShapes.length > 1 ? inputShapes[1].size() / inputShapes[1].get(0) : 0;
        if (inputShapes[0].get(1) != own || context != given) {
            throw new IllegalArgumentException(
                    String.format(
                            "AnyOrder: expected %d columns and a context of %d, got %s",
                            own, given, Arrays.toString(inputShapes)));
        }
        int n = numbers.size();
        int width = settings.width();
        int inner = settings.inner();
        long classes = columns.stream().mapToInt(column -> column.classes() + 1).sum();
        int features = 1 + 2 * settings.octaves();
        int most = numbers.stream().mapToInt(j -> columns.get(j).classes()).max().orElse(1);
        addBuffer("start", new Shape(n), Initializer.ZEROS);
        addBuffer("center", new Shape(n), Initializer.ZEROS);
        addBuffer("deviation", new Shape(n), Initializer.ONES);
        addBuffer("factor", new Shape(n, n), identity(n));
        addBuffer(
                "orders",
                new Shape(settings.orders(), columns.size()),
                Initializers.values(flat(orders(settings.orders()))));
        addBuffer("least", new Shape(n), Initializers.values(ends(Column.Number::least)));
        addBuffer("most", new Shape(n), Initializers.values(ends(Column.Number::most)));
        addBuffer("atoms", new Shape(n, most), Initializers.values(atoms(most)));
        Initializer first = Initializers.uniform(columns.size() + (long) n * (features + 2));
        addWeight("first_bias", new Shape(width), first);
        addWeight("class_embedding", new Shape(classes, width), first);
        addWeight("value_weight", new Shape((long) n * features, width), first);
        if (!times().isEmpty()) {
            long cycles = 2L * PERIODS.size() * times().size();
            addWeight("cycle_weight", new Shape(cycles, width), first);
        }
        addWeight("placed_weight", new Shape(2L * n, width), first);
        Initializer ofWidth = Initializers.uniform(width);
        for (int i = 0; i < settings.blocks(); i++) {
            addWeight("block" + i + "_first_weight", new Shape(width, inner), ofWidth);
            addWeight("block" + i + "_first_bias", new Shape(inner), ofWidth);
            addWeight(
                    "block" + i + "_second_weight",
                    new Shape(inner, width),
                    Initializers.uniform(inner));
        }
        // At first all scalar maps are those of the joint normal distribution.
        long parameters = (long) n * map.getParameterCount();
        addWeight("number_weight", new Shape(parameters, width), Initializer.ZEROS);
        addWeight("number_bias", new Shape(parameters), Initializer.ZEROS);
        if (hasChoices()) {
            addWeight("class_weight", new Shape(classes, width), Initializer.ZEROS);
            addWeight("class_bias", new Shape(classes), Initializer.ZEROS);
        }
    }

    private static double[] flat(double[]... rows) {
        return Arrays.stream(rows).flatMapToDouble(Arrays::stream).toArray();
    }

    private static Initializer identity(int n) {
        double[] values = new double[n * n];
        for (int i = 0; i < n; i++) {
            values[i * n + i] = 1;
        }
        return Initializers.values(values);
    }

    private double[] ends(ToDoubleFunction<Column.Number> end) {
        return numbers.stream()
                .map(this::number)
                .mapToDouble(end)
                .map(x -> Math.abs(x) == Float.MAX_VALUE ? Math.copySign(FAR, x) : x)
                .toArray();
    }

    /** The atoms of each number, filled up to as many as the most have. */
    private double[] atoms(int most) {
        return numbers.stream()
                .map(j -> number(j).atoms())
                .flatMapToDouble(
                        atoms ->
                                IntStream.range(0, most)
                                        .mapToDouble(
                                                i -> i < atoms.size() ? atoms.get(i) : FILLING))
                .toArray();
    }

    private Column.Number number(int j) {
        return (Column.Number) columns.get(j);
    }

    /** {@inheritDoc} */
    @Override
    protected void initializeChildBlocks(NDManager manager, DataType type, Shape... shapes) {
        map.initialize(manager, type, shapes[0]);
    }
}
