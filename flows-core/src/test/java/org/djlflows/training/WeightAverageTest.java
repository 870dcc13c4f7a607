package org.djlflows.training;

import static org.djlflows.testing.Fixtures.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.Trainer;

import org.djlflows.NormalizingFlow;
import org.djlflows.bijection.BatchNorm;
import org.djlflows.bijection.Permutation;
import org.djlflows.distribution.DiagonalNormal;
import org.djlflows.kernel.NoGrad;
import org.djlflows.testing.Fixtures;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.util.Random;

class WeightAverageTest {

    private Model model;
    private Trainer trainer;
    private NDArray places;
    private NDArray mean;
    private NDArray logDeviation;

    @BeforeEach
    void open() {
        model = Model.newInstance("averaged", "PyTorch");
        NormalizingFlow flow = new NormalizingFlow(Permutation.of(1, 2, 0), new DiagonalNormal());
        flow.initialize(model.getNDManager(), DataType.FLOAT32, new Shape(1, 3));
        model.setBlock(flow);
        places = flow.getParameters().get(0).getValue().getArray();
        mean = flow.getParameters().get(1).getValue().getArray();
        logDeviation = flow.getParameters().get(2).getValue().getArray();
        trainer = model.newTrainer(new DefaultTrainingConfig(new NegativeLogLikelihood()));
    }

    @AfterEach
    void close() {
        trainer.close();
        model.close();
    }

    @Test
    void isTheFormulaWithoutBiasAndSwapsBitwise() {
        for (double decay : new double[] {0, 0.5, 0.99}) {
            WeightAverage average = new WeightAverage(decay);
            average.onTrainingBegin(trainer);
            Random random = new Random(4);
            double[] sum = new double[3];
            for (int t = 1; t <= 30; t++) {
                // A batch, then a step.
                average.onTrainingBatch(trainer, null);
                float[] weights = set(random);
                for (int i = 0; i < 3; i++) {
                    sum[i] = decay * sum[i] + (1 - decay) * weights[i];
                }
                if (t % 10 == 0) {
                    average.onEpoch(trainer);
                    float[] other = logDeviation.toFloatArray();
                    average.swap();
                    double[] expected = sum.clone();
                    for (int i = 0; i < 3; i++) {
                        expected[i] /= 1 - Math.pow(decay, t);
                    }
                    assertArrayEquals(expected, Fixtures.doubles(mean), 1e-6);
                    average.swap();
                    assertArrayEquals(weights, mean.toFloatArray());
                    assertArrayEquals(other, logDeviation.toFloatArray());
                }
            }
            assertEquals(30, average.getSteps());
        }
    }

    @Test
    void whatStaysAsItIsKeepsItsValue() {
        WeightAverage average = new WeightAverage(0.9);
        average.onTrainingBegin(trainer);
        for (int t = 0; t < 30; t++) {
            average.onTrainingBatch(trainer, null);
            average.onEpoch(trainer);
        }
        average.swap();
        assertArrayEquals(new float[] {1, 2, 0}, places.toFloatArray());
    }

    /** Those of the last steps do not belong to the averaged weights before them. */
    @Test
    void runningStatisticsAreAveragedWithTheWeights() {
        try (NDManager manager = NDManager.newBaseManager()) {
            NormalizingFlow flow = new NormalizingFlow(new BatchNorm(), new DiagonalNormal());
            flow.initialize(manager, DataType.FLOAT32, new Shape(1, 1));
            NDArray running = flow.getParameters().get(0).getValue().getArray();
            try (WeightAverage average = new WeightAverage(0.5)) {
                for (float value : new float[] {4, 1}) {
                    running.set(new float[] {value});
                    average.onStep(flow);
                }
                average.swap();
                assertEquals((0.25f * 4 + 0.5f * 1) / 0.75f, running.getFloat(), 1e-6);
                average.swap();
                assertEquals(1, running.getFloat());
            }
        }
    }

    @Test
    void swapBeforeTheFirstStepDoesNothing() {
        float[] before = set(new Random(5));
        WeightAverage average = new WeightAverage(0.9);
        average.swap();
        average.onTrainingBegin(trainer);
        average.swap();
        assertArrayEquals(before, mean.toFloatArray());
    }

    @Test
    void leavesNothingOnTheManagerOfTheModel() {
        WeightAverage average = new WeightAverage(0.9);
        int before = model.getNDManager().getManagedArrays().size();
        average.onTrainingBatch(trainer, null);
        int begun = model.getNDManager().getManagedArrays().size();
        for (int i = 0; i < 5; i++) {
            average.onTrainingBatch(trainer, null);
            average.swap();
            average.swap();
        }
        assertEquals(begun, model.getNDManager().getManagedArrays().size());
        average.onTrainingEnd(trainer);
        assertEquals(before, model.getNDManager().getManagedArrays().size());
    }

    @Test
    void decaysOutOfRangeAreRefused() {
        for (double decay : new double[] {-0.1, 1, Double.NaN}) {
            assertRefused(
                    IllegalArgumentException.class,
                    "WeightAverage: expected the decay of the average of the weights to be in [0,"
                            + " 1), 0 for none, got "
                            + decay,
                    () -> new WeightAverage(decay));
        }
    }

    /** Sets both weights at random; returns the mean. */
    private float[] set(Random random) {
        float[] values = new float[3];
        for (NDArray array : new NDArray[] {logDeviation, mean}) {
            for (int i = 0; i < 3; i++) {
                values[i] = (float) random.nextGaussian();
            }
            try (NoGrad noGrad = NoGrad.open()) {
                array.set(values);
            }
        }
        return values;
    }
}
