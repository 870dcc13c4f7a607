package org.djlflows.plot;

import org.djlflows.table.TableColumn;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Cells of columns of any kind, as what pictures take. */
final class Cells {

    /** Below it all whole numbers are doubles. */
    private static final double EXACT = 1L << 53;

    private Cells() {}

    /** Returns row-major values as columns. */
    static List<TableColumn> columns(List<String> names, float[] values) {
        Columns columns = Columns.of(values, names.size());
        return IntStream.range(0, names.size())
                .<TableColumn>mapToObj(
                        j -> new TableColumn.Numbers(names.get(j), columns.column(j)))
                .toList();
    }

    /** Returns a number or the seconds of a time; NaN if the cell is missing. */
    static double number(TableColumn column, int row) {
        // 0.0 and -0.0 are one number.
        return column instanceof TableColumn.Doubles numbers
                ? numbers.value(row) + 0.0
                : Double.NaN;
    }

    /** Returns the numbers of a column, NaN where cells are missing. */
    static double[] numbers(TableColumn column) {
        double[] numbers = new double[column.rows()];
        Arrays.setAll(numbers, i -> number(column, i));
        return numbers;
    }

    /** Returns a cell as the name of a level; null if it is missing. */
    static String level(TableColumn column, int row) {
        if (column.isMissing(row)) {
            return null;
        }
        if (column instanceof TableColumn.Texts texts) {
            return texts.value(row);
        }
        double number = number(column, row);
        return number == Math.rint(number) && Math.abs(number) < EXACT
                ? Long.toString((long) number)
                : Double.toString(number);
    }
}
