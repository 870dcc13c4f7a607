package org.djlflows.runtime;

import org.djlflows.anomaly.RowScore;

import java.util.Arrays;
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
            double probability) {

        /**
         * Returns what came and what was expected, in words.
         *
         * @return such as "came 3.2, expected 1.1 (0.9 to 1.4)"
         */
        public String sentence() {
            StringBuilder text = new StringBuilder("came ").append(came.isEmpty() ? "none" : came);
            if (!expected.isEmpty()) {
                text.append(", expected ").append(expected);
            }
            if (!low.isEmpty()) {
                text.append(" (").append(low).append(" to ").append(high).append(')');
            }
            return text.toString();
        }

        Cell withShare(double other) {
            return new Cell(column, came, other, expected, low, high, probability);
        }
    }

    /**
     * Returns the shares as parts of one.
     *
     * @return for each of the {@link #cells} a number from 0 to 1, which add up to 1; of an
     *     infinite score, those that have a share in it have equal ones
     */
    public double[] relativeShares() {
        double[] shares = cells.stream().mapToDouble(cell -> Math.abs(cell.share())).toArray();
        boolean infinite = Arrays.stream(shares).anyMatch(Double::isInfinite);
        if (infinite) {
            shares = Arrays.stream(shares).map(share -> Double.isInfinite(share) ? 1 : 0).toArray();
        }
        double whole = Arrays.stream(shares).sum();
        return Arrays.stream(shares).map(s -> whole > 0 ? s / whole : 1.0 / cells.size()).toArray();
    }
}
