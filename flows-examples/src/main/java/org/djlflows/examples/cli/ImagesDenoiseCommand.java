package org.djlflows.examples.cli;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;

import org.djlflows.examples.data.ImageSets;
import org.djlflows.examples.plot.ImageGrid;
import org.djlflows.examples.plot.Plots;
import org.djlflows.model.FlowModel;
import org.djlflows.model.ImagePreset;
import org.djlflows.sampling.Denoising;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;

/** {@code flows images denoise}: what a model makes of images with noise. */
@Command(
        name = "denoise",
        description = {
            "Puts the noise of the training on test images and takes it off again by the score,",
            "x + sigma^2 grad log p(x). The picture has the images, with noise, and denoised, a row",
            "of each."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class ImagesDenoiseCommand implements Callable<Integer> {

    @Spec private CommandSpec spec;

    @Parameters(paramLabel = "DIR", description = "The model folder.")
    private Path folder;

    @Mixin private ImageData data;

    @Option(
            names = "-n",
            paramLabel = "N",
            defaultValue = "10",
            description = "The number of images (default: ${DEFAULT-VALUE}).")
    private int count;

    @Option(
            names = "--out",
            paramLabel = "FILE.png",
            defaultValue = "denoised.png",
            description = "The file to write (default: ${DEFAULT-VALUE}).")
    private Path out;

    @Option(
            names = "--device",
            paramLabel = "NAME",
            defaultValue = "cpu",
            description = "cpu or gpu (default: ${DEFAULT-VALUE}).")
    private ComputeDevice device;

    @Override
    public Integer call() throws IOException {
        ImageSets images = data.read();
        try (NDManager manager = device.newManager()) {
            FlowModel model = FlowModel.load(folder, manager);
            ImagePreset preset = ImagesCommand.preset(folder, model);
            data.requireFitting(model, images);
            double noise = ImagesCommand.noise(preset);
            if (noise == 0) {
                throw new IOException(
                        folder + ": expected a model trained with Gaussian noise, got one without");
            }
            int most = images.test().count();
            if (count < 1 || count > most) {
                throw new ParameterException(
                        spec.commandLine(),
                        String.format("-n: expected 1 to %d images, got %d", most, count));
            }
            NDList all = ImagesCommand.pixels(manager, preset, images.test());
            NDList clean = new NDList();
            all.forEach(array -> clean.add(array.get("0:" + count)));
            NDArray x = clean.get(0);
            NDArray noisy =
                    x.add(manager.randomNormal(0, (float) noise, x.getShape(), DataType.FLOAT32));
            Denoising denoising = new Denoising(model.flow(), noise);
            NDArray found =
                    clean.size() == 1
                            ? denoising.denoise(noisy)
                            : denoising.denoise(noisy, clean.get(1));
            float[] levels = new float[3 * count * preset.features()];
            float[][] rows = {x.toFloatArray(), noisy.toFloatArray(), found.toFloatArray()};
            for (int row = 0; row < rows.length; row++) {
                for (int i = 0; i < rows[row].length; i++) {
                    levels[row * rows[row].length + i] = rows[row][i] * (ImagesCommand.LEVELS - 1);
                }
            }
            Plots.save(
                    ImageGrid.draw(
                            levels, preset.channels(), preset.height(), preset.width(), count),
                    out);
            System.out.printf(
                    Locale.ROOT,
                    "Root mean square of the error: %.2f levels with noise, %.2f denoised.%n",
                    error(rows[0], rows[1]),
                    error(rows[0], rows[2]));
        }
        System.out.println("Picture: " + out);
        return 0;
    }

    private static double error(float[] exact, float[] found) {
        double squares = 0;
        for (int i = 0; i < exact.length; i++) {
            squares += Math.pow(exact[i] - found[i], 2);
        }
        return Math.sqrt(squares / exact.length) * (ImagesCommand.LEVELS - 1);
    }
}
