package org.djlflows.spec;

import java.util.Arrays;

/**
 * A flow over vectors: layers of one kind, with what mixes the features between them, and the
 * distribution of the noise.
 *
 * @param transform the layers
 * @param transforms the number of layers
 * @param mixing what mixes the features between them
 * @param base the distribution of the noise
 */
public record VectorFlow(
        @Field(value = "The kind of the layers", byDefault = "coupling") Transform transform,
        @Field(value = "The number of layers", least = 1, most = 1000, byDefault = "8")
                int transforms,
        @Field(value = "What mixes the features between the layers", byDefault = "lu-linear")
                Mixing mixing,
        @Field(value = "The distribution of the noise", byDefault = "standard-normal") Base base)
        implements ColumnFlow {

    /** The most features, and the most of the context. */
    private static final int WIDEST = 1 << 16;

    /**
     * Checks the fields.
     *
     * @param transform the layers
     * @param transforms the number of layers
     * @param mixing what mixes the features between them
     * @param base the distribution of the noise
     * @throws IllegalArgumentException if one is missing or out of its range, or several layers or
     *     another base are to be trained by flow matching
     */
    public VectorFlow {
        Specs.check(VectorFlow.class, transform, transforms, mixing, base);
        if (transform instanceof Transform.ContinuousFlow continuous
                && continuous.trainedBy() == TrainedBy.FLOW_MATCHING
                && (transforms > 1
                        || mixing != Mixing.NONE
                        || !(base instanceof Base.StandardNormal))) {
            throw new IllegalArgumentException(
                    String.format(
                            "VectorFlow: expected one layer, no mixing and a standard normal base"
                                    + " where flow matching trains it, got %d, %s and %s",
                            transforms, mixing, base));
        }
    }

    /**
     * Describes a flow with a standard normal base.
     *
     * @param transform the layers
     * @param transforms the number of layers
     * @param mixing what mixes the features between them
     * @throws IllegalArgumentException if one is missing or out of its range
     */
    public VectorFlow(Transform transform, int transforms, Mixing mixing) {
        this(transform, transforms, mixing, new Base.StandardNormal());
    }

    /** {@inheritDoc} */
    @Override
    public void requireFits(int features, int context) {
        if (features < 1 || features > WIDEST || context < 0 || context > WIDEST) {
            throw new IllegalArgumentException(
                    String.format(
                            "VectorFlow: expected 1 to %d features and a context of at most as"
                                    + " many, got %d and %d",
                            WIDEST, features, context));
        }
        transform.requireFits(features, context);
        base.requireFits(features, context);
    }

    /**
     * Tells whether the flow can be over features of which some lie on circles.
     *
     * @param all whether all of them do
     * @return whether its layers turn circles and its mixing keeps them apart from lines
     */
    public boolean fitsCircles(boolean all) {
        boolean turns =
                transform instanceof Transform.Coupling
                        || transform instanceof Transform.Autoregressive;
        return turns
                && switch (mixing) {
                    case NONE, LU_LINEAR, ROTATION -> true;
                    case REVERSAL, PERMUTATION -> all;
                    case PERMUTATION_AND_LU_LINEAR,
                            SOFT_CLIP,
                            PERMUTATION_AND_SOFT_CLIP,
                            DENSE_LINEAR ->
                            false;
                };
    }

    /**
     * Checks that the base has features to be of: that on circles is uniform or von Mises, and any
     * other is of features on lines.
     *
     * @param some whether some features lie on circles
     * @param all whether all of them do
     * @throws IllegalArgumentException if it has none
     */
    public void requireBaseFits(boolean some, boolean all) {
        boolean turning = base instanceof Base.VonMises;
        boolean straight = !turning && !(base instanceof Base.StandardNormal);
        if ((turning && !some) || (straight && some && all)) {
            throw new IllegalArgumentException(
                    String.format(
                            "VectorFlow: expected a feature on a %s for a %s base, got none",
                            turning ? "circle" : "line", Specs.name(base.getClass())));
        }
    }

    /**
     * Returns the same flow with another number of layers.
     *
     * @param number the number, at least 1
     * @return a copy
     * @throws IllegalArgumentException if it is out of its range
     */
    public VectorFlow withTransforms(int number) {
        return new VectorFlow(transform, number, mixing, base);
    }

    /**
     * Returns the same flow with another mixing.
     *
     * @param other what mixes the features between the layers
     * @return a copy
     */
    public VectorFlow withMixing(Mixing other) {
        return new VectorFlow(transform, transforms, other, base);
    }

    /**
     * Returns the same flow with another base.
     *
     * @param other the distribution of the noise
     * @return a copy
     * @throws IllegalArgumentException if flow matching trains it, and the base is not standard
     *     normal
     */
    public VectorFlow withBase(Base other) {
        return new VectorFlow(transform, transforms, mixing, other);
    }

    /**
     * Returns the same flow with other hidden layers in each network.
     *
     * @param widths the widths
     * @return a copy
     * @throws IllegalArgumentException if one is out of its range, or its networks have no list of
     *     widths
     */
    public VectorFlow withHidden(int... widths) {
        return with("hidden", Arrays.stream(widths).boxed().toList());
    }

    /**
     * Returns the same flow with other scalar maps.
     *
     * @param map the scalar maps
     * @return a copy
     * @throws IllegalArgumentException if its layers have none
     */
    public VectorFlow withMap(ScalarMap map) {
        return with("map", map);
    }

    /**
     * Returns the same flow with other networks.
     *
     * @param network the networks
     * @return a copy
     * @throws IllegalArgumentException if its layers have none
     */
    public VectorFlow withNetwork(Network network) {
        return with("network", network);
    }

    /**
     * Returns the same flow with another value of one of its fields, or of a field of its parts.
     *
     * @param field the name of the field, such as {@code bins}
     * @param value the value
     * @return a copy
     * @throws IllegalArgumentException if there is no such field, or the value is none of its own
     */
    public VectorFlow with(String field, Object value) {
        return Specs.with(this, field, value);
    }
}
