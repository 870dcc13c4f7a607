package org.djlflows.univariate;

import static org.djlflows.testing.Fixtures.doubles;
import static org.djlflows.testing.Fixtures.store;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

import org.djlflows.testing.Fixtures;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.stream.Stream;

class CircularSplineTest {

    private static final int BINS = 5;

    static Stream<Arguments> families() {
        return Stream.of(
                Arguments.of(new CircularSpline(BINS), 0),
                Arguments.of(CircularSpline.clipped(BINS, 1e-3), 4));
    }

    /** Three maps, each at both ends, beside them, and at one place in two turns. */
    @ParameterizedTest
    @MethodSource("families")
    void valuesAndSlopesHaveAPeriod(Univariate spline, int bent) {
        double[] angles = {
            -Math.PI, Math.PI, 1e-9 - Math.PI, Math.PI - 1e-9, 0.7, 0.7 - 4 * Math.PI
        };
        try (NDManager manager = NDManager.newBaseManager()) {
            Fixtures.seed(3);
            spline.initialize(manager, DataType.FLOAT64, new Shape(3, angles.length));
            NDArray x = manager.create(angles).reshape(1, angles.length).repeat(0, 3);
            Shape shape = new Shape(3, spline.getParameterCount(), 1);
            NDArray theta = manager.randomNormal(0, 2, shape, DataType.FLOAT64);
            NDList inputs = new NDList(x, theta.repeat(2, angles.length));
            for (boolean inverse : new boolean[] {false, true}) {
                NDList out =
                        inverse
                                ? spline.inverse(store(manager), inputs, false)
                                : spline.forward(store(manager), inputs, false);
                double[] values = doubles(out.get(0));
                double[] logSlopes = doubles(out.get(1));
                for (int i = 0; i < values.length; i += 2) {
                    // The ends are one place, what is beside them is not further away than it was.
                    double apart = values[i] - values[i + 1];
                    double turns = Math.rint(apart / (2 * Math.PI));
                    assertEquals(0, apart - 2 * Math.PI * turns, 1e-6);
                    assertEquals(logSlopes[i], logSlopes[i + 1], 1e-6);
                    assertTrue(Math.abs(values[i]) <= Math.PI);
                }
                assertTrue(Math.abs(logSlopes[bent]) > 0.05, "a slope of 1 would tell nothing");
            }
        }
    }
}
