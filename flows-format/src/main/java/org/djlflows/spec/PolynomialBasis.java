package org.djlflows.spec;

/** Of what polynomials in \([-1, 1]\) are sums. */
public enum PolynomialBasis {

    /** Legendre polynomials of mean square 1: no two tell the same, however high the degree. */
    LEGENDRE,

    /** Powers, as zuko has them. */
    POWERS
}
