package org.djlflows.bijection;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The order in which the features of a {@link MaskedAutoregressive} layer see each other: those of
 * each group see the features of all groups before it, and none of their own.
 */
@FunctionalInterface
public interface Order {

    /** One by one, from the first feature to the last. */
    Order ASCENDING = n -> oneByOne(IntStream.range(0, n));

    /** One by one, from the last feature to the first. */
    Order DESCENDING = n -> oneByOne(IntStream.range(0, n).map(i -> n - 1 - i));

    /**
     * Returns the groups; the same at each call, also after the layer was saved and loaded. Layers
     * that are initialised with groups that are empty, or do not hold each feature once, throw an
     * {@code IllegalArgumentException}.
     *
     * @param features the number of features
     * @return for each group its features, counted from 0; each feature once
     */
    int[][] groups(int features);

    /**
     * Returns an order of single features.
     *
     * @param features the features, the first one first
     * @return the order
     */
    static Order of(int... features) {
        return ofGroups(oneByOne(Arrays.stream(features)));
    }

    /**
     * Returns an order of groups.
     *
     * @param groups for each group its features
     * @return the order
     */
    static Order ofGroups(int[]... groups) {
        int[][] copy = Arrays.stream(groups).map(int[]::clone).toArray(int[][]::new);
        return n -> copy;
    }

    /**
     * Returns this order with its features gathered to groups of about the same size, so that the
     * inverse takes as many steps; two make a coupling.
     *
     * @param passes the number of groups; with fewer features, or where groups of the size rounded
     *     up are fewer, there are fewer
     * @return the order
     * @throws IllegalArgumentException if there are none
     */
    default Order inPasses(int passes) {
        if (passes < 1) {
            throw new IllegalArgumentException("Order: expected 1 pass or more, got " + passes);
        }
        return n -> {
            int[] features = Arrays.stream(groups(n)).flatMapToInt(Arrays::stream).toArray();
            int count = features.length;
            int size = (count + passes - 1) / passes;
            return IntStream.range(0, (count + size - 1) / size)
                    .mapToObj(
                            group ->
                                    Arrays.copyOfRange(
                                            features,
                                            group * size,
                                            Math.min(count, (group + 1) * size)))
                    .toArray(int[][]::new);
        };
    }

    private static int[][] oneByOne(IntStream features) {
        return features.mapToObj(feature -> new int[] {feature}).toArray(int[][]::new);
    }
}
