package org.djlflows;

import org.djlflows.kernel.Autograd;
import org.djlflows.kernel.Kernel;

import java.util.Optional;

/** Multiplies noise by a temperature: its forward, towards the noise, divides. */
final class Temperature extends AbstractBijection {

    Temperature(double temperature) {
        addNumbers("scale", 1 / temperature, -Math.log(temperature));
    }

    /** {@inheritDoc} */
    @Override
    protected Optional<Kernel> source(boolean training) {
        return Optional.of(
                Autograd.withoutTape(Kernel.of(Temperature.class, "temperature"))
                        .with("ENTRIES", getEventShape().size()));
    }
}
