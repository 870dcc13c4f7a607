package org.djlflows.model;

import org.djlflows.univariate.RationalQuadraticSpline;

/** How the bins and slopes of {@link RationalQuadraticSpline} are made of free numbers. */
public enum SplineConstraint {

    /** As the paper and nflows: sizes by a softmax, slopes by a softplus, both above 0.001. */
    SOFTPLUS,

    /**
     * As zuko: sizes by a softmax, slopes by an exponential, of numbers that are clipped softly.
     */
    SOFT_CLIP;

    private static final double SMALLEST_SLOPE = 1e-3;

    RationalQuadraticSpline spline(int bins, double bound) {
        return switch (this) {
            case SOFTPLUS -> new RationalQuadraticSpline(bins, bound);
            case SOFT_CLIP -> RationalQuadraticSpline.clipped(bins, bound, SMALLEST_SLOPE);
        };
    }
}
