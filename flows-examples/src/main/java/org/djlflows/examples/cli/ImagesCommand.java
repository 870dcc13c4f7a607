package org.djlflows.examples.cli;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;

import org.djlflows.data.ClassWeights;
import org.djlflows.examples.data.ImageSets;
import org.djlflows.model.FlowModel;
import org.djlflows.model.ImagePreset;
import org.djlflows.model.TarFlow;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.nio.file.Path;

/** {@code flows images}: flows over images. */
@Command(
        name = "images",
        description = "Trains flows over images and draws images from them.",
        mixinStandardHelpOptions = true,
        subcommands = {
            ImagesTrainCommand.class,
            ImagesSampleCommand.class,
            ImagesBpdCommand.class,
            ImagesDenoiseCommand.class,
            ImagesInterpolateCommand.class
        })
final class ImagesCommand implements Runnable {

    /** The levels of a pixel of 8 bits. */
    static final int LEVELS = 256;

    @Spec private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Missing command");
    }

    /** Returns the preset of a model over images. */
    static ImagePreset preset(Path folder, FlowModel model) throws IOException {
        if (model.config().preset() instanceof ImagePreset preset) {
            return preset;
        }
        throw new IOException(folder + ": expected a model of images, got one of a table");
    }

    /** Refuses a model over images where one of a table is needed. */
    static void requireTable(Path folder, FlowModel model) throws IOException {
        if (model.config().preset() instanceof ImagePreset) {
            throw new IOException(
                    folder + ": expected a model of a table, got one of images; see flows images");
        }
    }

    /** Refuses images of another kind than those of a model. */
    static void requireFitting(Path data, ImageSets images, FlowModel model) throws IOException {
        ImagePreset preset = (ImagePreset) model.config().preset();
        if (preset.channels() != images.channels()
                || preset.height() != images.height()
                || preset.width() != images.width()) {
            throw new IOException(
                    String.format(
                            "%s: expected images of %d channels, %d x %d, got %d, %d x %d",
                            data,
                            preset.channels(),
                            preset.height(),
                            preset.width(),
                            images.channels(),
                            images.height(),
                            images.width()));
        }
        if (preset.context() > 0 && !images.classes().equals(model.config().contextColumns())) {
            throw new IOException(
                    data
                            + ": expected images of the classes "
                            + model.config().contextColumns()
                            + ", got "
                            + images.classes());
        }
    }

    /**
     * Returns the deviation of the noise with which a model was trained, on pixels in \([0, 1]\); 0
     * for one that was trained on dequantised levels.
     */
    static double noise(ImagePreset preset) {
        return preset instanceof TarFlow tarFlow ? tarFlow.noise() / 2 : 0;
    }

    /** Returns images as levels from 0 to 255, and their classes if the model has some. */
    static NDList levels(NDManager manager, ImagePreset preset, ImageSets.Part part) {
        return rows(manager, preset, part, part.levels());
    }

    /** Returns images with pixels from 0 to 1, and their classes if the model has some. */
    static NDList pixels(NDManager manager, ImagePreset preset, ImageSets.Part part) {
        float[] pixels = part.levels().clone();
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] /= LEVELS - 1;
        }
        return rows(manager, preset, part, pixels);
    }

    private static NDList rows(
            NDManager manager, ImagePreset preset, ImageSets.Part part, float[] values) {
        long count = values.length / preset.features();
        NDArray x = manager.create(values, new Shape(count).addAll(preset.event()));
        return preset.context() == 0
                ? new NDList(x)
                : new NDList(x, ClassWeights.of(manager, preset.context(), part.labels()));
    }
}
