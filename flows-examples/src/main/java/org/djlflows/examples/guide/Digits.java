package org.djlflows.examples.guide;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;

import org.djlflows.NormalizingFlow;
import org.djlflows.bijection.Guidance;
import org.djlflows.data.ClassWeights;
import org.djlflows.distribution.Augmented;
import org.djlflows.format.FlowConfig;
import org.djlflows.model.FlowModel;
import org.djlflows.sampling.Denoising;
import org.djlflows.sampling.Inversion;
import org.djlflows.sampling.Sampler;
import org.djlflows.spec.ImageShape;
import org.djlflows.spec.Presets;
import org.djlflows.spec.TarFlow;

import java.util.List;

/** A TarFlow of digits: what is trained, and how images are drawn. */
public final class Digits {

    private final NDManager manager;
    private final TarFlow digits = Presets.tarFlow();
    private final NormalizingFlow flow;

    /**
     * Creates the flow with fresh weights.
     *
     * @param manager the manager that receives the weights and images
     */
    public Digits(NDManager manager) {
        this.manager = manager;
        List<String> classes = List.of("0", "1", "2", "3", "4", "5", "6", "7", "8", "9");
        FlowConfig config = new FlowConfig(digits, new ImageShape(1, 28, 28), classes);
        flow = FlowModel.create(config, new NDList(), manager).flow();
    }

    /**
     * Returns what is trained: the density of noisy images, some of them without their class.
     *
     * @return a block for {@code MaximumLikelihood}, over images with pixels in [0, 1]
     */
    public Augmented noisy() {
        return new Augmented(flow, digits.noise() / 2, 0.1);
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
        NDArray images = new Denoising(flow, digits.noise() / 2).denoise(drawn.x(), classes);
        return images;
    }
}
