package org.djlflows.bijection;

import java.util.Arrays;

/** Which features, or channels, pass a {@link Coupling} unchanged. */
@FunctionalInterface
public interface Mask {

    /** The first half passes: the first \(\lfloor D / 2 \rfloor\) of D. */
    Mask KEEP_FIRST_HALF = size -> range(size, 0, size / 2);

    /**
     * The second half passes: all but the first \(\lfloor D / 2 \rfloor\) of D, but not a sole one.
     */
    Mask KEEP_SECOND_HALF = size -> range(size, Math.max(1, size / 2), size);

    /** The places 1, 3, 5... pass and the others are moved. */
    Mask KEEP_ODD = size -> alternating(size, 1);

    /** The places 0, 2, 4... pass and the others, of which there must be one, are moved. */
    Mask KEEP_EVEN = size -> alternating(size, 0);

    /**
     * Tells which places pass.
     *
     * @param size the number of features or channels
     * @return for each place, whether it passes unchanged
     */
    boolean[] passes(int size);

    /**
     * Returns a given mask.
     *
     * @param passes for each place, whether it passes unchanged
     * @return the mask
     */
    static Mask of(boolean... passes) {
        boolean[] copy = passes.clone();
        return size -> {
            if (size != copy.length) {
                throw new IllegalArgumentException(
                        "Mask: expected " + copy.length + " places, got " + size);
            }
            return copy.clone();
        };
    }

    private static boolean[] range(int size, int from, int to) {
        boolean[] passes = new boolean[size];
        Arrays.fill(passes, from, to, true);
        return passes;
    }

    private static boolean[] alternating(int size, int first) {
        boolean[] passes = new boolean[size];
        for (int i = first; i < size; i += 2) {
            passes[i] = true;
        }
        return passes;
    }
}
