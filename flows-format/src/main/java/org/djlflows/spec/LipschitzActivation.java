package org.djlflows.spec;

/** The non-linearities whose slopes are at most 1 and are differentiated in turn. */
public enum LipschitzActivation {

    /** \(x\,\mathrm{sigmoid}(x) / 1.1\). */
    LIP_SWISH,

    /** \(\tanh x\). */
    TANH,

    /** \(x\) above 0, \(e^x - 1\) below. */
    ELU
}
