package org.djlflows.bijection;

import org.djlflows.AbstractBijection;
import org.djlflows.kernel.Kernel;

import java.util.Optional;

/**
 * Stretches the unit interval to the real line: \(z = \mathrm{logit}(\alpha + (1 - 2 \alpha) x)\).
 *
 * <p>\(\log|\det| = \sum_i \left[\mathrm{softplus}(z_i) + \mathrm{softplus}(-z_i) + \log(1 - 2
 * \alpha)\right]\); \(x = (\mathrm{sigmoid}(z) - \alpha) / (1 - 2 \alpha)\). x is (batch,
 * event...), with entries in \([0, 1]\) or beyond by at most \(\alpha / (1 - 2 \alpha)\); others
 * are refused. The context is ignored. Both directions cost a few operations an entry.
 *
 * @see <a href="https://arxiv.org/abs/1605.08803">Dinh, Sohl-Dickstein and Bengio, Density
 *     estimation using Real NVP, 2017, section 4.1</a>
 */
public final class Logit extends AbstractBijection {

    private final double alpha;

    /**
     * Creates the layer.
     *
     * @param alpha the distance that the ends of the interval keep from 0 and 1, in (0, 0.5); Real
     *     NVP takes 0.05
     * @throws IllegalArgumentException if alpha is out of its range
     */
    public Logit(double alpha) {
        if (!(alpha > 0 && alpha < 0.5)) {
            throw new IllegalArgumentException(
                    "Logit: expected an alpha in (0, 0.5), got " + alpha);
        }
        this.alpha = alpha;
    }

    /** {@inheritDoc} */
    @Override
    public Optional<Kernel> kernel(boolean training) {
        double span = 1 - 2 * alpha;
        return Optional.of(
                Kernel.of(Logit.class, "logit")
                        .with("ALPHA", alpha)
                        .with("LOG_SPAN", Math.log(span))
                        .with("LOW", -alpha / span)
                        .with("HIGH", 1 + alpha / span));
    }
}
