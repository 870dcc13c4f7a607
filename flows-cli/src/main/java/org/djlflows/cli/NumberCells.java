package org.djlflows.cli;

import org.djlflows.files.Excerpt;
import org.djlflows.io.ReadOptions;
import org.djlflows.io.TableFile;
import org.djlflows.spec.Column;
import org.djlflows.table.BadCell;
import org.djlflows.table.Table;
import org.djlflows.table.TableColumn;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Consumer;

/** The cells of columns of numbers, also where one that is no number made its column texts. */
final class NumberCells {

    private static final int LONGEST = 40;

    private final ReadOptions options;

    NumberCells(ReadOptions options) {
        this.options = options;
    }

    /**
     * Refuses a file without some columns.
     *
     * @param file the file
     * @param columns the columns
     */
    static void require(TableFile file, List<String> columns) {
        if (!file.names().containsAll(columns)) {
            List<String> lacking = new ArrayList<>(columns);
            lacking.removeAll(file.names());
            throw new IllegalArgumentException(
                    String.format(
                            "expected the columns %s, got %s without %s",
                            Excerpt.of(columns), Excerpt.of(file.names()), Excerpt.of(lacking)));
        }
    }

    /**
     * Returns rows of numbers.
     *
     * @param table the rows
     * @param bad receives the cells that are no numbers of float32, for which there is a 0
     * @return for each row the number of each column
     */
    double[][] rows(Table table, Consumer<BadCell> bad) {
        double[][] rows = new double[table.rows()][table.columns().size()];
        for (int j = 0; j < table.columns().size(); j++) {
            TableColumn column = table.columns().get(j);
            for (int i = 0; i < rows.length; i++) {
                double number = number(column, i).orElse(Double.NaN);
                if (Float.isFinite((float) number)) {
                    rows[i][j] = number;
                } else {
                    String what = "expected a number of float32, got " + described(column, i);
                    bad.accept(new BadCell(i, column.name(), what));
                }
            }
        }
        return rows;
    }

    private OptionalDouble number(TableColumn column, int row) {
        if (column.isMissing(row) || column instanceof TableColumn.Times) {
            return OptionalDouble.empty();
        }
        return column instanceof TableColumn.Numbers numbers
                ? OptionalDouble.of(numbers.value(row))
                : options.number(((TableColumn.Texts) column).value(row));
    }

    private static String described(TableColumn column, int row) {
        if (column.isMissing(row)) {
            return "a missing cell";
        }
        if (column instanceof TableColumn.Texts texts) {
            return '"' + Excerpt.of(texts.value(row), LONGEST) + '"';
        }
        return column instanceof TableColumn.Numbers numbers
                ? Double.toString(numbers.value(row))
                : "a time";
    }

    /**
     * Returns a table in which texts that are numbers have a decimal point, as models read them.
     *
     * @param table the table
     * @param kinds what the columns are that the model knows
     * @return the table, all other cells as they are
     */
    Table withPoints(Table table, Map<String, Column> kinds) {
        if (options.decimal() == '.') {
            return table;
        }
        return Table.of(
                table.columns().stream()
                        .map(
                                column ->
                                        column instanceof TableColumn.Texts texts
                                                        && kinds.get(column.name())
                                                                instanceof Column.Number
                                                ? withPoints(texts)
                                                : column)
                        .toList());
    }

    private TableColumn withPoints(TableColumn.Texts texts) {
        String[] cells = texts.values();
        for (int i = 0; i < cells.length; i++) {
            if (cells[i] != null && options.number(cells[i]).isPresent()) {
                cells[i] = cells[i].replace(',', '.');
            }
        }
        return new TableColumn.Texts(texts.name(), cells);
    }
}
