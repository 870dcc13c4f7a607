package org.djlflows.runtime;

/** A spline of \([0, 1]\), stretched to \([-B, B]\), and the identity outside. */
abstract class BoundedSpline extends Formula.Closed {

    final int bins;
    private final double bound;

    /**
     * Creates the family.
     *
     * @param parameters the number of parameters of a map
     * @param bins the number of bins
     * @param bound B
     */
    BoundedSpline(int parameters, int bins, double bound) {
        super(parameters);
        this.bins = bins;
        this.bound = bound;
    }

    /** The way towards noise, within 0 and 1. */
    abstract <T extends Numbers<T>> Image<T> spline(T x, T theta);

    /** The way towards data, within 0 and 1. */
    abstract <T extends Numbers<T>> Image<T> inverseSpline(T z, T theta);

    @Override
    final <T extends Numbers<T>> Image<T> toNoise(T x, T theta) {
        return around(x, spline(toUnit(x), theta));
    }

    @Override
    final <T extends Numbers<T>> Image<T> toData(T z, T theta) {
        return around(z, inverseSpline(toUnit(z), theta));
    }

    private <T extends Numbers<T>> T toUnit(T value) {
        return value.within(-bound, bound).plus(bound).over(2 * bound);
    }

    private <T extends Numbers<T>> Image<T> around(T value, Image<T> inside) {
        T isInside = value.abs().isAtMost(bound);
        T stretched = inside.value().times(2 * bound).plus(-bound);
        return new Image<>(
                isInside.choose(stretched, value),
                isInside.choose(inside.logSlope(), inside.logSlope().constants(0)));
    }
}
