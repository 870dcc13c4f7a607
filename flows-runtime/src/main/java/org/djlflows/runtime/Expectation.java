package org.djlflows.runtime;

/**
 * What was expected in a cell given the others of its row, as it is written.
 *
 * @param middle the median, or the most probable level
 * @param low where the middle 90 % begin, empty for levels
 * @param high where they end
 * @param logTail the logarithm of how probable a cell is that is as far out as what came
 */
record Expectation(String middle, String low, String high, double logTail) {

    /** Where nothing is known to be expected, so that no cell has a share for it. */
    static final Expectation NONE = new Expectation("", "", "", 0);
}
