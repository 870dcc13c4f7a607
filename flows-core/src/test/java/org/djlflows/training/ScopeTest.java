package org.djlflows.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;

import org.djlflows.distribution.DiagonalNormal;
import org.djlflows.testing.Fixtures;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What one call makes and later ones need outlives a scope that its caller had open. */
class ScopeTest {

    private NDManager manager;
    private NDArray rows;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
        Fixtures.seed(3);
        rows = manager.randomNormal(new Shape(20, 2));
    }

    @AfterEach
    void close() {
        manager.close();
    }

    private DiagonalNormal initialized() {
        DiagonalNormal density = new DiagonalNormal();
        density.initialize(manager, DataType.FLOAT32, rows.getShape());
        return density;
    }

    @Test
    void weights() {
        DiagonalNormal density;
        try (NDScope scope = new NDScope()) {
            density = initialized();
        }
        assertEquals(new Shape(20), density.logProb(rows).getShape());
    }

    @Test
    void theStateOfTheOptimizer() {
        DiagonalNormal density = initialized();
        try (FusedAdam adam = FusedAdam.builder().build()) {
            TrainingStep step;
            try (NDScope scope = new NDScope()) {
                step = TrainingStep.of(density, adam, 1).orElseThrow();
                step.take(new NDList(rows));
            }
            float before = step.take(new NDList(rows)).meanLogProb();
            assertTrue(step.take(new NDList(rows)).meanLogProb() > before);
            Parameter parameter = density.getParameters().valueAt(0);
            NDArray gradient = manager.ones(parameter.getArray().getShape());
            try (NDScope scope = new NDScope()) {
                adam.update("other", parameter.getArray(), gradient);
            }
            adam.update("other", parameter.getArray(), gradient);
        }
    }

    @Test
    void theAverageAndTheBestWeights() {
        DiagonalNormal density = initialized();
        try (WeightAverage average = new WeightAverage(0.5);
                Monitor monitor = new Monitor(new NDList(rows), average, 1)) {
            try (NDScope scope = new NDScope()) {
                average.onStep(density);
                monitor.add(-1, 20);
                monitor.endEpoch(density);
            }
            average.onStep(density);
            monitor.restoreBest(density);
            monitor.add(-1, 20);
            monitor.endEpoch(density);
            assertEquals(2, monitor.getEpochs());
        }
    }
}
