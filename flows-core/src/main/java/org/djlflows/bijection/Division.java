package org.djlflows.bijection;

import ai.djl.ndarray.types.Shape;

import org.djlflows.kernel.Kernel;

/** How a {@link Mask} divides events into a part that passes and one that is moved. */
interface Division {

    /** Returns the shape, for such an event, of the part that passes, as conditioners see it. */
    Shape keptShape(Shape event);

    /** Returns the shape of the part that is moved. */
    Shape movedShape(Shape event);

    /**
     * Returns the kernel that divides such events.
     *
     * <ul>
     *   <li>{@code kept(x)} and {@code moved(x)}: the two parts
     *   <li>{@code joined(kept, moved)}: x; what stands in kept in place of the other part is not
     *       looked at
     *   <li>{@code at_moved(h)}: from features of a conditioner, those at the pixels that are
     *       moved; {@code at_moved_backward(g)}: its backward pass
     * </ul>
     */
    Kernel kernel(Shape event);
}
