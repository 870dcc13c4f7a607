package org.djlflows.distribution;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
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
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * An autoregressive density over columns of any kind, by one network for any order of them: \(\log
 * p_\sigma(x) = \sum_j \log p(x_j \mid x_{\sigma(\lt j)})\), and \(p(x) = \frac{1}{R} \sum_r
 * p_{\sigma_r}(x)\) over R fixed orders.
 *
 * <p>The network sees any set of given cells: their classes and values, the values also as sines
 * and cosines of several octaves, and how the joint normal distribution of the numbers, which is
 * {@linkplain #fit fitted} first, places the numbers that are not given. The last is where each
 * scalar map begins, so that columns that are nearly linear functions of others cost it nothing. It
 * gives each cell
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

    /** In deviations, where the scales of numbers begin to be logarithmic. */
    private static final double TAILS = 5;

    /** Rows that say enough of where numbers lie. */
    private static final long MOST_FITTED = 20_000;

    /** Of rows of a step, how many differ in what is given. */
    private static final int PATTERNS = 64;

    /** Never looked at: each number has its own atoms first. */
    private static final double FILLING = 0;

    /** Where a column is unbounded; its deviation may be small. */
    private static final double FAR = 1e30;

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
        super("complete", "estimate");
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
        this.map = addChildBlock("map", new Composition(new Affine(ScaleMap.SOFT_CLIP), map));
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
     * @throws IllegalArgumentException if a number does not vary
     * @throws IllegalStateException if this block is not initialised
     */
    public void fit(NDList rows) {
        long step = Math.max(1, rows.get(0).getShape().get(0) / MOST_FITTED);
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
        fill("factor", Arrays.stream(scales.factor()).flatMapToDouble(Arrays::stream).toArray());
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
        return RandomNumbers.draw(
                        () ->
                                Chunks.map(
                                        inputs,
                                        getEventShape(),
                                        false,
                                        (store, rows) ->
                                                run(
                                                        "complete",
                                                        getEventShape(),
                                                        true,
                                                        store,
                                                        rows,
                                                        false)))
                .get(0);
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
                        .with("ORDERS", orders())
                        .with("LOG_ORDERS", Math.log(settings.orders())));
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

    /** Each second order is the one before it from its end. */
    private List<List<Integer>> orders() {
        List<Integer> context = IntStream.range(0, given).boxed().toList();
        List<Integer> order =
                new ArrayList<>(IntStream.range(given, columns.size()).boxed().toList());
        Random random = new Random(1);
        List<List<Integer>> orders = new ArrayList<>();
        for (int r = 0; r < settings.orders(); r++) {
            if (r % 2 == 0) {
                Collections.shuffle(order, random);
            } else {
                Collections.reverse(order);
            }
            orders.add(Stream.concat(context.stream(), order.stream()).toList());
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
        long classes = columns.stream().mapToInt(column -> column.classes() + 1).sum();
        int features = 1 + 2 * settings.octaves();
        int most = numbers.stream().mapToInt(j -> columns.get(j).classes()).max().orElse(1);
        addBuffer("start", new Shape(n), Initializer.ZEROS);
        addBuffer("center", new Shape(n), Initializer.ZEROS);
        addBuffer("deviation", new Shape(n), Initializer.ONES);
        addBuffer("factor", new Shape(n, n), identity(n));
        addBuffer("least", new Shape(n), Initializers.values(ends(Column.Number::least)));
        addBuffer("most", new Shape(n), Initializers.values(ends(Column.Number::most)));
        addBuffer("atoms", new Shape(n, most), Initializers.values(atoms(most)));
        Initializer first = Initializers.uniform(columns.size() + (long) n * (features + 2));
        addWeight("first_bias", new Shape(width), first);
        addWeight("class_embedding", new Shape(classes, width), first);
        addWeight("value_weight", new Shape((long) n * features, width), first);
        addWeight("placed_weight", new Shape(2L * n, width), first);
        for (int i = 0; i < settings.blocks(); i++) {
            Initializer inner = Initializers.uniform(width);
            addWeight("block" + i + "_first_weight", new Shape(width, width), inner);
            addWeight("block" + i + "_first_bias", new Shape(width), inner);
            addWeight("block" + i + "_second_weight", new Shape(width, width), inner);
            addWeight("block" + i + "_second_bias", new Shape(width), inner);
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
                .map(x -> Math.min(Math.max(x, -FAR), FAR))
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
