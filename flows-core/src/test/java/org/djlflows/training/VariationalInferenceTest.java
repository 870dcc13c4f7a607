package org.djlflows.training;

import static org.djlflows.testing.Fixtures.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.TrainingDivergedException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.LambdaBlock;
import ai.djl.nn.Parameter;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.training.tracker.Tracker;

import org.djlflows.Distribution;
import org.djlflows.NormalizingFlow;
import org.djlflows.SequentialBijection;
import org.djlflows.bijection.ActNorm;
import org.djlflows.bijection.BatchNorm;
import org.djlflows.bijection.Coupling;
import org.djlflows.bijection.Mask;
import org.djlflows.bijection.Planar;
import org.djlflows.distribution.DiagonalNormal;
import org.djlflows.distribution.StandardNormal;
import org.djlflows.nn.Mlp;
import org.djlflows.spec.ScaleMap;
import org.djlflows.testing.Fixtures;
import org.djlflows.univariate.Affine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/** Variational inference against targets whose answer is known. */
class VariationalInferenceTest {

    /** A normal distribution with correlation 0.9, times e. */
    private static final String CORRELATED =
            """
            def log_prob(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
                square = x.square().sum([1]) - 1.8 * x[:, 0] * x[:, 1]
                return 1 - 0.5 * square / 0.19
            """;

    private static final double CORRELATED_LOG_Z = 1 + Math.log(2 * Math.PI * Math.sqrt(0.19));

    @TempDir private Path folder;

    private NDManager manager;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
        Fixtures.seed(8);
    }

    @AfterEach
    void close() {
        manager.close();
    }

    private <T extends Block> T initialized(T block, DataType type, Shape... shapes) {
        Fixtures.seed(8);
        block.initialize(manager, type, shapes);
        return block;
    }

    private Distribution planarFlow(DataType type) {
        SequentialBijection layers =
                new SequentialBijection(
                        new Planar(Planar.Function.TANH), new Planar(Planar.Function.TANH));
        Distribution flow =
                initialized(
                        new NormalizingFlow(layers, new DiagonalNormal()), type, new Shape(1, 2));
        Fixtures.randomise(flow);
        return flow;
    }

    private static List<double[]> weights(Block block) {
        List<double[]> all = new ArrayList<>();
        for (Parameter parameter : block.getParameters().values()) {
            all.add(Fixtures.doubles(parameter.getArray()));
        }
        return all;
    }

    static Stream<Divergence> divergences() {
        return Stream.of(
                        Divergence.reverseKl(),
                        Divergence.renyi(0.5, 3),
                        Divergence.renyi(0, 4),
                        Divergence.renyi(-1, 2))
                .flatMap(d -> Stream.of(d, d.withPathGradient()));
    }

    /** A function in Java makes the step run in parts. */
    @ParameterizedTest
    @MethodSource("divergences")
    void oneProgramAndPartsTakeTheSameSteps(Divergence divergence) {
        VariationalInference inference =
                VariationalInference.builder()
                        .optDivergence(divergence)
                        .optAnnealing(0.1, 10)
                        .optBatchSize(32)
                        .optEvaluation(40)
                        .optStepsPerEpoch(3)
                        .optEpochs(2)
                        .build();
        Distribution whole = planarFlow(DataType.FLOAT64);
        History first = inference.fit(whole, LogDensity.of(CORRELATED));
        Distribution inParts = planarFlow(DataType.FLOAT64);
        List<double[]> before = weights(inParts);
        LogDensity function =
                LogDensity.of(
                        x -> {
                            NDArray precision =
                                    x.getManager()
                                            .create(new double[] {1, -0.9, -0.9, 1})
                                            .reshape(2, 2);
                            NDArray scale = x.getManager().create(-0.5 / 0.19);
                            NDArray square = x.matMul(precision).mul(x).sum(new int[] {1});
                            return square.mul(scale).add(1);
                        });
        History second = inference.fit(inParts, function);
        assertEquals(first.training().get(1), second.training().get(1), 1e-5);
        assertEquals(first.bestValidation(), second.bestValidation(), 1e-5);
        List<double[]> expected = weights(whole);
        List<double[]> got = weights(inParts);
        for (int i = 0; i < expected.size(); i++) {
            assertArrayEquals(expected.get(i), got.get(i), 1e-7);
        }
        assertFalse(Arrays.equals(before.get(0), got.get(0)));
    }

    /** Where q is p the path gradient vanishes for each sample, the other in the mean alone. */
    @ParameterizedTest
    @ValueSource(doubles = {1, 0.5, 0, -1})
    void thePathGradientSticksTheLanding(double alpha) {
        Divergence divergence = Divergence.renyi(alpha, 4);
        double[] noisy = gradient(divergence, 50, 0);
        assertTrue(Arrays.stream(noisy).map(Math::abs).max().orElseThrow() > 1e-3);
        assertArrayEquals(new double[4], gradient(divergence.withPathGradient(), 50, 0), 1e-6);
    }

    /** Both gradients have the same mean. */
    @ParameterizedTest
    @ValueSource(doubles = {1, 0.5, 0, -1})
    void bothGradientsAreUnbiased(double alpha) {
        Divergence divergence = Divergence.renyi(alpha, 3);
        double[] expected = gradient(divergence, 50_000, 0.2);
        double[] path = gradient(divergence.withPathGradient(), 50_000, 0.2);
        assertArrayEquals(expected, path, 0.015);
        assertTrue(path[0] > 0.03 && path[2] > 0.03, Arrays.toString(path));
    }

    private static LogDensity standardNormal() {
        return LogDensity.of(
                """
                def log_prob(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
                    return -0.5 * x.square().sum([1])
                """);
    }

    /** The gradient at a normal distribution of mean and log deviation off, from many bounds. */
    private double[] gradient(Divergence divergence, int bounds, double off) {
        DiagonalNormal flow = initialized(new DiagonalNormal(), DataType.FLOAT32, new Shape(1, 2));
        for (Parameter parameter : flow.getParameters().values()) {
            manager.full(new Shape(2), (float) off).copyTo(parameter.getArray());
        }
        LogWeights logWeights =
                new LogWeights(flow, standardNormal(), divergence.isPathGradient(), false);
        logWeights.initialize(manager, DataType.FLOAT32, new Shape(1, 0));
        try (FusedAdam adam = FusedAdam.builder().optLearningRate(Tracker.fixed(0)).build()) {
            VariationalStep step =
                    new VariationalStep(logWeights, 2, divergence, adam, Double.POSITIVE_INFINITY);
            step.take(new NDList(rows(bounds)), 1);
            // The first moment is a tenth of it.
            NDList state = adam.getState(logWeights);
            return Stream.of(state.get(0), state.get(3))
                    .flatMapToDouble(first -> Arrays.stream(Fixtures.doubles(first)))
                    .map(g -> 10 * g)
                    .toArray();
        }
    }

    private NDArray rows(int n) {
        return manager.create(new Shape(n, 0), DataType.FLOAT32);
    }

    /** Samples come by the running statistics, by which the density must be taken as well. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void thePathGradientLeavesTheStatisticsOfABatchAlone(boolean inParts) {
        Block target = inParts ? new LambdaBlock(in -> sumOfSquares(in)) : standardNormal();
        float[] bounds = new float[2];
        for (int i = 0; i < 2; i++) {
            NormalizingFlow flow =
                    initialized(
                            new NormalizingFlow(new BatchNorm(), new DiagonalNormal()),
                            DataType.FLOAT32,
                            new Shape(1, 2));
            NDArray variance = flow.getParameters().valueAt(1).getArray();
            manager.full(variance.getShape(), 4f).copyTo(variance);
            Divergence plain = Divergence.reverseKl();
            Divergence divergence = i == 0 ? plain : plain.withPathGradient();
            LogWeights logWeights = new LogWeights(flow, target, i == 1, false);
            logWeights.initialize(manager, DataType.FLOAT32, new Shape(1, 0));
            try (FusedAdam adam = FusedAdam.builder().build()) {
                VariationalStep step = new VariationalStep(logWeights, 4, divergence, adam, 1);
                Fixtures.seed(3);
                bounds[i] = step.take(new NDList(rows(50)), 1).meanLogProb();
            }
            assertArrayEquals(new float[] {4, 4}, variance.toFloatArray());
        }
        assertEquals(bounds[0], bounds[1], 1e-5f);
    }

    private static NDList sumOfSquares(NDList in) {
        return new NDList(in.get(0).square().sum(new int[] {1}).neg());
    }

    /** The variances of a diagonal q are those of p given all else: 1 - 0.81. */
    @Test
    void theOrderDecidesHowMuchIsCovered() {
        double reverse = deviation(Divergence.reverseKl().withPathGradient());
        assertEquals(Math.sqrt(0.19), reverse, 0.01);
        double half = deviation(Divergence.renyi(0.5, 16));
        double upper = deviation(Divergence.renyi(-1, 1024));
        assertTrue(half > 1.1 * reverse, half + " after " + reverse);
        assertTrue(upper > 1.1 * half, upper + " after " + half);
    }

    private double deviation(Divergence divergence) {
        DiagonalNormal flow = initialized(new DiagonalNormal(), DataType.FLOAT32, new Shape(1, 2));
        VariationalInference.builder()
                .optDivergence(divergence)
                .optLearningRate(0.03)
                .optBatchSize(divergence.samples() == 1024 ? 1 : 64)
                .optEvaluation(divergence.samples() == 1 ? 1 << 16 : 8)
                .optEpochs(3)
                .build()
                .fit(flow, LogDensity.of(CORRELATED));
        double[] logDeviation = weights(flow).get(1);
        return Math.exp(0.5 * (logDeviation[0] + logDeviation[1]));
    }

    @Test
    void theBoundReachesTheNormaliser() {
        Distribution flow =
                initialized(
                        new NormalizingFlow(
                                new Coupling(
                                        Mask.KEEP_FIRST_HALF,
                                        new Affine(ScaleMap.SOFT_CLIP),
                                        new Mlp(16)),
                                new DiagonalNormal()),
                        DataType.FLOAT64,
                        new Shape(1, 2));
        History history =
                VariationalInference.builder()
                        .optDivergence(Divergence.reverseKl().withPathGradient())
                        .optAnnealing(0.1, 200)
                        .optLearningRate(0.02)
                        .optBatchSize(64)
                        .optEvaluation(1024)
                        .optEpochs(6)
                        .build()
                        .fit(flow, LogDensity.of(CORRELATED));
        assertEquals(-CORRELATED_LOG_Z, history.bestValidation(), 0.01);
        assertEquals(0, history.skippedSteps());
        assertTrue(history.bestEpoch() > 3);
    }

    /** x is normal, c is x with noise of variance 0.25, so p(x | c) and p(c) are known. */
    @Test
    void aConditionalFlowIsAnAmortisedPosterior() {
        LogDensity joint =
                LogDensity.of(
                        """
                        def log_prob(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
                            assert c is not None
                            prior = -0.5 * (x.square() + 1.8378770664093453)
                            noise = -2 * (c - x).square() - 0.2257913526447274
                            return (prior + noise).squeeze(1)
                        """);
        Shape one = new Shape(1, 1);
        NormalizingFlow flow =
                initialized(
                        new NormalizingFlow(
                                new Coupling(
                                        Mask.KEEP_FIRST_HALF,
                                        new Affine(ScaleMap.SOFT_CLIP),
                                        new Mlp(16)),
                                new DiagonalNormal()),
                        DataType.FLOAT32,
                        one,
                        one);
        float deviation = (float) Math.sqrt(1.25);
        NDArray training = manager.randomNormal(0, deviation, new Shape(4000, 1), DataType.FLOAT32);
        NDArray validation =
                manager.randomNormal(0, deviation, new Shape(1000, 1), DataType.FLOAT32);
        History history =
                VariationalInference.builder()
                        .optLearningRate(0.02)
                        .optBatchSize(100)
                        .optEpochs(8)
                        .build()
                        .fit(flow, joint, training, validation);
        double entropy = 0;
        for (double c : Fixtures.doubles(validation)) {
            entropy += 0.5 * (c * c / 1.25 + Math.log(2 * Math.PI * 1.25)) / 1000;
        }
        assertEquals(entropy, history.bestValidation(), 0.01);
        NDArray given = manager.full(new Shape(4000, 1), 1.5f);
        double[] x = Fixtures.doubles(flow.sample(given));
        double mean = Arrays.stream(x).average().orElseThrow();
        assertEquals(1.5 / 1.25, mean, 0.05);
        Fixtures.assertRefused(
                IllegalArgumentException.class,
                "VariationalInference: expected at least 256 training contexts, one batch, got 100",
                () ->
                        VariationalInference.builder()
                                .build()
                                .fit(flow, joint, validation.get("0:100"), validation));
    }

    @Test
    void theTargetIsTrainedOnRequestAlone() {
        DiagonalNormal model = initialized(new DiagonalNormal(), DataType.FLOAT32, new Shape(1, 2));
        Distribution flow = planarFlow(DataType.FLOAT32);
        VariationalInference.Builder settings =
                VariationalInference.builder().optEpochs(1).optStepsPerEpoch(2).optEvaluation(10);
        settings.build().fit(flow, model);
        assertArrayEquals(new double[2], weights(model).get(1));
        settings.optJointly().build().fit(flow, model);
        assertTrue(Math.abs(weights(model).get(1)[0]) > 1e-4);
    }

    @Test
    void stepsThatAreNotFiniteAreSkippedAndCounted() {
        // Some batches reach the region where the logarithm has no value.
        LogDensity target =
                LogDensity.of(
                        """
                        def log_prob(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
                            return (3.3 - x[:, 0]).log() - 0.5 * x.square().sum([1])
                        """);
        DiagonalNormal flow = initialized(new DiagonalNormal(), DataType.FLOAT32, new Shape(1, 2));
        VariationalInference.Builder settings =
                VariationalInference.builder()
                        .optEpochs(4)
                        .optBatchSize(512)
                        .optEvaluation(512)
                        .optSkipLimit(400);
        History history = settings.build().fit(flow, target);
        assertTrue(history.skippedSteps() > 0);
        assertTrue(history.skippedSteps() < 100, "skipped " + history.skippedSteps());
        assertTrue(Double.isFinite(history.training().get(3)));
        assertTrue(weights(flow).get(0)[0] < -0.1, "not trained");
        Distribution planar = planarFlow(DataType.FLOAT32);
        Fixtures.assertRefused(
                TrainingDivergedException.class,
                "Stopped after 1 step with gradients that are not finite. A log-density of",
                () -> settings.optSkipLimit(0).build().fit(planar, target));
    }

    @Test
    void aTargetOfAnotherFormIsRefused() {
        Distribution flow = planarFlow(DataType.FLOAT32);
        VariationalInference inference = VariationalInference.builder().build();
        Block column = new LambdaBlock(in -> new NDList(in.get(0).sum(new int[] {1}, true)));
        Fixtures.assertRefused(
                IllegalArgumentException.class,
                "expected a target of log-densities of shape (2) for 2 rows, got (2, 1)",
                () -> inference.fit(flow, column));
        NDArray context = manager.zeros(new Shape(300, 1));
        Fixtures.assertRefused(
                IllegalArgumentException.class,
                "NormalizingFlow: expected no context, got shape (2, 1)",
                () -> inference.fit(flow, standardNormal(), context, context));
        Fixtures.assertRefused(
                IllegalArgumentException.class,
                "Divergence: expected a finite order and at least 1 sample, 2 for a negative order, got NaN and 1",
                () -> Divergence.renyi(Double.NaN, 1));
        Fixtures.assertRefused(
                IllegalArgumentException.class,
                "VariationalInference: expected the first power to be in [0, 1], got 2.0",
                () -> VariationalInference.builder().optAnnealing(2, 1));
        VariationalInference.Builder b = VariationalInference.builder();
        for (double value : new double[] {0, -1, Double.NaN, 1e-50}) {
            Fixtures.assertRefused(
                    IllegalArgumentException.class,
                    "VariationalInference: expected the highest learning rate to be positive",
                    () -> b.optLearningRate(value));
            Fixtures.assertRefused(
                    IllegalArgumentException.class,
                    "VariationalInference: expected the largest global norm",
                    () -> b.optGradientLimit(value));
        }
        for (double value : new double[] {1e39, Double.POSITIVE_INFINITY}) {
            Fixtures.assertRefused(
                    IllegalArgumentException.class,
                    "VariationalInference: expected the highest learning rate to be positive",
                    () -> b.optLearningRate(value));
        }
        Fixtures.assertRefused(
                IllegalArgumentException.class,
                "to be positive and finite, got Infinity",
                () -> b.optAnnealing(0.1, Double.POSITIVE_INFINITY));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.5, 1})
    void lowerBoundsTrainATarget(double alpha) {
        DiagonalNormal model = initialized(new DiagonalNormal(), DataType.FLOAT32, new Shape(1, 2));
        VariationalInference.builder()
                .optJointly()
                .optDivergence(Divergence.renyi(alpha, 8))
                .optEpochs(1)
                .optStepsPerEpoch(2)
                .optEvaluation(10)
                .build()
                .fit(planarFlow(DataType.FLOAT32), model);
        assertTrue(Math.abs(weights(model).get(1)[0]) > 1e-4);
    }

    @Test
    void aDivergenceThatCannotTrainATargetIsRefused() {
        Fixtures.assertRefused(
                IllegalArgumentException.class,
                "at least 1 sample, 2 for a negative order, got -0.5 and 1",
                () -> Divergence.renyi(-0.5, 1));
        for (Divergence divergence :
                List.of(Divergence.renyi(-1, 8), Divergence.renyi(0.5, 8).withPathGradient())) {
            VariationalInference.Builder settings =
                    VariationalInference.builder().optJointly().optDivergence(divergence);
            Fixtures.assertRefused(
                    IllegalArgumentException.class,
                    "VariationalInference: expected a divergence that trains a target",
                    settings::build);
        }
    }

    @Test
    void contextsMustBeOfOneForm() {
        Shape one = new Shape(1, 2);
        Distribution flow =
                initialized(
                        new NormalizingFlow(new Planar(Planar.Function.TANH), new DiagonalNormal()),
                        DataType.FLOAT32,
                        one,
                        one);
        VariationalInference inference = VariationalInference.builder().build();
        NDArray contexts = manager.zeros(new Shape(300, 2));
        for (NDArray other :
                List.of(
                        manager.zeros(new Shape(300, 3)),
                        manager.zeros(new Shape(300, 2), DataType.FLOAT64))) {
            Fixtures.assertRefused(
                    IllegalArgumentException.class,
                    "VariationalInference: expected contexts like those for validation, each"
                            + " float32 of shape (2), got ",
                    () -> inference.fit(flow, standardNormal(), other, contexts));
        }
        Fixtures.assertRefused(
                IllegalArgumentException.class,
                "VariationalInference: expected at least 1 validation context, got 0",
                () -> inference.fit(flow, standardNormal(), contexts, contexts.get("0:0")));
    }

    @Test
    void somethingMustBeTrained() {
        StandardNormal none = initialized(new StandardNormal(), DataType.FLOAT32, new Shape(1, 2));
        Distribution frozen = planarFlow(DataType.FLOAT32);
        frozen.freezeParameters(true);
        VariationalInference inference = VariationalInference.builder().build();
        for (Distribution flow : List.of(none, frozen)) {
            Fixtures.assertRefused(
                    IllegalArgumentException.class,
                    "VariationalInference: expected something to train, got no parameter",
                    () -> inference.fit(flow, standardNormal()));
        }
        DiagonalNormal model = initialized(new DiagonalNormal(), DataType.FLOAT32, new Shape(1, 2));
        manager.ones(new Shape(2)).copyTo(model.getParameters().valueAt(0).getArray());
        VariationalInference.builder().optJointly().optEpochs(1).build().fit(none, model);
        assertTrue(weights(model).get(0)[0] < 0.9, "not trained");
    }

    /** The bound is continuous in the order, also in float32. */
    @Test
    void ordersCloseToOneKeepTheirDigits() {
        double[] limit = gradient(Divergence.renyi(1, 8), 50, 0.5);
        double[] close = gradient(Divergence.renyi(1 - 1e-5, 8), 50, 0.5);
        assertArrayEquals(limit, close, 1e-4);
        double[] bounds = new double[2];
        for (int i = 0; i < 2; i++) {
            Divergence divergence = Divergence.renyi(1 - i * 1e-6, 8);
            bounds[i] = evaluated(divergence, planarFlow(DataType.FLOAT32));
        }
        assertEquals(bounds[0], bounds[1], 1e-3);
    }

    private double evaluated(Divergence divergence, Distribution flow) {
        return VariationalInference.builder()
                .optDivergence(divergence)
                .optLearningRate(1e-30)
                .optEpochs(1)
                .optStepsPerEpoch(1)
                .optEvaluation(64)
                .build()
                .fit(flow, LogDensity.of(CORRELATED))
                .bestValidation();
    }

    @Test
    void aTargetThatIsNotTrainedGetsNoGradients() {
        Block target =
                new SequentialBlock()
                        .add(Linear.builder().setUnits(1).build())
                        .add(in -> new NDList(in.get(0).sum(new int[] {1}).square().neg()));
        VariationalInference.builder()
                .optEpochs(1)
                .optStepsPerEpoch(2)
                .build()
                .fit(planarFlow(DataType.FLOAT32), target);
        NDArray weight = target.getParameters().valueAt(0).getArray();
        assertArrayEquals(new float[2], weight.getGradient().toFloatArray());
    }

    @Test
    void aFlowThatIsFittedToItsFirstBatchIsTrained() {
        Distribution flow =
                initialized(
                        new NormalizingFlow(new ActNorm(), new DiagonalNormal()),
                        DataType.FLOAT32,
                        new Shape(1, 2));
        History history =
                VariationalInference.builder()
                        .optLearningRate(0.03)
                        .optEpochs(3)
                        .build()
                        .fit(flow, standardNormal());
        assertEquals(-Math.log(2 * Math.PI), history.bestValidation(), 0.01);
    }

    @Test
    void stopsEarlyAndKeepsTheBestWeights() {
        DiagonalNormal flow = initialized(new DiagonalNormal(), DataType.FLOAT32, new Shape(1, 2));
        VariationalInference.Builder settings =
                VariationalInference.builder()
                        .optEpochs(200)
                        .optStepsPerEpoch(5)
                        .optBatchSize(4)
                        .optLearningRate(0.1)
                        .optAverageDecay(0)
                        .optPatience(4);
        History history = settings.build().fit(flow, LogDensity.of(CORRELATED));
        int epochs = history.validation().size();
        assertTrue(epochs < 200, "never stopped");
        assertEquals(epochs - 4, history.bestEpoch());
        double least = history.validation().stream().mapToDouble(loss -> loss).min().orElseThrow();
        assertEquals(least, history.bestValidation());
        // A step without a length tells the loss of the weights as they are.
        History after =
                settings.optEpochs(1)
                        .optLearningRate(1e-30)
                        .build()
                        .fit(flow, LogDensity.of(CORRELATED));
        assertEquals(least, after.bestValidation(), 1e-6);
    }

    @Test
    void aBuilderDoesNotChangeWhatItBuilt() {
        VariationalInference.Builder settings =
                VariationalInference.builder().optEpochs(1).optStepsPerEpoch(1);
        VariationalInference inference = settings.build();
        settings.optEpochs(2);
        History history = inference.fit(planarFlow(DataType.FLOAT32), standardNormal());
        assertEquals(1, history.validation().size());
    }

    @Test
    void theSeedDecidesTheRun() {
        double[][] fitted = new double[3][];
        for (int i = 0; i < 3; i++) {
            DiagonalNormal flow =
                    initialized(new DiagonalNormal(), DataType.FLOAT32, new Shape(1, 2));
            Fixtures.seed(i);
            VariationalInference.builder()
                    .optEpochs(2)
                    .optStepsPerEpoch(5)
                    .optSeed(i / 2)
                    .build()
                    .fit(flow, LogDensity.of(CORRELATED));
            fitted[i] = weights(flow).get(0);
        }
        assertArrayEquals(fitted[0], fitted[1], 0);
        assertFalse(Arrays.equals(fitted[1], fitted[2]));
    }

    /** Also in parts, where DJL collects gradients for one thread at a time. */
    @Test
    void runsAtTheSameTimeEndAsAlone() {
        Block function = new LambdaBlock(in -> new NDList(in.get(0).sum(new int[] {1}).neg()));
        for (Block target : new Block[] {LogDensity.of(CORRELATED), function}) {
            double[] alone = fitted(fresh(), target);
            // Made before the first of them runs: the seed is that of the whole engine.
            List<DiagonalNormal> flows = Stream.generate(this::fresh).limit(3).toList();
            flows.stream()
                    .map(flow -> CompletableFuture.supplyAsync(() -> fitted(flow, target)))
                    .toList()
                    .forEach(run -> assertArrayEquals(alone, run.join(), 0));
        }
    }

    private DiagonalNormal fresh() {
        return initialized(new DiagonalNormal(), DataType.FLOAT32, new Shape(1, 2));
    }

    private static double[] fitted(Distribution flow, Block target) {
        VariationalInference.builder()
                .optEpochs(2)
                .optStepsPerEpoch(5)
                .optEvaluation(300)
                .build()
                .fit(flow, target);
        return weights(flow).get(0);
    }

    @Test
    void anInterruptEndsTheRun() {
        DiagonalNormal flow = initialized(new DiagonalNormal(), DataType.FLOAT32, new Shape(1, 2));
        Thread.currentThread().interrupt();
        try {
            assertRefused(
                    CancellationException.class,
                    "VariationalInference: expected to run to its end, got an interrupt of its"
                            + " thread after 0 epochs",
                    () -> VariationalInference.builder().build().fit(flow, standardNormal()));
        } finally {
            assertTrue(Thread.interrupted(), "still interrupted");
        }
    }

    private VariationalInference.Builder withCheckpoint() {
        return VariationalInference.builder()
                .optEpochs(3)
                .optStepsPerEpoch(4)
                .optBatchSize(8)
                .optEvaluation(20)
                .optCheckpoint(folder.resolve("checkpoint"), true);
    }

    /** The target too has its weights from the checkpoint, also one that the run initialises. */
    @Test
    void aTargetThatIsTrainedIsResumed() {
        List<double[]> expected = jointly(0, withCheckpoint());
        Fixtures.assertRefused(
                IllegalStateException.class,
                "killed",
                () ->
                        jointly(
                                0,
                                withCheckpoint()
                                        .optCheckpoint(folder.resolve("checkpoint"), false)
                                        .optListener(
                                                history -> {
                                                    throw new IllegalStateException("killed");
                                                })));
        List<double[]> got = jointly(1, withCheckpoint());
        for (int i = 0; i < expected.size(); i++) {
            assertArrayEquals(expected.get(i), got.get(i));
        }
    }

    private List<double[]> jointly(int seed, VariationalInference.Builder settings) {
        Linear linear = Linear.builder().setUnits(2).build();
        Block target = new SequentialBlock().add(linear).add(in -> sumOfSquares(in));
        Distribution flow = planarFlow(DataType.FLOAT64);
        Fixtures.seed(seed);
        History history = settings.optJointly().build().fit(flow, target);
        assertEquals(3, history.validation().size());
        List<double[]> both = weights(flow);
        both.addAll(weights(target));
        return both;
    }

    @Test
    void aCheckpointOfAnotherRunIsRefused() throws IOException {
        DiagonalNormal target =
                initialized(new DiagonalNormal(), DataType.FLOAT32, new Shape(1, 2));
        DiagonalNormal flow = initialized(new DiagonalNormal(), DataType.FLOAT32, new Shape(1, 2));
        withCheckpoint().build().fit(flow, target);
        for (VariationalInference.Builder other :
                List.of(
                        withCheckpoint().optStepsPerEpoch(5),
                        withCheckpoint().optEvaluation(21),
                        withCheckpoint().optAnnealing(0.1, 5),
                        withCheckpoint().optDivergence(Divergence.renyi(0.5, 2)),
                        withCheckpoint().optJointly(),
                        withCheckpoint().optWeightDecay(0.1))) {
            assertRefusesCheckpoint(other, flow, target);
        }
        assertRefusesCheckpoint(withCheckpoint(), planarFlow(DataType.FLOAT32), target);
        assertRefusesCheckpoint(withCheckpoint(), flow, standardNormal());
        withCheckpoint().build().fit(flow, target);
        manager.ones(new Shape(2)).copyTo(target.getParameters().valueAt(0).getArray());
        assertRefusesCheckpoint(withCheckpoint(), flow, target);

        Path file = folder.resolve("checkpoint");
        Files.writeString(file, "no checkpoint");
        assertRefused(
                UncheckedIOException.class,
                "Checkpoint " + file + ": expected the state of a run",
                () -> withCheckpoint().build().fit(flow, target));
    }

    private static void assertRefusesCheckpoint(
            VariationalInference.Builder settings, Distribution flow, Block target) {
        assertRefused(
                IllegalArgumentException.class,
                "expected a run with epochs=3",
                () -> settings.build().fit(flow, target));
    }

    @Test
    void contextsOfAnotherRunAreRefused() {
        Shape one = new Shape(1, 2);
        Distribution flow =
                initialized(
                        new NormalizingFlow(new Planar(Planar.Function.TANH), new DiagonalNormal()),
                        DataType.FLOAT32,
                        one,
                        one);
        NDArray contexts = manager.zeros(new Shape(20, 2));
        withCheckpoint().build().fit(flow, standardNormal(), contexts, contexts);
        assertRefused(
                IllegalArgumentException.class,
                "contexts=",
                () ->
                        withCheckpoint()
                                .build()
                                .fit(
                                        flow,
                                        standardNormal(),
                                        contexts,
                                        manager.ones(new Shape(20, 2))));
    }

    @Test
    void leavesNothingBehind() {
        Distribution flow =
                initialized(
                        new NormalizingFlow(new Planar(Planar.Function.TANH), new StandardNormal()),
                        DataType.FLOAT32,
                        new Shape(1, 2));
        VariationalInference inference =
                VariationalInference.builder()
                        .optEpochs(2)
                        .optStepsPerEpoch(5)
                        .optEvaluation(256)
                        .build();
        Block function = new LambdaBlock(in -> new NDList(in.get(0).sum(new int[] {1}).neg()));
        for (Block target : new Block[] {Energy.U1.logDensity(), function}) {
            inference.fit(flow, target);
            int managed = manager.getManagedArrays().size();
            inference.fit(flow, target);
            assertEquals(managed, manager.getManagedArrays().size());
        }
    }
}
