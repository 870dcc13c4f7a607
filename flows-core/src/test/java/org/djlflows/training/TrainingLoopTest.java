package org.djlflows.training;

import static org.djlflows.testing.Fixtures.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Model;
import ai.djl.TrainingDivergedException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;

import org.djlflows.NormalizingFlow;
import org.djlflows.SequentialBijection;
import org.djlflows.bijection.ActNorm;
import org.djlflows.bijection.Coupling;
import org.djlflows.bijection.Mask;
import org.djlflows.distribution.DiagonalNormal;
import org.djlflows.nn.Mlp;
import org.djlflows.testing.Fixtures;
import org.djlflows.univariate.Additive;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;

/** The course of a run is the same whatever is trained, and however a step is taken. */
class TrainingLoopTest {

    private static final int ROWS = 40;
    private static final int BATCH = 8;
    private static final int STEPS = ROWS / BATCH;

    /** What is trained, and by which steps. */
    enum Kind {
        LIKELIHOOD,
        LIKELIHOOD_BY_TRAINER,
        LIKELIHOOD_WITH_CONTEXT,
        INFERENCE,
        INFERENCE_IN_PARTS,
        INFERENCE_WITH_CONTEXT;

        boolean isLikelihood() {
            return name().startsWith("LIKELIHOOD");
        }

        int inputs() {
            return name().endsWith("CONTEXT") ? 2 : 1;
        }

        String trainer() {
            return isLikelihood() ? "MaximumLikelihood" : "VariationalInference";
        }
    }

    private static final String TARGET =
            """
            def log_prob(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
                return -0.5 * (x - 1).square().sum([1])
            """;

    /** The same density, whose gradient is not a number. */
    private static final String WITHOUT_GRADIENT =
            """
            def log_prob(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
                zero = (x - x.detach()).abs().sqrt()
                return (zero - 0.5 * (x - 1).square()).sum([1])
            """;

    @TempDir private Path folder;

    private NDManager manager;
    private NDArray x;
    private NDArray context;
    private NormalizingFlow flow;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
        Fixtures.seed(2);
        x = manager.randomNormal(new Shape(ROWS, 2));
        context = manager.randomNormal(new Shape(ROWS, 1));
    }

    @AfterEach
    void close() {
        manager.close();
    }

    @ParameterizedTest
    @EnumSource
    void tellsTheCourseAfterEachEpoch(Kind kind) throws IOException {
        List<History> told = new ArrayList<>();
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);
        initialize(kind);
        History history =
                fit(kind, b -> b.optEpochs(3).optProgress(out, false).optListener(told::add));
        assertEquals(3, told.size());
        assertEquals(history, told.get(2));
        assertEquals(0, history.skippedSteps());
        List<String> lines = printed.toString(StandardCharsets.UTF_8).lines().toList();
        assertEquals(3, lines.size());
        for (int i = 0; i < 3; i++) {
            assertEquals(history.training().subList(0, i + 1), told.get(i).training());
            assertEquals(history.validation().subList(0, i + 1), told.get(i).validation());
            String expected =
                    String.format(
                            Locale.ROOT,
                            "epoch %d/3 loss %.4f  validation %.4f",
                            i + 1,
                            history.training().get(i),
                            history.validation().get(i));
            assertTrue(lines.get(i).startsWith(expected), lines.get(i));
        }
    }

    /** Steps so long that some epochs make the flow worse; without an average of the weights. */
    @ParameterizedTest
    @EnumSource
    void endsWithTheWeightsOfTheBestEpoch(Kind kind) throws IOException {
        List<float[]> afterEach = new ArrayList<>();
        initialize(kind);
        Consumer<History> noting = history -> afterEach.add(weights());
        History history =
                fit(
                        kind,
                        b -> {
                            b.optEpochs(20).optLearningRate(1).optAverageDecay(0);
                            b.optWarmUp(1).optListener(noting);
                        });
        double least = history.validation().stream().mapToDouble(l -> l).min().orElseThrow();
        assertEquals(least, history.bestValidation());
        assertTrue(history.bestEpoch() < 20, "the last epoch was the best one");
        assertArrayEquals(afterEach.get(history.bestEpoch() - 1), weights());
    }

    /** Steps without a length bring no improvement after the first epoch. */
    @ParameterizedTest
    @EnumSource
    void stopsEarly(Kind kind) throws IOException {
        initialize(kind);
        History history = fit(kind, b -> b.optEpochs(20).optPatience(3).optLearningRate(1e-30));
        assertEquals(4, history.validation().size());
        assertEquals(1, history.bestEpoch());
    }

    @ParameterizedTest
    @EnumSource
    void anInterruptEndsTheRunBeforeTheNextStep(Kind kind) {
        List<float[]> afterEach = new ArrayList<>();
        initialize(kind);
        Consumer<History> interrupting =
                history -> {
                    afterEach.add(weights());
                    if (afterEach.size() == 2) {
                        Thread.currentThread().interrupt();
                    }
                };
        try {
            assertRefused(
                    CancellationException.class,
                    kind.trainer()
                            + ": expected to run to its end, got an interrupt of its thread after"
                            + " 2 epochs",
                    () -> fit(kind, b -> b.optEpochs(5).optListener(interrupting)));
        } finally {
            assertTrue(Thread.interrupted(), "the thread is still interrupted");
        }
        assertArrayEquals(afterEach.get(1), weights());
    }

    @ParameterizedTest
    @EnumSource
    void aResumedRunEndsWithTheSameWeights(Kind kind) throws IOException {
        initialize(kind);
        History expected = fit(kind, b -> b.optEpochs(5));
        float[] weights = weights();

        Path file = folder.resolve("checkpoint.safetensors");
        Consumer<History> killing =
                history -> {
                    if (history.validation().size() == 3) {
                        throw new IllegalStateException("killed");
                    }
                };
        initialize(kind);
        assertRefused(
                IllegalStateException.class,
                "killed",
                () ->
                        fit(
                                kind,
                                b ->
                                        b.optEpochs(5)
                                                .optListener(killing)
                                                .optCheckpoint(file, false)));
        // A new flow, since all has to come from the file.
        initialize(kind);
        List<History> told = new ArrayList<>();
        History got =
                fit(kind, b -> b.optEpochs(5).optListener(told::add).optCheckpoint(file, true));
        assertEquals(expected, got);
        assertArrayEquals(weights, weights());
        assertEquals(2, told.size());
    }

    @ParameterizedTest
    @EnumSource
    void stepsWithoutAGradientAreCountedAndChangeNothing(Kind kind) throws IOException {
        initializeWithoutActNorm(kind);
        float[] before = weights();
        History history = fitWithoutGradient(kind, b -> b.optEpochs(2).optSkipLimit(2 * STEPS));
        assertEquals(2 * STEPS, history.skippedSteps());
        assertEquals(List.of(Double.NaN, Double.NaN), history.training());
        assertEquals(1, history.bestEpoch());
        assertArrayEquals(before, weights());
    }

    @ParameterizedTest
    @EnumSource
    void tooManyStepsWithoutAGradientEndTheRun(Kind kind) {
        initializeWithoutActNorm(kind);
        float[] before = weights();
        List<History> told = new ArrayList<>();
        assertRefused(
                TrainingDivergedException.class,
                "Stopped after " + (STEPS + 1) + " steps with gradients that are not finite. ",
                () -> fitWithoutGradient(kind, b -> b.optSkipLimit(STEPS).optListener(told::add)));
        assertEquals(1, told.size());
        assertArrayEquals(before, weights());
    }

    private void initialize(Kind kind) {
        initialize(kind, new SequentialBijection(new ActNorm(), coupling(kind)));
    }

    /** A layer that fits itself to rows that are not numbers is not one itself. */
    private void initializeWithoutActNorm(Kind kind) {
        initialize(kind, new SequentialBijection(coupling(kind)));
    }

    private static Coupling coupling(Kind kind) {
        boolean byTrainer = kind == Kind.LIKELIHOOD_BY_TRAINER;
        Block conditioner = byTrainer ? Linear.builder().setUnits(1).build() : new Mlp(3);
        return new Coupling(Mask.KEEP_FIRST_HALF, new Additive(), conditioner);
    }

    private void initialize(Kind kind, SequentialBijection bijection) {
        flow = new NormalizingFlow(bijection, new DiagonalNormal());
        Fixtures.seed(3);
        Shape[] shapes = new NDList(x, context).subNDList(0, kind.inputs()).getShapes();
        flow.initialize(manager, DataType.FLOAT32, shapes);
    }

    private History fit(Kind kind, Consumer<OptimizationBuilder<?>> change) throws IOException {
        return fit(kind, x, TARGET, change);
    }

    private History fitWithoutGradient(Kind kind, Consumer<OptimizationBuilder<?>> change)
            throws IOException {
        return fit(kind, x.add(manager.create(Float.NaN)), WITHOUT_GRADIENT, change);
    }

    private History fit(
            Kind kind, NDArray training, String target, Consumer<OptimizationBuilder<?>> change)
            throws IOException {
        if (kind.isLikelihood()) {
            MaximumLikelihood.Builder settings = MaximumLikelihood.builder().optBatchSize(BATCH);
            change.accept(settings);
            try (Model model = Model.newInstance("flow", "PyTorch")) {
                model.setBlock(flow);
                NDList rows = new NDList(training, context).subNDList(0, kind.inputs());
                NDList validation = new NDList(x, context).subNDList(0, kind.inputs());
                return settings.build().fit(model, rows, validation);
            }
        }
        VariationalInference.Builder settings =
                VariationalInference.builder()
                        .optStepsPerEpoch(STEPS)
                        .optEvaluation(ROWS)
                        .optAnnealing(0.5, 20)
                        .optBatchSize(BATCH);
        change.accept(settings);
        Block density = LogDensity.of(target);
        if (kind == Kind.INFERENCE_IN_PARTS) {
            // A container of DJL has no kernel.
            density = new SequentialBlock().add(density);
        }
        return kind.inputs() == 1
                ? settings.build().fit(flow, density)
                : settings.build().fit(flow, density, context, context);
    }

    private float[] weights() {
        NDList all = new NDList();
        flow.getParameters().values().forEach(p -> all.add(p.getArray().flatten()));
        try (NDArray weights = NDArrays.concat(all)) {
            return weights.toFloatArray();
        }
    }
}
