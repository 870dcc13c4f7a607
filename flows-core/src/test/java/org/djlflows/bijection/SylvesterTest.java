package org.djlflows.bijection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

import org.djlflows.Bijection;
import org.djlflows.kernel.NoGrad;
import org.djlflows.testing.Fixtures;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The Sylvester map beside the planar one, and near its constraint. */
class SylvesterTest {

    private static final int FEATURES = 4;
    private static final int ROWS = 100;

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
        NDList z = forward(initialized(new Sylvester(3, 3), x), x);
        Fixtures.assertClose(x, z.get(0), 1e-14);
        assertEquals(0, z.get(1).abs().max().getDouble(), 1e-14);
    }

    /** With one direction q, u = r q and w = r' q. */
    @Test
    void ofRankOneItIsAPlanarMap() {
        NDArray z = manager.randomNormal(0, 2, new Shape(ROWS, FEATURES), DataType.FLOAT64);
        double[] v = {0.6, -0.8, 1.1, 0.4};
        double s = -0.7;
        double logDiagonal = 0.3;
        double b = 0.2;
        Bijection sylvester = initialized(new Sylvester(1, 1), z);
        set(sylvester, v[0], v[1], v[2], v[3], s, logDiagonal, b);

        // The first column of the reflection, and what m(w u) makes of u.
        double square = 0;
        for (double value : v) {
            square += value * value;
        }
        double[] theta = new double[2 * FEATURES + 1];
        double w = Math.exp(logDiagonal);
        for (int i = 0; i < FEATURES; i++) {
            double q = (i == 0 ? 1 : 0) - 2 * v[i] * v[0] / square;
            theta[i] = (s + Math.log(Math.expm1(1))) / w * q;
            theta[FEATURES + i] = w * q;
        }
        theta[2 * FEATURES] = b;
        Bijection planar = initialized(new Planar(Planar.Function.TANH), z);
        set(planar, theta);

        NDList expected = planar.inverse(Fixtures.store(manager), new NDList(z), false);
        NDList got = sylvester.inverse(Fixtures.store(manager), new NDList(z), false);
        Fixtures.assertClose(expected.get(0), got.get(0), 1e-13);
        Fixtures.assertClose(expected.get(1), got.get(1), 1e-13);
    }

    /** From products of the diagonals within rounding of -1 to very steep maps. */
    @ParameterizedTest
    @ValueSource(doubles = {-1000, -30, -1, 0, 1, 30, 1000})
    void extremeParametersStayInvertible(double s) {
        for (DataType type : new DataType[] {DataType.FLOAT32, DataType.FLOAT64}) {
            double rounding = type == DataType.FLOAT32 ? 1e-6 : 1e-15;
            NDArray x = manager.randomNormal(0, 10, new Shape(ROWS, FEATURES), type);
            Bijection layer = initialized(new Sylvester(2, 2), x);
            double[] theta = {1, 2, -1, 0.5, 0.3, 1, 1, -2, s, 3, -2, s, 0.5, -0.5, 0.1, -0.2};
            set(layer, theta);
            NDList z = forward(layer, x);
            NDList back = layer.inverse(Fixtures.store(manager), new NDList(z.get(0)), false);
            double largest = x.abs().max().toType(DataType.FLOAT64, false).getDouble();
            for (double logDet : Fixtures.doubles(z.get(1))) {
                assertTrue(Double.isFinite(logDet), "log-det " + logDet);
            }
            // The noise is of the size of s, and so is the slope that amplifies its rounding.
            double slope = Math.max(1, s);
            double tolerance = rounding * (20 * largest + 200 + slope * slope);
            Fixtures.assertClose(x, back.get(0), tolerance);
        }
    }

    @Test
    void ranksAreAtMostTheFeatures() {
        NDArray x = manager.zeros(new Shape(1, FEATURES));
        Fixtures.assertRefused(
                IllegalArgumentException.class,
                "Sylvester: expected a rank of at most 4 features, got 5",
                () -> initialized(new Sylvester(5, 5), x));
        Fixtures.assertRefused(
                IllegalArgumentException.class,
                "Sylvester: expected a number of reflections of at least 1, got 0",
                () -> new Sylvester(1, 0));
    }

    private void set(Bijection layer, double... theta) {
        NDArray parameters = layer.getParameters().valueAt(0).getArray();
        try (NoGrad noGrad = NoGrad.open()) {
            manager.create(theta).toType(parameters.getDataType(), false).copyTo(parameters);
        }
    }

    private Bijection initialized(Bijection layer, NDArray x) {
        layer.initialize(manager, x.getDataType(), x.getShape());
        return layer;
    }

    private NDList forward(Bijection layer, NDArray x) {
        return layer.forward(Fixtures.store(manager), new NDList(x), false);
    }
}
