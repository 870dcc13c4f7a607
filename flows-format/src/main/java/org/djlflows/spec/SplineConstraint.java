package org.djlflows.spec;

/** How the bins and slopes of a rational-quadratic spline are made of free numbers. */
public enum SplineConstraint {

    /** As the paper and nflows: sizes by a softmax, slopes by a softplus, both above 0.001. */
    SOFTPLUS,

    /**
     * As zuko: sizes by a softmax, slopes by an exponential, of numbers that are clipped softly.
     */
    SOFT_CLIP
}
