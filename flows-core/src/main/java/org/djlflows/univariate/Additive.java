package org.djlflows.univariate;

import org.djlflows.kernel.Kernel;

import java.util.Optional;

/**
 * A shift: \(z = x + t\), log-slope 0. In a coupling it makes NICE, which preserves volume.
 *
 * <p>One parameter a scalar. Both directions cost one addition.
 *
 * @see <a href="https://arxiv.org/abs/1410.8516">Dinh, Krueger and Bengio, NICE, 2015, section
 *     3.2</a>
 */
public final class Additive extends Univariate {

    /** Creates the family. */
    public Additive() {
        super(1);
    }

    @Override
    protected Optional<Kernel> source(boolean training) {
        return Optional.of(Kernel.of(Additive.class, "additive"));
    }
}
