package org.djlflows.bijection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.SequentialBlock;

import org.djlflows.testing.Fixtures;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The planar map near and far from its constraint. */
class PlanarTest {

    private static final int FEATURES = 3;
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
        NDArray x = manager.randomNormal(0, 10, new Shape(ROWS, FEATURES), DataType.FLOAT64);
        for (Planar.Function function : Planar.Function.values()) {
            Planar planar = new Planar(function);
            planar.initialize(manager, DataType.FLOAT64, x.getShape());
            NDList z = planar.forward(Fixtures.store(manager), new NDList(x), false);
            Fixtures.assertClose(x, z.get(0), 1e-13);
            assertEquals(0, z.get(1).abs().max().getDouble(), 1e-13);
        }
    }

    /** A map so flat at 0 that a step of Newton's method from there leads far away. */
    @ParameterizedTest
    @ValueSource(doubles = {-3e-5, -3e-7, 0, 3e-7, 1e-3})
    void whereTheMapIsFlatTheNoiseIsTheRoot(double t) {
        double softplus = 1e-6;
        double s = Math.log(Math.expm1(softplus));
        NDArray theta = manager.create(new double[] {s, 1, 0});
        double[] noise = new double[2];
        for (DataType type : new DataType[] {DataType.FLOAT64, DataType.FLOAT32}) {
            Planar planar = new Planar(Planar.Function.TANH);
            planar.initialize(manager, type, new Shape(1, 1));
            theta.toType(type, false).copyTo(planar.getParameters().valueAt(0).getArray());
            NDArray x = manager.create(new double[] {t}, new Shape(1, 1)).toType(type, false);
            x.setRequiresGradient(true);
            Fixtures.backward(
                    () -> {
                        NDList z = planar.forward(Fixtures.store(manager), new NDList(x), false);
                        noise[type == DataType.FLOAT32 ? 1 : 0] = Fixtures.doubles(z.get(0))[0];
                        return z.get(0).sum();
                    });
            double slope = softplus + (1 - softplus) * Math.pow(Math.tanh(noise[0]), 2);
            assertEquals(1, Fixtures.doubles(x.getGradient())[0] * slope, 0.05);
        }
        // The value of a - tanh(a) is rounded as a is.
        assertEquals(noise[0], noise[1], 0.01 * Math.abs(noise[0]));
    }

    /** The slope above 0 is 1: with the rounding of 0.01 log(softplus) of it came to be seen. */
    @Test
    void theLeakHasTheRoundingOfItsType() {
        NDArray x = manager.create(new double[] {-3}, new Shape(1, 1));
        Planar planar = new Planar(Planar.Function.LEAKY_RELU);
        planar.initialize(manager, DataType.FLOAT64, x.getShape());
        manager.create(new double[] {1000, 1, 0})
                .copyTo(planar.getParameters().valueAt(0).getArray());
        NDList z = planar.forward(Fixtures.store(manager), new NDList(x), false);
        double slope = 1 - 0.01 + 1000 * 0.01;
        assertEquals(-3 / slope, z.get(0).toDoubleArray()[0], 1e-14);
        assertEquals(-Math.log(slope), z.get(1).toDoubleArray()[0], 1e-13);
    }

    @Test
    void theConditionIsTheRatioOfTheSingularValues() {
        double[] u = {0.7, -2};
        double[] w = {0.4, 0.9};
        double product = u[0] * w[0] + u[1] * w[1];
        double factor = Math.log1p(Math.exp(product)) - 1 - product;
        double squared = w[0] * w[0] + w[1] * w[1];
        Planar planar = new Planar(Planar.Function.TANH);
        NDArray x = manager.randomNormal(0, 1, new Shape(ROWS, 2), DataType.FLOAT64);
        planar.initialize(manager, DataType.FLOAT64, x.getShape());
        manager.create(new double[] {u[0], u[1], w[0], w[1], 0.2})
                .copyTo(planar.getParameters().valueAt(0).getArray());
        NDList noise = planar.forward(Fixtures.store(manager), new NDList(x), false);
        double[] z = noise.get(0).toDoubleArray();
        double[] condition = planar.accuracy(new NDList(x)).get(1).toDoubleArray();
        for (int row = 0; row < ROWS; row++) {
            double a = w[0] * z[2 * row] + w[1] * z[2 * row + 1] + 0.2;
            double h1 = 1 - Math.pow(Math.tanh(a), 2);
            double[] j = {1, 0, 0, 1};
            for (int i = 0; i < 4; i++) {
                j[i] += h1 * (u[i / 2] + factor * w[i / 2] / squared) * w[i % 2];
            }
            double det = j[0] * j[3] - j[1] * j[2];
            double sum = j[0] * j[0] + j[1] * j[1] + j[2] * j[2] + j[3] * j[3];
            double largest = Math.sqrt((sum + Math.sqrt(sum * sum - 4 * det * det)) / 2);
            assertEquals(largest / (det / largest), condition[row], 1e-9);
        }
    }

    @Test
    void theConditionOfOneFeatureIsOne() {
        Planar planar = new Planar(Planar.Function.TANH);
        NDArray x = manager.randomNormal(0, 1, new Shape(ROWS, 1), DataType.FLOAT64);
        planar.initialize(manager, DataType.FLOAT64, x.getShape());
        Fixtures.randomise(planar);
        NDArray condition = planar.accuracy(new NDList(x)).get(1);
        Fixtures.assertClose(manager.ones(condition.getShape(), DataType.FLOAT64), condition, 0);
    }

    @Test
    void networksThatAreNotScriptedAreRefused() {
        Fixtures.assertRefused(
                IllegalArgumentException.class,
                "expected a Scripted network, got SequentialBlock",
                () -> new Planar(Planar.Function.TANH, new SequentialBlock()));
    }

    /** w u of -1000 to 1000: exp of it overflows, and m comes within rounding of -1. */
    @ParameterizedTest
    @ValueSource(doubles = {-1000, -30, -1, 0, 1, 30, 1000})
    void extremeParametersStayInvertible(double product) {
        for (DataType type : new DataType[] {DataType.FLOAT32, DataType.FLOAT64}) {
            double rounding = type == DataType.FLOAT32 ? 1e-6 : 1e-15;
            NDArray x = manager.randomNormal(0, 10, new Shape(ROWS, FEATURES), type);
            Planar planar = new Planar(Planar.Function.TANH);
            planar.initialize(manager, type, x.getShape());
            double[] theta = {product, 0.3, -0.2, 1, 0, 0, 0.5};
            NDArray parameters = planar.getParameters().valueAt(0).getArray();
            manager.create(theta).toType(type, false).copyTo(parameters);

            NDList z = planar.forward(Fixtures.store(manager), new NDList(x), false);
            NDList accuracy = planar.accuracy(new NDList(x));
            double[] residual = Fixtures.doubles(accuracy.get(0));
            double[] condition = Fixtures.doubles(accuracy.get(1));
            double[] logDet = Fixtures.doubles(z.get(1));
            double[] size = Fixtures.doubles(x.abs().max(new int[] {1}));
            for (int i = 0; i < ROWS; i++) {
                assertTrue(Double.isFinite(logDet[i]), "log-det " + logDet[i]);
                assertTrue(condition[i] >= 1 - rounding, "condition " + condition[i]);
                // The map from noise to data does not amplify: the residual is rounding.
                double largest = Math.abs(product) + size[i] + 1;
                assertTrue(residual[i] <= 10 * rounding * largest, "residual " + residual[i]);
            }
        }
    }
}
