package org.djlflows.spec;

import java.util.List;

/**
 * A density over the columns of a table, of any kind, by one network that takes them in any order.
 *
 * @param width the width of the layers of the network
 * @param blocks the number of its residual blocks
 * @param octaves how many times finer scales the network sees numbers at, each half of the last
 * @param map the scalar maps of numbers
 * @param orders over how many orders of the columns the density is the mean
 */
public record TableFlow(
        @Field(
                        value = "The width of the layers of the network",
                        least = 1,
                        most = 65_536,
                        byDefault = "128")
                int width,
        @Field(value = "The residual blocks of the network", least = 1, most = 100, byDefault = "2")
                int blocks,
        @Field(
                        value =
                                "At how many scales the network sees numbers, each half of the last",
                        least = 0,
                        most = 20,
                        byDefault = "6")
                int octaves,
        @Field(value = "The scalar maps of numbers", byDefault = "rational-quadratic-spline")
                ScalarMap map,
        @Field(
                        value = "Over how many orders of the columns the density is the mean",
                        least = 1,
                        most = 1000,
                        byDefault = "4")
                int orders)
        implements ColumnFlow {

    /**
     * Checks the fields.
     *
     * @param width the width of the layers of the network
     * @param blocks the number of its residual blocks
     * @param octaves at how many scales the network sees numbers
     * @param map the scalar maps of numbers
     * @param orders over how many orders of the columns the density is the mean
     * @throws IllegalArgumentException if one is missing or out of its range
     */
    public TableFlow {
        Specs.check(TableFlow.class, width, blocks, octaves, map, orders);
    }

    /** {@inheritDoc} */
    @Override
    public void requireFits(int features, int context) {
        int perNumber = 1 + 2 * octaves;
        Specs.requireWeights((long) perNumber * (features + context), 1, List.of(width, width));
    }
}
