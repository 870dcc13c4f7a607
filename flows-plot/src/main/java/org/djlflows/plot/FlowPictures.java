package org.djlflows.plot;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

import org.djlflows.NormalizingFlow;
import org.djlflows.distribution.StandardNormal;
import org.djlflows.kernel.NoGrad;
import org.djlflows.model.Encoding;
import org.djlflows.model.FlowModel;
import org.djlflows.runtime.RowEncoding;
import org.djlflows.table.Table;
import org.djlflows.table.TableColumn;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Pictures of a flow beside the data that it learned, one call each.
 *
 * <pre>{@code
 * FlowPictures pictures = FlowPictures.of(model, new NDList(test));
 * pictures.density().save(Path.of("density.svg"));
 * pictures.warp().image() // the last line of a notebook's cell
 * }</pre>
 *
 * <p>Samples are drawn with the engine's random numbers: the same ones after {@code
 * Engine.setRandomSeed}. Pictures show the range of the data without its outermost 0.5 % on either
 * side. What takes part are at most 5000 rows, evenly spread over the data.
 */
public final class FlowPictures {

    private static final int MOST_ROWS = 5000;
    private static final int CELLS = 200;

    private static final int FEWEST_SAMPLES = 2000;

    private static final int MOST_CONDITIONALS = 3;

    /** A prime. */
    private static final int SCATTER = 7919;

    private final NormalizingFlow flow;
    private final List<String> columns;
    private final List<String> contextColumns;
    private final Decoding decoding;
    private final float[] data;

    /** The context of each row; empty where the flow has none. */
    private final float[] context;

    private final Optional<float[]> given;

    /** Returns rows of the flow in the units of the table, as columns. */
    @FunctionalInterface
    private interface Decoding {
        List<TableColumn> columns(float[] rows);
    }

    private FlowPictures(
            NormalizingFlow flow,
            List<String> columns,
            List<String> contextColumns,
            Decoding decoding,
            float[] data,
            float[] context,
            Optional<float[]> given) {
        this.flow = flow;
        this.columns = columns;
        this.contextColumns = contextColumns;
        this.decoding = decoding;
        this.data = data;
        this.context = context;
        this.given = given;
    }

    /**
     * Takes a model and data.
     *
     * @param model a model of a table
     * @param rows the rows x and, if the model has one, their context
     * @return the pictures
     * @throws IllegalArgumentException if the rows do not fit the model
     */
    public static FlowPictures of(FlowModel model, NDList rows) {
        RowEncoding encoding = new RowEncoding(model.config());
        return of(
                model.flow(),
                encoding.featureLabels(),
                encoding.contextLabels(),
                values ->
                        Table.ofNumbers(model.config().columns(), encoding.rows(values)).columns(),
                floats(rows.get(0)),
                rows.size() > 1 ? floats(rows.get(1)) : new float[0]);
    }

    /**
     * Takes a model and data.
     *
     * @param model a model of a table
     * @param rows the rows, each with the columns that are modelled, then those that are given
     * @return the pictures
     * @throws IllegalArgumentException if the rows do not fit the model
     */
    public static FlowPictures of(FlowModel model, double[][] rows) {
        Encoding encoding = new Encoding(model.config());
        encoding.cells().require(rows);
        try (NDManager scratch = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
            return of(model, encoding.arrays(scratch, rows));
        }
    }

    /**
     * Takes a flow and data, whose columns are called x1, x2 and so on.
     *
     * @param flow a flow over vectors, without context
     * @param rows the rows of shape {@code (rows, features)}, row-major
     * @return the pictures
     * @throws IllegalArgumentException if the rows do not fit the flow
     */
    public static FlowPictures of(NormalizingFlow flow, float[] rows) {
        int features = Math.toIntExact(flow.getEventShape().size());
        List<String> names = IntStream.rangeClosed(1, features).mapToObj(i -> "x" + i).toList();
        return of(
                flow, names, List.of(), values -> Cells.columns(names, values), rows, new float[0]);
    }

    private static FlowPictures of(
            NormalizingFlow flow,
            List<String> columns,
            List<String> contextColumns,
            Decoding decoding,
            float[] data,
            float[] context) {
        int rows = Columns.of(data, columns.size()).rows();
        if (rows == 0 || context.length != rows * contextColumns.size()) {
            throw new IllegalArgumentException(
                    String.format(
                            "FlowPictures: expected rows of %d values and a context of %d for each,"
                                    + " got %d and %d values",
                            columns.size(), contextColumns.size(), data.length, context.length));
        }
        return new FlowPictures(
                flow,
                List.copyOf(columns),
                List.copyOf(contextColumns),
                decoding,
                spread(data, columns.size()),
                spread(context, contextColumns.size()),
                Optional.empty());
    }

    static float[] floats(NDArray array) {
        try (NDArray floats = array.toType(DataType.FLOAT32, true)) {
            return floats.toFloatArray();
        }
    }

    /** Returns at most 5000 rows, evenly spread over all. */
    static float[] spread(float[] values, int width) {
        int rows = width == 0 ? 0 : values.length / width;
        int count = Math.min(rows, MOST_ROWS);
        float[] kept = new float[count * width];
        for (int i = 0; i < count; i++) {
            System.arraycopy(
                    values, (int) ((long) i * rows / count) * width, kept, i * width, width);
        }
        return kept;
    }

    /**
     * Returns the pictures of the distribution given one context.
     *
     * @param values the context
     * @return pictures of the same model and data
     * @throws IllegalArgumentException if the context has not as many values as the model takes
     */
    public FlowPictures given(float... values) {
        if (values.length != contextColumns.size()) {
            throw new IllegalArgumentException(
                    "FlowPictures: expected a value for each of "
                            + contextColumns
                            + ", got "
                            + Arrays.toString(values));
        }
        return new FlowPictures(
                flow,
                columns,
                contextColumns,
                decoding,
                data,
                context,
                values.length > 0 ? Optional.of(values.clone()) : Optional.empty());
    }

    /**
     * Draws the density of a flow over two columns as colours, with the lines that enclose 50, 90
     * and 99 % of its probability.
     *
     * @return the picture
     * @throws IllegalStateException if the flow is not over two columns, or takes a context and
     *     none is {@linkplain #given given}
     */
    public Picture density() {
        requirePlane();
        requireContext();
        return density(Window.around(data));
    }

    private Picture density(Window window) {
        float[] logDensity =
                run(
                        scratch -> {
                            NDArray x = array(scratch, window.grid(CELLS), 2);
                            return contextRows(scratch, CELLS * CELLS)
                                    .map(c -> flow.logProb(x, c))
                                    .orElseGet(() -> flow.logProb(x));
                        });
        float[] density = new float[logDensity.length];
        for (int i = 0; i < density.length; i++) {
            density[i] = (float) Math.exp(logDensity[i]);
        }
        return Plots.density(
                "Density of the flow",
                condition(),
                columns.get(0),
                columns.get(1),
                window,
                density,
                new float[0]);
    }

    /**
     * Draws samples of a flow over two columns on top of the data; with a context that of the rows,
     * or what is given.
     *
     * @return the picture
     * @throws IllegalStateException if the flow is not over two columns
     */
    public Picture samplesOverData() {
        requirePlane();
        return Plots.samplesOverData(
                "Samples over data",
                columns.get(0),
                columns.get(1),
                Window.around(data),
                "data",
                data,
                given.isPresent() ? "samples " + condition() : "samples",
                samples(1));
    }

    /**
     * Draws pairs of columns of data and samples, and their histograms; with a context that of the
     * rows, or what is given.
     *
     * @return the picture, as {@link Plots#pairPlot} describes it
     */
    public Picture pairs() {
        return comparison(1).pairs();
    }

    /**
     * Draws pairs of some columns.
     *
     * @param names the columns, in their order
     * @return the picture, as {@link Plots#pairPlot} describes it
     * @throws IllegalArgumentException if there is no such column
     */
    public Picture pairs(List<String> names) {
        return comparison(1).select(names).pairs();
    }

    /**
     * Draws every column in a panel of its own, the worst fitted first, as {@link
     * TablePictures#columns()} describes it; with a context that of the rows, or what is given.
     *
     * @return the picture
     */
    public Picture columns() {
        return comparison(repeats()).columns();
    }

    /**
     * Draws some columns as {@link #columns()}.
     *
     * @param names the columns
     * @return the picture
     * @throws IllegalArgumentException if there is no such column
     */
    public Picture columns(List<String> names) {
        return comparison(repeats()).select(names).columns();
    }

    /** How many samples for each row make enough of them. */
    private int repeats() {
        int rows = data.length / columns.size();
        return (FEWEST_SAMPLES + rows - 1) / rows;
    }

    private Comparison comparison(int repeats) {
        return new Comparison(
                Comparison.variables(
                        decoding.columns(data), decoding.columns(samples(repeats)), Map.of()),
                List.of(),
                condition());
    }

    /**
     * Draws how a column is distributed for values of another, as {@link TablePictures#conditional}
     * describes it. The other is one that is given, and further columns that are given are as in
     * random rows of the data.
     *
     * @param x a column that is given
     * @param y a column that is modelled
     * @return the picture
     * @throws IllegalArgumentException if there are no such columns
     */
    public Picture conditional(String x, String y) {
        // A label may say what was subtracted.
        int j =
                IntStream.range(0, contextColumns.size())
                        .filter(i -> (contextColumns.get(i) + " ").startsWith(x + " "))
                        .findFirst()
                        .orElse(-1);
        if (j < 0) {
            throw new IllegalArgumentException(
                    "FlowPictures: expected a column that is given, of "
                            + contextColumns
                            + ", got "
                            + x
                            + "; a model of flow any-order takes every column as given");
        }
        Comparison comparison = comparison(1);
        return conditional(comparison.variable(y), contextVariables().get(j), j);
    }

    private Picture conditional(Variable up, Variable across, int j) {
        return new ConditionalPlot(across, up)
                .picture(rows -> column(draw(j, rows), up.name()), "");
    }

    /** Draws as many samples, each with the value that a row has in one column of the context. */
    private List<TableColumn> draw(int j, int... rows) {
        int width = contextColumns.size();
        float[] known = new float[rows.length * width];
        for (int i = 0; i < rows.length; i++) {
            // Scattered, and yet each row as often.
            int row = (int) ((long) i * SCATTER % (context.length / width));
            System.arraycopy(
                    given.orElse(context),
                    given.isPresent() ? 0 : row * width,
                    known,
                    i * width,
                    width);
            known[i * width + j] = context[rows[i] * width + j];
        }
        return decoding.columns(run(scratch -> flow.sample(array(scratch, known, width))));
    }

    private static TableColumn column(List<TableColumn> columns, String name) {
        return columns.stream().filter(c -> c.name().equals(name)).findFirst().orElseThrow();
    }

    private List<Variable> contextVariables() {
        List<TableColumn> cells = Cells.columns(contextColumns, context);
        return Comparison.variables(cells, cells, Map.of());
    }

    /**
     * Draws, of a flow with a context, {@link #conditional} of the column on which most depends,
     * for the three columns, at most, that depend on it most.
     *
     * @return the picture, or nothing for a flow without a context
     */
    public Optional<Picture> conditionals() {
        if (contextColumns.isEmpty()) {
            return Optional.empty();
        }
        List<TableColumn> rows = decoding.columns(data);
        List<String> names =
                new Comparison(Comparison.variables(rows, rows, Map.of()), contextVariables(), "")
                        .strongest(MOST_CONDITIONALS);
        return Optional.of(
                Picture.beside(
                        names.stream()
                                .skip(1)
                                .map(y -> conditional(names.get(0), y))
                                .toArray(Picture[]::new)));
    }

    /**
     * Draws, of a flow over two columns, the data, the density and samples side by side.
     *
     * @return the picture
     * @throws IllegalStateException as {@link #density()}
     */
    public Picture overview() {
        requirePlane();
        requireContext();
        String x = columns.get(0);
        String y = columns.get(1);
        Window window = Window.around(data);
        return Picture.beside(
                Plots.scatter("Data", x, y, window, data, Plots.DATA),
                density(window),
                Plots.scatter("Samples of the flow", x, y, window, samples(1), Plots.SAMPLES));
    }

    /**
     * Draws what a flow over two columns does to the plane: a regular grid of the noise, and where
     * the inverse of the flow takes its lines, over the data.
     *
     * @return the picture of both
     * @throws IllegalStateException as {@link #density()}
     */
    public Picture warp() {
        requirePlane();
        requireContext();
        // Three deviations, or what the base draws.
        Window noise =
                flow.getBase() instanceof StandardNormal
                        ? new Window(-3, 3, -3, 3)
                        : Window.around(run(scratch -> flow.getBase().sample(scratch, MOST_ROWS)));
        Warp warp = new Warp(noise);
        float[] points =
                run(
                        scratch -> {
                            NDArray z = array(scratch, warp.points(), 2);
                            return contextRows(scratch, z.size(0))
                                    .map(context -> flow.toData(z, context))
                                    .orElseGet(() -> flow.toData(z));
                        });
        return warp.draw(columns, Window.around(data), points, data, condition());
    }

    private float[] samples(int repeats) {
        long rows = (long) repeats * (data.length / columns.size());
        return run(
                scratch ->
                        given.isPresent()
                                ? flow.sample(contextRows(scratch, rows).get())
                                : contextColumns.isEmpty()
                                        ? flow.sample(scratch, rows)
                                        : flow.sample(
                                                array(scratch, context, contextColumns.size())
                                                        .repeat(0, repeats)));
    }

    /** Computes on the device of the flow, and frees all but the result. */
    private float[] run(Function<NDManager, NDArray> computation) {
        Device device =
                flow.getParameters().values().stream()
                        .map(parameter -> parameter.getArray().getDevice())
                        .findFirst()
                        .orElse(null);
        try (NDManager scratch = NDManager.newBaseManager(device, "PyTorch");
                NoGrad noGrad = NoGrad.open()) {
            return floats(computation.apply(scratch));
        }
    }

    private NDArray array(NDManager manager, float[] values, int width) {
        NDArray array = manager.create(values, new Shape(values.length / width, width));
        return array.toType(flow.getDataType(), false);
    }

    /** The context that is given, as often as wanted. */
    private Optional<NDArray> contextRows(NDManager manager, long rows) {
        return given.map(values -> array(manager, values, values.length).repeat(0, rows));
    }

    private String condition() {
        return given.map(this::condition).orElse("");
    }

    private String condition(float... values) {
        return IntStream.range(0, values.length)
                .mapToObj(
                        i ->
                                contextColumns.get(i)
                                        + " = "
                                        + new BigDecimal(values[i])
                                                .round(new MathContext(4))
                                                .stripTrailingZeros()
                                                .toPlainString())
                .collect(Collectors.joining(", ", "given ", ""));
    }

    private void requirePlane() {
        if (columns.size() != 2) {
            throw new IllegalStateException(
                    "FlowPictures: expected a flow over two columns for this picture, got one over "
                            + columns);
        }
    }

    private void requireContext() {
        if (!contextColumns.isEmpty() && given.isEmpty()) {
            throw new IllegalStateException(
                    "FlowPictures: expected values of "
                            + contextColumns
                            + " for this picture, got none");
        }
    }
}
