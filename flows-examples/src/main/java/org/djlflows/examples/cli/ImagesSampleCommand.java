package org.djlflows.examples.cli;

import ai.djl.ndarray.NDManager;

import org.djlflows.NormalizingFlow;
import org.djlflows.examples.plot.ImageGrid;
import org.djlflows.examples.plot.Plots;
import org.djlflows.model.FlowModel;
import org.djlflows.model.ImagePreset;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;

/** {@code flows images sample}: a grid of images drawn from a model. */
@Command(
        name = "sample",
        description = "Draws images from a model and writes them as one picture.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class ImagesSampleCommand implements Callable<Integer> {

    @Spec private CommandSpec spec;

    @Parameters(paramLabel = "DIR", description = "The model folder.")
    private Path folder;

    @Option(
            names = "-n",
            paramLabel = "N",
            defaultValue = "64",
            description = "The number of images (default: ${DEFAULT-VALUE}).")
    private int images;

    @Option(
            names = "--temperature",
            paramLabel = "T",
            defaultValue = "1",
            description =
                    "Multiplies the noise: below 1 images vary less (default: ${DEFAULT-VALUE}).")
    private double temperature;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description =
                    "The seed: the same one draws the same images (default: another each time).")
    private Optional<Integer> seed = Optional.empty();

    @Option(
            names = "--out",
            paramLabel = "FILE.png",
            defaultValue = "samples.png",
            description = "The file to write (default: ${DEFAULT-VALUE}).")
    private Path out;

    @Override
    public Integer call() throws IOException {
        if (images < 1 || !(temperature > 0)) {
            throw new ParameterException(
                    spec.commandLine(),
                    String.format(
                            "expected at least one image and a positive temperature, got %d and %s",
                            images, temperature));
        }
        try (NDManager manager = NDManager.newBaseManager(null, "PyTorch")) {
            FlowModel model = FlowModel.load(folder, manager);
            ImagePreset preset = ImagesCommand.preset(folder, model);
            seed.ifPresent(manager.getEngine()::setRandomSeed);
            NormalizingFlow flow = model.flow().withTemperature(temperature);
            Plots.save(picture(preset, flow, manager, images), out);
        }
        System.out.println("Picture: " + out);
        return 0;
    }

    /** Draws samples, as nearly as many in a row as there are rows. */
    static BufferedImage picture(
            ImagePreset preset, NormalizingFlow flow, NDManager manager, int n) {
        float[] levels = flow.sample(manager, n).toFloatArray();
        for (int i = 0; i < levels.length; i++) {
            levels[i] *= ImagesCommand.LEVELS;
        }
        int columns = (int) Math.ceil(Math.sqrt(n));
        return ImageGrid.draw(levels, preset.channels(), preset.height(), preset.width(), columns);
    }
}
