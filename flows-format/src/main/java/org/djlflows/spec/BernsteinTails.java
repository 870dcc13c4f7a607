package org.djlflows.spec;

/** What a Bernstein polynomial is beyond its bound. */
public enum BernsteinTails {

    /** A line with the slope of the end. */
    LINEAR,

    /** The identity, to which the polynomial leads without a bend, as zuko's. */
    IDENTITY
}
