package org.djlflows.examples.guide;

import org.djlflows.estimator.DensityEstimator;
import org.djlflows.spec.Domain;

import java.util.Map;

/** A table whose columns are not all numbers of the line. */
public final class Wind {

    private Wind() {}

    /**
     * Learns the density of directions and speeds.
     *
     * @param wind the rows: a direction in degrees, and a speed above 0
     * @return the estimator
     */
    public static DensityEstimator fit(double[][] wind) {
        DensityEstimator estimator =
                DensityEstimator.builder()
                        .optColumns("direction", "speed")
                        .optDomains(
                                Map.of(
                                        "direction", new Domain.Circle(0, 360),
                                        "speed", new Domain.HalfLine(0)))
                        .fit(wind);
        return estimator;
    }
}
