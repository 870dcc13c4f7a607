package org.djlflows.runtime;

/**
 * Where a value lies among bins.
 *
 * @param bin 1 at its bin, elsewhere 0
 * @param size the size of its bin
 * @param left where that begins
 * @param share how far the value is from there, as a share of the size
 * @param <T> where it is computed
 */
record Bins<T extends Numbers<T>>(T bin, T size, T left, T share) {

    private static final double SMALLEST = 1e-3;

    /** Sizes that add up to 1. */
    static <T extends Numbers<T>> T sizes(T theta, int bins) {
        return theta.softmax().times(1 - bins * SMALLEST).plus(SMALLEST);
    }

    /** Finds a value among bins of some sizes. */
    static <T extends Numbers<T>> Bins<T> locate(T value, T sizes, int bins) {
        T ends = sizes.sums();
        T passed = ends.part(0, bins - 1).isAtMost(value).asNumbers();
        T bin = passed.constants(1).joined(passed).minus(passed.joined(passed.constants(0)));
        T size = bin.times(sizes).sum();
        T left = bin.times(ends).sum().minus(size);
        // Rounding can place a value a hair outside.
        return new Bins<>(bin, size, left, value.minus(left).over(size).within(0, 1));
    }

    /** Of what each bin has, that of the value's. */
    T pick(T values) {
        return bin.times(values).sum();
    }

    /** Where the bin begins among bins of other sizes. */
    T begin(T sizes) {
        return pick(sizes.sums().minus(sizes));
    }
}
