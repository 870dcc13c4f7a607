package org.djlflows.bijection;

import static org.djlflows.testing.Fixtures.assertClose;
import static org.djlflows.testing.Fixtures.doubles;
import static org.djlflows.testing.Fixtures.store;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

import org.djlflows.Bijection;
import org.djlflows.NormalizingFlow;
import org.djlflows.SequentialBijection;
import org.djlflows.distribution.StandardNormal;
import org.djlflows.kernel.KernelException;
import org.djlflows.kernel.NoGrad;
import org.djlflows.testing.Fixtures;
import org.djlflows.training.FusedAdam;
import org.djlflows.training.TrainingStep;
import org.djlflows.weights.Weights;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BatchNormTest {

    private NDManager manager;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
        Fixtures.seed(3);
    }

    @AfterEach
    void close() {
        manager.close();
    }

    @Test
    void trainingNormalisesByTheBatchAndEvaluationByTheRunningStatistics() {
        // Mean 2, variance 5.
        double[] column = {-1, 1, 3, 5};
        Bijection layer = initialised(new BatchNorm(), new Shape(4, 1));
        NDList x = new NDList(manager.create(column, new Shape(4, 1)));
        NDList z = forward(layer, x, true);
        double deviation = Math.sqrt(5 + 1e-4);
        double[] expected = {-3 / deviation, -1 / deviation, 1 / deviation, 3 / deviation};
        assertArrayEquals(expected, doubles(z.get(0)), 1e-14);
        assertEquals(-Math.log(deviation), doubles(z.get(1))[3], 1e-14);

        double mean = 0.1 * 2;
        double variance = 0.9 * 1 + 0.1 * 5;
        assertArrayEquals(new double[] {mean}, buffer(layer, 0), 1e-15);
        assertArrayEquals(new double[] {variance}, buffer(layer, 1), 1e-15);
        NDList later = forward(layer, x, false);
        double running = Math.sqrt(variance + 1e-4);
        assertEquals((5 - mean) / running, doubles(later.get(0))[3], 1e-14);
        assertEquals(-Math.log(running), doubles(later.get(1))[0], 1e-14);
        assertArrayEquals(new double[] {mean}, buffer(layer, 0), 1e-15, "evaluation moves nothing");
    }

    @Test
    void inTrainingTheInverseTakesTheRunningStatistics() {
        Bijection layer = initialised(new BatchNorm(), new Shape(50, 3));
        NDArray x = manager.randomNormal(1, 3, new Shape(50, 3), DataType.FLOAT64);
        for (int i = 0; i < 5; i++) {
            forward(layer, new NDList(x), true);
        }
        NDList z = new NDList(x);
        assertClose(
                layer.inverse(store(manager), z, false).get(0),
                layer.inverse(store(manager), z, true).get(0),
                0);
    }

    @Test
    void whatTheMaskKeepsPasses() {
        Shape shape = new Shape(20, 2, 4, 4);
        Bijection layer = initialised(new BatchNorm(Mask.KEEP_EVEN_PIXELS), shape);
        NDArray x = manager.randomNormal(7, 4, shape, DataType.FLOAT64);
        double[] before = doubles(x);
        double[] after = doubles(forward(layer, new NDList(x), true).get(0));
        double[] sum = new double[2];
        double[] square = new double[2];
        for (int i = 0; i < before.length; i++) {
            int channel = i / 16 % 2;
            if ((i / 4 % 4 + i % 4) % 2 == 0) {
                assertEquals(before[i], after[i]);
            } else {
                sum[channel] += after[i] / (20 * 8);
                square[channel] += after[i] * after[i] / (20 * 8);
            }
        }
        assertArrayEquals(new double[] {0, 0}, sum, 1e-12);
        assertArrayEquals(new double[] {1, 1}, square, 1e-4);
    }

    /** A product of so many deviations would leave the range of float32. */
    @Test
    void theLogDetOfManyFeaturesIsFinite() {
        Shape shape = new Shape(30, 200);
        for (double scale : new double[] {0.1, 1e4}) {
            BatchNorm layer = new BatchNorm();
            layer.initialize(manager, DataType.FLOAT32, shape);
            NDArray x = manager.randomNormal(0, (float) scale, shape, DataType.FLOAT32);
            double[] logDet = doubles(forward(layer, new NDList(x), true).get(1));
            assertEquals(-200 * Math.log(scale), logDet[0], 20);
            double[] later = doubles(forward(layer, new NDList(x), false).get(1));
            assertTrue(Double.isFinite(later[0]));
        }
    }

    /** The program of a training step calls the layer with a slice of its parameters. */
    @Test
    void aTrainingStepMovesTheRunningStatistics() {
        Bijection layer = new BatchNorm();
        NormalizingFlow flow =
                new NormalizingFlow(
                        new SequentialBijection(new LuLinear(), layer), new StandardNormal());
        flow.initialize(manager, DataType.FLOAT32, new Shape(1, 3));
        flow.getParameters()
                .values()
                .forEach(p -> p.getArray().setRequiresGradient(p.requiresGradient()));
        NDArray x = manager.randomNormal(new Shape(64, 3)).add(10);
        try (FusedAdam optimizer = FusedAdam.builder().build()) {
            TrainingStep step = TrainingStep.of(flow, optimizer, 1).orElseThrow();
            step.take(new NDList(x));
        }
        for (double mean : buffer(layer, 0)) {
            assertEquals(1, mean, 0.05);
        }
        for (double variance : buffer(layer, 1)) {
            assertEquals(1, variance, 0.1);
        }
    }

    @Test
    void batchesThatAreEmptyOrNotFiniteMoveNothing() {
        Bijection layer = initialised(new BatchNorm(), new Shape(4, 2));
        double inf = Double.POSITIVE_INFINITY;
        for (double[] rows : new double[][] {{}, {1, 2, Double.NaN, 3}, {1, 2, 5, -inf}}) {
            NDArray x = manager.create(rows, new Shape(rows.length / 2, 2));
            NDList z = forward(layer, new NDList(x), true);
            assertEquals(x.getShape(), z.get(0).getShape());
            assertArrayEquals(new double[] {0, 0}, buffer(layer, 0));
            assertArrayEquals(new double[] {1, 1}, buffer(layer, 1));
        }
    }

    /** One value would become 0, with a log-determinant that grows without a reason. */
    @Test
    void oneValueOfAChannelIsRefusedInTraining() {
        Bijection layer = initialised(new BatchNorm(), new Shape(1, 2));
        NDList x = new NDList(normal(new Shape(1, 2)));
        Fixtures.assertRefused(
                KernelException.class,
                "BatchNorm: expected 2 values of each channel or more in training, got 1",
                () -> forward(layer, x, true));
        forward(layer, x, false);
    }

    /** Chunks of 256 and 1 row would have no statistics in the last one. */
    @Test
    void aTrainingStepLeavesNoChunkWithoutStatistics() {
        NormalizingFlow flow =
                new NormalizingFlow(
                        new SequentialBijection(new LuLinear(), new BatchNorm()),
                        new StandardNormal());
        flow.initialize(manager, DataType.FLOAT32, new Shape(1, 300));
        NDArray x = manager.randomNormal(new Shape(257, 300));
        try (FusedAdam optimizer = FusedAdam.builder().build()) {
            TrainingStep step = TrainingStep.of(flow, optimizer, 1).orElseThrow();
            // 300 standard normal entries, each a little narrower than before normalisation.
            assertEquals(-1.419 * 300, step.take(new NDList(x)).meanLogProb(), 5);
        }
    }

    @Test
    void theRunningStatisticsAreSaved() {
        Bijection layer = initialised(new BatchNorm(), new Shape(20, 2));
        NDList x = new NDList(normal(new Shape(20, 2)).add(3));
        forward(layer, x, true);
        Bijection restored = initialised(new BatchNorm(), new Shape(20, 2));
        Weights.restore(restored, Weights.copy(layer, manager));
        assertClose(forward(layer, x, false).get(0), forward(restored, x, false).get(0), 0);
    }

    private Bijection initialised(Bijection layer, Shape shape) {
        layer.initialize(manager, DataType.FLOAT64, shape);
        return layer;
    }

    private NDList forward(Bijection layer, NDList x, boolean training) {
        try (NoGrad noGrad = NoGrad.open()) {
            return layer.forward(store(manager), x, training);
        }
    }

    private NDArray normal(Shape shape) {
        return manager.randomNormal(0, 1, shape, DataType.FLOAT64);
    }

    private static double[] buffer(Bijection layer, int i) {
        return doubles(layer.getParameters().valueAt(i).getArray());
    }
}
