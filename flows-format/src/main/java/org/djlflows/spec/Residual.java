package org.djlflows.spec;

/** What a block neural autoregressive layer adds to its network f. */
public enum Residual {

    /** Nothing: \(z = f(x)\), which maps onto a bounded box. */
    NONE,

    /** The input: \(z = f(x) + x\). */
    NORMAL,

    /** A learned share of the input: \(z = \sigma(g)\,f(x) + (1 - \sigma(g))\,x\). */
    GATED
}
