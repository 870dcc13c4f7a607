package org.djlflows.bijection;

import ai.djl.ndarray.types.Shape;

import org.djlflows.kernel.Autograd;
import org.djlflows.kernel.Kernel;

/** Applies a layer over vectors to each place of an image. */
final class Pixels {

    private Pixels() {}

    /**
     * Returns the kernel of a layer that takes vectors and images.
     *
     * @param vectors its kernel for vectors (batch, C), which ignores the context
     * @param event the shape of one event, (C) or (C, ...)
     * @return the same kernel for vectors; for images one that maps all places alike
     */
    static Kernel each(Kernel vectors, Shape event) {
        if (event.dimension() == 1) {
            return vectors;
        }
        Shape places = event.slice(1);
        return Kernel.of(Pixels.class, "pixels")
                .calling("vectors", Autograd.ofBijection(vectors))
                .with("PLACES", Reshape.sizes(places))
                .with("COUNT", places.size());
    }
}
