package org.djlflows.model;

import org.djlflows.Bijection;
import org.djlflows.bijection.LuLinear;
import org.djlflows.bijection.Permutation;

import java.util.ArrayList;
import java.util.List;

/** What mixes the features between the transforms of a flow over vectors. */
public enum Mixing {

    /** Nothing. */
    NONE,

    /** A learned {@link LuLinear} between each two transforms. */
    LU_LINEAR,

    /** A fixed {@link Permutation}, drawn at random, before each transform and after the last. */
    PERMUTATION,

    /**
     * A fixed permutation and a learned {@link LuLinear} before each transform and after the last,
     * as the paper on neural spline flows has them.
     */
    PERMUTATION_AND_LU_LINEAR;

    /** Returns the layers before a transform, or after the last one. */
    List<Bijection> before(int transform, int transforms) {
        boolean both = this == PERMUTATION_AND_LU_LINEAR;
        boolean between = transform > 0 && transform < transforms;
        List<Bijection> layers = new ArrayList<>();
        if (both || this == PERMUTATION) {
            layers.add(Permutation.random(transform));
        }
        if (both || (this == LU_LINEAR && between)) {
            layers.add(new LuLinear());
        }
        return layers;
    }
}
