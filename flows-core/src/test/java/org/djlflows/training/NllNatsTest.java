package org.djlflows.training;

import static org.djlflows.testing.Fixtures.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

import org.djlflows.Distribution;
import org.djlflows.NormalizingFlow;
import org.djlflows.bijection.Coupling;
import org.djlflows.bijection.Mask;
import org.djlflows.distribution.StandardNormal;
import org.djlflows.nn.Mlp;
import org.djlflows.spec.ScaleMap;
import org.djlflows.testing.Fixtures;
import org.djlflows.univariate.Affine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class NllNatsTest {

    private NDManager manager;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
    }

    @AfterEach
    void close() {
        manager.close();
    }

    @Test
    void averagesOverRowsAndNotOverBatches() {
        NllNats evaluator = new NllNats();
        evaluator.addAccumulator("validate");
        evaluator.updateAccumulator("validate", new NDList(), logProb(-1, -2, -3));
        evaluator.updateAccumulator("validate", new NDList(), logProb(-10));
        assertEquals(16f / 4, evaluator.getAccumulator("validate"));
    }

    @Test
    void keepsItsKeysApart() {
        NllNats evaluator = new NllNats();
        for (String key : new String[] {"a", "b", "c"}) {
            evaluator.addAccumulator(key);
        }
        evaluator.updateAccumulators(new String[] {"a", "b"}, new NDList(), logProb(-2));
        evaluator.updateAccumulator("b", new NDList(), logProb(-4));
        assertEquals(2, evaluator.getAccumulator("a"));
        assertEquals(3, evaluator.getAccumulator("b"));
        assertTrue(Float.isNaN(evaluator.getAccumulator("c")));
        evaluator.resetAccumulator("b");
        assertTrue(Float.isNaN(evaluator.getAccumulator("b")));
        assertEquals(2, evaluator.getAccumulator("a"));
        assertRefused(
                IllegalArgumentException.class,
                "no accumulator d",
                () -> evaluator.getAccumulator("d"));
    }

    @Test
    void evaluatesEachRow() {
        NDArray rows = new NllNats().evaluate(new NDList(), logProb(-1, 2));
        assertArrayEquals(new float[] {1, -2}, rows.toFloatArray());
    }

    @Test
    void refusesNoRows() {
        StandardNormal normal = new StandardNormal();
        normal.initialize(manager, DataType.FLOAT32, new Shape(1, 2));
        NDList none = new NDList(manager.zeros(new Shape(0, 2)));
        assertRefused(
                IllegalArgumentException.class,
                "NllNats: expected rows, got none",
                () -> NllNats.mean(normal, none));
    }

    @Test
    void evaluatesMoreRowsThanOneChunk() {
        Fixtures.seed(1);
        Distribution flow =
                new NormalizingFlow(
                        new Coupling(
                                Mask.KEEP_FIRST_HALF, new Affine(ScaleMap.SOFT_CLIP), new Mlp(4)),
                        new StandardNormal());
        flow.initialize(manager, DataType.FLOAT64, new Shape(1, 2), new Shape(1, 1));
        Fixtures.randomise(flow);
        // Growing rows, so that a chunk counted twice or with another weight is seen.
        NDArray x = manager.arange(0, 2 * 20_001, 1, DataType.FLOAT64).reshape(20_001, 2);
        x = x.div(manager.create(1e4));
        NDArray context = manager.randomNormal(0, 1, new Shape(20_001, 1), DataType.FLOAT64);
        int before = manager.getManagedArrays().size();
        double got = NllNats.mean(flow, new NDList(x, context));
        assertEquals(before, manager.getManagedArrays().size());
        double expected = -flow.logProb(x, context).mean().toDoubleArray()[0];
        assertEquals(expected, got, 1e-9 * Math.abs(expected));
    }

    private NDList logProb(float... values) {
        return new NDList(manager.create(values));
    }
}
