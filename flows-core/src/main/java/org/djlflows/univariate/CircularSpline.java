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
 * comes round. {@link #clipped} is that of zuko.
 *
 * @see <a href="https://arxiv.org/abs/2002.02428">Rezende, Papamakarios, Racanière, Albergo,
 *     Kanwar, Shanahan and Cranmer, Normalizing Flows on Tori and Spheres, 2020, section 2.1.2</a>
 */
public final class CircularSpline extends Univariate {

    private final Kernel kernel;

    private CircularSpline(int parameters, Kernel kernel) {
        super(parameters);
        this.kernel = kernel.with("PI", Math.PI);
    }

    /**
     * Creates the family.
     *
     * @param bins the number of bins K, at least 2
     * @throws IllegalArgumentException if there are too few or too many bins
     */
    public CircularSpline(int bins) {
        this(
                3 * bins + 1,
                Kernel.of(CircularSpline.class, "circular_spline")
                        .calling("spline", new RationalQuadraticSpline(bins, Math.PI).closed())
                        .with("OF_SPLINE", 3 * bins));
    }

    /**
     * Returns the family as zuko has it: half a turn and then a spline, \(z = f(x + \pi)\), where f
     * has slope 1 at both ends and {@link RationalQuadraticSpline#clipped} parameters, 3K - 1 a
     * scalar.
     *
     * @param bins the number of bins K, at least 2
     * @param smallestSlope the smallest slope at a knot, in (0, 1)
     * @return the family
     * @throws IllegalArgumentException if an argument is out of its range
     */
    public static CircularSpline clipped(int bins, double smallestSlope) {
        RationalQuadraticSpline spline =
                RationalQuadraticSpline.clipped(bins, Math.PI, smallestSlope);
        return new CircularSpline(
                spline.getParameterCount(),
                Kernel.of(CircularSpline.class, "half_turn_spline")
                        .calling("spline", spline.source(false).orElseThrow()));
    }

    /** {@inheritDoc} */
    @Override
    protected Optional<Kernel> source(boolean training) {
        return Optional.of(kernel);
    }
}
