package org.djlflows.training;

import org.djlflows.data.Shuffle;

import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * The batches of a run, in an order that depends on the seed alone, so that a run can be repeated
 * and resumed. All rows are gone through, in another order each time; those that fill no whole
 * batch wait for the next time.
 *
 * <p>With several {@link Peers} a batch is divided among them, each of which has more or fewer of
 * its rows: this gives those of one.
 *
 * @param rows the number of rows of all, at most 2<sup>32</sup>
 * @param first the number of rows of those before this one
 * @param own the number of its own rows
 * @param batchSize the number of rows in a batch
 * @param seed the seed
 */
record EpochSampler(long rows, long first, int own, int batchSize, long seed) {

    /** A place and the number of a row in one number, which is sorted by places. */
    private static final int ROW_BITS = Integer.SIZE - 1;

    /** Samples from rows that are all here. */
    EpochSampler(int rows, int batchSize, long seed) {
        this(rows, 0, rows, batchSize, seed);
    }

    /**
     * Returns the numbers of its own rows in each batch, from 0, without end.
     *
     * @param from the number of the batch to begin with, from 0
     * @return the batches
     */
    Stream<int[]> batches(long from) {
        Order order = new Order();
        return LongStream.iterate(from, number -> number + 1).mapToObj(order::batch);
    }

    /** The order in which all rows are gone through at present. */
    private final class Order {

        private long pass = -1;
        private long[] sorted = {};

        int[] batch(long number) {
            long batches = rows / batchSize;
            if (number / batches != pass) {
                pass = number / batches;
                Shuffle shuffle = new Shuffle(rows, seedOf(seed, pass));
                sorted =
                        IntStream.range(0, own)
                                .mapToLong(i -> shuffle.placeOf(first + i) << ROW_BITS | i)
                                .sorted()
                                .toArray();
            }
            long begin = number % batches * batchSize;
            return Arrays.stream(sorted, index(begin), index(begin + batchSize))
                    .mapToInt(entry -> (int) entry & Integer.MAX_VALUE)
                    .toArray();
        }

        /** Returns how many of its own rows come before a place. */
        private int index(long place) {
            if (place == rows) {
                return own;
            }
            int found = Arrays.binarySearch(sorted, place << ROW_BITS);
            return found < 0 ? -found - 1 : found;
        }
    }

    /** Returns the seed of an epoch, or of a pass through all rows, of a run with a seed. */
    static long seedOf(long seed, long number) {
        return seed * 1_000_003L + number;
    }
}
