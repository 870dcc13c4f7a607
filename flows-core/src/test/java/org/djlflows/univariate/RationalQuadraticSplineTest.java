package org.djlflows.univariate;

import static org.djlflows.testing.Fixtures.assertRefused;
import static org.djlflows.testing.Fixtures.doubles;
import static org.djlflows.testing.Fixtures.store;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

import org.djlflows.evaluation.BackwardPass;
import org.djlflows.testing.Fixtures;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.Random;

/** The spline against the formulas of its paper in Java, and at the edges of its domain. */
class RationalQuadraticSplineTest {

    private static final int BINS = 6;
    private static final double BOUND = 2.5;
    private static final double SMALLEST_SIZE = 1e-3;
    private static final double SMALLEST_SLOPE = 1e-3;

    private NDManager manager;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
    }

    @AfterEach
    void close() {
        manager.close();
    }

    /** One spline as the paper defines it: knots, slopes, equations 4 and 5. */
    private static final class Reference {
        private final double[] x;
        private final double[] z;
        private final double[] slopes = new double[BINS + 1];

        Reference(double[] theta) {
            x = knots(theta, 0);
            z = knots(theta, BINS);
            slopes[0] = 1;
            slopes[BINS] = 1;
            double one = Math.log(Math.expm1(1 - SMALLEST_SLOPE));
            for (int k = 1; k < BINS; k++) {
                double raw = theta[2 * BINS + k - 1] + one;
                double softplus = Math.max(raw, 0) + Math.log1p(Math.exp(-Math.abs(raw)));
                slopes[k] = SMALLEST_SLOPE + softplus;
            }
        }

        private static double[] knots(double[] theta, int from) {
            double max = Double.NEGATIVE_INFINITY;
            for (int k = 0; k < BINS; k++) {
                max = Math.max(max, theta[from + k]);
            }
            double sum = 0;
            for (int k = 0; k < BINS; k++) {
                sum += Math.exp(theta[from + k] - max);
            }
            double[] knots = new double[BINS + 1];
            knots[0] = -BOUND;
            for (int k = 0; k < BINS; k++) {
                double share = Math.exp(theta[from + k] - max) / sum;
                share = SMALLEST_SIZE + (1 - BINS * SMALLEST_SIZE) * share;
                knots[k + 1] = knots[k] + 2 * BOUND * share;
            }
            return knots;
        }

        /** Returns value and log-slope. */
        double[] at(double value) {
            if (Math.abs(value) > BOUND) {
                return new double[] {value, 0};
            }
            int k = 0;
            while (k < BINS - 1 && value >= x[k + 1]) {
                k++;
            }
            double t = (value - x[k]) / (x[k + 1] - x[k]);
            double s = (z[k + 1] - z[k]) / (x[k + 1] - x[k]);
            double denominator = s + (slopes[k + 1] + slopes[k] - 2 * s) * t * (1 - t);
            double rise = (z[k + 1] - z[k]) * (s * t * t + slopes[k] * t * (1 - t));
            double slope =
                    s
                            * s
                            * (slopes[k + 1] * t * t
                                    + 2 * s * t * (1 - t)
                                    + slopes[k] * (1 - t) * (1 - t))
                            / (denominator * denominator);
            return new double[] {z[k] + rise / denominator, Math.log(slope)};
        }
    }

    /** A row of scalars, each with a spline of its own. */
    private static final class Splines {
        private final int n;
        private final double[] values;
        private final double[][] theta;

        Splines(double[] values, double[][] theta) {
            this.n = values.length;
            this.values = values;
            this.theta = theta;
        }

        /** Returns value and log-slope, each of n entries. */
        double[][] run(NDManager manager, DataType type, boolean inverse) {
            RationalQuadraticSpline spline = new RationalQuadraticSpline(BINS, BOUND);
            spline.initialize(manager, type, new Shape(1, n));
            double[] flat = new double[theta[0].length * n];
            for (int i = 0; i < flat.length; i++) {
                flat[i] = theta[i % n][i / n];
            }
            NDList inputs =
                    new NDList(
                            array(manager, values, type).reshape(1, n),
                            array(manager, flat, type).reshape(1, theta[0].length, n));
            NDList out =
                    inverse
                            ? spline.inverse(store(manager), inputs, false)
                            : spline.forward(store(manager), inputs, false);
            return new double[][] {doubles(out.get(0)), doubles(out.get(1))};
        }

        private static NDArray array(NDManager manager, double[] values, DataType type) {
            return manager.create(values).toType(type, true);
        }
    }

    private static double[] theta(Random random, double size) {
        double[] theta = new double[3 * BINS - 1];
        for (int i = 0; i < theta.length; i++) {
            theta[i] = size * random.nextGaussian();
        }
        return theta;
    }

    /** Parameters that are all as large as the size, up or down. */
    private static double[] extremes(Random random, double size) {
        double[] theta = new double[3 * BINS - 1];
        for (int i = 0; i < theta.length; i++) {
            theta[i] = random.nextBoolean() ? size : -size;
        }
        return theta;
    }

    @Test
    void agreesWithThePaper() {
        Random random = new Random(1);
        int n = 2000;
        double[] values = new double[n];
        double[][] theta = new double[n][];
        for (int i = 0; i < n; i++) {
            values[i] = 1.2 * BOUND * (2 * random.nextDouble() - 1);
            theta[i] = theta(random, 2);
        }
        double[][] forward = new Splines(values, theta).run(manager, DataType.FLOAT64, false);
        double[][] inverse = new Splines(forward[0], theta).run(manager, DataType.FLOAT64, true);
        for (int i = 0; i < n; i++) {
            double[] expected = new Reference(theta[i]).at(values[i]);
            assertEquals(expected[0], forward[0][i], 1e-10);
            assertEquals(expected[1], forward[1][i], 1e-10);
            // The error of an inverse is that of z over the slope.
            assertEquals(0, (values[i] - inverse[0][i]) * slope(expected), 1e-10);
            assertEquals(0, (-expected[1] - inverse[1][i]) * slope(expected), 1e-8);
        }
    }

    private static double slope(double[] valueAndLogSlope) {
        return Math.min(1, Math.exp(valueAndLogSlope[1]));
    }

    @Test
    void isTheIdentityAtZero() {
        double[] values = {-1e30, -3, -BOUND, -2.4, -1, -1e-7, 0, 0.3, 2, BOUND, 2.6, 1e30};
        double[][] theta = new double[values.length][3 * BINS - 1];
        for (DataType type : new DataType[] {DataType.FLOAT32, DataType.FLOAT64}) {
            double tolerance = type == DataType.FLOAT32 ? 1e-6 : 1e-14;
            for (boolean inverse : new boolean[] {false, true}) {
                double[][] out = new Splines(values, theta).run(manager, type, inverse);
                for (int i = 0; i < values.length; i++) {
                    double expected = type == DataType.FLOAT32 ? (float) values[i] : values[i];
                    assertEquals(expected, out[0][i], tolerance);
                    assertEquals(0, out[1][i], 10 * tolerance);
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"FLOAT32, 1e-4", "FLOAT64, 1e-11"})
    void invertsEverywhere(DataType type, double tolerance) {
        Random random = new Random(2);
        for (double size : new double[] {0, 1, 5, 50, 1e4}) {
            for (int repeat = 0; repeat < 20; repeat++) {
                double[] theta = repeat % 2 == 0 ? extremes(random, size) : theta(random, size);
                double[] z = difficult(new Reference(theta).z, random);
                double[][] all = new double[z.length][];
                java.util.Arrays.fill(all, theta);
                double[][] inverse = new Splines(z, all).run(manager, type, true);
                double[][] forward = new Splines(inverse[0], all).run(manager, type, false);
                for (int i = 0; i < z.length; i++) {
                    String where = "theta of " + size + ", z = " + z[i];
                    double expected = type == DataType.FLOAT32 ? (float) z[i] : z[i];
                    assertTrue(Double.isFinite(inverse[0][i]), where);
                    assertTrue(Double.isFinite(inverse[1][i]), where);
                    if (Math.abs(expected) > BOUND) {
                        assertEquals(expected, inverse[0][i], where);
                        assertEquals(0, inverse[1][i], where);
                    } else {
                        assertTrue(Math.abs(inverse[0][i]) <= BOUND * (1 + tolerance), where);
                        // Where the slope is large the rounding of x alone moves z.
                        double slope = Math.max(1, Math.exp(forward[1][i]));
                        assertEquals(expected, forward[0][i], tolerance * slope, where);
                    }
                }
            }
        }
    }

    /** Returns knots, the ends, the tails, and places between. */
    private static double[] difficult(double[] knots, Random random) {
        double[] rest = {
            -1e30, -1e4, -BOUND, Math.nextDown(BOUND), BOUND, Math.nextUp(BOUND), 1e4, 1e30, 0, -0.0
        };
        double[] z = new double[3 * knots.length + rest.length];
        for (int k = 0; k < knots.length; k++) {
            z[3 * k] = knots[k];
            z[3 * k + 1] = Math.nextUp((float) knots[k]);
            z[3 * k + 2] = BOUND * (2 * random.nextDouble() - 1);
        }
        System.arraycopy(rest, 0, z, 3 * knots.length, rest.length);
        return z;
    }

    @ParameterizedTest
    @CsvSource({"FLOAT32, 2e-6", "FLOAT64, 1e-14"})
    void isMonotoneAndContinuous(DataType type, double rounding) {
        Random random = new Random(3);
        int n = 4001;
        double[] values = new double[n];
        for (int i = 0; i < n; i++) {
            values[i] = 1.1 * BOUND * (2.0 * i / (n - 1) - 1);
        }
        for (double size : new double[] {1, 5, 50, 1e4}) {
            double[] theta = theta(random, size);
            double[][] all = new double[n][];
            java.util.Arrays.fill(all, theta);
            for (boolean inverse : new boolean[] {false, true}) {
                double[][] out = new Splines(values, all).run(manager, type, inverse);
                for (int i = 1; i < n; i++) {
                    double step = out[0][i] - out[0][i - 1];
                    assertTrue(step >= -rounding * BOUND, "theta of " + size + ", " + values[i]);
                }
                assertEquals(values[0], out[0][0], 1e-6);
                assertEquals(values[n - 1], out[0][n - 1], 1e-6);
            }
        }
    }

    @Test
    void knotsAndEndsAreMet() {
        Random random = new Random(4);
        for (int repeat = 0; repeat < 10; repeat++) {
            double[] theta = theta(random, 2);
            Reference reference = new Reference(theta);
            double[][] all = new double[BINS + 1][];
            java.util.Arrays.fill(all, theta);
            double[][] forward =
                    new Splines(reference.x, all).run(manager, DataType.FLOAT64, false);
            double[][] inverse = new Splines(reference.z, all).run(manager, DataType.FLOAT64, true);
            assertArrayEquals(reference.z, forward[0], 1e-12);
            assertArrayEquals(reference.x, inverse[0], 1e-11);
            for (int k = 0; k <= BINS; k++) {
                assertEquals(Math.log(reference.slopes[k]), forward[1][k], 1e-7);
                assertEquals(-Math.log(reference.slopes[k]), inverse[1][k], 1e-7);
            }
        }
    }

    @Test
    void gradientsAreFiniteAtTheEdges() {
        Random random = new Random(5);
        for (double size : new double[] {0, 1, 50, 1e4}) {
            double[] theta = extremes(random, size);
            double[] z = difficult(new Reference(theta).z, random);
            RationalQuadraticSpline spline = new RationalQuadraticSpline(BINS, BOUND);
            spline.initialize(manager, DataType.FLOAT32, new Shape(1, z.length));
            for (boolean inverse : new boolean[] {false, true}) {
                NDArray x = Splines.array(manager, z, DataType.FLOAT32).reshape(1, z.length);
                NDArray parameters =
                        Splines.array(manager, theta, DataType.FLOAT32)
                                .reshape(1, theta.length, 1)
                                .repeat(2, z.length);
                x.setRequiresGradient(true);
                parameters.setRequiresGradient(true);
                NDList inputs = new NDList(x, parameters);
                for (double g : BackwardPass.ofUnivariate(spline, inputs)) {
                    assertTrue(Double.isFinite(g), "by hand, theta of " + size);
                }
                Fixtures.backward(
                        () -> {
                            NDList out =
                                    inverse
                                            ? spline.inverse(store(manager), inputs, true)
                                            : spline.forward(store(manager), inputs, true);
                            return out.get(0).sum().add(out.get(1).sum());
                        });
                for (double g : doubles(x.getGradient())) {
                    assertTrue(Double.isFinite(g), "x, theta of " + size);
                }
                for (double g : doubles(parameters.getGradient())) {
                    assertTrue(Double.isFinite(g), "theta of " + size);
                }
            }
        }
    }

    @Test
    void argumentsOutOfRangeAreRefused() {
        refuses("at least 2 bins, got 1", 1, 3, 1e-3, 1e-3);
        refuses("a positive bound, got 0.0", 4, 0, 1e-3, 1e-3);
        refuses("a positive bound, got NaN", 4, Double.NaN, 1e-3, 1e-3);
        refuses("a positive bound, got Infinity", 4, Double.POSITIVE_INFINITY, 1e-3, 1e-3);
        refuses("a smallest size in (0, 1/4), got 0.25", 4, 3, 0.25, 1e-3);
        refuses("a smallest size in (0, 1/4), got 0.0", 4, 3, 0, 1e-3);
        refuses("a smallest slope in (0, 1), got 1.0", 4, 3, 1e-3, 1);
        refuses("a smallest slope in (0, 1), got 0.0", 4, 3, 1e-3, 0);
    }

    private static void refuses(
            String message, int bins, double bound, double smallestSize, double smallestSlope) {
        assertRefused(
                IllegalArgumentException.class,
                "RationalQuadraticSpline: expected " + message,
                () -> new RationalQuadraticSpline(bins, bound, smallestSize, smallestSlope));
    }
}
