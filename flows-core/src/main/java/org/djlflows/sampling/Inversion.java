package org.djlflows.sampling;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;

import java.util.List;

/**
 * What a {@link Sampler} made, and how well.
 *
 * @param output x and, of {@code invert}, \(\log|\det \partial x / \partial z|\), or, of {@code
 *     sample}, \(\log p(x)\), both of shape (batch)
 * @param layers what was measured of each layer, the first one to the data
 * @param notFinite the number of rows in which a value is not finite; they are left as they are
 */
public record Inversion(NDList output, List<Layer> layers, long notFinite) {

    /**
     * Returns the data.
     *
     * @return x
     */
    public NDArray x() {
        return output.get(0);
    }

    /**
     * Returns how far the layers' images of what they made are from what they were given: the
     * largest residual of all layers.
     *
     * @return the residual
     */
    public double residual() {
        return layers.stream().mapToDouble(Layer::residual).max().orElse(0);
    }

    /**
     * What was measured of one layer.
     *
     * @param name the name of its class
     * @param iterations the steps that it took in parallel, of all its segments together and in the
     *     chunk of rows that took most; 0 where it was inverted by its own inverse alone
     * @param fallbacks the number of rows that were inverted by its own inverse after that
     * @param residual the largest \(|f(x) - z| / (1 + |z|)\) of the rows that are finite
     */
    public record Layer(String name, int iterations, long fallbacks, double residual) {}
}
