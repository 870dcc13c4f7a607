package org.djlflows.bijection;

import org.djlflows.spec.Kept;

import java.util.Arrays;
import java.util.function.IntFunction;

/** Which features, channels or pixels pass a {@link Coupling} unchanged. */
public final class Mask {

    /** The first half passes: the first \(\lfloor D / 2 \rfloor\) of D. */
    public static final Mask KEEP_FIRST_HALF = of(Kept.FIRST_HALF::of);

    /**
     * The second half passes: all but the first \(\lfloor D / 2 \rfloor\) of D, but not a sole one.
     */
    public static final Mask KEEP_SECOND_HALF = of(Kept.SECOND_HALF::of);

    /** The places 1, 3, 5... pass and the others are moved. */
    public static final Mask KEEP_ODD = of(Kept.ODD::of);

    /** The places 0, 2, 4... pass and the others, of which there must be one, are moved. */
    public static final Mask KEEP_EVEN = of(Kept.EVEN::of);

    /**
     * Of each channel of an image of even height and width the pixels (i, j) with an odd i + j
     * pass, as on a checkerboard.
     */
    public static final Mask KEEP_ODD_PIXELS = new Mask(new Checkerboard(0));

    /** Of each channel of such an image the pixels (i, j) with an even i + j pass. */
    public static final Mask KEEP_EVEN_PIXELS = new Mask(new Checkerboard(1));

    private final Division division;

    private Mask(Division division) {
        this.division = division;
    }

    /**
     * Returns a mask of a random half: \(\lfloor D / 2 \rfloor\) of D places pass, drawn at random.
     *
     * @param seed the seed, which with the number of places determines them
     * @return the mask
     */
    public static Mask keepRandomHalf(long seed) {
        return of(
                size -> {
                    boolean[] passes = new boolean[size];
                    int[] order = Permutation.shuffled(seed, size);
                    Arrays.stream(order, 0, size / 2).forEach(place -> passes[place] = true);
                    return passes;
                });
    }

    private static Mask of(IntFunction<boolean[]> passes) {
        return new Mask(new Channels(passes));
    }

    /**
     * Returns a mask of given features or channels.
     *
     * @param passes for each place, whether it passes unchanged
     * @return the mask
     */
    public static Mask of(boolean... passes) {
        boolean[] copy = passes.clone();
        return of(
                size -> {
                    if (size != copy.length) {
                        throw new IllegalArgumentException(
                                "Mask: expected " + copy.length + " places, got " + size);
                    }
                    return copy.clone();
                });
    }

    Division division() {
        return division;
    }
}
