package org.djlflows.cli;

import org.djlflows.format.FlowConfig;
import org.djlflows.runtime.TableCells;
import org.djlflows.spec.Column;
import org.djlflows.spec.TableFlow;
import org.djlflows.table.BadCell;
import org.djlflows.table.Table;
import org.djlflows.table.TableColumn;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The rows of a file, each cell of which can be in its column of a model. */
final class CheckedRows {

    private final FlowConfig config;
    private final NumberCells cells;
    private final List<String> modelled;
    private long before;

    /**
     * Creates the rows.
     *
     * @param config the configuration of the model
     * @param cells how numbers are read
     * @param modelled the columns of the file that are modelled
     */
    CheckedRows(FlowConfig config, NumberCells cells, List<String> modelled) {
        this.config = config;
        this.cells = cells;
        this.modelled = modelled;
    }

    /**
     * Takes the next rows of the file.
     *
     * @param table the rows, with the columns that are modelled and all that are given
     * @return the same, numbers with decimal points
     * @throws IllegalArgumentException if a cell cannot be in its column, or is missing in one that
     *     is given and had none in training; the message has the number of the row in the file
     */
    Table of(Table table) {
        List<String> given = config.contextColumns();
        if (!(config.flow() instanceof TableFlow)) {
            Table read = withNumbers(table, given);
            before += table.rows();
            return read;
        }
        Map<String, Column> kinds = config.preparation().kinds();
        Table read = cells.withPoints(table, kinds);
        for (List<String> columns : List.of(modelled, given)) {
            if (!columns.isEmpty()) {
                TableCells.encoding(config, columns).encode(read, this::refuse);
            }
        }
        for (String name : given) {
            requireThere(read.column(name), config.preparation().kind(name));
        }
        before += table.rows();
        return read;
    }

    /** Makes columns numbers that others flows than a table-flow are given. */
    private Table withNumbers(Table table, List<String> names) {
        double[][] rows = cells.rows(table.select(names), this::refuse);
        return Table.of(
                table.columns().stream()
                        .map(
                                column -> {
                                    int at = names.indexOf(column.name());
                                    return at < 0
                                            ? column
                                            : new TableColumn.Numbers(
                                                    column.name(),
                                                    Arrays.stream(rows)
                                                            .mapToDouble(row -> row[at])
                                                            .toArray());
                                })
                        .toList());
    }

    private void requireThere(TableColumn column, Column kind) {
        for (int i = 0; i < column.rows() && !kind.missing(); i++) {
            if (column.isMissing(i)) {
                String what = "expected a value, since the column is given, got a missing cell";
                refuse(new BadCell(i, column.name(), what));
            }
        }
    }

    private void refuse(BadCell cell) {
        throw new IllegalArgumentException(
                String.format(
                        Locale.ROOT,
                        "row %d, column %s: %s; correct it, or name the text by --missing",
                        before + cell.row() + 1,
                        cell.column(),
                        cell.what()));
    }
}
