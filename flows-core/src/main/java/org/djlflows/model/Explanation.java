package org.djlflows.model;

import org.djlflows.anomaly.RowScore;

import java.util.List;

/**
 * Why a row is odd.
 *
 * @param score how odd the row is
 * @param cells its cells, that with the greatest share first
 */
public record Explanation(RowScore score, List<Cell> cells) {

    /**
     * Takes a list that is not changed any more.
     *
     * @param score how odd the row is
     * @param cells its cells
     */
    public Explanation {
        cells = List.copyOf(cells);
    }

    /**
     * What a cell has to do with it.
     *
     * @param column the name of the column
     * @param came the cell, as it is written, empty where it is missing
     * @param share its share of the score; those of a row add up to its score
     * @param expected what was expected given the other cells of the row: the median, or the most
     *     probable level
     * @param low where the middle 90 % of what was expected begins; empty for levels
     * @param high where they end
     * @param probability how probable a cell is that is as far out, given the others: of a number
     *     twice the smaller one of \(P(X \le v)\) and \(P(X \ge v)\), of a level that of all levels
     *     which are at most as probable
     */
    public record Cell(
            String column,
            String came,
            double share,
            String expected,
            String low,
            String high,
            double probability) {}
}
