package org.djlflows.cli;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;

import org.djlflows.format.FlowConfig;
import org.djlflows.model.Encoding;
import org.djlflows.model.FlowModel;
import org.djlflows.model.TableModel;
import org.djlflows.runtime.RowEncoding;
import org.djlflows.spec.Column;
import org.djlflows.spec.TableFlow;
import org.djlflows.table.Rounding;
import org.djlflows.table.Table;
import org.djlflows.table.TableColumn;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;

/**
 * Draws rows from a model of any flow over columns, as tables with values that columns can have.
 */
final class TableDraws {

    private final FlowConfig config;
    private final Draw draw;
    private final UnaryOperator<NDArray> drawGiven;
    private final NDManager manager;

    /** What knows of levels, times and missing cells. */
    private final Optional<TableModel> table;

    /** Draws samples of a flow. */
    @FunctionalInterface
    interface Draw {

        NDArray of(NDManager manager, long n);
    }

    TableDraws(FlowModel model, NDManager manager) {
        this(model, model.flow()::sample, model.flow()::sample, manager);
    }

    /**
     * Creates what draws in another way where the flow is over vectors.
     *
     * @param model the model
     * @param draw draws samples
     * @param drawGiven draws one for each row of a context
     * @param manager what receives arrays
     */
    TableDraws(FlowModel model, Draw draw, UnaryOperator<NDArray> drawGiven, NDManager manager) {
        this.draw = draw;
        this.drawGiven = drawGiven;
        this.manager = manager;
        config = model.config();
        table =
                config.flow() instanceof TableFlow
                        ? Optional.of(new TableModel(model))
                        : Optional.empty();
    }

    /** Returns the columns that can be given, of which the context has to be. */
    List<String> givable() {
        List<String> columns = new ArrayList<>(config.contextColumns());
        if (table.isPresent()) {
            columns.addAll(config.columns());
        }
        return columns;
    }

    /**
     * Draws rows of a model without context.
     *
     * @param n the number of rows
     * @return the columns that are modelled
     */
    Table rows(int n) {
        if (table.isPresent()) {
            return table.get().sample(n);
        }
        try (NDManager scratch = manager.newSubManager()) {
            return Table.of(numbers(draw.of(scratch, n)));
        }
    }

    /**
     * Draws a row for each row of a table.
     *
     * @param given the context, and of a table-flow also other cells; columns that the model does
     *     not know are carried along
     * @return the columns that are modelled, then the others of the table
     */
    Table rows(Table given) {
        List<TableColumn> columns =
                new ArrayList<>(
                        table.isPresent()
                                ? table.get().complete(known(given)).columns()
                                : inContext(given));
        given.columns().stream()
                .filter(column -> !config.columns().contains(column.name()))
                .forEach(columns::add);
        return Table.of(columns);
    }

    private Table known(Table given) {
        return given.select(given.names().stream().filter(givable()::contains).toList());
    }

    private List<TableColumn> inContext(Table given) {
        List<String> names = config.contextColumns();
        double[][] values = new double[given.rows()][names.size()];
        for (int j = 0; j < names.size(); j++) {
            TableColumn.Numbers column = (TableColumn.Numbers) given.column(names.get(j));
            for (int i = 0; i < values.length; i++) {
                values[i][j] = column.value(i);
            }
        }
        try (NDManager scratch = manager.newSubManager()) {
            NDList context = new Encoding(config).context(scratch, values);
            return numbers(
                    context.isEmpty()
                            ? draw.of(scratch, given.rows())
                            : drawGiven.apply(context.get(0)));
        }
    }

    private List<TableColumn> numbers(NDArray samples) {
        double[][] rows = new RowEncoding(config).rows(samples.toFloatArray());
        List<TableColumn> columns = new ArrayList<>();
        for (int j = 0; j < config.columns().size(); j++) {
            String name = config.columns().get(j);
            DoubleUnaryOperator rounding = rounding(name);
            double[] values = new double[rows.length];
            for (int i = 0; i < values.length; i++) {
                values[i] = rounding.applyAsDouble(rows[i][j]);
            }
            columns.add(new TableColumn.Numbers(name, values));
        }
        return columns;
    }

    private DoubleUnaryOperator rounding(String name) {
        Optional<Column> kind = Optional.ofNullable(config.preparation().kinds().get(name));
        return kind.map(Rounding::of)
                .orElse(DoubleUnaryOperator.identity())
                .compose(TableDraws::shortest);
    }

    /** The shortest number that is the same in float32, unless an offset made it a longer one. */
    private static double shortest(double value) {
        return value == (float) value ? Double.parseDouble(Float.toString((float) value)) : value;
    }
}
