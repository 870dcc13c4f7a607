package org.djlflows.bijection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

import org.djlflows.spec.AnalyticFamily;
import org.djlflows.testing.Fixtures;
import org.djlflows.univariate.AnalyticMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Radial flows near their centre, where the direction has no meaning. */
class RadialCouplingTest {

    private static final double[] CENTER = {0.5, -1, 2};

    private NDManager manager;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
        Fixtures.seed(3);
    }

    @AfterEach
    void close() {
        manager.close();
    }

    private RadialCoupling layer(DataType type) {
        RadialCoupling layer = new RadialCoupling(new AnalyticMap(AnalyticFamily.SINH, 2));
        layer.initialize(manager, type, new Shape(1, CENTER.length));
        Fixtures.randomise(layer);
        NDArray center = layer.getParameters().get("center").getArray();
        manager.create(CENTER).toType(type, false).copyTo(center);
        return layer;
    }

    private NDArray away(double distance, DataType type) {
        return manager.create(
                        new double[] {CENTER[0], CENTER[1] + distance, CENTER[2]},
                        new Shape(1, CENTER.length))
                .toType(type, false);
    }

    private NDList forward(RadialCoupling layer, NDArray x) {
        return layer.forward(Fixtures.store(manager), new NDList(x), false);
    }

    @ParameterizedTest
    @ValueSource(strings = {"FLOAT32", "FLOAT64"})
    void theCentreStaysAndHasADensity(DataType type) {
        RadialCoupling layer = layer(type);
        NDArray center = away(0, type);
        NDList out = forward(layer, center);
        Fixtures.assertClose(center, out.get(0), 1e-6);
        double nearby = Fixtures.doubles(forward(layer, away(0.01, type)).get(1))[0];
        assertEquals(nearby, Fixtures.doubles(out.get(1))[0], 0.02);
        NDList back = layer.inverse(Fixtures.store(manager), out.subNDList(0, 1), false);
        Fixtures.assertClose(center, back.get(0), 1e-6);
    }

    /** The difference of two near radii has few digits, and the slope between takes its place. */
    @Test
    void theDeterminantIsThatOfFewDigitsCloseToTheCentre() {
        RadialCoupling exact = layer(DataType.FLOAT64);
        double before = Double.NaN;
        for (double distance = 0.01; distance > 1e-9; distance *= 0.9) {
            NDList out = forward(exact, away(distance, DataType.FLOAT64));
            double logDet = Fixtures.doubles(out.get(1))[0];
            assertTrue(Double.isNaN(before) || Math.abs(logDet - before) < 0.01, "" + distance);
            before = logDet;
            NDList back = exact.inverse(Fixtures.store(manager), out.subNDList(0, 1), false);
            Fixtures.assertClose(away(distance, DataType.FLOAT64), back.get(0), 1e-12);
            assertEquals(-logDet, Fixtures.doubles(back.get(1))[0], 1e-9);
        }
        double closest = before;
        double halfway = Fixtures.doubles(forward(exact, away(2e-5, DataType.FLOAT64)).get(1))[0];
        assertEquals(closest, halfway, 1e-4);
    }
}
