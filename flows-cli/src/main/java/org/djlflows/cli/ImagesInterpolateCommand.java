package org.djlflows.cli;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;

import org.djlflows.Bijection;
import org.djlflows.data.ClassWeights;
import org.djlflows.format.FlowConfig;
import org.djlflows.io.Images;
import org.djlflows.kernel.NoGrad;
import org.djlflows.model.FlowModel;
import org.djlflows.plot.Picture;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;

/** {@code flows images interpolate}: ways between pairs of images through the noise of a model. */
@Command(
        name = "interpolate",
        description = {
            "Goes from test image to test image through the noise of a model. One that was trained on",
            "images with noise is shown them so, and what lies between is denoised."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class ImagesInterpolateCommand implements Callable<Integer> {

    @Spec private CommandSpec spec;

    @Parameters(paramLabel = "DIR", description = "The model folder.")
    private Path folder;

    @Mixin private ImageData data;

    @Option(
            names = "-n",
            paramLabel = "N",
            defaultValue = "8",
            description = "The number of pairs (default: ${DEFAULT-VALUE}).")
    private int pairs;

    @Option(
            names = "--steps",
            paramLabel = "N",
            defaultValue = "10",
            description =
                    "The number of images of a way, ends included (default: ${DEFAULT-VALUE}).")
    private int steps;

    @Mixin private SeedOption seed;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            defaultValue = "interpolation.png",
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
                ImagesCommand.refuse(spec, "for a model without noise", "--seed");
            }
            Images test = data.read(model).test();
            int most = test.count() / 2;
            WrongArguments.require(
                    pairs >= 1 && pairs <= most && steps >= 2,
                    "expected 1 to " + most + " pairs and 2 steps or more",
                    pairs + " and " + steps);
            seed.apply(manager);
            NDArray x = between(model, ends(manager, config, test.part(0, 2 * pairs)));
            ImagesCommand.picture(config, x, steps).save(out);
        }
        System.out.println("Picture: " + out);
        return 0;
    }

    /** Returns images as a model was trained on them: with noise, or the middle of their levels. */
    private static NDArray ends(NDManager manager, FlowConfig config, Images images) {
        if (ImagesCommand.noise(config) == 0) {
            float[] middles = images.pixels();
            for (int i = 0; i < middles.length; i++) {
                middles[i] = (middles[i] + 0.5f) / ImagesCommand.LEVELS;
            }
            return manager.create(
                    middles, new Shape(images.count()).addAll(FlowModel.event(config)));
        }
        NDArray x = ImagesCommand.pixels(manager, config, images).get(0);
        return ImagesCommand.withNoise(config, x);
    }

    private NDArray between(FlowModel model, NDArray ends) {
        FlowConfig config = model.config();
        NDManager manager = ends.getManager();
        int size = config.features();
        NDArray x;
        try (NoGrad noGrad = NoGrad.open()) {
            Bijection flow = model.flow().getBijection();
            ParameterStore store = new ParameterStore(manager, false);
            NDArray z = flow.forward(store, with(config, ends), false).get(0);
            float[] noise = z.toFloatArray();
            float[] between = new float[pairs * steps * size];
            for (int i = 0; i < pairs * steps; i++) {
                int from = i / steps * 2 * size;
                double share = i % steps / (steps - 1.0);
                mix(noise, from, from + size, share, between, i * size, size);
            }
            Shape shape = new Shape((long) pairs * steps).addAll(z.getShape().slice(1));
            NDList mixed = with(config, manager.create(between, shape));
            x = flow.inverse(store, mixed, false).get(0);
        }
        return ImagesCommand.noise(config) == 0
                ? x
                : ImagesCommand.denoise(model, x, with(config, x).subNDList(1));
    }

    /** Adds the context, no class, where the model has classes. */
    private static NDList with(FlowConfig config, NDArray array) {
        NDList inputs = new NDList(array);
        if (config.context() > 0) {
            int rows = Math.toIntExact(array.getShape().get(0));
            NDManager manager = array.getManager();
            inputs.add(ClassWeights.repeat(manager, config.context(), ClassWeights.NONE, rows));
        }
        return inputs;
    }

    /** Goes along the circle through both ends: noise lies near a sphere, not on lines within. */
    private static void mix(
            float[] noise, int from, int to, double share, float[] out, int at, int size) {
        double product = 0;
        double ofFrom = 0;
        double ofTo = 0;
        for (int i = 0; i < size; i++) {
            product += (double) noise[from + i] * noise[to + i];
            ofFrom += (double) noise[from + i] * noise[from + i];
            ofTo += (double) noise[to + i] * noise[to + i];
        }
        double angle = Math.acos(Math.max(-1, Math.min(1, product / Math.sqrt(ofFrom * ofTo))));
        boolean close = angle < 1e-4;
        double a = close ? 1 - share : Math.sin((1 - share) * angle) / Math.sin(angle);
        double b = close ? share : Math.sin(share * angle) / Math.sin(angle);
        for (int i = 0; i < size; i++) {
            out[at + i] = (float) (a * noise[from + i] + b * noise[to + i]);
        }
    }
}
