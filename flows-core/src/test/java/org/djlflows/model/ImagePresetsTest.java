package org.djlflows.model;

import static org.djlflows.Fixtures.assertClose;
import static org.djlflows.Fixtures.assertRefused;
import static org.djlflows.Fixtures.doubles;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

import org.djlflows.Fixtures;
import org.djlflows.NormalizingFlow;
import org.djlflows.distribution.Dequantized;
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
import java.util.stream.IntStream;
import java.util.stream.Stream;

class ImagePresetsTest {

    private NDManager manager;

    @TempDir private Path folder;

    static Stream<ImagePreset> presets() {
        return Stream.of(
                realNvp(0), realNvp(3), glow(0), glow(3), tarFlow(0, false), tarFlow(3, true));
    }

    private static RealNvpImages realNvp(int context) {
        return RealNvpImages.builder()
                .setImages(2, 4, 8)
                .optContext(context)
                .optScales(2)
                .optFilters(4)
                .optBlocks(1)
                .build();
    }

    private static Glow glow(int context) {
        return Glow.builder()
                .setImages(2, 4, 8)
                .optContext(context)
                .optScales(2)
                .optFilters(5)
                .optSteps(2)
                .build();
    }

    private static TarFlow tarFlow(int classes, boolean volumePreserving) {
        return TarFlow.builder()
                .setImages(2, 4, 8)
                .optClasses(classes)
                .optPatch(2)
                .optHidden(12)
                .optHeadWidth(6)
                .optBlocks(2)
                .optLayers(1)
                .optVolumePreserving(volumePreserving)
                .build();
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
    void modelFoldersKeepThem(ImagePreset preset) throws IOException {
        FlowModel model = create(preset);
        Fixtures.randomise(model.flow());
        assertEquals(model.config(), FlowConfig.fromJson(model.config().toJson()));
        model.save(folder.resolve("model"), report -> {});
        FlowModel loaded = FlowModel.load(folder.resolve("model"), manager);
        assertEquals(model.config(), loaded.config());
        NDList in = inputs(preset, 3);
        assertClose(logProb(model.flow(), in), logProb(loaded.flow(), in), 0);
    }

    private static NDArray logProb(NormalizingFlow flow, NDList in) {
        return in.size() > 1 ? flow.logProb(in.get(0), in.get(1)) : flow.logProb(in.get(0));
    }

    private NDList inputs(ImagePreset preset, int rows) {
        NDArray x = manager.randomUniform(0, 1, new Shape(rows).addAll(preset.event()));
        return preset.context() == 0
                ? new NDList(x)
                : new NDList(x, manager.randomNormal(new Shape(rows, preset.context())));
    }

    /** Two kinds of images of four levels, bright at the left or at the right. */
    @ParameterizedTest
    @MethodSource("presets")
    void aStepIsOneProgramAndTrainsAndSamplesAreImages(ImagePreset preset) {
        NormalizingFlow flow = create(preset).flow();
        Dequantized quantised = new Dequantized(flow, 4);
        NDList in = inputs(preset, 64);
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
        boolean conditional = preset.context() > 0;
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
                        ? "Glow: expected a height and a width that 8 divides, for 3 scales, got 4 x 8"
                        : "Glow: expected 1 to 15 scales, got " + scales,
                () -> Glow.builder().setImages(1, 4, 8).optScales(scales).build());
    }

    @Test
    void imagesHaveNoColumns() {
        assertRefused(
                IllegalArgumentException.class,
                "FlowConfig: expected 0 columns and 0 of context, got [x] and []",
                () -> new FlowConfig(glow(0), List.of("x"), List.of()));
    }

    @Test
    void sizesOutOfRangeAreRefused() {
        for (Runnable build :
                List.<Runnable>of(
                        () -> new Glow(0, 4, 4, 0, 1, 1, 1),
                        () -> new Glow(1, 4, 4, -1, 1, 1, 1),
                        () -> new Glow(1, 0, 4, 0, 1, 1, 1),
                        () -> new Glow(1, 4, 4, 0, 1, 0, 1),
                        () -> new Glow(1, 4, 4, 0, 1, 1, 0),
                        () -> new RealNvpImages(1, 4, 4, 0, 1, 0, 1),
                        () -> new RealNvpImages(1, 4, 4, 0, 1, 1, 0),
                        () -> TarFlow.builder().optPatch(3).build(),
                        () -> TarFlow.builder().optPatch(28).build(),
                        () -> TarFlow.builder().optPatch(0).build(),
                        () -> TarFlow.builder().optClasses(-1).build(),
                        () -> TarFlow.builder().optHidden(100).build(),
                        () -> TarFlow.builder().optBlocks(0).build(),
                        () -> TarFlow.builder().optLayers(0).build(),
                        () -> TarFlow.builder().optNoise(-0.1).build())) {
            assertRefused(IllegalArgumentException.class, ": expected", build::run);
        }
    }

    private FlowModel create(ImagePreset preset) {
        List<String> context =
                IntStream.range(0, preset.context()).mapToObj(i -> "class " + i).toList();
        FlowConfig config = new FlowConfig(preset, List.of(), context);
        FlowModel model = FlowModel.create(config, new NDList(), manager);
        double[] finite = doubles(logProb(model.flow(), inputs(preset, 2)));
        assertTrue(Double.isFinite(finite[0] + finite[1]));
        return model;
    }
}
