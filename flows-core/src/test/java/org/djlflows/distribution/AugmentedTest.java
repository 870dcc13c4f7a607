package org.djlflows.distribution;

import static org.djlflows.testing.Fixtures.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.nn.core.Linear;

import org.djlflows.Distribution;
import org.djlflows.NormalizingFlow;
import org.djlflows.bijection.Rescale;
import org.djlflows.data.ClassWeights;
import org.djlflows.kernel.NoGrad;
import org.djlflows.nn.Mlp;
import org.djlflows.testing.Fixtures;
import org.djlflows.training.FusedAdam;
import org.djlflows.training.TrainingStep;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.util.Arrays;

class AugmentedTest {

    private static final int ROWS = 20_000;

    private NDManager manager;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
        Engine.getEngine("PyTorch").setRandomSeed(5);
    }

    @AfterEach
    void close() {
        manager.close();
    }

    /** The mean of -(sigma e)^2 / 2 is -sigma^2 / 2. */
    @Test
    void noiseHasItsDeviation() {
        Augmented noisy = new Augmented(new StandardNormal(), 0.5);
        noisy.initialize(manager, DataType.FLOAT32, new Shape(1, 3));
        double[] logProb = logProb(noisy, new NDList(manager.zeros(new Shape(ROWS, 3))), false);
        double mean = Arrays.stream(logProb).average().orElseThrow();
        assertEquals(-1.5 * Math.log(2 * Math.PI) - 3 * 0.125, mean, 0.01);
    }

    @Test
    void classesAreDroppedInTrainingAlone() {
        ConditionalNormal density = new ConditionalNormal(new Mlp(4));
        Augmented dropped = new Augmented(density, 0, 0.3);
        dropped.initialize(manager, DataType.FLOAT32, new Shape(1, 1), new Shape(1, 4));
        try (NoGrad noGrad = NoGrad.open()) {
            for (Parameter parameter : density.getParameters().values()) {
                NDArray array = parameter.getArray();
                array.addi(manager.randomNormal(0, 0.5f, array.getShape(), DataType.FLOAT32));
            }
        }
        NDArray x = manager.zeros(new Shape(ROWS, 1));
        NDArray label = ClassWeights.repeat(manager, 4, 2, ROWS);
        NDArray none = ClassWeights.repeat(manager, 4, ClassWeights.NONE, ROWS);
        double withClass = logProb(density, new NDList(x, label), false)[0];
        double without = logProb(density, new NDList(x, none), false)[0];

        double[] training = logProb(dropped, new NDList(x, label), true);
        long lost = Arrays.stream(training).filter(l -> Math.abs(l - without) < 1e-6).count();
        long kept = Arrays.stream(training).filter(l -> Math.abs(l - withClass) < 1e-6).count();
        assertEquals(ROWS, lost + kept);
        assertEquals(0.3, lost / (double) ROWS, 0.015);

        double[] evaluation = logProb(dropped, new NDList(x, label), false);
        assertTrue(Arrays.stream(evaluation).allMatch(l -> Math.abs(l - withClass) < 1e-6));
    }

    /** A training step goes another way, by record and backward. */
    @Test
    void aTrainingStepDrawsNoiseToo() {
        Augmented noisy = new Augmented(new DiagonalNormal(), 0.5);
        noisy.initialize(manager, DataType.FLOAT32, new Shape(1, 3));
        requireGradients(noisy);
        try (FusedAdam adam = FusedAdam.builder().build()) {
            TrainingStep step = TrainingStep.of(noisy, adam, 100).orElseThrow();
            double mean = step.take(new NDList(manager.zeros(new Shape(ROWS, 3)))).meanLogProb();
            assertEquals(-1.5 * Math.log(2 * Math.PI) - 3 * 0.125, mean, 0.01);
        }
    }

    @Test
    void aTrainingStepDropsClassesToo() {
        ConditionalNormal density = new ConditionalNormal(new Mlp(4));
        Augmented dropped = new Augmented(density, 0, 1);
        dropped.initialize(manager, DataType.FLOAT32, new Shape(1, 1), new Shape(1, 4));
        Fixtures.randomise(dropped);
        NDArray x = manager.zeros(new Shape(8, 1));
        NDArray none = ClassWeights.repeat(manager, 4, ClassWeights.NONE, 8);
        double without = logProb(density, new NDList(x, none), false)[0];
        requireGradients(dropped);
        try (FusedAdam adam = FusedAdam.builder().build()) {
            TrainingStep step = TrainingStep.of(dropped, adam, 100).orElseThrow();
            NDArray label = ClassWeights.repeat(manager, 4, 2, 8);
            assertEquals(without, step.take(new NDList(x, label)).meanLogProb(), 1e-5);
        }
    }

    /** A density without a kernel is called on its own. */
    @Test
    void augmentsInParts() {
        ConditionalNormal density = new ConditionalNormal(new Mlp(4));
        NormalizingFlow foreign =
                new NormalizingFlow(new Rescale(1), density, Linear.builder().setUnits(4).build());
        Augmented dropped = new Augmented(foreign, 0.5, 1);
        dropped.initialize(manager, DataType.FLOAT32, new Shape(1, 1), new Shape(1, 4));
        NDArray x = manager.zeros(new Shape(ROWS, 1));
        NDArray label = ClassWeights.repeat(manager, 4, 2, ROWS);
        double mean =
                Arrays.stream(logProb(dropped, new NDList(x, label), true)).average().orElseThrow();
        assertEquals(-0.5 * Math.log(2 * Math.PI) - 0.125, mean, 0.01);
    }

    private static void requireGradients(Augmented block) {
        block.getParameters()
                .values()
                .forEach(parameter -> parameter.getArray().setRequiresGradient(true));
    }

    @Test
    void numbersOutOfRangeAreRefused() {
        for (double[] pair : new double[][] {{-1, 0}, {0, -0.1}, {0, 1.1}, {Double.NaN, 0}}) {
            assertRefused(
                    IllegalArgumentException.class,
                    "Augmented: expected",
                    () -> new Augmented(new StandardNormal(), pair[0], pair[1]));
        }
    }

    private double[] logProb(Distribution distribution, NDList inputs, boolean training) {
        try (NoGrad noGrad = NoGrad.open()) {
            return Fixtures.doubles(
                    distribution.forward(Fixtures.store(manager), inputs, training).get(0));
        }
    }
}
