package org.djlflows.bijection;

import static org.djlflows.testing.Fixtures.assertRefused;
import static org.djlflows.testing.Fixtures.store;
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
    void numbersNearZeroKeepTheirImage() {
        double[] values = {
            1e-300, 1e-40, 1e-38, 1e-30, 1e-20, 1e-8, 0.3, 0.5, 0.9, 1 - 0x1p-24, 1 - 0x1p-53
        };
        for (DataType type : new DataType[] {DataType.FLOAT32, DataType.FLOAT64}) {
            double step = type == DataType.FLOAT32 ? 0x1p-24 : 0x1p-53;
            double least = type == DataType.FLOAT32 ? Float.MIN_VALUE : Double.MIN_VALUE;
            Logit layer = new Logit(0);
            layer.initialize(manager, type, new Shape(1, 1));
            for (double value : values) {
                double x = type == DataType.FLOAT32 ? (float) value : value;
                if (x == 0 || x == 1) {
                    continue;
                }
                NDArray given = column(x).toType(type, false);
                NDList z = layer.forward(store(manager), new NDList(given), false);
                double image = Math.log(x) - Math.log1p(-x);
                double tolerance = 4 * step * (1 + Math.abs(image));
                assertEquals(image, number(z.get(0)), tolerance, "image of " + x);
                double slope = -Math.log(x) - Math.log1p(-x);
                assertEquals(slope, number(z.get(1)), tolerance, "slope at " + x);
                NDList back = layer.inverse(store(manager), new NDList(z.get(0)), false);
                assertEquals(x, number(back.get(0)), x * tolerance + least, "back to " + x);
                assertEquals(-slope, number(back.get(1)), tolerance);
            }
            // 0 and 1 are what rounding makes of their neighbours.
            NDArray ends = column(0, least, 1 - step, 1).toType(type, false);
            Number[] images =
                    layer.forward(store(manager), new NDList(ends), false).get(0).toArray();
            assertEquals(images[1], images[0]);
            assertEquals(images[2], images[3]);
            NDArray outside = column(-least, -1e-9, 1 + 2 * step, 2).toType(type, false);
            NDList none = layer.forward(store(manager), new NDList(outside), false);
            for (NDArray array : none) {
                for (Number value : array.toArray()) {
                    assertTrue(Double.isNaN(value.doubleValue()));
                }
            }
        }
    }

    private static double number(NDArray array) {
        return array.toArray()[0].doubleValue();
    }

    @Test
    void imagesEndWhereTheMarginIsRounded() {
        Logit layer = new Logit(ALPHA);
        layer.initialize(manager, DataType.FLOAT32, new Shape(1, 1));
        NDArray z = manager.create(new float[] {-80, -30, -18, 30, 80}, new Shape(5, 1));
        NDArray x = layer.inverse(store(manager), new NDList(z), false).get(0);
        float[] back = layer.forward(store(manager), new NDList(x), false).get(0).toFloatArray();
        double lowest = Math.log(ALPHA * 0x1p-24);
        assertEquals(lowest, back[0], 1e-3);
        assertEquals(lowest, back[1], 1e-3);
        assertTrue(back[2] >= lowest && back[2] < -17, "got " + back[2]);
        assertEquals(16.636, back[3], 1e-3);
        assertEquals(16.636, back[4], 1e-3);
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
