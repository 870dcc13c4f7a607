package org.djlflows.univariate;

import org.djlflows.kernel.Kernel;

import java.util.List;
import java.util.stream.IntStream;

/**
 * What maps that go through the distribution function of a mixture share. Components that begin
 * alike would stay alike, having the same gradients; so they begin at quantiles of their shape,
 * narrower by as much as that spreads them, and the map is close to the identity.
 */
final class Mixtures {

    /** How far the components are spread at first, in deviations of their shape. */
    private static final double SPREAD = 0.5;

    /** Probabilities below this are computed as logarithms: products of float32 lose digits. */
    private static final double SMALL = 1e-24;

    /** The same of slopes; times the density where a probability is SMALL it does not underflow. */
    private static final double SMALL_SLOPE = 1e-12;

    private Mixtures() {}

    static Kernel logistic() {
        return of(Kernel.of(Mixtures.class, "logistic"));
    }

    static Kernel normal() {
        return of(
                Kernel.of(Mixtures.class, "normal")
                        .with("LOG_TWO", Math.log(2))
                        .with("LOG_TWO_PI", Math.log(2 * Math.PI))
                        .with("LOG_SQRT_TWO_BY_PI", 0.5 * Math.log(2 / Math.PI))
                        .with("SQRT_HALF", Math.sqrt(0.5))
                        .with("ROOT", 1 / Math.sqrt(2 * Math.PI)));
    }

    private static Kernel of(Kernel shape) {
        return Kernel.of(Mixtures.class, "mixture")
                .calling("shape", shape)
                .with("SMALL", SMALL)
                .with("LOG_SMALL", Math.log(SMALL_SLOPE));
    }

    /** Returns by what x is multiplied at first. */
    static double scale(int components) {
        return components == 1 ? 1 : 1 / Math.sqrt(1 - SPREAD * SPREAD);
    }

    /**
     * Returns where components lie at first: at quantiles of the logistic distribution, as numbers
     * of float32, in which TorchScript keeps lists.
     *
     * @param factor by what they are multiplied
     */
    static List<Double> places(int components, double factor) {
        return IntStream.range(0, components)
                .mapToDouble(k -> (k + 0.5) / components)
                .map(share -> factor * SPREAD * Math.log(share / (1 - share)))
                .mapToObj(place -> (double) (float) place)
                .toList();
    }

    static void require(Class<?> map, boolean condition, String expected, Object got) {
        if (!condition) {
            throw new IllegalArgumentException(
                    map.getSimpleName() + ": expected " + expected + ", got " + got);
        }
    }
}
