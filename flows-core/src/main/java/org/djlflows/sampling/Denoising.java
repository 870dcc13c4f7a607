package org.djlflows.sampling;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;

import org.djlflows.Distribution;
import org.djlflows.kernel.Chunks;
import org.djlflows.kernel.Kernel;
import org.djlflows.kernel.KernelBlock;

import java.util.Optional;

/**
 * Takes Gaussian noise off samples: of a density p of data with noise of deviation \(\sigma\) the
 * mean of the data given a noisy x is \(x + \sigma^2 \nabla_x \log p(x \mid c)\) (Tweedie's
 * formula).
 *
 * <ul>
 *   <li>x: (batch, event...), context: that of p
 *   <li>result: as x
 * </ul>
 *
 * <p>p is the density itself, not the {@code Augmented} that trained it and draws noise. It needs a
 * kernel. Each row costs one log-density and one gradient.
 *
 * @see <a href="https://arxiv.org/abs/2412.06329">Zhai et al., Normalizing Flows are Capable
 *     Generative Models, 2025, section 2.5</a>
 */
public final class Denoising extends KernelBlock {

    private final Distribution density;

    /**
     * Creates the step.
     *
     * @param density the density of noisy data, initialised
     * @param deviation the deviation \(\sigma\) of the noise, in the units of x
     * @throws IllegalArgumentException if the density has no kernel or draws random numbers, or the
     *     deviation is negative or not finite
     */
    public Denoising(Distribution density, double deviation) {
        super("denoise");
        if (!(deviation >= 0 && Double.isFinite(deviation))) {
            throw new IllegalArgumentException(
                    "Denoising: expected a deviation of at least 0, got " + deviation);
        }
        if (!(density instanceof KernelBlock block) || density.kernel(false).isEmpty()) {
            throw new IllegalArgumentException(
                    "Denoising: expected a density with a kernel, got "
                            + density.getClass().getSimpleName()
                            + " without");
        }
        if (isRandom(density)) {
            throw new IllegalArgumentException(
                    "Denoising: expected a density that is the same at each call, got "
                            + density.getClass().getSimpleName()
                            + ", which draws noise; take the density in it");
        }
        this.density = addChildBlock("density", density);
        addNumbers("variance", deviation * deviation);
        adopt(block);
    }

    /**
     * Denoises rows, without recording gradients.
     *
     * @param x the rows, of shape (batch, event...); their manager receives the result
     * @return rows of the same shape
     * @throws IllegalArgumentException if they are not rows of the density
     */
    public NDArray denoise(NDArray x) {
        return denoise(new NDList(x));
    }

    /**
     * Denoises rows, given their context, without recording gradients.
     *
     * @param x the rows, of shape (batch, event...); their manager receives the result
     * @param context a context for each row
     * @return rows of the same shape
     * @throws IllegalArgumentException if they are not rows of the density
     */
    public NDArray denoise(NDArray x, NDArray context) {
        return denoise(new NDList(x, context));
    }

    private NDArray denoise(NDList inputs) {
        return Chunks.mapByGradients(inputs, (store, rows) -> forward(store, rows, false)).get(0);
    }

    @Override
    protected Optional<Kernel> source(boolean training) {
        return density.kernel(false)
                .map(k -> Kernel.of(Denoising.class, "denoising").calling("density", k));
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return new Shape[] {inputShapes[0]};
    }
}
