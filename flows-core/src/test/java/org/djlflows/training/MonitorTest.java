package org.djlflows.training;

import static org.djlflows.testing.Fixtures.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Model;
import ai.djl.TrainingDivergedException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.Trainer;

import org.djlflows.distribution.DiagonalNormal;
import org.djlflows.kernel.NoGrad;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MonitorTest {

    private NDManager data;
    private Model model;
    private Trainer trainer;
    private NDArray mean;
    private Monitor monitor;

    @BeforeEach
    void open() {
        data = NDManager.newBaseManager();
        model = Model.newInstance("monitored", "PyTorch");
        DiagonalNormal normal = new DiagonalNormal();
        normal.initialize(model.getNDManager(), DataType.FLOAT32, new Shape(1, 1));
        model.setBlock(normal);
        mean = normal.getParameters().get(0).getValue().getArray();
        trainer = model.newTrainer(new DefaultTrainingConfig(new NegativeLogLikelihood()));
        // The loss is least where the mean is 3.
        NDList validation = new NDList(data.create(new float[] {2, 4}, new Shape(2, 1)));
        monitor = new Monitor(validation, new WeightAverage(0), 2);
    }

    @AfterEach
    void close() {
        trainer.close();
        model.close();
        data.close();
    }

    @Test
    void keepsTheBestWeights() {
        epochs(0, 2, 5, 2.5f, 4);
        assertEquals(5, monitor.getEpochs());
        assertEquals(4, monitor.getBestEpoch());
        monitor.restoreBest(model.getBlock());
        assertArrayEquals(new float[] {2.5f}, mean.toFloatArray());
    }

    @Test
    void isExhaustedAfterEpochsWithoutImprovement() {
        epochs(0, 2, 2);
        assertFalse(monitor.isExhausted());
        epochs(2);
        assertTrue(monitor.isExhausted());
    }

    @Test
    void anyFiniteLossIsBetterThanNone() {
        epochs(Float.NaN, 2, 5, Float.NaN);
        assertEquals(2, monitor.getBestEpoch());
    }

    @Test
    void withoutAFiniteLossThereAreNoBestWeights() {
        epochs(1e30f, Float.NaN);
        assertEquals(0, monitor.getBestEpoch());
        assertTrue(monitor.isExhausted());
        assertRefused(
                TrainingDivergedException.class,
                "expected a finite validation loss after one of 2 epochs",
                () -> monitor.restoreBest(model.getBlock()));
    }

    /** The loss is 1.4 before training, and then that of a mean 110 deviations away. */
    @Test
    void aLossMuchWorseThanBeforeTrainingIsDivergence() {
        set(3);
        monitor.begin(model.getBlock());
        epochs(113, 120);
        assertEquals(1, monitor.getBestEpoch());
        assertRefused(
                TrainingDivergedException.class,
                "the best validation loss is 6051, and it was 1.419 before training",
                () -> monitor.restoreBest(model.getBlock()));
        epochs(7);
        monitor.restoreBest(model.getBlock());
        assertArrayEquals(new float[] {7}, mean.toFloatArray());
    }

    /** One row far away changes the best epoch of a plain mean from the first to the second. */
    @Test
    void oneRowDoesNotDecideWhichEpochIsBest() {
        float[] rows = new float[200];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = i % 2 == 0 ? 2 : 4;
        }
        rows[8] = 1e6f;
        NDList validation = new NDList(data.create(rows, new Shape(200, 1)));
        monitor = new Monitor(validation, new WeightAverage(0), 2);
        epochs(3, 3.5f);
        assertEquals(1, monitor.getBestEpoch());
        // 199 rows at one deviation, and one that counts 2 kappa = 40 nats more.
        double expected = 0.5 + 0.5 * Math.log(2 * Math.PI) + 40 / 200.0;
        assertEquals(expected, monitor.getValidationLosses().get(0), 1e-3);
    }

    @Test
    void evaluatesTheAverageAndLeavesTheWeights() {
        WeightAverage average = new WeightAverage(0.5);
        NDList validation = new NDList(data.create(new float[] {2, 4}, new Shape(2, 1)));
        monitor = new Monitor(validation, average, 2);
        average.onTrainingBegin(trainer);
        for (float value : new float[] {3, 6}) {
            average.onTrainingBatch(trainer, null);
            set(value);
        }
        average.onEpoch(trainer);
        monitor.onEpoch(trainer);
        assertArrayEquals(new float[] {6}, mean.toFloatArray());
        // 3 has half the weight of 6; the loss is that of the normal density around 5.
        double expected = (9 + 1) / 4.0 + 0.5 * Math.log(2 * Math.PI);
        assertEquals(expected, monitor.getValidationLosses().get(0), 1e-5);
        monitor.restoreBest(model.getBlock());
        assertEquals(5, mean.toFloatArray()[0], 1e-5);
    }

    private void epochs(float... means) {
        for (float value : means) {
            set(value);
            monitor.onEpoch(trainer);
        }
    }

    private void set(float value) {
        try (NoGrad noGrad = NoGrad.open()) {
            mean.set(new float[] {value});
        }
    }
}
