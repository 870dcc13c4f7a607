package org.djlflows.nn;

import org.djlflows.kernel.Kernel;
import org.djlflows.spec.Activation;

import java.util.Locale;

/** The kernels of the non-linearities. */
public final class Activations {

    private Activations() {}

    /**
     * Returns a function and its derivative.
     *
     * @param activation the non-linearity
     * @return a kernel with {@code record(x, tape)} and {@code backward(g, tape)}
     */
    public static Kernel kernel(Activation activation) {
        return Kernel.of(Activations.class, activation.name().toLowerCase(Locale.ROOT));
    }
}
