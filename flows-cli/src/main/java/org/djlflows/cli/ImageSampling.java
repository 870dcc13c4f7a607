package org.djlflows.cli;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;

import org.djlflows.NormalizingFlow;
import org.djlflows.data.ClassWeights;
import org.djlflows.format.FlowConfig;
import org.djlflows.model.FlowModel;
import org.djlflows.plot.Picture;
import org.djlflows.sampling.Inversion;
import org.djlflows.sampling.Sampler;

import java.util.Locale;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Draws images from a model.
 *
 * @param sampler how layers are inverted
 * @param change what becomes of the flow before it is sampled, such as guidance
 * @param label the class of all images; of a model with classes these come in turn if it is empty
 * @param denoises whether the noise of the training images is taken off
 */
record ImageSampling(
        Sampler sampler,
        UnaryOperator<NormalizingFlow> change,
        Optional<Integer> label,
        boolean denoises) {

    /** Of samples as they come, without their noise if the model has some. */
    static final ImageSampling PLAIN =
            new ImageSampling(
                    Sampler.sequential(), UnaryOperator.identity(), Optional.empty(), true);

    /**
     * What was drawn.
     *
     * @param picture the images
     * @param report how well they were drawn
     */
    record Drawn(Picture picture, String report) {}

    /** Draws images, a class in each column where classes come in turn. */
    Drawn draw(FlowModel model, NDManager manager, int n) {
        FlowConfig config = model.config();
        NormalizingFlow flow = change.apply(model.flow());
        int classes = config.context();
        NDList context = new NDList();
        if (classes > 0) {
            context.add(
                    label.isPresent()
                            ? ClassWeights.repeat(manager, classes, label.get(), n)
                            : ClassWeights.inTurn(manager, classes, n));
        }
        Inversion drawn =
                context.isEmpty()
                        ? sampler.sample(flow, manager, n)
                        : sampler.sample(flow, context.get(0));
        NDArray x = drawn.x();
        if (denoises && ImagesCommand.noise(config) > 0) {
            x = ImagesCommand.denoise(model, x, context);
        }
        int columns =
                classes > 1 && label.isEmpty() && classes < n
                        ? classes
                        : (int) Math.ceil(Math.sqrt(n));
        String report =
                String.format(
                        Locale.ROOT,
                        "%d images, residual of the inversion %.1e, %d not finite",
                        n,
                        drawn.residual(),
                        drawn.notFinite());
        return new Drawn(ImagesCommand.picture(config, x, columns), report);
    }
}
