package org.djlflows.bijection;

import org.djlflows.AbstractBijection;
import org.djlflows.kernel.Autograd;
import org.djlflows.kernel.Kernel;

import java.util.Optional;

/**
 * Leaves everything as it is: \(z = x\), \(\log|\det| = 0\). x is (batch, event...); the context is
 * ignored.
 */
public final class Identity extends AbstractBijection {

    /** Creates the layer. */
    public Identity() {}

    /** {@inheritDoc} */
    @Override
    protected Optional<Kernel> source(boolean training) {
        return Optional.of(Autograd.ofRearrangement(Kernel.of(Identity.class, "identity")));
    }
}
