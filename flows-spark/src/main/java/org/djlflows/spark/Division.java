package org.djlflows.spark;

import org.djlflows.data.Shuffle;
import org.djlflows.data.Split;

import java.io.Serializable;

/**
 * What each row of a DataFrame is for, by its number: a tenth for validation, 25,000 rows at most,
 * a tenth for test, 100,000 at most, and the others for training. Nothing of it is stored, however
 * many rows there are.
 *
 * @param rows the number of rows
 * @param seed decides the parts
 */
record Division(long rows, long seed) implements Serializable {

    /** Returns the order of the rows. */
    Shuffle shuffle() {
        return new Shuffle(rows, seed);
    }

    /** Tells whether a row is for validation. */
    boolean isValidation(long place) {
        return place < validation();
    }

    /** Tells whether a row is for test. */
    boolean isTest(long place) {
        return !isValidation(place) && place < validation() + test();
    }

    /**
     * Tells whether a row for training is one of the first.
     *
     * @param place the place of the row in the order
     * @param count how many are wanted
     * @return whether it is one of as many, or of all if they are fewer
     */
    boolean isTrainingAmong(long place, int count) {
        long first = validation() + test();
        return place >= first && place < first + count;
    }

    /** Returns the number of rows for training. */
    long training() {
        return rows - validation() - test();
    }

    private long validation() {
        return Math.min(rows / Split.PARTS, Split.MOST_VALIDATED);
    }

    private long test() {
        return Math.min(rows / Split.PARTS, Split.MOST_TESTED);
    }
}
