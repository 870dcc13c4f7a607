package org.djlflows.bijection;

import static org.junit.jupiter.api.Assertions.assertEquals;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The radial map near and far from its constraint. */
class RadialTest {

    private static final int ROWS = 200;

    private NDManager manager;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
        Fixtures.seed(4);
    }

    @AfterEach
    void close() {
        manager.close();
    }

    @Test
    void aFreshLayerIsTheIdentity() {
        NDArray x = manager.randomNormal(0, 10, new Shape(ROWS, 3), DataType.FLOAT64);
        Radial radial = new Radial();
        radial.initialize(manager, DataType.FLOAT64, x.getShape());
        NDList z = radial.forward(Fixtures.store(manager), new NDList(x), false);
        Fixtures.assertClose(x, z.get(0), 1e-13);
        assertEquals(0, z.get(1).abs().max().getDouble(), 1e-13);
    }

    /** Between rounding of alpha and far from z0 the form of the root that cancels is 0 / 0. */
    @Test
    void gradientsAreFiniteWhereAlphaIsTiny() {
        for (DataType type : new DataType[] {DataType.FLOAT32, DataType.FLOAT64}) {
            NDArray x = manager.randomNormal(0, 10, new Shape(ROWS, 2), type);
            Radial radial = new Radial();
            radial.initialize(manager, type, x.getShape());
            NDArray theta = radial.getParameters().valueAt(0).getArray();
            manager.create(new double[] {0, 0, 1e-9, 0}).toType(type, false).copyTo(theta);
            x.setRequiresGradient(true);
            theta.setRequiresGradient(true);
            Fixtures.backward(
                    () -> {
                        NDList z = radial.forward(Fixtures.store(manager), new NDList(x), false);
                        return z.get(0).sum().add(z.get(1).sum());
                    });
            for (NDArray gradient : new NDArray[] {x.getGradient(), theta.getGradient()}) {
                assertTrue(Double.isFinite(Fixtures.doubles(gradient.sum())[0]), "" + gradient);
            }
        }
    }

    /** exp(beta) overflows or underflows, and 1 + alpha beta' / (alpha + r)^2 cancels. */
    @ParameterizedTest
    @CsvSource({"0.001, 1000", "0.001, -30", "1, 1000", "1, 0", "1, -1000", "1000, 30", "1000, 0"})
    void extremeParametersStayInvertible(double alpha, double beta) {
        double softplus = beta > 30 ? beta : Math.log1p(Math.exp(beta));
        for (DataType type : new DataType[] {DataType.FLOAT32, DataType.FLOAT64}) {
            double rounding = type == DataType.FLOAT32 ? 1e-6 : 1e-15;
            NDArray z = manager.randomNormal(0, 10, new Shape(ROWS, 2), type);
            Radial radial = new Radial();
            radial.initialize(manager, type, z.getShape());
            NDArray theta = manager.create(new double[] {0, 0, alpha, beta});
            theta.toType(type, false).copyTo(radial.getParameters().valueAt(0).getArray());

            NDList data = radial.inverse(Fixtures.store(manager), new NDList(z), false);
            NDList noise = radial.forward(Fixtures.store(manager), new NDList(data.get(0)), false);
            double[] expected = Fixtures.doubles(z);
            double[] got = Fixtures.doubles(noise.get(0));
            double[] x = Fixtures.doubles(data.get(0));
            double[] logDet = Fixtures.doubles(data.get(1));
            double[] back = Fixtures.doubles(noise.get(1));
            for (int i = 0; i < ROWS; i++) {
                double r = Math.hypot(expected[2 * i], expected[2 * i + 1]);
                double stretch = (r + softplus) / (alpha + r);
                double along = (r * r + 2 * alpha * r + alpha * softplus) / Math.pow(alpha + r, 2);
                assertEquals(Math.log(stretch) + Math.log(along), logDet[i], 100 * rounding);
                assertTrue(Double.isFinite(back[i]), "log-det " + back[i]);
                // What rounding of x makes of z.
                double size = Math.hypot(x[2 * i], x[2 * i + 1]);
                double tolerance = 10 * rounding * (size / Math.min(stretch, along) + r);
                assertEquals(expected[2 * i], got[2 * i], tolerance);
                assertEquals(expected[2 * i + 1], got[2 * i + 1], tolerance);
            }
        }
    }
}
