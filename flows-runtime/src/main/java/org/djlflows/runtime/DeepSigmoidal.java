package org.djlflows.runtime;

/**
 * Sums of sigmoids in logarithms, one layer after the other; theta is of each layer the weights,
 * scales and shifts of its units.
 *
 * @see <a href="https://arxiv.org/abs/1804.00779">Huang, Krueger, Lacoste and Courville, Neural
 *     Autoregressive Flows, 2018, equation 8</a>
 */
final class DeepSigmoidal extends Formula {

    private static final double SMALLEST_SCALE = 1e-3;

    private final int units;
    private final int layers;

    DeepSigmoidal(int units, int layers) {
        super(3 * units * layers);
        this.units = units;
        this.layers = layers;
    }

    @Override
    <T extends Numbers<T>> Image<T> toNoise(T x, T theta) {
        double scale = LogisticMixture.scale(units);
        double one = Math.log(Math.expm1(scale - SMALLEST_SCALE));
        T places = theta.constants(LogisticMixture.places(units, -scale));
        T moved = x;
        T logSlope = x.constants(0);
        for (int i = 0; i < layers; i++) {
            T own = theta.part(3 * units * i, 3 * units * (i + 1));
            T logScale = own.part(units, 2 * units).plus(one).softplus();
            Image<T> image =
                    LogisticMixture.step(
                            moved,
                            own.part(0, units),
                            logScale.plus(SMALLEST_SCALE).log(),
                            own.part(2 * units, 3 * units).plus(places));
            moved = image.value();
            logSlope = logSlope.plus(image.logSlope());
        }
        return new Image<>(moved, logSlope);
    }
}
