package org.djlflows.bijection;

/** The number at which softplus is 1, by which constrained layers start as the identity. */
final class Softplus {

    /** The inverse of softplus at 1. */
    static final double INVERSE_OF_ONE = Math.log(Math.expm1(1));

    private Softplus() {}
}
