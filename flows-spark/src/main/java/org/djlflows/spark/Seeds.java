package org.djlflows.spark;

import java.io.Serializable;
import java.util.SplittableRandom;

/**
 * A seed for each of many rows or blocks of rows, by their numbers.
 *
 * @param seed decides all of them
 */
record Seeds(long seed) implements Serializable {

    /**
     * Returns a seed.
     *
     * @param number the number of a row or block
     * @return its seed
     */
    long of(long number) {
        // Mixed twice: neither neighbouring numbers nor neighbouring seeds may have rows in common.
        return new SplittableRandom(new SplittableRandom(seed).nextLong() + number).nextLong();
    }
}
