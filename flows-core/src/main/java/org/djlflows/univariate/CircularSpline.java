package org.djlflows.univariate;

import org.djlflows.kernel.Kernel;

import java.util.Optional;

/**
 * A rational-quadratic spline on the circle \([-\pi, \pi)\) and a rotation: \(z = f(x) + t\), taken
 * back to the circle, where f keeps \(\pm \pi\) and has the same slope at both ends.
 *
 * <p>3K + 1 parameters a scalar: K widths, K heights and K slopes, as {@link
 * RationalQuadraticSpline} has them, and the angle t. Values are angles from \(-\pi\) to \(\pi\).
 * Both directions cost that of the spline. The map is increasing but for the one place where it
 * comes round.
 *
 * @see <a href="https://arxiv.org/abs/2002.02428">Rezende, Papamakarios, Racanière, Albergo,
 *     Kanwar, Shanahan and Cranmer, Normalizing Flows on Tori and Spheres, 2020, section 2.1.2</a>
 */
public final class CircularSpline extends Univariate {

    private final RationalQuadraticSpline spline;
    private final int bins;

    /**
     * Creates the family.
     *
     * @param bins the number of bins K, at least 2
     * @throws IllegalArgumentException if there are too few or too many bins
     */
    public CircularSpline(int bins) {
        super(3 * bins + 1);
        this.bins = bins;
        spline = new RationalQuadraticSpline(bins, Math.PI);
    }

    /** {@inheritDoc} */
    @Override
    protected Optional<Kernel> source(boolean training) {
        return Optional.of(
                Kernel.of(CircularSpline.class, "circular_spline")
                        .calling("spline", spline.closed())
                        .with("OF_SPLINE", 3 * bins)
                        .with("PI", Math.PI));
    }
}
