package org.djlflows.distribution;

import ai.djl.ndarray.types.Shape;

import org.djlflows.kernel.Kernel;

import java.util.Arrays;

/** What the kernels of this package share. */
final class EventKernels {

    private EventKernels() {}

    /** Returns the kernel of that name, with the shape of the event filled in. */
    static Kernel of(String name, Shape event) {
        return Kernel.of(EventKernels.class, name)
                .with("SHAPE", Arrays.stream(event.getShape()).boxed().toList());
    }

    /** Returns that of one that subtracts \(\frac{n}{2} \log 2 \pi\), for n entries. */
    static Kernel normal(String name, Shape event) {
        return of(name, event).with("LOG_NORMALIZER", 0.5 * event.size() * Math.log(2 * Math.PI));
    }
}
