package org.djlflows.bijection;

import org.djlflows.AbstractBijection;
import org.djlflows.kernel.Kernel;

import java.util.Optional;

/**
 * A fixed scale, the same for all entries: \(z = s x\), \(\log|\det| = D \log s\).
 *
 * <p>x is (batch, event...) of D entries a row. The context is ignored. Both directions cost one
 * multiplication.
 */
public final class Rescale extends AbstractBijection {

    private final double scale;

    /**
     * Creates the layer.
     *
     * @param scale the scale s, positive
     * @throws IllegalArgumentException if the scale is not positive and finite
     */
    public Rescale(double scale) {
        if (!(scale > 0 && Double.isFinite(scale))) {
            throw new IllegalArgumentException("Rescale: expected a positive scale, got " + scale);
        }
        this.scale = scale;
    }

    /** {@inheritDoc} */
    @Override
    public Optional<Kernel> kernel(boolean training) {
        return Optional.of(
                Kernel.of(Rescale.class, "rescale")
                        .with("SCALE", scale)
                        .with("LOG_DET", getEventShape().size() * Math.log(scale)));
    }
}
