package org.djlflows.spec;

/** What mixes the features between the layers of a flow over vectors. */
public enum Mixing {

    /** Nothing. */
    NONE,

    /** A reversal of the features between each two layers. */
    REVERSAL,

    /** A learned linear map in LU form between each two layers. */
    LU_LINEAR,

    /** A learned rotation between each two layers, which begins fitted to data. */
    ROTATION,

    /** A fixed permutation, drawn at random, before each layer and after the last. */
    PERMUTATION,

    /**
     * A fixed permutation and a learned linear map in LU form before each layer and after the last,
     * as the paper on neural spline flows has them.
     */
    PERMUTATION_AND_LU_LINEAR,

    /**
     * Nothing is mixed, but values are clipped softly to (-11, 11) between each two layers, as some
     * flows of zuko have it: \(x / (1 + |x| / 11)\). Such a flow is no map onto all of the space:
     * noise that a layer takes further out has no data, so that a sample can be NaN, and the
     * density integrates to a little less than 1.
     */
    SOFT_CLIP,

    /** A fixed permutation as in {@link #PERMUTATION}, and the soft clips of {@link #SOFT_CLIP}. */
    PERMUTATION_AND_SOFT_CLIP,

    /** A learned linear map of any matrix before each layer and after the last. */
    DENSE_LINEAR
}
