package org.djlflows.cli;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;

import org.djlflows.format.FlowConfig;
import org.djlflows.io.Images;
import org.djlflows.model.FlowModel;
import org.djlflows.plot.Picture;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

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

    @Parameters(paramLabel = "DIR", description = "The model folder.")
    private Path folder;

    @Mixin private ImageData data;

    @Option(
            names = "-n",
            paramLabel = "N",
            defaultValue = "10",
            description = "The number of images (default: ${DEFAULT-VALUE}).")
    private int count;

    @Mixin private SeedOption seed;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            defaultValue = "denoised.png",
            description = "The picture, .png or .svg (default: ${DEFAULT-VALUE}).")
    private Path out;

    @Mixin private DeviceOption device;

    @Override
    public Integer call() throws IOException {
        Picture.requireWritable(out);
        try (NDManager manager = device.newManager()) {
            FlowModel model = FlowModel.load(folder, manager);
            FlowConfig config = ImagesCommand.config(folder, model);
            if (ImagesCommand.noise(config) == 0) {
                throw new IOException(
                        folder + ": expected a model trained with Gaussian noise, got one without");
            }
            Images test = data.read(model).test();
            int most = test.count();
            WrongArguments.require(
                    count >= 1 && count <= most, "-n: expected 1 to " + most + " images", count);
            NDList clean = ImagesCommand.pixels(manager, config, test.part(0, count));
            seed.apply(manager);
            NDArray x = clean.get(0);
            NDArray noisy = ImagesCommand.withNoise(config, x);
            NDArray found = ImagesCommand.denoise(model, noisy, clean.subNDList(1));
            NDArray all = NDArrays.concat(new NDList(x, noisy, found));
            ImagesCommand.picture(config, all, count).save(out);
            System.out.printf(
                    Locale.ROOT,
                    "Root mean square of the error: %.2f levels with noise, %.2f denoised.%n",
                    error(x, noisy),
                    error(x, found));
        }
        System.out.println("Picture: " + out);
        return 0;
    }

    private static double error(NDArray exact, NDArray found) {
        double mean = exact.sub(found).square().mean().getFloat();
        return Math.sqrt(mean) * (ImagesCommand.LEVELS - 1);
    }
}
