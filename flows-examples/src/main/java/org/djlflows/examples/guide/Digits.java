package org.djlflows.examples.guide;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

import org.djlflows.NormalizingFlow;
import org.djlflows.bijection.Guidance;
import org.djlflows.data.ClassWeights;
import org.djlflows.distribution.Augmented;
import org.djlflows.model.TarFlow;
import org.djlflows.sampling.Denoising;
import org.djlflows.sampling.Inversion;
import org.djlflows.sampling.Sampler;

/** A TarFlow of digits: what is trained, and how images are drawn. */
public final class Digits {

    private final NDManager manager;
    private final TarFlow preset;
    private final NormalizingFlow flow;

    /**
     * Creates the flow with fresh weights.
     *
     * @param manager the manager that receives the weights and images
     */
    public Digits(NDManager manager) {
        this.manager = manager;
        TarFlow preset = TarFlow.builder().setImages(1, 28, 28).optClasses(10).build();
        NormalizingFlow flow = preset.newFlow();
        flow.initialize(manager, DataType.FLOAT32, new Shape(1, 1, 28, 28), new Shape(1, 10));
        this.preset = preset;
        this.flow = flow;
    }

    /**
     * Returns what is trained: the density of noisy images, some of them without their class.
     *
     * @return a block for {@code MaximumLikelihood}, over images with pixels in [0, 1]
     */
    public Augmented noisy() {
        return new Augmented(flow, preset.noise() / 2, 0.1);
    }

    /**
     * Draws images.
     *
     * @param n the number of images
     * @return the images, of shape (n, 1, 28, 28), of the classes in turn
     */
    public NDArray draw(int n) {
        // A class for each row, guidance, the residual of the inversion, and the noise off.
        NDArray classes = ClassWeights.inTurn(manager, 10, n);
        Inversion drawn = Sampler.jacobi(1e-4).sample(Guidance.of(1).guide(flow), classes);
        NDArray images = new Denoising(flow, preset.noise() / 2).denoise(drawn.x(), classes);
        return images;
    }
}
