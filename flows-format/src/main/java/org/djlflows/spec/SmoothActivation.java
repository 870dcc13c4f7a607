package org.djlflows.spec;

/** The non-linearities of networks whose slopes are differentiated in turn. */
public enum SmoothActivation {

    /** \(\tanh x\). */
    TANH,

    /** \(x\,\Phi(x)\) with the normal distribution function. */
    GELU,

    /** \(x\) above 0, \(e^x - 1\) below. */
    ELU;

    /**
     * Returns it among all non-linearities.
     *
     * @return that of the same name
     */
    public Activation activation() {
        return Activation.valueOf(name());
    }
}
