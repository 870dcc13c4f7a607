package org.djlflows;

import ai.djl.ndarray.NDList;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;

import org.djlflows.kernel.Scripted;

import java.util.List;

/**
 * A learnable invertible map with a tractable Jacobian determinant: a layer of a normalizing flow.
 *
 * <p>{@code forward} maps data to noise and {@code inverse} maps noise to data. Each returns the
 * value and the log-determinant of the direction that it computed:
 *
 * <ul>
 *   <li>forward: \(x \mapsto (z, \log|\det \partial z / \partial x|)\)
 *   <li>inverse: \(z \mapsto (x, \log|\det \partial x / \partial z|)\)
 * </ul>
 *
 * <p>Inputs are {@code (x[, context])} with the batch on axis 0 and the event on all others; the
 * log-determinant has shape (batch). Every bijection accepts a context, used or not, and every
 * bijection has both directions. The kernel offers {@code forward(x, c, p)} and {@code inverse(z,
 * c, p)}.
 */
public interface Bijection extends Block, Scripted {

    /**
     * Maps noise to data.
     *
     * @param store the store that holds the parameters
     * @param inputs the noise z and optionally the context
     * @param training whether this is part of a training step
     * @return the data x and \(\log|\det \partial x / \partial z|\) of shape (batch)
     * @throws IllegalArgumentException if shape, type or context are not those of {@code
     *     initialize}
     */
    NDList inverse(ParameterStore store, NDList inputs, boolean training);

    /**
     * Returns the bijections that this one applies one after the other, the first one to the data.
     *
     * @return the steps; this bijection alone where it has none
     */
    default List<Bijection> getSteps() {
        return List.of(this);
    }

    /**
     * Returns this map with its directions exchanged, on the same parameters.
     *
     * @return the inverted bijection
     */
    Bijection inverted();
}
