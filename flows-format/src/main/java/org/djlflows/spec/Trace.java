package org.djlflows.spec;

/** How a flow whose log-determinant comes of traces of a Jacobian computes it in training. */
public enum Trace {

    /** From all features: the log-density is exact, and costs as many tangents as features. */
    EXACT,

    /**
     * By Hutchinson's estimator with one random direction of signs a row, drawn anew for each
     * layer: however many features there are, one tangent a trace. It is unbiased; a residual flow
     * leaves out terms of its series by Russian roulette. Outside of training all is exact.
     */
    HUTCHINSON
}
