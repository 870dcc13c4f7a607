package org.djlflows.bijection;

import static org.djlflows.Fixtures.assertRefused;
import static org.djlflows.Fixtures.store;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LogitTest {

    private static final double ALPHA = 0.05;

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
    void isTheFormula() {
        double[] x = {0, 0.3, 0.5, 0.99, 1};
        NDList z = logit().forward(store(manager), new NDList(column(x)), false);
        for (int i = 0; i < x.length; i++) {
            double y = ALPHA + (1 - 2 * ALPHA) * x[i];
            assertEquals(Math.log(y / (1 - y)), z.get(0).toDoubleArray()[i], 1e-12);
            double slope = (1 - 2 * ALPHA) / (y * (1 - y));
            assertEquals(Math.log(slope), z.get(1).toDoubleArray()[i], 1e-12);
        }
    }

    @Test
    void rowsOutsideHaveNoImage() {
        double low = -ALPHA / (1 - 2 * ALPHA);
        for (double outside : new double[] {low - 1e-6, 1 - low + 1e-6, -7, 255}) {
            NDList x = new NDList(column(0.5, outside, 0.5));
            NDList z = logit().forward(store(manager), x, false);
            double[] density = z.get(0).flatten().add(z.get(1)).toDoubleArray();
            assertFalse(Double.isFinite(density[1]), "at " + outside);
            assertTrue(Double.isFinite(density[0]) && Double.isFinite(density[2]));
        }
    }

    @Test
    void theMarginIsAccepted() {
        double margin = ALPHA / (1 - 2 * ALPHA) - 1e-6;
        NDList z = logit().forward(store(manager), new NDList(column(-margin, 1 + margin)), false);
        for (NDArray array : z) {
            for (double value : array.toDoubleArray()) {
                assertTrue(Double.isFinite(value));
            }
        }
    }

    @Test
    void tailsKeepTheirDensityInSinglePrecision() {
        Logit layer = new Logit(ALPHA);
        layer.initialize(manager, DataType.FLOAT32, new Shape(1, 1));
        float[] z = {-100, -10, 10, 100};
        NDList inputs = new NDList(manager.create(z, new Shape(4, 1)));
        NDList x = layer.inverse(store(manager), inputs, false);
        for (int i = 0; i < 4; i++) {
            // In the tails the slope of the sigmoid is exp(-|z|).
            double expected = -Math.abs(z[i]) - Math.log(1 - 2 * ALPHA);
            assertEquals(expected, x.get(1).toFloatArray()[i], 1e-3);
        }
        NDList back = layer.forward(store(manager), new NDList(x.get(0)), false);
        for (int i = 1; i < 3; i++) {
            assertEquals(z[i], back.get(0).toFloatArray()[i], 0.02);
        }
    }

    @Test
    void alphasOutOfRangeAreRefused() {
        for (double alpha : new double[] {0.5, -1, Double.NaN}) {
            assertRefused(
                    IllegalArgumentException.class,
                    "expected an alpha in [0, 0.5), got " + alpha,
                    () -> new Logit(alpha));
        }
    }

    private Logit logit() {
        Logit logit = new Logit(ALPHA);
        logit.initialize(manager, DataType.FLOAT64, new Shape(1, 1));
        return logit;
    }

    private NDArray column(double... values) {
        return manager.create(values, new Shape(values.length, 1));
    }
}
