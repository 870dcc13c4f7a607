package org.djlflows.cli;

import org.djlflows.format.FlowConfig;
import org.djlflows.io.TableFile;
import org.djlflows.model.FlowModel;
import org.djlflows.model.TableModel;
import org.djlflows.spec.TableFlow;
import org.djlflows.table.BadCell;
import org.djlflows.table.Table;
import org.djlflows.table.TableColumn;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** The log-densities of the rows of a table, by a model of any flow over columns. */
interface RowScores {

    /**
     * Returns the log-density of each row.
     *
     * @param table the rows
     * @param bad receives the cells that cannot be scored, at least one of each row that has some
     * @return the log-densities, some number for rows with such a cell
     */
    double[] of(Table table, Consumer<BadCell> bad);

    /**
     * Returns those of a model.
     *
     * @param model the model
     * @param file where the rows come from
     * @return the log-densities
     * @throws IllegalArgumentException if the file lacks a column without which there is none
     */
    static RowScores of(FlowModel model, TableFile file) {
        FlowConfig config = model.config();
        if (config.flow() instanceof TableFlow) {
            return new TableModel(model)::score;
        }
        List<String> columns = new ArrayList<>(config.columns());
        columns.addAll(config.contextColumns());
        if (!file.names().containsAll(columns)) {
            List<String> lacking = new ArrayList<>(columns);
            lacking.removeAll(file.names());
            throw new IllegalArgumentException(
                    String.format(
                            "expected the columns %s, got %s without %s",
                            columns, file.names(), lacking));
        }
        return (table, bad) -> model.score(numbers(table.select(columns), bad));
    }

    private static double[][] numbers(Table table, Consumer<BadCell> bad) {
        double[][] rows = new double[table.rows()][table.columns().size()];
        for (int j = 0; j < table.columns().size(); j++) {
            TableColumn column = table.columns().get(j);
            for (int i = 0; i < rows.length; i++) {
                boolean number = column instanceof TableColumn.Numbers && !column.isMissing(i);
                rows[i][j] = number ? ((TableColumn.Numbers) column).value(i) : 0;
                if (!number || !Float.isFinite((float) rows[i][j])) {
                    String got = column.isMissing(i) ? "a missing cell" : "another";
                    rows[i][j] = 0;
                    bad.accept(
                            new BadCell(
                                    i, column.name(), "expected a number of float32, got " + got));
                }
            }
        }
        return rows;
    }
}
