package org.djlflows.stochastic;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;

import org.djlflows.kernel.KernelBlock;

/**
 * A layer between data x and latent variables z that do not decide each other as those of a
 * bijection do: z is drawn from some \(q(z \mid x)\), and x from some \(p(x \mid z)\), of which one
 * may be certain.
 *
 * <p>Each direction draws and returns what the layer contributes to the log-density for the pair
 * that it made:
 *
 * <ul>
 *   <li>forward: x to \((z, V)\), inverse: z to \((x, V)\), with \(V(x, z) = \log p(x \mid z) -
 *       \log q(z \mid x)\), of shape (batch)
 * </ul>
 *
 * <p>For a density p of z, \(\log p(x) \ge \mathbb{E}_q[\log p(z) + V]\), and the exponential of
 * what is averaged has the mean p(x). Where x decides z there is nothing to average, and the layer
 * {@linkplain #isExact is exact}. A bijection would be one for which V is the log-determinant.
 *
 * <p>Inputs are {@code (x[, context])} as those of bijections. The kernel offers {@code forward(x,
 * c, p)} and {@code inverse(z, c, p)}. {@link StochasticFlow} puts a layer before a density.
 *
 * @see <a href="https://arxiv.org/abs/2007.02731">Nielsen, Jaini, Hoogeboom, Winther and Welling,
 *     SurVAE Flows, 2020, algorithm 1</a>
 */
public abstract class StochasticLayer extends KernelBlock {

    private static final String INVERSE = "inverse";

    /**
     * Creates a layer.
     *
     * @param functions functions that the kernel offers beside {@code forward} and {@code inverse}
     */
    protected StochasticLayer(String... functions) {
        super(withBothDirections(functions));
    }

    private static String[] withBothDirections(String... functions) {
        String[] all = new String[functions.length + 2];
        all[0] = "forward";
        all[1] = INVERSE;
        System.arraycopy(functions, 0, all, 2, functions.length);
        return all;
    }

    /**
     * Tells whether x decides z, so that log-densities are exact and not lower bounds.
     *
     * @return whether {@code forward} does not draw
     */
    public abstract boolean isExact();

    /**
     * Draws data for latent variables.
     *
     * @param store the store that holds the parameters
     * @param inputs the latent variables z and optionally the context
     * @param training whether this is part of a training step
     * @return the data x and the contribution V of shape (batch)
     * @throws IllegalArgumentException if shape, type or context are not those of {@code
     *     initialize}
     */
    public final NDList inverse(ParameterStore store, NDList inputs, boolean training) {
        return run(INVERSE, getLatentShape(getEventShape()), true, store, inputs, training);
    }

    /**
     * Returns the shape of z for a shape of x, both without the batch.
     *
     * @param event the shape of x
     * @return the shape of z; the same, unless the layer changes it
     */
    protected Shape getLatentShape(Shape event) {
        return event;
    }

    @Override
    protected boolean drawsInForward() {
        return !isExact();
    }

    @Override
    public final Shape[] getOutputShapes(Shape[] inputShapes) {
        long batch = inputShapes[0].get(0);
        Shape latent = new Shape(batch).addAll(getLatentShape(inputShapes[0].slice(1)));
        return new Shape[] {latent, new Shape(batch)};
    }
}
