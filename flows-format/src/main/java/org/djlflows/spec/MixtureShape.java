package org.djlflows.spec;

/** The distribution of each component of a mixture. */
public enum MixtureShape {

    /** \(F(u) = 1 / (1 + e^{-u})\), as in Flow++. */
    LOGISTIC,

    /** The standard normal distribution, as in Gaussianization. */
    NORMAL
}
