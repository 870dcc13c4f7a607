package org.djlflows.examples.cli;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;

import org.djlflows.distribution.Dequantized;
import org.djlflows.examples.data.ImageSets;
import org.djlflows.model.FlowModel;
import org.djlflows.model.ImagePreset;
import org.djlflows.training.NllNats;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;

/** {@code flows images bpd}: bits a dimension of a model. */
@Command(
        name = "bpd",
        description = {
            "Measures bits a dimension of a model on images: -log2 P(k) / D of the levels k, of which",
            "log P(k) is bounded from below under uniform dequantisation, x = (k + u) / 256."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class ImagesBpdCommand implements Callable<Integer> {

    /** The parts of the images. */
    enum Part {
        TRAINING,
        VALIDATION,
        TEST;

        ImageSets.Part of(ImageSets images) {
            return switch (this) {
                case TRAINING -> images.training();
                case VALIDATION -> images.validation();
                case TEST -> images.test();
            };
        }
    }

    @Spec private CommandSpec spec;

    @Parameters(paramLabel = "DIR", description = "The model folder.")
    private Path folder;

    @Option(
            names = "--data",
            paramLabel = "PATH",
            required = true,
            description = "The images, as for train.")
    private Path data;

    @Option(
            names = "--size",
            paramLabel = "N",
            description = "Cuts and scales PNG and JPEG files to N x N, as for train.")
    private Optional<Integer> size = Optional.empty();

    @Option(
            names = "--part",
            paramLabel = "NAME",
            defaultValue = "test",
            description = "training, validation or test (default: ${DEFAULT-VALUE}).")
    private Part part;

    @Option(
            names = "--repeats",
            paramLabel = "N",
            defaultValue = "1",
            description = "Times that noise is drawn anew (default: ${DEFAULT-VALUE}).")
    private int repeats;

    @Option(
            names = "--device",
            paramLabel = "NAME",
            defaultValue = "cpu",
            description = "cpu or gpu (default: ${DEFAULT-VALUE}).")
    private ComputeDevice device;

    @Override
    public Integer call() throws IOException {
        if (repeats < 1) {
            throw new ParameterException(
                    spec.commandLine(), "--repeats: expected 1 or more, got " + repeats);
        }
        ImageSets images = ImageSets.read(data, ImagesTrainCommand.side(size));
        try (NDManager manager = device.newManager()) {
            FlowModel model = FlowModel.load(folder, manager);
            ImagePreset preset = ImagesCommand.preset(folder, model);
            ImagesCommand.requireFitting(data, images, model);
            NDList rows = ImagesCommand.levels(manager, preset, part.of(images));
            double[] bits =
                    IntStream.range(0, repeats).mapToDouble(i -> bits(model, rows)).toArray();
            double mean = IntStream.range(0, repeats).mapToDouble(i -> bits[i]).sum() / repeats;
            System.out.printf(
                    Locale.ROOT,
                    "%.4f bits a dimension under uniform dequantisation (%,d images of %s).%n",
                    mean,
                    rows.get(0).size(0),
                    part.name().toLowerCase(Locale.ROOT));
            if (repeats > 1) {
                double squares = 0;
                for (double b : bits) {
                    squares += (b - mean) * (b - mean);
                }
                System.out.printf(
                        Locale.ROOT,
                        "Standard error of the noise: %.4f (drawn %d times).%n",
                        Math.sqrt(squares / (repeats - 1) / repeats),
                        repeats);
            }
            double noise = ImagesCommand.noise(preset);
            if (noise > 0) {
                System.out.printf(
                        Locale.ROOT,
                        "The model is one of images with Gaussian noise of %.1f levels, so that it"
                                + " spreads its mass over more than these.%n",
                        noise * (ImagesCommand.LEVELS - 1));
            }
        }
        return 0;
    }

    /** Returns the bits a dimension of levels under uniform dequantisation, with fresh noise. */
    static double bits(FlowModel model, NDList levels) {
        Dequantized quantised = new Dequantized(model.flow(), ImagesCommand.LEVELS);
        NDManager manager = levels.get(0).getManager();
        quantised.initialize(manager, DataType.FLOAT32, levels.getShapes());
        double dimensions = levels.get(0).getShape().slice(1).size();
        return NllNats.mean(quantised, levels) / dimensions / Math.log(2);
    }
}
