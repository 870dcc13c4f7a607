package org.djlflows.bijection;

import ai.djl.ndarray.types.Shape;

import org.djlflows.kernel.Kernel;

/**
 * Divides the pixels of images by the colours of a checkerboard. The part that passes keeps the
 * shape of the image, with zeros in place of the other part; that part lies row by row in half the
 * width.
 */
final class Checkerboard implements Division {

    private final int firstMoved;

    /** Creates a division that moves the pixel (0, 0), or (0, 1), and all of its colour. */
    Checkerboard(int firstMoved) {
        this.firstMoved = firstMoved;
    }

    @Override
    public Shape keptShape(Shape event) {
        return event;
    }

    @Override
    public Shape movedShape(Shape event) {
        if (event.dimension() != 3 || event.get(1) % 2 != 0 || event.get(2) % 2 != 0) {
            throw new IllegalArgumentException(
                    "Mask: expected images (channels, height, width) with an even height and width"
                            + " for a checkerboard, got "
                            + event);
        }
        return new Shape(event.get(0), event.get(1), event.get(2) / 2);
    }

    @Override
    public Kernel kernel(Shape event) {
        return Kernel.of(Checkerboard.class, "checkerboard")
                .with("FIRST_MOVED", firstMoved)
                .with("FIRST_KEPT", 1 - firstMoved);
    }
}
