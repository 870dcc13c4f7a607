package org.djlflows.training;

import static org.djlflows.testing.Fixtures.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;

import org.junit.jupiter.api.Test;

class BitsPerDimensionTest {

    @Test
    void isTheFormula() {
        // 8-bit images of 12 dimensions, scaled to [0, 1): mean negative log-likelihood 6 nats.
        float expected = (float) ((6 + 12 * Math.log(256)) / (12 * Math.log(2)));
        BitsPerDimension evaluator = new BitsPerDimension(12, 256);
        evaluator.addAccumulator("validate");
        try (NDManager manager = NDManager.newBaseManager()) {
            NDList most = new NDList(manager.create(new float[] {-4, -5, -6}));
            NDList rest = new NDList(manager.create(new float[] {-9}));
            evaluator.updateAccumulator("validate", new NDList(), most);
            evaluator.updateAccumulators(new String[] {"validate"}, new NDList(), rest);
            NDList all = new NDList(manager.create(new float[] {-4, -5, -6, -9}));
            assertEquals(expected, evaluator.evaluate(new NDList(), all).getFloat(), 1e-5);
        }
        assertEquals(expected, evaluator.getAccumulator("validate"), 1e-5);
        evaluator.resetAccumulator("validate");
        assertEquals(Float.NaN, evaluator.getAccumulator("validate"));
    }

    @Test
    void uniformDataTakesTheBitsOfItsLevels() {
        BitsPerDimension evaluator = new BitsPerDimension(3, 256);
        evaluator.addAccumulator("validate");
        try (NDManager manager = NDManager.newBaseManager()) {
            // The uniform density on the unit cube.
            NDList predictions = new NDList(manager.create(new double[] {0, 0}));
            evaluator.updateAccumulator("validate", new NDList(), predictions);
            assertEquals(8, evaluator.evaluate(new NDList(), predictions).getFloat(), 1e-6);
        }
        assertEquals(8, evaluator.getAccumulator("validate"), 1e-6);
    }

    /** The smallest numbers that are allowed: nats over the logarithm of 2. */
    @Test
    void oneDimensionThatIsNotScaledHasTheBitsOfItsNats() {
        BitsPerDimension evaluator = new BitsPerDimension(1, 1);
        try (NDManager manager = NDManager.newBaseManager()) {
            NDList predictions = new NDList(manager.create(new double[] {-3}));
            float bits = evaluator.evaluate(new NDList(), predictions).getFloat();
            assertEquals(3 / Math.log(2), bits, 1e-6);
        }
    }

    @Test
    void argumentsThatAreNotPositiveAreRefused() {
        for (double levels : new double[] {0, -1, Double.NaN}) {
            assertRefused(
                    IllegalArgumentException.class,
                    "expected positive dimensions and levels",
                    () -> new BitsPerDimension(3, levels));
        }
        assertRefused(
                IllegalArgumentException.class,
                "got 0 and 256.0",
                () -> new BitsPerDimension(0, 256));
    }
}
