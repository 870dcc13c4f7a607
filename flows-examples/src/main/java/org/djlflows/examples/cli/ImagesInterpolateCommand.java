package org.djlflows.examples.cli;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;

import org.djlflows.Bijection;
import org.djlflows.data.ClassWeights;
import org.djlflows.examples.data.ImageSets;
import org.djlflows.examples.plot.ImageGrid;
import org.djlflows.examples.plot.Plots;
import org.djlflows.kernel.NoGrad;
import org.djlflows.model.FlowModel;
import org.djlflows.model.ImagePreset;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.Callable;

/** {@code flows images interpolate}: ways between pairs of images through the noise of a model. */
@Command(
        name = "interpolate",
        description = "Goes from test image to test image through the noise of a model.",
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

    @Option(
            names = "--out",
            paramLabel = "FILE.png",
            defaultValue = "interpolation.png",
            description = "The file to write (default: ${DEFAULT-VALUE}).")
    private Path out;

    @Override
    public Integer call() throws IOException {
        ImageSets images = data.read();
        try (NDManager manager = NDManager.newBaseManager(null, "PyTorch")) {
            FlowModel model = FlowModel.load(folder, manager);
            ImagePreset preset = ImagesCommand.preset(folder, model);
            data.requireFitting(model, images);
            int most = images.test().count() / 2;
            if (pairs < 1 || pairs > most || steps < 2) {
                throw new ParameterException(
                        spec.commandLine(),
                        String.format(
                                "expected 1 to %d pairs and 2 steps or more, got %d and %d",
                                most, pairs, steps));
            }
            float[] levels =
                    ways(model.flow().getBijection(), preset, images.test().pixels(), manager);
            Plots.save(
                    ImageGrid.draw(
                            levels, preset.channels(), preset.height(), preset.width(), steps),
                    out);
        }
        System.out.println("Picture: " + out);
        return 0;
    }

    private float[] ways(Bijection flow, ImagePreset preset, float[] pixels, NDManager manager) {
        int size = preset.features();
        float[] ends = Arrays.copyOf(pixels, 2 * pairs * size);
        for (int i = 0; i < ends.length; i++) {
            // The middle of its level.
            ends[i] = (ends[i] + 0.5f) / ImagesCommand.LEVELS;
        }
        try (NoGrad noGrad = NoGrad.open()) {
            ParameterStore store = new ParameterStore(manager, false);
            Shape event = preset.event();
            NDArray x = manager.create(ends, new Shape(2L * pairs).addAll(event));
            NDArray z = flow.forward(store, with(preset, x), false).get(0);
            float[] noise = z.toFloatArray();
            float[] between = new float[pairs * steps * size];
            for (int i = 0; i < pairs * steps; i++) {
                int from = i / steps * 2 * size;
                double share = i % steps / (steps - 1.0);
                mix(noise, from, from + size, share, between, i * size, size);
            }
            Shape shape = new Shape((long) pairs * steps).addAll(z.getShape().slice(1));
            NDList mixed = with(preset, manager.create(between, shape));
            float[] levels = flow.inverse(store, mixed, false).get(0).toFloatArray();
            for (int i = 0; i < levels.length; i++) {
                levels[i] *= ImagesCommand.LEVELS;
            }
            return levels;
        }
    }

    /** Adds the context, no class, where the model has classes. */
    private static NDList with(ImagePreset preset, NDArray array) {
        NDList inputs = new NDList(array);
        if (preset.context() > 0) {
            int rows = Math.toIntExact(array.getShape().get(0));
            NDManager manager = array.getManager();
            inputs.add(ClassWeights.repeat(manager, preset.context(), ClassWeights.NONE, rows));
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
