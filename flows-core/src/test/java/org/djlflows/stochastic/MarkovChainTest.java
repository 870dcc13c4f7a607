package org.djlflows.stochastic;

import static org.djlflows.testing.Fixtures.assertClose;
import static org.djlflows.testing.Fixtures.assertRefused;
import static org.djlflows.testing.Fixtures.doubles;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;

import org.djlflows.Distribution;
import org.djlflows.distribution.ConditionalNormal;
import org.djlflows.distribution.DiagonalNormal;
import org.djlflows.distribution.GaussianMixture;
import org.djlflows.distribution.StandardNormal;
import org.djlflows.evaluation.Estimate;
import org.djlflows.evaluation.ImportanceWeights;
import org.djlflows.kernel.NoGrad;
import org.djlflows.kernel.RandomNumbers;
import org.djlflows.nn.Mlp;
import org.djlflows.testing.Fixtures;
import org.djlflows.training.FusedAdam;
import org.djlflows.training.LogDensity;
import org.djlflows.training.TrainingStep;
import org.djlflows.training.VariationalInference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** Chains against densities whose normaliser and moments are known. */
class MarkovChainTest {

    private static final int DRAWS = 20_000;

    private static final double LOG_NORMALIZER = 2 + Math.log(2 * Math.PI * 0.25);

    private NDManager manager;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
        Fixtures.seed(31);
    }

    @AfterEach
    void close() {
        manager.close();
    }

    /** The three kinds. */
    enum Kind {
        METROPOLIS,
        LANGEVIN,
        ADJUSTED;

        MarkovChain of(Block target, int steps, double deviation) {
            return switch (this) {
                case METROPOLIS -> MarkovChain.metropolis(target, steps, deviation);
                case LANGEVIN -> MarkovChain.langevin(target, steps, deviation);
                case ADJUSTED -> MarkovChain.adjustedLangevin(target, steps, deviation);
            };
        }
    }

    /** Two normal distributions of deviation 0.5 at -3 and 3, weights 0.3 and 0.7, times e^2. */
    private static LogDensity twoModes() {
        return LogDensity.of(
                """
                def log_prob(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
                    left = -2 * (x[:, 0] + 3).square() - 1.2039728043259361
                    right = -2 * (x[:, 0] - 3).square() - 0.35667494393873245
                    modes = torch.stack([left, right]).logsumexp(0)
                    return 2 + modes - 2 * x[:, 1].square()
                """);
    }

    /** A normal distribution that is fitted to both modes sees one of them; its weights agree. */
    @Test
    void aFlowAloneLeavesOutAMode() {
        Distribution alone = fitted(new DiagonalNormal());
        ImportanceWeights weights = weights(alone);
        assertTrue(
                weights.efficiency().value() > 0.7, "efficiency " + weights.efficiency().value());
        double off = Math.abs(weights.logNormalizer().value() - LOG_NORMALIZER);
        assertTrue(off > 0.3, "log Z is off by " + off);
    }

    private Distribution fitted(Distribution flow) {
        flow.initialize(manager, DataType.FLOAT32, new Shape(1, 2));
        VariationalInference.builder()
                .optEpochs(3)
                .optStepsPerEpoch(100)
                .optBatchSize(64)
                .optLearningRate(0.05)
                .build()
                .fit(flow, twoModes());
        return flow;
    }

    private ImportanceWeights weights(Distribution flow) {
        return ImportanceWeights.draw(flow, twoModes(), manager, DRAWS);
    }

    /** From a wide normal distribution through annealed targets to both modes. */
    @ParameterizedTest
    @EnumSource
    void pathsWeighBothModes(Kind kind) {
        for (DataType type : new DataType[] {DataType.FLOAT32, DataType.FLOAT64}) {
            Distribution base = wide(type);
            ImportanceWeights before = weights(base);
            LogDensity target = twoModes();
            Distribution flow = StochasticFlow.of(annealing(kind, base, target), base);
            flow.initialize(manager, type, new Shape(1, 2));
            assertTrue(flow.isBound());
            NDList drawn = flow.sampleWithLogProb(manager, DRAWS);
            assertEquals(type, drawn.get(1).getDataType());
            ImportanceWeights after = ImportanceWeights.of(target, drawn);
            Estimate logZ = after.logNormalizer();
            assertEquals(LOG_NORMALIZER, logZ.value(), 4 * logZ.standardError());
            assertTrue(logZ.standardError() < 0.02, "" + logZ.standardError());
            assertTrue(
                    after.efficiency().value() > 2 * before.efficiency().value(),
                    before.efficiency().value() + " " + after.efficiency().value());
            NDArray x = drawn.get(0).toType(DataType.FLOAT64, false);
            assertMean(1.2, after, x, row -> row[0]);
            assertMean(9.25, after, x, row -> row[0] * row[0]);
            assertMean(0.25, after, x, row -> row[1] * row[1]);
        }
    }

    private static void assertMean(
            double expected, ImportanceWeights weights, NDArray x, ToDoubleFunction<double[]> f) {
        double[] all = doubles(x);
        double[] values = new double[all.length / 2];
        Arrays.setAll(values, i -> f.applyAsDouble(new double[] {all[2 * i], all[2 * i + 1]}));
        Estimate mean = weights.expectation(values);
        assertEquals(expected, mean.value(), 4 * mean.standardError());
    }

    private Distribution wide(DataType type) {
        DiagonalNormal base = new DiagonalNormal();
        base.initialize(manager, type, new Shape(1, 2));
        try (NoGrad noGrad = NoGrad.open()) {
            base.getParameters().valueAt(1).getArray().addi(Math.log(2.5));
        }
        base.freezeParameters(true);
        return base;
    }

    /** In the order of the data: the target first. */
    private static List<MarkovChain> annealing(Kind kind, Block base, Block target) {
        List<MarkovChain> layers = new ArrayList<>();
        for (int i = 8; i >= 1; i--) {
            layers.add(kind.of(new Annealed(base, target, i / 8.0), 3, i == 8 ? 0.4 : 0.6));
        }
        return layers;
    }

    /** Variational inference takes gradients through the chains to what is before them. */
    @ParameterizedTest
    @EnumSource
    void whatIsBeforeTheChainsIsTrained(Kind kind) {
        DiagonalNormal base = new DiagonalNormal();
        StochasticFlow flow = new StochasticFlow(kind.of(twoModes(), 4, 0.4), base);
        flow.initialize(manager, DataType.FLOAT32, new Shape(1, 2));
        double before = weights(flow).evidenceBound().value();
        fitted(flow);
        Estimate after = weights(flow).evidenceBound();
        assertTrue(after.value() > before + 3, before + " " + after);
        assertTrue(after.low() < LOG_NORMALIZER, "" + after);
    }

    @ParameterizedTest
    @EnumSource
    void acceptanceFallsWithTheStep(Kind kind) {
        double last = 1;
        for (double deviation : new double[] {0.02, 1, 2}) {
            MarkovChain chain = kind.of(new StandardNormal(), 20, deviation);
            chain.initialize(manager, DataType.FLOAT64, new Shape(1, 3));
            NDArray x = manager.randomNormal(0, 1, new Shape(500, 3), DataType.FLOAT64);
            double mean = chain.acceptance(new NDList(x)).mean().getDouble();
            if (kind == Kind.LANGEVIN) {
                assertEquals(1, mean, 1e-12);
            } else {
                assertTrue(mean > 0.05 && mean <= last, deviation + ": " + mean);
                last = mean;
                assertEquals(deviation < 0.1, mean > 0.96, deviation + ": " + mean);
            }
        }
    }

    /** Where samples are those of the target, adjusted chains leave them so, and are exact. */
    @ParameterizedTest
    @EnumSource(names = {"METROPOLIS", "ADJUSTED"})
    void theTargetStaysAsItIs(Kind kind) {
        GaussianMixture target = new GaussianMixture(2);
        target.initialize(manager, DataType.FLOAT64, new Shape(1, 2));
        Fixtures.randomise(target);
        StochasticFlow flow = new StochasticFlow(kind.of(target, 10, 1.4), target);
        flow.initialize(manager, DataType.FLOAT64, new Shape(1, 2));
        NDList drawn = flow.sampleWithLogProb(manager, DRAWS);
        assertClose(target.logProb(drawn.get(0)), drawn.get(1), 1e-9);
        assertClose(drawn.get(1), flow.logProb(drawn.get(0)), 1e-9);
        double[] moved = moments(drawn.get(0));
        double[] direct = moments(target.sample(manager, DRAWS));
        assertArrayEquals(direct, moved, 0.06);
        assertFalse(moved[0] == 0);
    }

    private static double[] moments(NDArray x) {
        NDArray square = x.get(":, 0").mul(x.get(":, 1"));
        return new double[] {
            x.get(":, 0").mean().getDouble(),
            x.get(":, 1").mean().getDouble(),
            x.square().mean().getDouble(),
            square.mean().getDouble()
        };
    }

    /** Two Langevin steps on a normal distribution are linear, so what they make is normal. */
    @Test
    void theBoundOfLangevinStepsIsThatOfWhatTheyMake() {
        double s = 0.7;
        StochasticFlow flow =
                new StochasticFlow(
                        MarkovChain.langevin(new StandardNormal(), 2, s), new DiagonalNormal());
        flow.initialize(manager, DataType.FLOAT64, new Shape(1, 1));
        set(flow.getParameters().valueAt(1), 0.6);
        set(flow.getParameters().valueAt(2), -0.5);
        double mean = 0.6;
        double variance = Math.exp(-1);
        double shrink = 1 - 0.5 * s * s;
        for (int i = 0; i < 2; i++) {
            mean *= shrink;
            variance = shrink * shrink * variance + s * s;
        }
        double x = 0.9;
        double exact =
                -0.5 * (x - mean) * (x - mean) / variance - 0.5 * Math.log(2 * Math.PI * variance);
        NDArray row = manager.create(new double[] {x}, new Shape(1, 1)).repeat(0, DRAWS);
        double[] draws = doubles(flow.logProb(row));
        assertTrue(Arrays.stream(draws).average().orElseThrow() < exact - 0.01);
        ImportanceWeights ratios =
                ImportanceWeights.of(Arrays.stream(draws).map(d -> d - exact).toArray());
        assertEquals(0, ratios.logNormalizer().value(), 4 * ratios.logNormalizer().standardError());
        double[] drawn = doubles(flow.sample(manager, DRAWS));
        double got = Arrays.stream(drawn).average().orElseThrow();
        assertEquals(mean, got, 4 * Math.sqrt(variance / DRAWS));
        double square = Arrays.stream(drawn).map(v -> (v - got) * (v - got)).sum() / DRAWS;
        assertEquals(variance, square, 4 * variance * Math.sqrt(2.0 / DRAWS));
    }

    private void set(Parameter parameter, double value) {
        try (NoGrad noGrad = NoGrad.open()) {
            NDArray array = parameter.getArray();
            array.subi(array).addi(value);
        }
    }

    /** Against differences, on the same noise; what is accepted is the same on both sides. */
    @ParameterizedTest
    @EnumSource
    void gradientsAreThoseOfThePath(Kind kind) {
        DiagonalNormal base = new DiagonalNormal();
        GaussianMixture target = new GaussianMixture(2);
        StochasticFlow flow = new StochasticFlow(kind.of(target, 3, 0.5), base);
        flow.initialize(manager, DataType.FLOAT64, new Shape(1, 2));
        Fixtures.randomise(flow);
        NDList x = new NDList(flow.sample(manager, 6));
        NDList rows = new NDList(manager.create(new Shape(6, 0), DataType.FLOAT64));
        for (boolean forward : new boolean[] {true, false}) {
            for (Parameter parameter : flow.getParameters().values()) {
                if (parameter.requiresGradient()) {
                    NDArray array = parameter.getArray();
                    Fixtures.backward(() -> value(flow, forward ? x : rows, forward));
                    double[] gradient = doubles(array.getGradient());
                    zeroGradients(flow);
                    for (int i = 0; i < gradient.length; i++) {
                        double h = 1e-6;
                        double difference =
                                (shifted(flow, forward ? x : rows, forward, array, i, h)
                                                - shifted(
                                                        flow,
                                                        forward ? x : rows,
                                                        forward,
                                                        array,
                                                        i,
                                                        -h))
                                        / (2 * h);
                        assertEquals(difference, gradient[i], 1e-5 * (1 + Math.abs(difference)));
                    }
                }
            }
        }
    }

    private NDArray value(StochasticFlow flow, NDList in, boolean forward) {
        Fixtures.seed(9);
        ParameterStore store = Fixtures.store(manager);
        if (forward) {
            return flow.forward(store, in, true).get(0).sum();
        }
        NDList drawn = flow.sample(store, in, true);
        return drawn.get(1).sum().add(drawn.get(0).sin().sum());
    }

    private double shifted(
            StochasticFlow flow, NDList in, boolean forward, NDArray array, int i, double h) {
        try (NoGrad noGrad = NoGrad.open()) {
            double[] before = doubles(array);
            double[] after = before.clone();
            after[i] += h;
            manager.create(after, array.getShape()).copyTo(array);
            double value = value(flow, in, forward).getDouble();
            manager.create(before, array.getShape()).copyTo(array);
            return value;
        }
    }

    private static void zeroGradients(Block block) {
        for (Parameter parameter : block.getParameters().values()) {
            if (parameter.requiresGradient()) {
                NDArray gradient = parameter.getArray().getGradient();
                gradient.subi(gradient);
            }
        }
    }

    /** The step of maximum likelihood goes another way, by record and backward. */
    @ParameterizedTest
    @EnumSource
    void aTrainingStepHasTheSameGradient(Kind kind) {
        StochasticFlow flow =
                new StochasticFlow(kind.of(new GaussianMixture(2), 2, 0.4), new DiagonalNormal());
        flow.initialize(manager, DataType.FLOAT32, new Shape(1, 2));
        Fixtures.randomise(flow);
        NDArray x = flow.sample(manager, 5);
        ParameterStore store = Fixtures.store(manager);
        Fixtures.seed(1);
        Fixtures.backward(() -> flow.forward(store, new NDList(x), true).get(0).mean());
        double square = 0;
        for (Parameter parameter : flow.getParameters().values()) {
            if (parameter.requiresGradient()) {
                square += parameter.getArray().getGradient().square().sum().getFloat();
            }
        }
        Fixtures.seed(1);
        try (FusedAdam optimizer = FusedAdam.builder().build()) {
            TrainingStep step = TrainingStep.of(flow, optimizer, 1000).orElseThrow();
            double norm = step.take(new NDList(x)).gradientNorm();
            assertTrue(norm > 0.01);
            assertEquals(Math.sqrt(square), norm, 1e-3 * norm);
        }
    }

    @Test
    void aSeedDecidesThePaths() {
        Distribution base = wide(DataType.FLOAT32);
        Distribution flow = StochasticFlow.of(annealing(Kind.ADJUSTED, base, twoModes()), base);
        flow.initialize(manager, DataType.FLOAT32, new Shape(1, 2));
        double[][] weights = new double[3][];
        for (int i = 0; i < 3; i++) {
            try (RandomNumbers numbers = RandomNumbers.seeded(i / 2)) {
                weights[i] = weights(flow).logWeights();
            }
        }
        assertArrayEquals(weights[0], weights[1]);
        assertFalse(Arrays.equals(weights[0], weights[2]));
    }

    /** The target sees the context. */
    @Test
    void eachRowGoesToTheTargetOfItsContext() {
        ConditionalNormal target = new ConditionalNormal(new Mlp(4));
        StochasticFlow flow =
                new StochasticFlow(
                        MarkovChain.adjustedLangevin(
                                new Annealed(new StandardNormal(), target, 1), 60, 0.6),
                        new StandardNormal());
        flow.initialize(manager, DataType.FLOAT64, new Shape(1, 2), new Shape(1, 1));
        Fixtures.randomise(target);
        for (double value : new double[] {-2, 2}) {
            NDArray c = manager.create(new double[] {value}, new Shape(1, 1)).repeat(0, 4000);
            double[] moved = moments(flow.sample(c));
            assertArrayEquals(moments(target.sample(c)), moved, 0.12);
        }
        // As many rows with a context one by one as together.
        NDArray x = manager.zeros(new Shape(3, 2), DataType.FLOAT64);
        NDArray c = manager.create(new double[] {-1, 0, 1}, new Shape(3, 1));
        assertEquals(new Shape(3), flow.logProb(x, c).getShape());
    }

    @Test
    void whatCannotBeIsRefused() {
        refuses(
                "MarkovChain: expected 1 step or more of a positive and finite deviation, got 0 and"
                        + " 0.1",
                () -> MarkovChain.metropolis(twoModes(), 0, 0.1));
        refuses("got 1 and -0.1", () -> MarkovChain.langevin(twoModes(), 1, -0.1));
        refuses(
                "MarkovChain: expected a log-density that is the same at each call, got a"
                        + " StochasticFlow that draws",
                () ->
                        MarkovChain.metropolis(
                                new StochasticFlow(new Sort().inverted(), new StandardNormal()),
                                1,
                                0.1));
        MarkovChain ofJava = MarkovChain.metropolis(LogDensity.of(x -> x.sum(new int[] {1})), 1, 1);
        refuses(
                "MarkovChain: expected a target with a kernel, such as LogDensity.of(text), got a"
                        + " LogDensity without",
                () -> ofJava.initialize(manager, DataType.FLOAT32, new Shape(1, 2)));
        refuses(
                "Annealed: expected a share in [0, 1], got 1.5",
                () -> new Annealed(new StandardNormal(), twoModes(), 1.5));
    }

    private static void refuses(String message, Executable call) {
        assertRefused(IllegalArgumentException.class, message, call);
    }
}
