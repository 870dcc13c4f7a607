package org.djlflows.plot;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;

import org.djlflows.files.Excerpt;
import org.djlflows.format.FlowConfig;
import org.djlflows.model.FlowModel;
import org.djlflows.model.TableModel;
import org.djlflows.runtime.TableCells;
import org.djlflows.spec.Column;
import org.djlflows.table.Table;
import org.djlflows.table.TableColumn;
import org.djlflows.table.TableEncoding;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Pictures of a model of a table with columns of any kind, beside data if there are some.
 *
 * <pre>{@code
 * TablePictures pictures = TablePictures.of(model, table);
 * pictures.columns().save(Path.of("columns.png"));
 * pictures.conditional("age", "fare").image() // the last line of a notebook's cell
 * }</pre>
 *
 * <p>Samples are drawn with the engine's random numbers, when the first picture needs them: the
 * same ones after {@code Engine.setRandomSeed}. Of the data at most 5000 rows take part, evenly
 * spread; there are as many samples, but at least 2000.
 *
 * <p>In all pictures levels lie in the order of their frequency, numbers on axes that are
 * logarithmic where they are not negative with a heavy right tail, and times on axes with dates.
 * Numbers that come often, such as a 0 in most of the rows, have bars, and the density is that of
 * the rest. Missing cells have a bar or a strip of their own.
 */
public final class TablePictures {

    /** The most rows of data that take part, evenly spread over all. */
    public static final int MOST_ROWS = 5000;

    private static final int FEWEST_SAMPLES = 2000;

    /** Fewer rows of data with what is given say nothing. */
    private static final int FEWEST_ROWS = 20;

    private static final int MOST_CONDITIONALS = 3;

    /** A prime. */
    private static final int SCATTER = 7919;

    private final TableModel model;
    private final FlowConfig config;
    private final Optional<Table> data;
    private final Map<String, ?> given;
    private Comparison comparison;

    private TablePictures(
            TableModel model, FlowConfig config, Optional<Table> data, Map<String, ?> given) {
        this.model = model;
        this.config = config;
        this.data = data;
        this.given = given;
    }

    /**
     * Takes a model without data.
     *
     * @param model a model of a table-flow, which stays open as long as this is used
     * @return pictures of samples alone
     * @throws IllegalArgumentException if it is a model of another flow
     */
    public static TablePictures of(FlowModel model) {
        return new TablePictures(new TableModel(model), model.config(), Optional.empty(), Map.of());
    }

    /**
     * Takes a model and data.
     *
     * @param model a model of a table-flow, which stays open as long as this is used
     * @param data rows of its columns, or of some of them
     * @return the pictures
     * @throws IllegalArgumentException if it is a model of another flow, the table has none of its
     *     columns, or a cell cannot be in its column
     */
    public static TablePictures of(FlowModel model, Table data) {
        FlowConfig config = model.config();
        List<String> names = names(config);
        names.retainAll(data.names());
        if (names.isEmpty()) {
            throw new IllegalArgumentException(
                    "TablePictures: expected some of the columns "
                            + Excerpt.of(names(config))
                            + ", got only "
                            + Excerpt.of(data.names()));
        }
        int count = Math.min(MOST_ROWS, data.rows());
        int[] rows =
                IntStream.range(0, count)
                        .map(i -> (int) ((long) i * data.rows() / count))
                        .toArray();
        // By way of the flow, so that cells of data and of samples are the same kind of thing.
        TableEncoding encoding = TableCells.encoding(config, names);
        return of(model, encoding.decode(encoding.encode(data.take(rows))).columns());
    }

    /**
     * Takes a model and rows of data.
     *
     * @param model a model of a table-flow, which stays open as long as this is used
     * @param rows the rows as {@link TableModel#arrays} returns them
     * @return the pictures
     * @throws IllegalArgumentException if it is a model of another flow, or the rows do not fit it
     */
    public static TablePictures of(FlowModel model, NDList rows) {
        FlowConfig config = model.config();
        List<TableColumn> columns = new ArrayList<>(decoded(config, config.columns(), rows.get(0)));
        if (!config.contextColumns().isEmpty()) {
            columns.addAll(decoded(config, config.contextColumns(), rows.get(1)));
        }
        return of(model, columns);
    }

    private static List<TableColumn> decoded(FlowConfig config, List<String> names, NDArray rows) {
        float[] values = FlowPictures.spread(FlowPictures.floats(rows), names.size());
        return TableCells.encoding(config, names).decode(values).columns();
    }

    private static TablePictures of(FlowModel model, List<TableColumn> columns) {
        return new TablePictures(
                new TableModel(model),
                model.config(),
                columns.get(0).rows() == 0 ? Optional.empty() : Optional.of(Table.of(columns)),
                Map.of());
    }

    private static List<String> names(FlowConfig config) {
        List<String> names = new ArrayList<>(config.columns());
        names.addAll(config.contextColumns());
        return names;
    }

    /**
     * Returns the pictures of the distribution given some cells, beside the rows of the data that
     * have them, if these are 20 at least.
     *
     * @param values numbers, or texts as they are written in tables, by the names of columns
     * @return pictures of the same model
     * @throws IllegalArgumentException as {@link TableModel#cells}
     */
    public TablePictures given(Map<String, ?> values) {
        Optional<Table> row = model.cells(values, 1);
        return new TablePictures(
                model, config, data.flatMap(table -> matching(table, row)), Map.copyOf(values));
    }

    private static Optional<Table> matching(Table table, Optional<Table> row) {
        if (row.isEmpty()) {
            return Optional.of(table);
        }
        if (!table.names().containsAll(row.get().names())) {
            return Optional.empty();
        }
        int[] rows =
                IntStream.range(0, table.rows())
                        .filter(
                                i ->
                                        row.get().columns().stream()
                                                .allMatch(
                                                        cell ->
                                                                Cells.level(cell, 0)
                                                                        .equals(
                                                                                level(
                                                                                        table, cell,
                                                                                        i))))
                        .toArray();
        return rows.length < FEWEST_ROWS ? Optional.empty() : Optional.of(table.take(rows));
    }

    private static String level(Table table, TableColumn like, int row) {
        return Cells.level(table.column(like.name()), row);
    }

    /**
     * Draws every column that is modelled in a panel of its own: data and samples as histograms and
     * bars, and how many cells are missing. The panels are ranked by misfit, the worst first; of
     * more than 60 columns the worst 60 are shown.
     *
     * <p>The misfit of numbers and times is the Kolmogorov-Smirnov distance \(\max_x |F(x) -
     * G(x)|\), where missing cells count as less than all, and that of levels the total variation
     * \(\frac{1}{2} \sum_l |p_l - q_l|\), where they are a level: both from 0 to 1 and without
     * units. Ranks go by what it is more than chance, which is the mean distance over 20 random
     * divisions of data and samples together.
     *
     * @return the picture
     * @throws IllegalArgumentException if columns are given by each row, and there are neither data
     *     nor values of them
     */
    public Picture columns() {
        return comparison().columns();
    }

    /**
     * Draws some columns as {@link #columns()}.
     *
     * @param names the columns
     * @return the picture
     * @throws IllegalArgumentException if there is no such column that is modelled
     */
    public Picture columns(List<String> names) {
        return comparison().select(names).columns();
    }

    /**
     * Draws pairs of columns, as {@link Plots#pairPlot} describes it: of up to 8 columns all, of
     * more those of the pairs that depend on each other most. The dependence is the mutual
     * information of levels and of ranks, of numbers in eight classes of as many rows, less what
     * chance gives.
     *
     * @return the picture
     * @throws IllegalArgumentException as {@link #columns()}
     */
    public Picture pairs() {
        return comparison().pairs();
    }

    /**
     * Draws pairs of some columns.
     *
     * @param names the columns, in their order; of more than 8 those that depend on each other most
     * @return the picture
     * @throws IllegalArgumentException if there is no such column
     */
    public Picture pairs(List<String> names) {
        return comparison().select(names).pairs();
    }

    /**
     * Draws how a column is distributed for values of another: as colours the density of numbers or
     * the probability of levels, as lines the quantiles, and as points the data. What is drawn are
     * 800 draws for each of up to 33 values of x; other columns that are given by each row are as
     * in random rows of the data.
     *
     * @param x the column that is given
     * @param y a column that is modelled
     * @return the picture
     * @throws IllegalArgumentException if there are no such columns, they are the same, or as
     *     {@link #columns()}
     */
    public Picture conditional(String x, String y) {
        if (x.equals(y) || !config.columns().contains(y) || given.containsKey(y)) {
            throw new IllegalArgumentException(
                    "TablePictures: expected another column than "
                            + x
                            + " of those that are modelled, "
                            + config.columns()
                            + ", got "
                            + y);
        }
        Variable across = comparison().variable(x);
        Variable up = comparison().variable(y);
        return new ConditionalPlot(across, up)
                .picture(rows -> draw(across.cells().take(rows), y), condition());
    }

    private TableColumn draw(TableColumn x, String y) {
        List<TableColumn> known = new ArrayList<>(known(x.rows()));
        known.removeIf(column -> column.name().equals(x.name()));
        known.add(x);
        return model.complete(Table.of(known), List.of(y)).column(y);
    }

    /**
     * Draws, of a model with columns that are given by each row, {@link #conditional} of the one on
     * which others depend most, for the three columns, at most, that do.
     *
     * @return the picture, or nothing for a model without such columns
     * @throws IllegalArgumentException as {@link #columns()}
     */
    public Optional<Picture> conditionals() {
        List<String> names = comparison().strongest(MOST_CONDITIONALS);
        return names.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        Picture.beside(
                                names.stream()
                                        .skip(1)
                                        .map(y -> conditional(names.get(0), y))
                                        .toArray(Picture[]::new)));
    }

    private synchronized Comparison comparison() {
        if (comparison == null) {
            comparison = compare();
        }
        return comparison;
    }

    private Comparison compare() {
        List<TableColumn> known = known(sampleRows());
        Table samples =
                known.isEmpty() ? model.sample(sampleRows()) : model.complete(Table.of(known));
        List<TableColumn> context =
                known.stream().filter(c -> config.contextColumns().contains(c.name())).toList();
        List<TableColumn> measured = data.map(Table::columns).orElse(List.of());
        Map<String, Column> kinds = config.preparation().kinds();
        return new Comparison(
                Comparison.variables(measured, samples.columns(), kinds),
                Comparison.variables(measured, context, kinds),
                condition());
    }

    /** As many as the data, or a whole multiple of them, so that each row gives as often. */
    private int sampleRows() {
        return data.map(Table::rows)
                .map(rows -> (FEWEST_SAMPLES + rows - 1) / rows * rows)
                .map(rows -> Math.max(rows, data.get().rows()))
                .orElse(MOST_ROWS);
    }

    /** What is given, and the columns that each row gives as in rows of the data. */
    private List<TableColumn> known(int rows) {
        List<TableColumn> known =
                new ArrayList<>(model.cells(given, rows).map(Table::columns).orElse(List.of()));
        List<String> others = new ArrayList<>(config.contextColumns());
        others.removeAll(given.keySet());
        if (!others.isEmpty()) {
            Table from =
                    data.filter(table -> table.names().containsAll(others))
                            .orElseThrow(
                                    () ->
                                            new IllegalArgumentException(
                                                    "TablePictures: expected data or values of the"
                                                            + " columns that are given, "
                                                            + others
                                                            + ", got neither"));
            // Scattered, and yet each row as often.
            int[] chosen =
                    IntStream.range(0, rows)
                            .map(i -> (int) ((long) i * SCATTER % from.rows()))
                            .toArray();
            known.addAll(from.select(others).take(chosen).columns());
        }
        return known;
    }

    private String condition() {
        return given.isEmpty()
                ? ""
                : given.entrySet().stream()
                        .map(cell -> cell.getKey() + " = " + cell.getValue())
                        .collect(Collectors.joining(", ", "given ", ""));
    }
}
