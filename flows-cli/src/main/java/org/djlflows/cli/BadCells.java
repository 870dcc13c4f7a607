package org.djlflows.cli;

import org.djlflows.console.Console;
import org.djlflows.table.BadCell;

import java.util.Locale;

/**
 * What is done about cells that cannot be in their column: a line on standard error, or the end.
 *
 * @param data where the rows come from
 * @param strict whether such a cell is an error
 * @param otherwise what becomes of it if not
 */
record BadCells(String data, boolean strict, String otherwise) {

    /**
     * Tells of a cell.
     *
     * @param before the number of rows before those among which it was counted
     * @param cell the cell
     * @throws IllegalArgumentException if it is an error
     */
    void say(long before, BadCell cell) {
        String text =
                String.format(
                        Locale.ROOT,
                        "row %d, column %s: %s",
                        before + cell.row() + 1,
                        cell.column(),
                        cell.what());
        if (strict) {
            throw new IllegalArgumentException(data + ": " + text);
        }
        System.err.println(Console.printable(text + "; " + otherwise));
    }
}
