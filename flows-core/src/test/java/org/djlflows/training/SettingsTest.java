package org.djlflows.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.training.tracker.Tracker;

import org.djlflows.NormalizingFlow;
import org.djlflows.bijection.Coupling;
import org.djlflows.bijection.Mask;
import org.djlflows.data.Toys;
import org.djlflows.distribution.DiagonalNormal;
import org.djlflows.nn.Mlp;
import org.djlflows.spec.ScaleMap;
import org.djlflows.testing.Fixtures;
import org.djlflows.univariate.Affine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** What is set reaches the run: it ends with other weights than by default. */
class SettingsTest {

    private NDManager manager;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
    }

    @AfterEach
    void close() {
        manager.close();
    }

    /** A change of the settings. */
    record Change<B>(String name, UnaryOperator<B> change) {

        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Change<MaximumLikelihood.Builder>> changesOfMaximumLikelihood() {
        return Stream.of(
                new Change<>("epochs", b -> b.optEpochs(2)),
                new Change<>("batch size", b -> b.optBatchSize(12)),
                new Change<>("learning rate", b -> b.optLearningRate(0.02)),
                new Change<>("warm-up", b -> b.optWarmUp(0.7)),
                new Change<>("first moment", b -> b.optBetas(0.8, 0.999)),
                new Change<>("second moment", b -> b.optBetas(0.9, 0.5)),
                new Change<>("weight decay", b -> b.optWeightDecay(0.5)),
                new Change<>("gradient limit", b -> b.optGradientLimit(1e-9)),
                new Change<>("average", b -> b.optAverageDecay(0.3)),
                new Change<>("seed", b -> b.optSeed(1)));
    }

    @ParameterizedTest
    @MethodSource("changesOfMaximumLikelihood")
    void ofMaximumLikelihood(Change<MaximumLikelihood.Builder> change) throws IOException {
        double[] usual = fitted(quick());
        assertFalse(Arrays.equals(usual, fitted(change.change().apply(quick()))));
    }

    private static MaximumLikelihood.Builder quick() {
        return MaximumLikelihood.builder().optEpochs(3).optBatchSize(16).optLearningRate(0.01);
    }

    private double[] fitted(MaximumLikelihood.Builder settings) throws IOException {
        NormalizingFlow flow = flow();
        fit(flow, settings);
        return weights(flow);
    }

    private void fit(NormalizingFlow flow, MaximumLikelihood.Builder settings) throws IOException {
        NDList rows = new NDList(manager.create(Toys.twoMoons(48, 1), new Shape(48, 2)));
        try (Model model = Model.newInstance("flow", "PyTorch")) {
            model.setBlock(flow);
            settings.build().fit(model, rows, rows);
        }
    }

    static Stream<Change<VariationalInference.Builder>> changesOfVariationalInference() {
        return Stream.of(
                new Change<>("epochs", b -> b.optEpochs(2)),
                new Change<>("steps", b -> b.optStepsPerEpoch(5)),
                new Change<>("batch size", b -> b.optBatchSize(12)),
                new Change<>("learning rate", b -> b.optLearningRate(0.02)),
                new Change<>("warm-up", b -> b.optWarmUp(0.7)),
                new Change<>("first moment", b -> b.optBetas(0.8, 0.999)),
                new Change<>("second moment", b -> b.optBetas(0.9, 0.5)),
                new Change<>("weight decay", b -> b.optWeightDecay(0.5)),
                new Change<>("annealing", b -> b.optAnnealing(0.1, 50)),
                new Change<>("divergence", b -> b.optDivergence(Divergence.renyi(0, 2))),
                new Change<>("gradient limit", b -> b.optGradientLimit(1e-9)),
                new Change<>("average", b -> b.optAverageDecay(0.3)),
                new Change<>("seed", b -> b.optSeed(1)));
    }

    @ParameterizedTest
    @MethodSource("changesOfVariationalInference")
    void ofVariationalInference(Change<VariationalInference.Builder> change) {
        double[] usual = fitted(quickInference());
        assertFalse(Arrays.equals(usual, fitted(change.change().apply(quickInference()))));
    }

    private static VariationalInference.Builder quickInference() {
        return VariationalInference.builder()
                .optEpochs(3)
                .optStepsPerEpoch(4)
                .optBatchSize(16)
                .optEvaluation(16)
                .optLearningRate(0.01);
    }

    private double[] fitted(VariationalInference.Builder settings) {
        NormalizingFlow flow = flow();
        settings.build().fit(flow, Energy.U1.logDensity());
        return weights(flow);
    }

    private NormalizingFlow flow() {
        Fixtures.seed(2);
        NormalizingFlow flow =
                new NormalizingFlow(
                        new Coupling(
                                Mask.KEEP_FIRST_HALF, new Affine(ScaleMap.SOFT_CLIP), new Mlp(3)),
                        new DiagonalNormal());
        flow.initialize(manager, DataType.FLOAT32, new Shape(1, 2));
        Fixtures.randomise(flow);
        return flow;
    }

    private static double[] weights(Block block) {
        return block.getParameters().values().stream()
                .flatMapToDouble(p -> Arrays.stream(Fixtures.doubles(p.getArray())))
                .toArray();
    }

    /** What both trainers have is checked alike, whoever has it. */
    @Test
    void settingsOutOfRangeAreRefused() {
        assertRefuses("MaximumLikelihood", MaximumLikelihood.builder());
        assertRefuses("VariationalInference", VariationalInference.builder());
        MaximumLikelihood.Builder likelihood = MaximumLikelihood.builder();
        assertRefused("MaximumLikelihood", () -> likelihood.optChunkRows(-1));
        VariationalInference.Builder inference = VariationalInference.builder();
        assertRefused("VariationalInference", () -> inference.optStepsPerEpoch(0));
        assertRefused("VariationalInference", () -> inference.optEvaluation(0));
    }

    private static void assertRefuses(String trainer, OptimizationBuilder<?> b) {
        for (Executable call :
                List.<Executable>of(
                        () -> b.optGradientLimit(-1),
                        () -> b.optEpochs(0),
                        () -> b.optBatchSize(0),
                        () -> b.optLearningRate(0),
                        () -> b.optLearningRate(Double.NaN),
                        () -> b.optLearningRate(Double.POSITIVE_INFINITY),
                        () -> b.optLearningRate(1e39),
                        () -> b.optLearningRate(1e-50),
                        () -> b.optBetas(0.9, 1 - 1e-9),
                        () -> b.optBetas(Double.NaN, 0.9),
                        () -> b.optWarmUp(Double.NaN),
                        () -> b.optWeightDecay(Double.POSITIVE_INFINITY),
                        () -> b.optWeightDecay(1e-50),
                        () -> b.optWeightDecay(Double.NaN),
                        () -> b.optGradientLimit(1e-50),
                        () -> b.optGradientLimit(Double.NaN),
                        () -> b.optAverageDecay(Double.NaN),
                        () -> b.optWarmUp(-0.1),
                        () -> b.optWarmUp(1.1),
                        () -> b.optBetas(1, 0.5),
                        () -> b.optBetas(0.5, -0.1),
                        () -> b.optWeightDecay(-1),
                        () -> b.optGradientLimit(0),
                        () -> b.optSkipLimit(-1),
                        () -> b.optAverageDecay(-0.1),
                        () -> b.optAverageDecay(1),
                        () -> b.optPatience(0))) {
            assertRefused(trainer, call);
        }
    }

    private static void assertRefused(String trainer, Executable call) {
        Fixtures.assertRefused(IllegalArgumentException.class, trainer + ": expected", call);
    }

    /** A longer run has a longer schedule: it goes other steps in its first epoch. */
    @Test
    void theScheduleIsThatOfTheWholeRun() throws IOException {
        assertFalse(Arrays.equals(weightsOfFirstEpoch(1), weightsOfFirstEpoch(8)));
    }

    private double[] weightsOfFirstEpoch(int epochs) throws IOException {
        NormalizingFlow flow = flow();
        List<double[]> afterEach = new ArrayList<>();
        fit(flow, quick().optEpochs(epochs).optListener(history -> afterEach.add(weights(flow))));
        return afterEach.get(0);
    }

    /** A schedule counts steps from 0, one for all parameters of a step. */
    @Test
    void theScheduleIsAskedForEachStep() {
        List<Integer> asked = new ArrayList<>();
        Tracker rate =
                step -> {
                    asked.add(step);
                    return 0.01f;
                };
        NDList rows = new NDList(manager.zeros(new Shape(4, 2)));
        try (FusedAdam optimizer = FusedAdam.builder().optLearningRate(rate).build()) {
            TrainingStep step = TrainingStep.of(flow(), optimizer, 1).orElseThrow();
            for (int i = 0; i < 3; i++) {
                step.take(rows);
            }
        }
        assertEquals(List.of(0, 1, 2), asked);
    }

    /** Of one seed and the same settings a run is repeated to the bit. */
    @Test
    void theSameSettingsGiveTheSameWeights() throws IOException {
        assertArrayEquals(fitted(quick()), fitted(quick()));
        assertArrayEquals(fitted(quickInference()), fitted(quickInference()));
    }

    /** Batches of unequal size count by their rows. */
    @Test
    void theMonitorAveragesOverRows() {
        NDArray validation = manager.zeros(new Shape(1, 2));
        try (WeightAverage average = new WeightAverage(0);
                Monitor monitor = new Monitor(new NDList(validation), average, 1)) {
            monitor.add(-1, 3);
            monitor.add(-5, 1);
            monitor.add(Double.NaN, 100);
            assertEquals(2, monitor.getRunningLoss());
            monitor.endEpoch(flow());
            assertEquals(2, monitor.getTrainingLosses().get(0));
            monitor.add(-7, 2);
            assertEquals(7, monitor.getRunningLoss());
        }
    }
}
