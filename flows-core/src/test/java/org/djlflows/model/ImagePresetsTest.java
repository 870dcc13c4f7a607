package org.djlflows.model;

import static org.djlflows.testing.Fixtures.assertClose;
import static org.djlflows.testing.Fixtures.assertRefused;
import static org.djlflows.testing.Fixtures.doubles;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

import org.djlflows.NormalizingFlow;
import org.djlflows.format.Calibration;
import org.djlflows.format.FlowConfig;
import org.djlflows.format.Preparation;
import org.djlflows.spec.Glow;
import org.djlflows.spec.ImageFlow;
import org.djlflows.spec.ImageShape;
import org.djlflows.spec.Jet;
import org.djlflows.spec.PublishedGlow;
import org.djlflows.spec.PublishedRealNvp;
import org.djlflows.spec.RealNvpImages;
import org.djlflows.spec.TarFlow;
import org.djlflows.stochastic.Rounding;
import org.djlflows.stochastic.StochasticFlow;
import org.djlflows.testing.Fixtures;
import org.djlflows.training.FusedAdam;
import org.djlflows.training.TrainingStep;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

class ImagePresetsTest {

    private NDManager manager;

    @TempDir private Path folder;

    private static final ImageShape IMAGES = new ImageShape(2, 4, 8);

    static Stream<FlowConfig> presets() {
        return Stream.of(
                config(new RealNvpImages(2, 4, 1), 0),
                config(new RealNvpImages(2, 4, 1), 3),
                config(new PublishedRealNvp(2, 4, 1), 0),
                config(new PublishedRealNvp(2, 4, 1), 3),
                config(new PublishedGlow(2, 1, 6), 0),
                config(new PublishedGlow(2, 1, 6), 3),
                config(new Jet(2, 8, 5, 1), 0),
                config(new Jet(2, 8, 5, 1), 3),
                config(new Glow(2, 2, 5), 0),
                config(new Glow(2, 2, 5), 3),
                config(new TarFlow(2, 12, 2, 1, 6, false, 0.1, false), 0),
                config(new TarFlow(2, 12, 2, 1, 6, true, 0.1, false), 3));
    }

    private static FlowConfig config(ImageFlow flow, int classes) {
        List<String> names = IntStream.range(0, classes).mapToObj(i -> "class " + i).toList();
        return new FlowConfig(flow, IMAGES, names);
    }

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
        Fixtures.seed(6);
    }

    @AfterEach
    void close() {
        manager.close();
    }

    @ParameterizedTest
    @MethodSource("presets")
    void modelFoldersKeepThem(FlowConfig config) throws IOException {
        FlowModel model = create(config);
        Fixtures.randomise(model.flow());
        assertEquals(model.config(), FlowConfig.fromJson(model.config().toJson()));
        model.save(folder.resolve("model"), report -> {});
        FlowModel loaded = FlowModel.load(folder.resolve("model"), manager);
        assertEquals(model.config(), loaded.config());
        NDList in = inputs(config, 3);
        assertClose(logProb(model.flow(), in), logProb(loaded.flow(), in), 0);
    }

    private static NDArray logProb(NormalizingFlow flow, NDList in) {
        return in.size() > 1 ? flow.logProb(in.get(0), in.get(1)) : flow.logProb(in.get(0));
    }

    private NDList inputs(FlowConfig config, int rows) {
        NDArray x = manager.randomUniform(0, 1, new Shape(rows).addAll(FlowModel.event(config)));
        return config.context() == 0
                ? new NDList(x)
                : new NDList(x, manager.randomNormal(new Shape(rows, config.context())));
    }

    /** Two kinds of images of four levels, bright at the left or at the right. */
    @ParameterizedTest
    @MethodSource("presets")
    void aStepIsOneProgramAndTrainsAndSamplesAreImages(FlowConfig config) {
        NormalizingFlow flow = create(config).flow();
        StochasticFlow quantised = new StochasticFlow(new Rounding(4).inverted(), flow);
        NDList in = inputs(config, 64);
        quantised.initialize(manager, DataType.FLOAT32, in.getShapes());
        NDArray level = manager.zeros(in.get(0).getShape());
        level.set(new NDIndex("0:32, :, :, 0:4"), 3);
        level.set(new NDIndex("32:, :, :, 4:"), 3);
        in.set(0, level);
        // Fits the normalisation to the first batch.
        quantised.forward(Fixtures.store(manager), in, true);
        try (FusedAdam optimizer = FusedAdam.builder().build()) {
            TrainingStep step = TrainingStep.of(quantised, optimizer, 10).orElseThrow();
            double before = step.take(in).meanLogProb();
            double after = 0;
            for (int i = 0; i < 30; i++) {
                after = step.take(in).meanLogProb();
            }
            assertTrue(after > before + 4, before + " to " + after);
        }
        boolean conditional = config.context() > 0;
        NDList drawn =
                conditional
                        ? flow.sampleWithLogProb(manager.randomNormal(new Shape(300, 3)))
                        : flow.sampleWithLogProb(manager, 300);
        assertEquals(new Shape(300, 2, 4, 8), drawn.get(0).getShape());
        if (!conditional) {
            assertClose(flow.logProb(drawn.get(0)), drawn.get(1), 0.1);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 16, 3})
    void scalesMustDivideTheImage(int scales) {
        assertRefused(
                IllegalArgumentException.class,
                scales == 3
                        ? "Glow: expected a height and a width that 8 divides, for 3 scales, got"
                                + " 4 x 8"
                        : "Glow: expected scales of at least 1 and at most 15, got " + scales,
                () -> config(new Glow(scales, 8, 64), 0));
    }

    @Test
    void imagesHaveASizeAndNoColumns() {
        assertRefused(
                IllegalArgumentException.class,
                "FlowConfig: expected a size of images and no columns for glow",
                () ->
                        new FlowConfig(
                                new Glow(2, 2, 5),
                                List.of("x"),
                                List.of(),
                                Optional.of(IMAGES),
                                Preparation.NONE,
                                Map.of(),
                                Calibration.NONE,
                                Optional.empty()));
    }

    @Test
    void sizesOutOfRangeAreRefused() {
        for (Runnable build :
                List.<Runnable>of(
                        () -> new ImageShape(0, 4, 4),
                        () -> new ImageShape(1, 0, 4),
                        () -> new ImageShape(1, 1 << 13, 1 << 13),
                        () -> new Glow(1, 0, 1),
                        () -> new Glow(1, 1, 0),
                        () -> new Jet(3, 8, 5, 1),
                        () -> new Jet(2, 100, 5, 1),
                        () -> new Jet(2, 8, 0, 1),
                        () -> config(new Jet(4, 8, 5, 1), 0),
                        () -> new PublishedGlow(0, 1, 1),
                        () -> config(new PublishedGlow(3, 1, 1), 0),
                        () -> new PublishedRealNvp(1, 1, 0),
                        () -> config(new PublishedRealNvp(3, 1, 1), 0),
                        () -> new RealNvpImages(1, 0, 1),
                        () -> new RealNvpImages(1, 1, 0),
                        () -> config(new TarFlow(3, 128, 4, 4, 0, false, 0.1, false), 0),
                        () -> config(new TarFlow(8, 128, 4, 4, 0, false, 0.1, false), 0),
                        () -> new TarFlow(0, 128, 4, 4, 0, false, 0.1, false),
                        () -> new TarFlow(4, 100, 4, 4, 0, false, 0.1, false),
                        () -> new TarFlow(4, 128, 0, 4, 0, false, 0.1, false),
                        () -> new TarFlow(4, 128, 4, 0, 0, false, 0.1, false),
                        () -> new TarFlow(4, 128, 4, 4, 0, false, -0.1, false))) {
            assertRefused(IllegalArgumentException.class, ": expected", build::run);
        }
    }

    private FlowModel create(FlowConfig config) {
        FlowModel model = FlowModel.create(config, new NDList(), manager);
        double[] finite = doubles(logProb(model.flow(), inputs(config, 2)));
        assertTrue(Double.isFinite(finite[0] + finite[1]));
        return model;
    }
}
