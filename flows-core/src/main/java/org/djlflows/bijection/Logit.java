package org.djlflows.bijection;

import ai.djl.ndarray.types.DataType;

import org.djlflows.AbstractBijection;
import org.djlflows.kernel.Kernel;

import java.util.Optional;

/**
 * Stretches the unit interval to the real line: \(z = \mathrm{logit}(\alpha + (1 - 2 \alpha) x)\).
 *
 * <p>\(\log|\det| = \sum_i \left[\log(1 - 2 \alpha) - \log y_i - \log(1 - y_i)\right]\) with \(y =
 * \mathrm{sigmoid}(z)\); \(x = (y - \alpha) / (1 - 2 \alpha)\). x is (batch, event...). An entry
 * outside \([-\alpha / (1 - 2 \alpha), 1 + \alpha / (1 - 2 \alpha)]\) has no image and gives NaN in
 * its row, which {@code NormalizingFlow.locateNonFinite} names. The context is ignored. Both
 * directions cost a few operations an entry.
 *
 * <p>Images are as exact as numbers are. Above they end at 16.6 in float32 and 36.7 in float64,
 * where y rounds to 1. Below, without an \(\alpha\), the smallest positive number has the image
 * -103 in float32 and -744 in float64, and 0 has the same; with one they end where y is lost in the
 * rounding of \(\alpha\), at -19.6 and -39.7 for 0.05.
 *
 * @see <a href="https://arxiv.org/abs/1605.08803">Dinh, Sohl-Dickstein and Bengio, Density
 *     estimation using Real NVP, 2017, section 4.1</a>
 */
public final class Logit extends AbstractBijection {

    private final double alpha;

    /**
     * Creates the layer.
     *
     * @param alpha the distance that the ends of the interval keep from 0 and 1, in [0, 0.5); Real
     *     NVP takes 0.05
     * @throws IllegalArgumentException if alpha is out of its range
     */
    public Logit(double alpha) {
        if (!(alpha >= 0 && alpha < 0.5)) {
            throw new IllegalArgumentException(
                    "Logit: expected an alpha in [0, 0.5), got " + alpha);
        }
        this.alpha = alpha;
    }

    @Override
    protected Optional<Kernel> source(boolean training) {
        boolean wide = getDataType() == DataType.FLOAT64;
        double rounding = wide ? 0x1p-53 : 0x1p-24;
        double smallest = wide ? Double.MIN_VALUE : Float.MIN_VALUE;
        return Optional.of(
                Kernel.of(Logit.class, "logit")
                        .with("ALPHA", alpha)
                        .with("LOG_SPAN", Math.log(1 - 2 * alpha))
                        .with("LOWEST", Math.max(smallest, alpha * rounding))
                        .with("HIGHEST", 1 - rounding)
                        // What comes from the far tails of the inverse is rounded a few times.
                        .with("BELOW", 4 * alpha * rounding)
                        .with("ABOVE", alpha > 0 ? 4 * rounding : 0.0));
    }
}
