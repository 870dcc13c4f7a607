package org.djlflows.spec;

/** How the bins and slopes of a rational-quadratic spline are made of free numbers. */
public enum SplineConstraint {

    /** As the paper and nflows: sizes by a softmax, slopes by a softplus, both above 0.001. */
    SOFTPLUS,

    /**
     * As zuko: sizes by a softmax, slopes by an exponential, of numbers that are clipped softly. On
     * circles the spline has slope 1 where it comes round, and networks see angles as numbers and
     * not by cosine and sine, so that densities have a seam there.
     */
    SOFT_CLIP
}
