package org.djlflows.sampling;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;

import org.djlflows.Chunks;
import org.djlflows.Distribution;
import org.djlflows.kernel.Kernel;
import org.djlflows.kernel.KernelBlock;
import org.djlflows.kernel.Program;

import java.util.Optional;

/**
 * Takes Gaussian noise off samples: of a density p of data with noise of deviation \(\sigma\) the
 * mean of the data given a noisy x is \(x + \sigma^2 \nabla_x \log p(x \mid c)\) (Tweedie's
 * formula).
 *
 * <p>It costs one log-density and one gradient. Densities need a kernel.
 *
 * @see <a href="https://arxiv.org/abs/2412.06329">Zhai et al., Normalizing Flows are Capable
 *     Generative Models, 2025, equation 8</a>
 */
public final class Denoising {

    private final Distribution density;
    private final Step step;

    /**
     * Compiles the step.
     *
     * @param density the density of noisy data, initialised
     * @param deviation the deviation \(\sigma\) of the noise, in the units of x
     * @throws IllegalArgumentException if the density has no kernel or the deviation is negative or
     *     not finite
     */
    public Denoising(Distribution density, double deviation) {
        if (!(deviation >= 0 && Double.isFinite(deviation))) {
            throw new IllegalArgumentException(
                    "Denoising: expected a deviation of at least 0, got " + deviation);
        }
        Kernel kernel =
                density.kernel(false)
                        .orElseThrow(
                                () ->
                                        new IllegalArgumentException(
                                                "Denoising: expected a density with a kernel, got "
                                                        + density.getClass().getSimpleName()
                                                        + " without"));
        this.density = density;
        step =
                new Step(
                        density,
                        Kernel.of(Denoising.class, "denoising")
                                .calling("density", kernel)
                                .with("VARIANCE", deviation * deviation));
    }

    /**
     * Denoises rows.
     *
     * @param x the rows, of shape (batch, event); their manager receives the result
     * @return rows of the same shape
     */
    public NDArray denoise(NDArray x) {
        return denoise(new NDList(x));
    }

    /**
     * Denoises rows, given their context.
     *
     * @param x the rows, of shape (batch, event); their manager receives the result
     * @param context a context for each row
     * @return rows of the same shape
     */
    public NDArray denoise(NDArray x, NDArray context) {
        return denoise(new NDList(x, context));
    }

    private NDArray denoise(NDList inputs) {
        return Chunks.map(
                        inputs,
                        density.getEventShape(),
                        true,
                        (store, rows) -> step.forward(store, rows, false))
                .get(0);
    }

    /** A block, which checks its inputs and finds the parameters. */
    private static final class Step extends KernelBlock {

        private final Kernel kernel;

        Step(Distribution density, Kernel kernel) {
            super("denoise");
            this.kernel = kernel;
            KernelBlock block = (KernelBlock) addChildBlock("density", density);
            adopt(block);
        }

        @Override
        public Optional<Kernel> kernel(boolean training) {
            return Optional.of(kernel);
        }

        @Override
        protected NDList forwardInternal(
                ParameterStore store,
                NDList inputs,
                boolean training,
                PairList<String, Object> params) {
            checkInputs(inputs, getEventShape());
            Program program = program(training).orElseThrow();
            return call(program, "denoise", store, inputs, training);
        }

        @Override
        public Shape[] getOutputShapes(Shape[] inputShapes) {
            return new Shape[] {inputShapes[0]};
        }

        @Override
        protected void initializeChildBlocks(NDManager manager, DataType type, Shape... shapes) {
            throw new UnsupportedOperationException("Denoising takes initialised densities");
        }
    }
}
