package org.djlflows.table;

import org.djlflows.files.Excerpt;
import org.djlflows.spec.Column;

import java.util.OptionalDouble;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/** How the cells of a column become numbers of a flow, and back. */
sealed interface CellCode permits LevelCode, NumberCode, TimeCode {

    /**
     * Returns the column in the numbers of the flow.
     *
     * @return the column, of which atoms and ends are numbers of float32
     */
    Column encoded();

    /**
     * Returns the number of a cell that is there.
     *
     * @param column a column of any kind
     * @param row the row
     * @param bad receives what is wrong with a cell that cannot be
     * @return a finite number, or NaN for a cell that cannot be
     */
    float encode(TableColumn column, int row, Consumer<String> bad);

    /**
     * Returns cells of numbers, of which those that are not finite are missing.
     *
     * @param name the name of the column
     * @param values a number for each row
     * @return the column
     */
    TableColumn decode(String name, float[] values);

    /**
     * Returns decoded cells with those that are known in their place: float32 does not keep all of
     * a number, nor a number of a level which level it was, if it was never seen.
     *
     * @param decoded the decoded column
     * @param known the column with what is known, as it was encoded
     * @return the cells
     */
    TableColumn restored(TableColumn decoded, TableColumn known);

    /** Returns decoded numbers with those that are known in their place. */
    static TableColumn restored(
            TableColumn decoded, TableColumn known, IntFunction<OptionalDouble> number) {
        TableColumn.Doubles numbers = (TableColumn.Doubles) decoded;
        double[] values = numbers.values();
        for (int i = 0; i < values.length; i++) {
            if (!known.isMissing(i)) {
                values[i] = number.apply(i).orElse(values[i]);
            }
        }
        return numbers.with(numbers.name(), values);
    }

    /** Describes a cell for a message. */
    static String described(TableColumn column, int row) {
        if (column instanceof TableColumn.Texts texts) {
            return '"' + Excerpt.of(texts.value(row), 40) + '"';
        }
        return column instanceof TableColumn.Times times
                ? "the time " + TimePattern.of("").text(times.value(row))
                : Numerals.of(((TableColumn.Numbers) column).value(row));
    }

    /** Returns the nearest number within a range. */
    static double within(double x, double least, double most) {
        return Math.max(least, Math.min(most, x));
    }
}
