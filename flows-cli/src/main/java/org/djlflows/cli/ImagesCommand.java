package org.djlflows.cli;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

import org.djlflows.data.ClassWeights;
import org.djlflows.format.FlowConfig;
import org.djlflows.io.Images;
import org.djlflows.model.FlowModel;
import org.djlflows.plot.ImageGrid;
import org.djlflows.plot.Picture;
import org.djlflows.sampling.Denoising;
import org.djlflows.spec.ImageFlow;
import org.djlflows.spec.ImageShape;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;

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
            ImagesImportCommand.class,
            ImagesInterpolateCommand.class
        })
final class ImagesCommand implements Runnable {

    /** The levels of a pixel of 8 bits. */
    static final int LEVELS = 256;

    @Override
    public void run() {
        throw new WrongArguments("Missing command");
    }

    /**
     * Refuses options that would do nothing.
     *
     * @param spec the command
     * @param where where they would do nothing, such as "for glow"
     * @param names the names of the options
     */
    static void refuse(CommandSpec spec, String where, String... names) {
        for (String name : names) {
            if (spec.commandLine().getParseResult().hasMatchedOption(name)) {
                throw new WrongArguments("expected no " + name + " " + where);
            }
        }
    }

    /** Returns the configuration of a model over images. */
    static FlowConfig config(Path folder, FlowModel model) throws IOException {
        if (model.config().images().isEmpty()) {
            throw new IOException(folder + ": expected a model of images, got one of a table");
        }
        return model.config();
    }

    /** Refuses a model over images where one of a table is needed. */
    static void requireTable(Path folder, FlowModel model) throws IOException {
        if (model.config().images().isPresent()) {
            throw new IOException(
                    folder + ": expected a model of a table, got one of images; see flows images");
        }
    }

    /**
     * Returns the deviation of the noise with which a model was trained, on pixels in \([0, 1]\); 0
     * for one that was trained on dequantised levels.
     */
    static double noise(FlowConfig config) {
        return ((ImageFlow) config.flow()).noise() / 2;
    }

    /** Returns images as levels from 0 to 255, and their classes if the model has some. */
    static NDList levels(NDManager manager, FlowConfig config, Images images) {
        return rows(manager, config, images, images.pixels());
    }

    /** Returns images with pixels from 0 to 1, and their classes if the model has some. */
    static NDList pixels(NDManager manager, FlowConfig config, Images images) {
        float[] pixels = images.pixels();
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] /= LEVELS - 1;
        }
        return rows(manager, config, images, pixels);
    }

    /**
     * Returns pixels from 0 to 1 as whole levels: for models with noise, of pixels k / 255, the
     * nearest ones; for others, in which level k is \([k, k + 1) / 256\), those they lie in.
     */
    static float[] toLevels(FlowConfig config, NDArray pixels) {
        boolean nearest = noise(config) > 0;
        float[] levels = pixels.toFloatArray();
        for (int i = 0; i < levels.length; i++) {
            double level = levels[i] * (nearest ? LEVELS - 1 : LEVELS);
            levels[i] = (float) (nearest ? Math.rint(level) : Math.floor(level));
        }
        return levels;
    }

    /** Puts the noise on images with which a model was trained. */
    static NDArray withNoise(FlowConfig config, NDArray x) {
        float deviation = (float) noise(config);
        NDManager manager = x.getManager();
        return x.add(manager.randomNormal(0, deviation, x.getShape(), DataType.FLOAT32));
    }

    /** Takes the noise off images, given their classes if there are some. */
    static NDArray denoise(FlowModel model, NDArray x, NDList classes) {
        Denoising denoising = new Denoising(model.flow(), noise(model.config()));
        return classes.isEmpty() ? denoising.denoise(x) : denoising.denoise(x, classes.get(0));
    }

    /** Draws images as a grid. */
    static Picture picture(FlowConfig config, NDArray x, int columns) {
        float[] levels = toLevels(config, x);
        ImageShape shape = config.images().orElseThrow();
        return ImageGrid.draw(levels, shape.channels(), shape.height(), shape.width(), columns);
    }

    /** Returns nats an image as bits a dimension. */
    static double bitsPerDimension(double nats, FlowConfig config) {
        return nats / config.features() / Math.log(2);
    }

    private static NDList rows(
            NDManager manager, FlowConfig config, Images images, float[] values) {
        NDList rows = new NDList();
        rows.add(manager.create(values, new Shape(images.count()).addAll(FlowModel.event(config))));
        if (config.context() > 0) {
            int[] labels = images.labels().orElseThrow();
            rows.add(ClassWeights.of(manager, config.context(), labels));
        }
        return rows;
    }
}
