package org.djlflows.bijection;

import org.djlflows.AbstractBijection;
import org.djlflows.kernel.Autograd;
import org.djlflows.kernel.Kernel;

import java.util.Optional;

/**
 * A fixed scale and shift, the same for all entries: \(z = s x + t\), \(\log|\det| = D \log s\).
 *
 * <p>x is (batch, event...) of D entries a row. The context is ignored. Both directions cost one
 * multiplication and one addition.
 */
public final class Rescale extends AbstractBijection {

    private final double scale;
    private final double shift;

    /**
     * Creates a layer that only scales.
     *
     * @param scale the scale s, positive
     * @throws IllegalArgumentException if the scale is not positive and finite
     */
    public Rescale(double scale) {
        this(scale, 0);
    }

    /**
     * Creates a layer.
     *
     * @param scale the scale s, positive
     * @param shift the shift t
     * @throws IllegalArgumentException if the scale is not positive, or one of both not finite
     */
    public Rescale(double scale, double shift) {
        if (!(scale > 0 && Double.isFinite(scale) && Double.isFinite(shift))) {
            throw new IllegalArgumentException(
                    "Rescale: expected a positive scale and a finite shift, got "
                            + scale
                            + " and "
                            + shift);
        }
        this.scale = scale;
        this.shift = shift;
    }

    @Override
    protected Optional<Kernel> source(boolean training) {
        return Optional.of(
                Autograd.withoutTape(Kernel.of(Rescale.class, "rescale"))
                        .with("SCALE", scale)
                        .with("SHIFT", shift)
                        .with("LOG_DET", getEventShape().size() * Math.log(scale)));
    }
}
