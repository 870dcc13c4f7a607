package org.djlflows.runtime;

import java.util.stream.IntStream;

/**
 * The distribution function of a mixture of logistic ones, and behind it the quantile function.
 * Where the components lie at first is what {@code Mixtures} of flows-core says: weights are
 * differences from there.
 */
final class LogisticMixture {

    /** How far the components are spread at first, in deviations of their shape. */
    private static final double SPREAD = 0.5;

    private LogisticMixture() {}

    /** By what x is multiplied at first. */
    static double scale(int components) {
        return components == 1 ? 1 : 1 / Math.sqrt(1 - SPREAD * SPREAD);
    }

    /** Where components lie at first, times a factor. */
    static double[] places(int components, double factor) {
        return IntStream.range(0, components)
                .mapToDouble(k -> (k + 0.5) / components)
                .map(share -> (float) (factor * SPREAD * Math.log(share / (1 - share))))
                .toArray();
    }

    /**
     * Moves x. The slope is the ratio of two hazards, that of the mixture and that of the shape at
     * z, at the nearer end.
     */
    static <T extends Numbers<T>> Formula.Image<T> step(T x, T weights, T logScale, T shift) {
        T u = x.times(logScale.exp()).plus(shift);
        T below = u.negative().softplus().negative();
        T above = u.softplus().negative();
        T logWeight = weights.minus(weights.logSumExp());
        T logsBelow = logWeight.plus(below);
        T logsAbove = logWeight.plus(above);
        T logBelow = logsBelow.logSumExp();
        T logAbove = logsAbove.logSumExp();
        T z = logBelow.minus(logAbove);
        T left = z.isBelow(0);
        T logs = left.choose(logsBelow, logsAbove);
        T shares = logs.minus(left.choose(logBelow, logAbove));
        T hazards = left.choose(above, below);
        T slope = shares.plus(logScale).plus(hazards).logSumExp();
        return new Formula.Image<>(z, slope.plus(z.abs().negative().softplus()));
    }
}
