package org.djlflows.spec;

/** How a continuous flow computes the trace of the Jacobian of its velocity in training. */
public enum Trace {

    /** By all features: the log-density is exact, and costs as many tangents as features. */
    EXACT,

    /**
     * By Hutchinson's estimator with one random direction of signs a row, drawn anew for each
     * solve: one tangent however many features, unbiased. Outside of training the trace is exact.
     */
    HUTCHINSON
}
