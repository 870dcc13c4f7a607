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

import org.djlflows.testing.Fixtures;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.util.Random;

class RegressionTest {

    private static final int ROWS = 2000;

    private NDManager manager;
    private Random random;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
        random = new Random(1);
    }

    @AfterEach
    void close() {
        manager.close();
    }

    private Regression layer(int features, int context) {
        Regression layer = new Regression();
        layer.initialize(manager, DataType.FLOAT32, new Shape(1, features), new Shape(1, context));
        return layer;
    }

    private static double[] parameter(Regression layer, String name) {
        return Fixtures.doubles(layer.getParameters().get(name).getArray());
    }

    /** Returns the context of each row, standard normal. */
    private float[] context(int columns) {
        float[] c = new float[ROWS * columns];
        for (int i = 0; i < c.length; i++) {
            c[i] = (float) random.nextGaussian();
        }
        return c;
    }

    private NDArray matrix(float[] values) {
        return manager.create(values, new Shape(ROWS, values.length / ROWS));
    }

    /** 0.6 c1 - 0.8 c2 + 0.1 and noise of a thousandth. */
    private float[] narrow(float[] c) {
        float[] x = new float[ROWS];
        for (int i = 0; i < ROWS; i++) {
            double line = 0.6 * c[2 * i] - 0.8 * c[2 * i + 1] + 0.1;
            x[i] = (float) (line + 1e-3 * random.nextGaussian());
        }
        return x;
    }

    @Test
    void whatIsLinearIsTakenAway() {
        float[] c = context(2);
        NDArray x = matrix(narrow(c));
        NDArray given = matrix(c);
        Regression layer = layer(1, 2);
        layer.fit(x, given);
        assertPlane(layer);
        NDList z = layer.forward(store(manager), new NDList(x, given), false);
        assertEquals(0, z.get(0).mean().getFloat(), 0.1);
        assertEquals(1, z.get(0).square().mean().getFloat(), 0.1);
        assertEquals(Math.log(1e3), z.get(1).getFloat(0), 0.05);
    }

    private static void assertPlane(Regression layer) {
        assertEquals(0.6, parameter(layer, "slopes")[0], 2e-4);
        assertEquals(-0.8, parameter(layer, "slopes")[1], 2e-4);
        assertEquals(0.1, parameter(layer, "intercept")[0], 2e-4);
        assertEquals(1e-3, parameter(layer, "deviation")[0], 2e-4);
    }

    @Test
    void wildEntriesDoNotTurnThePlane() {
        for (float wild : new float[] {9, -1000, 1e36f}) {
            float[] c = context(2);
            float[] x = narrow(c);
            for (int i = 0; i < ROWS / 100; i++) {
                c[2 * 50 * i] = wild;
                x[50 * i + 7] = wild;
            }
            Regression layer = layer(1, 2);
            layer.fit(matrix(x), matrix(c));
            assertPlane(layer);
        }
    }

    @Test
    void valuesBeyondTheLimitStayFinite() {
        float[] c = context(2);
        Regression layer = layer(1, 2);
        layer.fit(matrix(narrow(c)), matrix(c));
        NDArray far = manager.create(new float[] {1e36f, -Float.MAX_VALUE}, new Shape(1, 2));
        NDArray x = manager.zeros(new Shape(1, 1));
        NDList z = layer.forward(store(manager), new NDList(x, far), false);
        assertEquals(-140.1e3, z.get(0).getFloat(), 2e4);
    }

    @Test
    void aFeatureThatIsNotLinearStaysAsItIs() {
        float[] c = context(2);
        float[] x = new float[3 * ROWS];
        for (int i = 0; i < ROWS; i++) {
            x[3 * i] = c[2 * i] * c[2 * i];
            x[3 * i + 1] = c[2 * i];
            x[3 * i + 2] = (float) (0.8 * c[2 * i] + 0.6 * random.nextGaussian());
        }
        Regression layer = layer(3, 2);
        layer.fit(matrix(x), matrix(c));
        double[] deviation = parameter(layer, "deviation");
        assertEquals(1, deviation[0]);
        assertTrue(deviation[1] < 1e-5, "of a feature that is the context itself");
        assertEquals(1, deviation[2]);
        double[] slopes = parameter(layer, "slopes");
        for (int i : new int[] {0, 1, 4, 5}) {
            assertEquals(0, slopes[i]);
        }
        assertEquals(1, slopes[2], 1e-6);
    }

    @Test
    void columnsThatAreTheSameShareTheSlope() {
        float[] one = context(1);
        float[] c = new float[2 * ROWS];
        float[] x = new float[ROWS];
        for (int i = 0; i < ROWS; i++) {
            c[2 * i] = one[i];
            c[2 * i + 1] = one[i];
            x[i] = (float) (one[i] + 0.01 * random.nextGaussian());
        }
        Regression layer = layer(1, 2);
        layer.fit(matrix(x), matrix(c));
        assertEquals(0.5, parameter(layer, "slopes")[0], 1e-3);
        assertEquals(0.5, parameter(layer, "slopes")[1], 1e-3);
    }

    @Test
    void fewRowsExplainNothing() {
        Fixtures.seed(1);
        for (int rows : new int[] {10, 31, 33, 40, 60, 93}) {
            Regression layer = layer(8, 30);
            NDArray x = manager.randomNormal(new Shape(rows, 8));
            layer.fit(x, manager.randomNormal(new Shape(rows, 30)));
            for (double deviation : parameter(layer, "deviation")) {
                assertEquals(1, deviation);
            }
            assertEquals(0, layer.getParameters().get("slopes").getArray().abs().sum().getFloat());
        }
    }

    @Test
    void isNeverTrained() {
        Regression layer = layer(2, 3);
        layer.getParameters().values().forEach(p -> assertFalse(p.requiresGradient()));
    }

    @Test
    void needsAContext() {
        assertRefused(
                IllegalArgumentException.class,
                "Regression: expected shapes of x and context, got that of x alone",
                () -> new Regression().initialize(manager, DataType.FLOAT32, new Shape(1, 2)));
        assertRefused(
                IllegalArgumentException.class,
                "expected context shape (batch, 2), got (5, 3)",
                () ->
                        layer(1, 2)
                                .fit(manager.ones(new Shape(5, 1)), manager.ones(new Shape(5, 3))));
    }
}
