package org.djlflows.nn;

import org.djlflows.kernel.Kernel;

import java.util.Locale;

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
    ELU;

    /**
     * Returns the function and its derivative.
     *
     * @return a kernel with {@code record(x, tape)} and {@code backward(g, tape)}
     */
    public Kernel kernel() {
        return Kernel.of(Activation.class, name().toLowerCase(Locale.ROOT));
    }
}
