package org.djlflows.bijection;

import ai.djl.ndarray.types.Shape;

import org.djlflows.AbstractBijection;
import org.djlflows.kernel.Autograd;
import org.djlflows.kernel.Initializers;
import org.djlflows.kernel.Kernel;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * A fixed reordering of the features or channels: \(z_i = x_{\pi(i)}\), \(\log|\det| = 0\).
 *
 * <p>x is (batch, D) or (batch, C, ...). The order is saved with the weights. The context is
 * ignored. Both directions cost one copy.
 */
public final class Permutation extends AbstractBijection {

    private final IntFunction<int[]> order;

    private Permutation(IntFunction<int[]> order) {
        this.order = order;
    }

    /**
     * Returns the permutation that reverses the order.
     *
     * @return the permutation
     */
    public static Permutation reverse() {
        return new Permutation(n -> IntStream.range(0, n).map(i -> n - 1 - i).toArray());
    }

    /**
     * Returns a permutation drawn at random.
     *
     * @param seed the seed, which with the number of features determines the order
     * @return the permutation
     */
    public static Permutation random(long seed) {
        return new Permutation(n -> shuffled(seed, n));
    }

    /** Returns the numbers below n in an order drawn at random. */
    static int[] shuffled(long seed, int n) {
        List<Integer> shuffled =
                Arrays.asList(IntStream.range(0, n).boxed().toArray(Integer[]::new));
        // Random alone draws nearly the same for neighbouring seeds.
        long hashed = new SplittableRandom(seed).nextLong();
        Collections.shuffle(shuffled, new Random(hashed));
        return shuffled.stream().mapToInt(i -> i).toArray();
    }

    /**
     * Returns a given permutation.
     *
     * @param places for each place of z, the place in x that it takes its value from
     * @return the permutation
     * @throws IllegalArgumentException if it is not a permutation of 0, 1, ...
     */
    public static Permutation of(int... places) {
        int[] copy = places.clone();
        int[] sorted = places.clone();
        Arrays.sort(sorted);
        if (!Arrays.equals(sorted, IntStream.range(0, sorted.length).toArray())) {
            throw new IllegalArgumentException(
                    "Permutation: expected each of 0 to "
                            + (sorted.length - 1)
                            + " once, got "
                            + Arrays.toString(places));
        }
        return new Permutation(
                n -> {
                    if (n != copy.length) {
                        throw new IllegalArgumentException(
                                "Permutation: expected " + copy.length + " features, got " + n);
                    }
                    return copy;
                });
    }

    @Override
    protected Optional<Kernel> source(boolean training) {
        return Optional.of(Autograd.ofRearrangement(Kernel.of(Permutation.class, "permutation")));
    }

    @Override
    protected void prepare(Shape[] inputShapes) {
        int features = Math.toIntExact(inputShapes[0].get(1));
        double[] values = Arrays.stream(order.apply(features)).asDoubleStream().toArray();
        addBuffer("places", new Shape(features), Initializers.values(values));
    }
}
