package org.djlflows.cli;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;

import org.djlflows.format.FlowConfig;
import org.djlflows.io.ImageSets;
import org.djlflows.io.Images;
import org.djlflows.model.FlowModel;
import org.djlflows.spec.ImageShape;
import org.djlflows.stochastic.Rounding;
import org.djlflows.stochastic.StochasticFlow;
import org.djlflows.training.NllNats;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.DoubleStream;

/** {@code flows images bpd}: the bits a dimension that a model takes for images. */
@Command(
        name = "bpd",
        description = {
            "Prints the bits a dimension of a model for images, under uniform dequantisation:",
            "an upper bound, estimated with fresh noise, of what a lossless code would take."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class ImagesBpdCommand implements Callable<Integer> {

    /** The parts of the images. */
    enum Part {
        TRAINING,
        VALIDATION,
        TEST;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @Parameters(paramLabel = "DIR", description = "The model folder.")
    private Path folder;

    @Mixin private ImageData data;

    @Option(
            names = "--part",
            paramLabel = "PART",
            defaultValue = "test",
            description =
                    "The images to take: training, validation or test (default:"
                            + " ${DEFAULT-VALUE}).")
    private Part part;

    @Option(
            names = "--repeats",
            paramLabel = "N",
            defaultValue = "1",
            description = "Passes with fresh noise (default: ${DEFAULT-VALUE}).")
    private int repeats;

    @Mixin private SeedOption seed;

    @Mixin private DeviceOption device;

    @Override
    public Integer call() throws IOException {
        WrongArguments.require(repeats >= 1, "expected 1 repeat or more", repeats);
        try (NDManager manager = device.newManager()) {
            FlowModel model = FlowModel.load(folder, manager);
            FlowConfig config = ImagesCommand.config(folder, model);
            ImageSets sets = data.read(model);
            Images images =
                    switch (part) {
                        case TRAINING -> sets.training();
                        case VALIDATION -> sets.validation();
                        case TEST -> sets.test();
                    };
            NDList rows = ImagesCommand.levels(manager, config, images);
            seed.apply(manager);
            double[] bits = DoubleStream.generate(() -> bits(model, rows)).limit(repeats).toArray();
            print(bits, images.count(), config);
        }
        return 0;
    }

    /** Returns the bits a dimension of levels under uniform dequantisation, with fresh noise. */
    static double bits(FlowModel model, NDList levels) {
        StochasticFlow quantised =
                new StochasticFlow(new Rounding(ImagesCommand.LEVELS).inverted(), model.flow());
        // Finds all parameters initialised.
        quantised.initialize(levels.get(0).getManager(), DataType.FLOAT32, levels.getShapes());
        return ImagesCommand.bitsPerDimension(NllNats.mean(quantised, levels), model.config());
    }

    private void print(double[] bits, int images, FlowConfig config) {
        ImageShape shape = config.images().orElseThrow();
        double mean = DoubleStream.of(bits).average().getAsDouble();
        double squares = DoubleStream.of(bits).map(b -> (b - mean) * (b - mean)).sum();
        String error =
                repeats == 1
                        ? ""
                        : String.format(
                                Locale.ROOT,
                                " +- %.5f (standard error over %d draws of the noise)",
                                Math.sqrt(squares / (repeats - 1) / repeats),
                                repeats);
        System.out.printf(
                Locale.ROOT,
                "%.4f bits a dimension%s%s: %,d %s images of %d x %d x %d, %d levels, uniform"
                        + " dequantisation.%n",
                mean,
                config.context() > 0 ? " given the class" : "",
                error,
                images,
                part,
                shape.channels(),
                shape.height(),
                shape.width(),
                ImagesCommand.LEVELS);
        double noise = ImagesCommand.noise(config);
        if (noise > 0) {
            System.out.printf(
                    Locale.ROOT,
                    "The model is one of images with Gaussian noise of %.1f levels: it spreads its"
                            + " mass over more than these.%n",
                    noise * (ImagesCommand.LEVELS - 1));
        }
    }
}
