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
    PERMUTATION_AND_LU_LINEAR
}
