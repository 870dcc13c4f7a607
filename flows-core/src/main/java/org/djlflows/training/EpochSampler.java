package org.djlflows.training;

import org.djlflows.data.Split;

import java.util.Arrays;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * The batches of a run, in an order that depends on the seed alone, so that a run can be repeated
 * and resumed. All rows are gone through, in another order each time; those that fill no whole
 * batch wait for the next time.
 *
 * @param rows the number of rows
 * @param batchSize the number of rows in a batch
 * @param seed the seed
 */
record EpochSampler(int rows, int batchSize, long seed) {

    /**
     * Returns the row numbers of each batch, without end.
     *
     * @param first the number of the batch to begin with, from 0
     * @return the batches
     */
    Stream<int[]> batches(long first) {
        Order order = new Order();
        return LongStream.iterate(first, number -> number + 1).mapToObj(order::batch);
    }

    /** The order in which all rows are gone through at present. */
    private final class Order {

        private long pass = -1;
        private int[] shuffled = {};

        int[] batch(long number) {
            int batches = rows / batchSize;
            if (number / batches != pass) {
                pass = number / batches;
                shuffled = Split.shuffled(rows, seedOf(seed, pass));
            }
            int begin = (int) (number % batches) * batchSize;
            return Arrays.copyOfRange(shuffled, begin, begin + batchSize);
        }
    }

    /** Returns the seed of an epoch, or of a pass through all rows, of a run with a seed. */
    static long seedOf(long seed, long number) {
        return seed * 1_000_003L + number;
    }
}
