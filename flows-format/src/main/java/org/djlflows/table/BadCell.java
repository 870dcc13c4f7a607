package org.djlflows.table;

/**
 * A cell that cannot be in its column, such as a word among numbers.
 *
 * @param row the row, from 0
 * @param column the name of the column
 * @param what what was expected, and what is there
 */
public record BadCell(int row, String column, String what) {

    /**
     * Returns where the cell is and what is wrong with it.
     *
     * @return a short text
     */
    @Override
    public String toString() {
        return "row " + row + ", column " + column + ": " + what;
    }
}
