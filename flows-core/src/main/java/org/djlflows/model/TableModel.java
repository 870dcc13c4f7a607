package org.djlflows.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;

import org.djlflows.anomaly.RowScore;
import org.djlflows.files.Excerpt;
import org.djlflows.format.Calibration;
import org.djlflows.format.FlowConfig;
import org.djlflows.format.Preparation;
import org.djlflows.runtime.Conditional;
import org.djlflows.runtime.TableCells;
import org.djlflows.spec.Column;
import org.djlflows.spec.Specs;
import org.djlflows.spec.TableFlow;
import org.djlflows.table.BadCell;
import org.djlflows.table.Table;
import org.djlflows.table.TableColumn;
import org.djlflows.table.TableEncoding;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A flow over a table with columns of any kind: it scores rows as they are in the table, draws rows
 * of the same kind, and fills in what rows lack.
 *
 * <p>A cell that is missing in a column where training had missing cells is known to be missing. In
 * any other column it is not known, as are the cells of columns that a table does not have: they
 * are left out, and the density is that of the other cells. Columns that the model does not know
 * are not looked at.
 *
 * <p>All methods can be called by several threads.
 */
public final class TableModel {

    private final FlowModel model;
    private final RowScorer scorer;
    private final FlowDensity drawing;
    private final TableCells cells;
    private final List<String> columns;
    private final List<String> given;

    /**
     * Creates a view of a model that is not trained any further.
     *
     * @param model a model of a {@link TableFlow}, which stays open as long as this is used
     * @throws IllegalArgumentException if it is of another flow, or as {@link RowScorer#of} does
     */
    public TableModel(FlowModel model) {
        this(model, () -> RowScorer.of(model));
    }

    /**
     * Creates a view of a model whose rows are scored already, by the same weights.
     *
     * @param scorer what scores rows of a model of a {@link TableFlow}, which stays open as long as
     *     this is used
     * @throws IllegalArgumentException if the model is of another flow
     */
    public TableModel(RowScorer scorer) {
        this(scorer.model(), () -> scorer);
    }

    private TableModel(FlowModel model, Supplier<RowScorer> scores) {
        FlowConfig config = model.config();
        if (!(config.flow() instanceof TableFlow)) {
            throw new IllegalArgumentException(
                    "TableModel: expected a model of table-flow, got one of "
                            + Specs.name(config.flow().getClass()));
        }
        this.model = model;
        scorer = scores.get();
        drawing = new FlowDensity(model);
        cells = new TableCells(config);
        columns = config.columns();
        given = config.contextColumns();
    }

    /**
     * Returns the configuration of a flow over a table, of which nothing was measured yet.
     *
     * @param flow the flow
     * @param kinds the columns that are modelled, in their order, and what they are
     * @param given the columns that are given
     * @return the configuration
     */
    public static FlowConfig config(
            TableFlow flow, Map<String, Column> kinds, Map<String, Column> given) {
        Map<String, Column> all = new HashMap<>(kinds);
        all.putAll(given);
        Preparation preparation =
                new Preparation(
                        Map.of(),
                        TableEncoding.offsets(all),
                        OptionalDouble.empty(),
                        false,
                        Map.of(),
                        all);
        return new FlowConfig(
                flow,
                List.copyOf(kinds.keySet()),
                List.copyOf(given.keySet()),
                Optional.empty(),
                preparation,
                Map.of(),
                Calibration.NONE,
                Optional.empty());
    }

    /**
     * Returns rows of a table as a flow takes them.
     *
     * @param config the configuration of the flow
     * @param manager the manager that receives the arrays
     * @param table the rows
     * @param bad receives the cells that cannot be, which count as not known; also those that are
     *     missing in a column that is given and had none in training
     * @return x and, if the flow has one, its context
     * @throws IllegalArgumentException if the table has none of the columns
     */
    public static NDList arrays(
            FlowConfig config, NDManager manager, Table table, Consumer<BadCell> bad) {
        TableCells cells = new TableCells(config);
        NDList arrays = new NDList(array(manager, config.columns(), cells.features(table, bad)));
        if (!config.contextColumns().isEmpty()) {
            arrays.add(array(manager, config.contextColumns(), cells.context(table, bad)));
        }
        return arrays;
    }

    private static NDArray array(NDManager manager, List<String> columns, float[] rows) {
        int width = columns.size();
        return manager.create(rows, new Shape(rows.length / width, width));
    }

    /**
     * Returns the log-density of rows: of what is known of them, in nats, with respect to counts
     * for levels, whole numbers and atoms and to the units of the columns for other numbers.
     *
     * @param table the rows
     * @param bad receives the cells that cannot be in their column, which count as not known
     * @return the log-density of each row, minus infinity where no row of the table can be so
     * @throws IllegalArgumentException if the table has none of the columns
     */
    public double[] score(Table table, Consumer<BadCell> bad) {
        float[] x = cells.features(table, bad);
        return scorer.score(x, cells.context(table, bad), table.rows());
    }

    /**
     * Returns the log-density of rows whose cells all fit their columns.
     *
     * @param table the rows
     * @return the log-density of each row, as the other method
     * @throws IllegalArgumentException if a cell does not fit its column
     */
    public double[] score(Table table) {
        return score(table, TableModel::refuse);
    }

    /**
     * Says how odd rows are.
     *
     * @param table the rows
     * @param bad receives the cells that cannot be in their column, which count as not known
     * @return for each row its log-density and, where the model compares rows, its score
     * @throws IllegalArgumentException if the table has none of the columns
     */
    public List<RowScore> rowScores(Table table, Consumer<BadCell> bad) {
        float[] x = cells.features(table, bad);
        return scorer.rowScores(x, cells.context(table, bad), table.rows());
    }

    /**
     * Says how odd rows are whose cells all fit their columns.
     *
     * @param table the rows
     * @return for each row what the other method returns
     * @throws IllegalArgumentException if a cell does not fit its column
     */
    public List<RowScore> rowScores(Table table) {
        return rowScores(table, TableModel::refuse);
    }

    private static void refuse(BadCell cell) {
        throw new IllegalArgumentException(
                String.format(
                        "TableModel: row %d, column %s: %s",
                        cell.row(), cell.column(), cell.what()));
    }

    /**
     * Draws rows of a model whose columns are all modelled.
     *
     * @param n the number of rows, at least 0
     * @return the rows
     * @throws IllegalArgumentException if the model has columns that are given, or n is negative
     */
    public Table sample(int n) {
        if (n < 0) {
            throw refusal("0 rows or more", n);
        }
        if (!given.isEmpty()) {
            throw new IllegalArgumentException(
                    "TableModel: expected values of the columns that are given, "
                            + given
                            + ", got none");
        }
        float[] unknown = new float[Math.multiplyExact(n, columns.size())];
        Arrays.fill(unknown, Float.NaN);
        int[] all = cells.places(columns);
        return cells.rows(drawing.complete(unknown, new float[0], n, all));
    }

    /**
     * Draws all cells that rows lack, given the cells that they have: those of columns that the
     * table does not have, which can be missing as they were in training, and those that are
     * missing in the table, which get a value.
     *
     * @param table the rows, with at least one of the columns
     * @return rows of all columns that are modelled, with what was known as it is
     * @throws IllegalArgumentException if a cell does not fit its column, or a value of a column
     *     that is given is not there
     */
    public Table complete(Table table) {
        return complete(table, columns);
    }

    /**
     * Draws the cells that rows lack in some columns, given the cells that they have in all.
     *
     * @param table the rows, with at least one of the columns
     * @param wanted the columns that are drawn
     * @return rows of these columns, with what was known as it is
     * @throws IllegalArgumentException as {@link #complete(Table)} does, or if there is no such
     *     column
     */
    public Table complete(Table table, List<String> wanted) {
        int[] places = cells.places(wanted);
        float[] x = cells.open(table, TableModel::refuse);
        float[] context = cells.context(table, TableModel::refuse);
        return cells.completed(drawing.complete(x, context, table.rows(), places), table, wanted);
    }

    /**
     * Returns the distribution of a column in each of some rows, given their other cells.
     *
     * @param column the column
     * @param rows the rows, with at least one of the columns; cells of the column itself matter
     *     only to {@link Conditional#cdf} and {@link Conditional#pit}
     * @param bad receives the cells that cannot be in their column, which count as not known
     * @return the distributions
     * @throws IllegalArgumentException if no such column is modelled, or the table has none of the
     *     columns
     */
    public Conditional conditional(String column, Table rows, Consumer<BadCell> bad) {
        float[] x = cells.featuresIfAny(rows, bad);
        return new Conditional(
                model.config(), scorer.density(), column, x, cells.context(rows, bad));
    }

    /**
     * Returns the distribution of a column in each of some rows, whose cells all fit their columns.
     *
     * @param column the column
     * @param rows the rows, as the other method takes them
     * @return the distributions
     * @throws IllegalArgumentException as the other method does, or if a cell does not fit its
     *     column
     */
    public Conditional conditional(String column, Table rows) {
        return conditional(column, rows, TableModel::refuse);
    }

    private Column kind(String column) {
        return model.config().preparation().kind(column);
    }

    /**
     * Returns rows for {@link #complete} in which the same cells are known.
     *
     * @param values cells by the names of columns, as {@link Table} takes them
     * @param n the number of rows
     * @return the rows, or nothing if no value is given and none has to be
     * @throws IllegalArgumentException if there is no such column, one that is given by every row
     *     has no value, or a value cannot be in its column or is a level that was never seen
     */
    public Optional<Table> given(Map<String, ?> values, int n) {
        if (!values.keySet().containsAll(given)) {
            requireColumns(values);
            throw refusal("a value for each of " + given, values.keySet());
        }
        return cells(values, n);
    }

    /**
     * Returns rows in which the same cells are known, of any columns.
     *
     * @param values numbers, or texts as they are written in tables, by the names of columns
     * @param n the number of rows
     * @return the rows with these columns, or nothing if no value is given
     * @throws IllegalArgumentException if there is no such column, or a value cannot be in its
     *     column or is a level that was never seen
     */
    public Optional<Table> cells(Map<String, ?> values, int n) {
        requireColumns(values);
        List<TableColumn> known = new ArrayList<>();
        values.forEach((name, value) -> known.add(given(name, value).take(new int[n])));
        return known.isEmpty() ? Optional.empty() : Optional.of(Table.of(known));
    }

    private void requireColumns(Map<String, ?> values) {
        List<String> all = new ArrayList<>(columns);
        all.addAll(given);
        if (!all.containsAll(values.keySet())) {
            throw refusal("values of columns of " + all, values.keySet());
        }
    }

    /** A column of one cell. */
    private TableColumn given(String name, Object value) {
        TableEncoding encoding = TableCells.encoding(model.config(), List.of(name));
        Table cell = Table.ofMaps(List.of(Collections.singletonMap(name, value)));
        float[] code =
                encoding.encode(
                        cell,
                        bad -> {
                            throw refusal("a value of " + name, value + ", " + bad.what());
                        });
        if (encoding.decode(code).column(name).isMissing(0)) {
            String can =
                    kind(name) instanceof Column.Category c ? "one of " + c.levels() : "a value";
            throw refusal(can + " for " + name, value);
        }
        return cell.column(name);
    }

    private static IllegalArgumentException refusal(String expected, Object got) {
        return new IllegalArgumentException(
                "TableModel: expected " + Excerpt.of(expected) + ", got " + Excerpt.of(got));
    }
}
