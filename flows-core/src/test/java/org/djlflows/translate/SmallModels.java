package org.djlflows.translate;

import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ZooModel;

import org.djlflows.format.FlowConfig;
import org.djlflows.model.FlowModel;
import org.djlflows.spec.Glow;
import org.djlflows.spec.ImageFlow;
import org.djlflows.spec.ImageShape;
import org.djlflows.spec.Presets;
import org.djlflows.spec.TarFlow;
import org.djlflows.testing.Fixtures;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Small models with random weights, as folders. */
final class SmallModels {

    private SmallModels() {}

    /** A flow over the columns a, b and c, and perhaps given hour and day. */
    static FlowModel table(NDManager manager, boolean context) {
        FlowConfig config =
                new FlowConfig(
                        Presets.neuralSplineFlow().withTransforms(2).withHidden(6),
                        List.of("a", "b", "c"),
                        context ? List.of("hour", "day") : List.of());
        Fixtures.seed(2);
        NDArray scale = manager.create(new float[] {1, 10, 0.1f});
        NDList rows = new NDList(manager.randomNormal(new Shape(50, 3)).mul(scale).add(3));
        if (context) {
            NDArray ofContext = manager.create(new float[] {24, 365});
            rows.add(manager.randomUniform(0, 1, new Shape(50, 2)).mul(ofContext));
        }
        return random(FlowModel.create(config, rows, manager));
    }

    /** A flow over images of 4 rows of 6 pixels in 3 channels. */
    static FlowModel colours(NDManager manager) {
        return images(manager, new Glow(1, 2, 8), new ImageShape(3, 4, 6), List.of());
    }

    /** A flow over grey images of 4 x 4 pixels of three classes, with noise or without. */
    static FlowModel classes(NDManager manager, double noise) {
        TarFlow flow = new TarFlow(2, 8, 2, 1, 0, false, noise, false);
        return images(manager, flow, new ImageShape(1, 4, 4), List.of("cat", "dog", "owl"));
    }

    private static FlowModel images(
            NDManager manager, ImageFlow flow, ImageShape images, List<String> classes) {
        FlowConfig config = new FlowConfig(flow, images, classes);
        return random(FlowModel.create(config, new NDList(), manager));
    }

    private static FlowModel random(FlowModel model) {
        Fixtures.seed(1);
        Fixtures.randomise(model.flow());
        return model;
    }

    static Path save(FlowModel model, Path folder) throws IOException {
        model.save(folder, report -> {});
        return folder;
    }

    static <I, O> ZooModel<I, O> load(Path folder, Class<I> input, Class<O> output)
            throws Exception {
        return Criteria.builder()
                .setTypes(input, output)
                .optModelPath(folder)
                .optTranslatorFactory(new FlowTranslatorFactory())
                .build()
                .loadModel();
    }

    /** Loads a folder and answers one input. */
    static <I, O> O predict(Path folder, Class<I> input, Class<O> output, I in) throws Exception {
        try (ZooModel<I, O> model = load(folder, input, output);
                Predictor<I, O> predictor = model.newPredictor()) {
            return predictor.predict(in);
        }
    }
}
