package org.djlflows.stochastic;

import static org.djlflows.testing.Fixtures.assertClose;
import static org.djlflows.testing.Fixtures.assertRefused;
import static org.djlflows.testing.Fixtures.doubles;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.training.tracker.Tracker;

import org.djlflows.Distribution;
import org.djlflows.NormalizingFlow;
import org.djlflows.SequentialBijection;
import org.djlflows.bijection.ActNorm;
import org.djlflows.bijection.Coupling;
import org.djlflows.bijection.Logit;
import org.djlflows.bijection.Mask;
import org.djlflows.distribution.GaussianMixture;
import org.djlflows.distribution.StandardNormal;
import org.djlflows.distribution.UniformBox;
import org.djlflows.kernel.KernelBlock;
import org.djlflows.nn.Mlp;
import org.djlflows.spec.ScaleMap;
import org.djlflows.testing.Fixtures;
import org.djlflows.training.FusedAdam;
import org.djlflows.training.TrainingStep;
import org.djlflows.univariate.Affine;
import org.djlflows.univariate.RationalQuadraticSpline;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.util.Arrays;

/** Against the probabilities of a mixture in a logit's interval, integrated on a grid. */
class RoundingTest {

    private static final int LEVELS = 4;
    private static final int DRAWS = 20_000;
    private static final int GRID = 20_000;

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

    @Test
    void theBoundLiesBelowTheProbabilityAndItsExponentialOnIt() {
        Distribution p = density();
        p.initialize(manager, DataType.FLOAT64, new Shape(1, 1));
        Fixtures.randomise(p);
        double[] truth = probabilities(p);
        assertEquals(1, Arrays.stream(truth).sum(), 1e-4);
        // Hot, since the ratio to a q of light tails has no variance.
        Distribution hot = noise().withTemperature(2.5);
        for (Distribution q : new Distribution[] {new UniformBox(0, 1), hot}) {
            StochasticFlow quantised = dequantized(p, q);
            quantised.initialize(manager, DataType.FLOAT64, new Shape(1, 1));
            Fixtures.randomise(q);
            for (int k = 0; k < LEVELS; k++) {
                double[] draws = draws(quantised, k);
                double bound = Arrays.stream(draws).average().orElseThrow();
                assertTrue(bound < Math.log(truth[k]), bound + ", " + truth[k]);
                double probability = truth[k];
                double[] ratios =
                        Arrays.stream(draws).map(d -> Math.exp(d) / probability).toArray();
                double mean = Arrays.stream(ratios).average().orElseThrow();
                double variance =
                        Arrays.stream(ratios).map(r -> (r - mean) * (r - mean)).sum() / DRAWS;
                assertEquals(1, mean, 4 * Math.sqrt(variance / DRAWS) + 1e-4);
            }
        }
    }

    /** With p fixed, training moves q towards p(u | k), where the bound is tight. */
    @Test
    void learnedNoiseTightensTheBound() {
        NormalizingFlow p = density();
        StochasticFlow quantised = initialised(dequantized(p, noise()), DataType.FLOAT32);
        quantised.freezeParameters(
                true, parameter -> p.getParameters().values().contains(parameter));
        NDArray x = manager.arange((float) LEVELS).repeat(0, 64).reshape(-1, 1);
        double before = gap(p, quantised);
        StochasticFlow uniformly = dequantized(p, new UniformBox(0, 1));
        uniformly.initialize(manager, DataType.FLOAT32, x.getShape());
        double uniform = gap(p, uniformly);
        try (FusedAdam optimizer =
                FusedAdam.builder().optLearningRate(Tracker.fixed(0.02f)).build()) {
            TrainingStep step = TrainingStep.of(quantised, optimizer, 10).orElseThrow();
            for (int i = 0; i < 300; i++) {
                step.take(new NDList(x));
            }
        }
        double after = gap(p, quantised);
        assertTrue(after < before && after < 0.5 * uniform, before + " " + uniform + " " + after);
        assertTrue(after > 0, "the bound passed the truth: " + after);
    }

    /** The mean over the levels of log P(k) less its bound. */
    private double gap(Distribution p, StochasticFlow quantised) {
        double[] truth = probabilities(p);
        double sum = 0;
        for (int k = 0; k < LEVELS; k++) {
            double bound = Arrays.stream(draws(quantised, k)).average().orElseThrow();
            sum += (Math.log(truth[k]) - bound) / LEVELS;
        }
        return sum;
    }

    /** The step has a backward pass of its own; the same noise gives the same gradient. */
    @Test
    void theGradientOfAStepIsThatOfAutograd() {
        StochasticFlow quantised = initialised(dequantized(flow(), noise2()), DataType.FLOAT32, 2);
        NDArray x = manager.create(new float[] {0, 3, 1, 1, 2, 0}, new Shape(3, 2));
        Fixtures.seed(1);
        Fixtures.backward(
                () ->
                        quantised
                                .forward(Fixtures.store(manager), new NDList(x), true)
                                .get(0)
                                .mean());
        double square = 0;
        for (Parameter parameter : quantised.getParameters().values()) {
            if (parameter.requiresGradient()) {
                square += parameter.getArray().getGradient().square().sum().getFloat();
            }
        }
        Fixtures.seed(1);
        try (FusedAdam optimizer = FusedAdam.builder().build()) {
            TrainingStep step = TrainingStep.of(quantised, optimizer, 1).orElseThrow();
            double norm = step.take(new NDList(x)).gradientNorm();
            assertTrue(norm > 0.01);
            assertEquals(Math.sqrt(square), norm, 1e-4 * norm);
        }
    }

    /** In its first call in training the normalisation is fitted, without a kernel. */
    @Test
    void partsGiveWhatTheProgramGives() {
        NDArray x = manager.create(new float[] {0, 3, 1, 1, 2, 0}, new Shape(3, 2));
        for (boolean sampling : new boolean[] {false, true}) {
            Distribution p =
                    new NormalizingFlow(
                            new SequentialBijection(new Logit(0.05), coupling(), new ActNorm()),
                            new StandardNormal());
            StochasticFlow quantised = initialised(dequantized(p, noise2()), DataType.FLOAT32, 2);
            NDList rows = new NDList(manager.create(new Shape(5, 0)));
            NDList[] results = new NDList[2];
            for (int i = 0; i < 2; i++) {
                assertEquals(i == 1, KernelBlock.isFitted(quantised));
                Fixtures.seed(2);
                ParameterStore store = Fixtures.store(manager);
                results[i] =
                        sampling
                                ? quantised.sample(store, rows, true)
                                : quantised.forward(store, new NDList(x), true);
            }
            for (int i = 0; i < results[0].size(); i++) {
                assertClose(results[0].get(i), results[1].get(i), 1e-4);
            }
        }
    }

    @Test
    void samplesAreLevels() {
        Distribution wide = new NormalizingFlow(new Logit(0.3), new StandardNormal());
        StochasticFlow quantised =
                initialised(dequantized(wide, new UniformBox(0, 1)), DataType.FLOAT32);
        NDList drawn = quantised.sampleWithLogProb(manager, 3000);
        for (double k : doubles(drawn.get(0))) {
            assertTrue(k == 0 || k == 1 || k == 2 || k == 3, "level " + k);
        }
        assertEquals(new Shape(3000), drawn.get(1).getShape());
        // What lies outside of the interval is encoded by no level, so that its weight is 0.
        double outside = 0;
        for (double density : doubles(drawn.get(1))) {
            outside += density == Double.POSITIVE_INFINITY ? 1.0 / 3000 : 0;
        }
        double tail = 2 * 0.1983;
        assertEquals(tail, outside, 4 * Math.sqrt(tail * (1 - tail) / 3000));
    }

    /** Level k is the samples in \([k, k + 1) / L\), as often as the density has it. */
    @Test
    void eachLevelIsDrawnWithItsProbability() {
        Distribution p = density();
        StochasticFlow quantised =
                initialised(dequantized(p, new UniformBox(0, 1)), DataType.FLOAT64);
        double[] truth = probabilities(p);
        int draws = 8000;
        int[] counts = new int[LEVELS];
        for (double k : doubles(quantised.sampleWithLogProb(manager, draws).get(0))) {
            counts[(int) k]++;
        }
        for (int k = 0; k < LEVELS; k++) {
            double deviation = Math.sqrt(truth[k] * (1 - truth[k]) / draws);
            assertEquals(truth[k], counts[k] / (double) draws, 4 * deviation, "level " + k);
        }
    }

    @Test
    void oneLevelIsRefused() {
        assertRefused(
                IllegalArgumentException.class,
                "Rounding: expected 2 levels or more, got 1",
                () -> new Rounding(1));
    }

    private static StochasticFlow dequantized(Distribution p, Distribution noise) {
        return new StochasticFlow(new Rounding(LEVELS, noise).inverted(), p);
    }

    /** A density on the unit interval that varies within levels. */
    private static NormalizingFlow density() {
        return new NormalizingFlow(new Logit(0), new GaussianMixture(2));
    }

    /** Noise on the unit interval given k. */
    private static NormalizingFlow noise() {
        return new NormalizingFlow(
                new SequentialBijection(
                        new Logit(0),
                        new Coupling(
                                Mask.KEEP_FIRST_HALF,
                                new RationalQuadraticSpline(8, 4),
                                new Mlp(16))),
                new StandardNormal());
    }

    private static NormalizingFlow noise2() {
        return new NormalizingFlow(
                new SequentialBijection(new Logit(0), coupling()), new StandardNormal());
    }

    private static NormalizingFlow flow() {
        return new NormalizingFlow(
                new SequentialBijection(new Logit(0.05), coupling()), new StandardNormal());
    }

    private static Coupling coupling() {
        return new Coupling(Mask.KEEP_FIRST_HALF, new Affine(ScaleMap.SOFT_CLIP), new Mlp(8));
    }

    private StochasticFlow initialised(StochasticFlow quantised, DataType type) {
        return initialised(quantised, type, 1);
    }

    private StochasticFlow initialised(StochasticFlow quantised, DataType type, long features) {
        quantised.initialize(manager, type, new Shape(1, features));
        Fixtures.randomise(quantised);
        return quantised;
    }

    private double[] probabilities(Distribution p) {
        double[] points = new double[GRID];
        Arrays.setAll(points, i -> (i + 0.5) / GRID);
        NDArray grid = manager.create(points, new Shape(GRID, 1)).toType(p.getDataType(), false);
        double[] logProb = doubles(p.logProb(grid));
        double[] sums = new double[LEVELS];
        for (int i = 0; i < GRID; i++) {
            sums[i * LEVELS / GRID] += Math.exp(logProb[i]) / GRID;
        }
        return sums;
    }

    private double[] draws(StochasticFlow quantised, int k) {
        NDArray x = manager.full(new Shape(DRAWS, 1), k, quantised.getDataType());
        return doubles(quantised.forward(Fixtures.store(manager), new NDList(x), false).get(0));
    }
}
