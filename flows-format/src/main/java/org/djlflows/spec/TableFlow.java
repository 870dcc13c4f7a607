package org.djlflows.spec;

import java.util.List;

/**
 * An autoregressive density over columns of any kind, by one network that takes them in any order
 * ({@code AnyOrder}). A configuration says what the columns are ({@code Preparation.kinds}).
 * Numbers have scales of the flow's own, so there are no tails, regression or domains beside it. A
 * density costs a pass of the network for each column of each order; over many columns a {@link
 * VectorFlow} is faster.
 *
 * @param width the width of the network
 * @param inner the width within its residual blocks
 * @param blocks the number of its residual blocks
 * @param octaves at how many scales the network sees numbers, each half of the last, beside the
 *     numbers themselves
 * @param map the scalar maps of numbers
 * @param orders over how many orders of the columns, the best on rows that were not trained on, the
 *     density is the mean
 */
public record TableFlow(
        @Field(value = "The width of the network", least = 1, most = 65_536, byDefault = "192")
                int width,
        @Field(
                        value = "The width within the residual blocks",
                        least = 1,
                        most = 65_536,
                        byDefault = "64")
                int inner,
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

    /** The most columns with those of the context: a matrix has a row and a column for each. */
    private static final int WIDEST = 4096;

    /**
     * Checks the fields.
     *
     * @param width the width of the network
     * @param inner the width within its residual blocks
     * @param blocks the number of its residual blocks
     * @param octaves at how many scales the network sees numbers
     * @param map the scalar maps of numbers
     * @param orders over how many orders of the columns the density is the mean
     * @throws IllegalArgumentException if one is missing or out of its range
     */
    public TableFlow {
        Specs.check(TableFlow.class, width, inner, blocks, octaves, map, orders);
    }

    /** {@inheritDoc} */
    @Override
    public void requireFits(int features, int context) {
        if (features < 1 || context < 0 || features > WIDEST - context) {
            throw new IllegalArgumentException(
                    String.format(
                            "TableFlow: expected 1 to %d features with those of the context, got %d"
                                    + " and %d",
                            WIDEST, features, context));
        }
        // The number itself, and a sine and a cosine of each scale.
        long perNumber = 1 + 2L * octaves;
        Specs.requireWeights(perNumber * (features + context), 1, List.of(width, inner));
    }
}
