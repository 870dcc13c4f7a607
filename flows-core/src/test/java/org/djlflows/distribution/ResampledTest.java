package org.djlflows.distribution;

import static org.djlflows.testing.Fixtures.assertRefused;
import static org.djlflows.testing.Fixtures.doubles;
import static org.djlflows.testing.Fixtures.store;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.LambdaBlock;
import ai.djl.pytorch.jni.JniUtils;

import org.djlflows.NormalizingFlow;
import org.djlflows.bijection.Coupling;
import org.djlflows.bijection.Mask;
import org.djlflows.data.Toys;
import org.djlflows.kernel.KernelBlock;
import org.djlflows.nn.Mlp;
import org.djlflows.spec.ScaleMap;
import org.djlflows.testing.Fixtures;
import org.djlflows.training.MaximumLikelihood;
import org.djlflows.univariate.Affine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;

/** On the line, where acceptance and density can be integrated. */
class ResampledTest {

    private static final double STEP = 0.002;
    private static final int POINTS = 10_001;

    private NDManager manager;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
        Fixtures.seed(5);
    }

    @AfterEach
    void close() {
        manager.close();
    }

    /** Rejects most of what is about 0.3, and on the left less than on the right. */
    private Resampled distribution(int proposals) {
        Mlp network = new Mlp(2);
        Resampled distribution = new Resampled(proposals, network);
        distribution.initialize(manager, DataType.FLOAT64, new Shape(1, 1));
        set(network, "layer0_weight", 1, -1);
        set(network, "layer0_bias", -0.3, 0.3);
        set(distribution, "weight", 3, 2);
        set(distribution, "bias", -2.5);
        set(distribution, "mean_acceptance", MEAN);
        return distribution;
    }

    private static void set(Block block, String name, double... values) {
        NDArray array = block.getDirectParameters().get(name).getArray();
        try (NDArray from = array.getManager().create(values, array.getShape())) {
            from.copyTo(array);
        }
        array.setRequiresGradient(!name.equals("mean_acceptance"));
    }

    private static double acceptance(double x) {
        return acceptance(x, -2.5);
    }

    private static double acceptance(double x, double bias) {
        double logit = 3 * Math.max(0, x - 0.3) + 2 * Math.max(0, 0.3 - x) + bias;
        return 1 / (1 + Math.exp(-logit));
    }

    private static double normal(double x) {
        return Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
    }

    private static double integral(DoubleUnaryOperator f) {
        double sum = 0;
        for (int i = 0; i < POINTS; i++) {
            sum += STEP * f.applyAsDouble(STEP * (i - POINTS / 2));
        }
        return sum;
    }

    private static final double MEAN = integral(x -> normal(x) * acceptance(x));

    private double mean(Resampled distribution) {
        return doubles(distribution.getDirectParameters().get("mean_acceptance").getArray())[0];
    }

    private static double density(double x, int proposals) {
        double allRejected = Math.pow(1 - MEAN, proposals - 1);
        return normal(x) * ((1 - allRejected) * acceptance(x) / MEAN + allRejected);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 5, 100, 10_000})
    void densityIsTheFormulaAndHasMassOne(int proposals) {
        double[] points = new double[POINTS];
        Arrays.setAll(points, i -> STEP * (i - POINTS / 2));
        NDArray x = manager.create(points, new Shape(POINTS, 1));
        double[] got = distribution(proposals).logProb(x).toDoubleArray();
        double mass = 0;
        for (int i = 0; i < POINTS; i++) {
            assertEquals(Math.log(density(points[i], proposals)), got[i], 1e-9);
            mass += STEP * Math.exp(got[i]);
        }
        assertEquals(1, mass, 1e-6);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 5, 100})
    void samplesFollowTheDensity(int proposals) {
        int n = 40_000;
        double[] drawn = doubles(distribution(proposals).sample(manager, n));
        for (double end : new double[] {-1, -0.2, 0.3, 0.8, 1.5}) {
            double expected = integral(x -> x < end ? density(x, proposals) : 0);
            double got = Arrays.stream(drawn).filter(x -> x < end).count() / (double) n;
            assertEquals(expected, got, 3.5 * 0.5 / Math.sqrt(n), "below " + end);
        }
    }

    @Test
    void settlingFindsTheMeanAcceptanceOfTheWeights() {
        Resampled distribution = distribution(20);
        set(distribution, "mean_acceptance", 0.9);
        KernelBlock.settle(distribution);
        double found = mean(distribution);
        assertEquals(MEAN, found, 4 * 0.35 / Math.sqrt(131_072));
        // Always the same draws.
        KernelBlock.settle(distribution);
        assertEquals(found, mean(distribution));
        assertEquals(0, manager.newSubManager().getManagedArrays().size());
    }

    @Test
    void aFreshOneIsTheStandardNormalDistribution() {
        Resampled fresh = new Resampled(30, new Mlp(6, 6));
        StandardNormal normal = new StandardNormal();
        fresh.initialize(manager, DataType.FLOAT64, new Shape(1, 2, 3));
        normal.initialize(manager, DataType.FLOAT64, new Shape(1, 2, 3));
        NDArray x = manager.randomNormal(new Shape(50, 2, 3), DataType.FLOAT64);
        assertArrayEquals(doubles(normal.logProb(x)), doubles(fresh.logProb(x)), 1e-12);
        assertEquals(new Shape(4, 2, 3), fresh.sample(manager, 4).getShape());
    }

    /** The gradient of the exact objective, in which the mean acceptance depends on the bias. */
    @Test
    void trainingHasTheGradientOfTheMeanAcceptance() {
        int proposals = 6;
        double[] rows = {-0.7, 0.2, 1.1};
        double step = 1e-5;
        double expected =
                (objective(rows, proposals, -2.5 + step) - objective(rows, proposals, -2.5 - step))
                        / (2 * step);
        Resampled distribution = distribution(proposals);
        NDList x = new NDList(manager.create(rows, new Shape(3, 1)));
        NDArray bias = distribution.getDirectParameters().get("bias").getArray();
        int calls = 60;
        double total = 0;
        for (int i = 0; i < calls; i++) {
            set(distribution, "mean_acceptance", MEAN);
            bias.getGradient().subi(bias.getGradient().duplicate());
            Fixtures.backward(() -> distribution.forward(store(manager), x, true).get(0).sum());
            total += bias.getGradient().toDoubleArray()[0];
        }
        // Without that of the mean it would be the sum of three positive numbers, above 1.
        assertEquals(expected, total / calls, 0.02);
        assertTrue(Math.abs(expected) < 0.5, "objective of the test");
        assertNotEquals(MEAN, mean(distribution), "the running mean moves");
        assertEquals(MEAN, mean(distribution), 0.01);
    }

    @Test
    void samplesCarryNoGradients() {
        NDList rows = new NDList(manager.create(new Shape(5, 0), DataType.FLOAT64));
        JniUtils.setGradMode(true);
        try {
            for (NDArray drawn : distribution(6).sample(store(manager), rows, true)) {
                assertFalse(Fixtures.isRecorded(drawn));
            }
        } finally {
            JniUtils.setGradMode(false);
        }
    }

    private static double objective(double[] rows, int proposals, double bias) {
        double mean = integral(x -> normal(x) * acceptance(x, bias));
        double rejected = Math.pow(1 - mean, proposals - 1);
        return Arrays.stream(rows)
                .map(x -> Math.log((1 - rejected) * acceptance(x, bias) / mean + rejected))
                .sum();
    }

    @Test
    void aTrainedOneHasTheMeanAcceptanceOfItsWeights() throws IOException {
        Resampled base = new Resampled(50, new Mlp(32, 32));
        NormalizingFlow flow =
                new NormalizingFlow(
                        new Coupling(
                                Mask.KEEP_FIRST_HALF, new Affine(ScaleMap.SOFT_CLIP), new Mlp(8)),
                        base);
        flow.initialize(manager, DataType.FLOAT32, new Shape(1, 2));
        int n = 3000;
        NDArray rows = manager.create(Toys.circles(n, 1), new Shape(n, 2));
        try (Model model = Model.newInstance("resampled")) {
            model.setBlock(flow);
            MaximumLikelihood.builder()
                    .optEpochs(12)
                    .optBatchSize(250)
                    .optLearningRate(0.01)
                    .build()
                    .fit(model, new NDList(rows.get("500:")), new NDList(rows.get(":500")));
        }
        double trained = mean(base);
        assertTrue(trained < 0.45, "it rejects: " + trained);
        KernelBlock.settle(base);
        assertEquals(trained, mean(base));
    }

    @Test
    void badArgumentsAreRefused() {
        assertRefused(
                IllegalArgumentException.class,
                "Resampled: expected at least 2 proposals and a Scripted network, got 1 and Mlp",
                () -> new Resampled(1, new Mlp(4)));
        assertRefused(
                IllegalArgumentException.class,
                "got 5 and LambdaBlock",
                () -> new Resampled(5, new LambdaBlock(x -> x, "own")));
    }
}
