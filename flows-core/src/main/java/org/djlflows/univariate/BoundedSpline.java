package org.djlflows.univariate;

import org.djlflows.kernel.Kernel;

import java.util.Optional;

/**
 * A spline of \([0, 1]\), stretched to \([-B, B]\), and the identity outside. The kernel of the
 * spline offers {@code forward(x, theta)} and {@code inverse(z, theta)}, without parameters.
 */
abstract class BoundedSpline extends Univariate {

    /** The smallest width and height of a bin, as a share of the whole interval. */
    static final double SMALLEST_SIZE = 1e-3;

    private final int bins;
    private final double bound;

    /**
     * Creates the family.
     *
     * @param parameters the number of parameters of a scalar
     * @param bins the number of bins K, from 2 to 999
     * @param bound the bound B, positive
     * @throws IllegalArgumentException if there are too few or too many bins or the bound is not
     *     positive
     */
    BoundedSpline(int parameters, int bins, double bound) {
        super(parameters);
        require(bins >= 2 && bins * SMALLEST_SIZE < 1, "2 to 999 bins", bins);
        require(bound > 0 && Double.isFinite(bound), "a positive bound", bound);
        this.bins = bins;
        this.bound = bound;
    }

    private void require(boolean condition, String expected, Object got) {
        if (!condition) {
            throw new IllegalArgumentException(
                    getClass().getSimpleName() + ": expected " + expected + ", got " + got);
        }
    }

    /** {@inheritDoc} */
    @Override
    protected final Optional<Kernel> source(boolean training) {
        Kernel ofBins =
                Kernel.of(BoundedSpline.class, "bins")
                        .with("BINS", bins)
                        .with("SMALLEST", SMALLEST_SIZE)
                        .with("FREE", 1 - bins * SMALLEST_SIZE);
        return Optional.of(
                Kernel.of(BoundedSpline.class, "bounded_spline")
                        .calling("spline", spline().with("BINS", bins).calling("bins", ofBins))
                        .with("BOUND", bound));
    }

    /** Returns the kernel of the spline, whose holes BINS and bins are filled here. */
    abstract Kernel spline();
}
