package org.djlflows.spec;

/** The slopes of a quadratic spline at its bounds, beyond which the slope is 1. */
public enum SplineEnds {

    /** Slopes of 1, so that they are continuous. */
    SMOOTH,

    /**
     * Those of nflows, in which the first and the last bin count half: less than 1, so that slopes
     * jump.
     */
    HALVED
}
