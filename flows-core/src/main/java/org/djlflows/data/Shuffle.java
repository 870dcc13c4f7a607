package org.djlflows.data;

import java.util.Locale;
import java.util.Objects;
import java.util.SplittableRandom;

/**
 * A pseudo-random permutation that is computed instead of stored: the place of each thing follows
 * from its number and the seed. So machines that hold some rows of a table each agree on the order
 * of all.
 *
 * <p>Multiplications by odd numbers and shifts permute the numbers below a power of two; a place
 * beyond the size is permuted again until it is within ("cycle walking", at most twice on average).
 *
 * @see <a href="https://doi.org/10.1007/3-540-45760-7_9">Black and Rogaway, Ciphers with Arbitrary
 *     Finite Domains, 2002</a>
 */
public final class Shuffle {

    private static final int ROUNDS = 6;

    private final long size;
    private final int half;
    private final long mask;
    private final long[] factors = new long[ROUNDS];
    private final long[] terms = new long[ROUNDS];

    /**
     * Creates the order.
     *
     * @param size the number of things, positive
     * @param seed decides the order
     * @throws IllegalArgumentException if there is nothing to order
     */
    public Shuffle(long size, long seed) {
        if (size <= 0) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "Shuffle: expected at least 1, got %d", size));
        }
        this.size = size;
        int bits = Math.max(1, Long.SIZE - Long.numberOfLeadingZeros(size - 1));
        half = (bits + 1) / 2;
        mask = -1L >>> (Long.SIZE - bits);
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < ROUNDS; i++) {
            factors[i] = random.nextLong() | 1;
            terms[i] = random.nextLong();
        }
    }

    /**
     * Returns where one stands.
     *
     * @param number its number, from 0 to the size less 1
     * @return its place, which no other has, in the same range
     * @throws IndexOutOfBoundsException if there is no such number
     */
    public long placeOf(long number) {
        long place = Objects.checkIndex(number, size);
        do {
            for (int i = 0; i < ROUNDS; i++) {
                place = (place * factors[i] + terms[i]) & mask;
                place ^= place >>> half;
            }
        } while (place >= size);
        return place;
    }
}
