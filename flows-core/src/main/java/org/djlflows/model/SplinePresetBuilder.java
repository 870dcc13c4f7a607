package org.djlflows.model;

/**
 * The hyper-parameters that the presets of splines share.
 *
 * @param <B> the type of the builder
 */
public abstract class SplinePresetBuilder<B extends SplinePresetBuilder<B>>
        extends StackPresetBuilder<B> {

    int bins = 8;
    double bound = 5;

    SplinePresetBuilder() {}

    /**
     * Sets the number of bins of each spline.
     *
     * @param value at least 2
     * @return this builder
     */
    public final B optBins(int value) {
        bins = value;
        return self();
    }

    /**
     * Sets the bound of the splines.
     *
     * @param value the bound in standard deviations, positive
     * @return this builder
     */
    public final B optBound(double value) {
        bound = value;
        return self();
    }
}
