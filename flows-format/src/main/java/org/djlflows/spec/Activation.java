package org.djlflows.spec;

/** The non-linearities of the networks. */
public enum Activation {

    /** \(\max(0, x)\). */
    RELU,

    /** \(\tanh x\). */
    TANH,

    /** \(x\,\mathrm{sigmoid}(x)\), also called swish. */
    SILU,

    /** \(x\,\Phi(x)\) with the normal distribution function. */
    GELU,

    /** \(x\) above 0, \(e^x - 1\) below. */
    ELU
}
