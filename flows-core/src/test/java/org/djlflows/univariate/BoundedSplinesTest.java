package org.djlflows.univariate;

import static org.djlflows.testing.Fixtures.assertRefused;
import static org.djlflows.testing.Fixtures.doubles;
import static org.djlflows.testing.Fixtures.store;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

import org.djlflows.spec.SplineEnds;
import org.djlflows.testing.Fixtures;
import org.djlflows.weights.StateDict;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import java.util.function.IntFunction;

/** Splines against nflows or the formulas of their paper, and at the edges of their domain. */
class BoundedSplinesTest {

    private static final int BINS = 6;
    private static final double BOUND = 2.5;

    private NDManager manager;

    /** The families, of any number of bins. */
    enum Family {
        LINEAR(bins -> new LinearSpline(bins, BOUND)),
        QUADRATIC(bins -> new QuadraticSpline(bins, BOUND)),
        HALVED(bins -> new QuadraticSpline(bins, BOUND, SplineEnds.HALVED)),
        CUBIC(bins -> new CubicSpline(bins, BOUND)),
        LINEAR_RATIONAL(bins -> new LinearRationalSpline(bins, BOUND));

        @SuppressWarnings("ImmutableEnumChecker") // A reference to a constructor.
        private final IntFunction<Univariate> make;

        Family(IntFunction<Univariate> make) {
            this.make = make;
        }

        int parameters() {
            return make.apply(BINS).getParameterCount();
        }
    }

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
    }

    @AfterEach
    void close() {
        manager.close();
    }

    /** Returns value and log-slope of each value, by one map for each or one for all. */
    private double[][] run(
            Family family, boolean inverse, DataType type, double[] values, double[]... theta) {
        Univariate spline = family.make.apply(BINS);
        int n = values.length;
        spline.initialize(manager, type, new Shape(1, n));
        NDList inputs = inputs(type, values, theta);
        NDList out =
                inverse
                        ? spline.inverse(store(manager), inputs, false)
                        : spline.forward(store(manager), inputs, false);
        return new double[][] {doubles(out.get(0)), doubles(out.get(1))};
    }

    private NDList inputs(DataType type, double[] values, double[]... theta) {
        int n = values.length;
        int parameters = theta[0].length;
        double[] flat = new double[parameters * n];
        for (int i = 0; i < flat.length; i++) {
            flat[i] = theta[theta.length == 1 ? 0 : i % n][i / n];
        }
        return new NDList(
                manager.create(values).toType(type, true).reshape(1, n),
                manager.create(flat).toType(type, true).reshape(1, parameters, n));
    }

    private static double[] theta(Family family, Random random, double size) {
        return random.doubles(family.parameters()).map(u -> (4 * u - 2) * size).toArray();
    }

    /** Parameters that are all as large as the size, up or down. */
    private static double[] extremes(Family family, Random random, double size) {
        return random.doubles(family.parameters()).map(u -> u < 0.5 ? -size : size).toArray();
    }

    @ParameterizedTest
    @EnumSource(names = {"LINEAR", "HALVED", "CUBIC"})
    void agreesWithNflows(Family family) throws IOException {
        StateDict file = file();
        String kind =
                family == Family.HALVED ? "quadratic" : family.name().toLowerCase(Locale.ROOT);
        double[] x = doubles(file.get("x", manager));
        double[] z = doubles(file.get(kind + ".z", manager));
        double[] logSlope = doubles(file.get(kind + ".logdet", manager));
        double[] all = doubles(file.get(kind + ".theta", manager));
        int count = family.parameters();
        double[][] theta = new double[x.length][count];
        for (int i = 0; i < all.length; i++) {
            // Slopes at the ends of cubics are 1 at 0 here.
            boolean end = family == Family.CUBIC && i % count >= 2 * BINS;
            theta[i / count][i % count] = all[i] + (end ? Math.log(2) : 0);
        }
        double[][] forward = run(family, false, DataType.FLOAT64, x, theta);
        assertArrayEquals(z, forward[0], 1e-10);
        assertArrayEquals(logSlope, forward[1], 1e-10);
        double[][] inverse = run(family, true, DataType.FLOAT64, z, theta);
        for (int i = 0; i < x.length; i++) {
            // The error of an inverse is that of z over the slope.
            double slope = Math.min(1, Math.exp(logSlope[i]));
            assertEquals(0, (x[i] - inverse[0][i]) * slope, 1e-10);
            assertEquals(0, (logSlope[i] + inverse[1][i]) * slope, 1e-10);
        }
    }

    private static StateDict file() throws IOException {
        String resource = "/org/djlflows/parity/splines-nflows.safetensors";
        try {
            return StateDict.read(Path.of(BoundedSplinesTest.class.getResource(resource).toURI()));
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    /** Algorithm 1 of the paper, with its weights and points in the middle of bins. */
    @Test
    void linearRationalSplinesAgreeWithThePaper() {
        Random random = new Random(1);
        for (int repeat = 0; repeat < 20; repeat++) {
            double[] theta = theta(Family.LINEAR_RATIONAL, random, 1);
            double[] x = random.doubles(50, -BOUND, BOUND).toArray();
            double[][] forward = run(Family.LINEAR_RATIONAL, false, DataType.FLOAT64, x, theta);
            for (int i = 0; i < x.length; i++) {
                DoubleUnaryOperator map = value -> linearRational(theta, value);
                assertEquals(map.applyAsDouble(x[i]), forward[0][i], 1e-10);
                double h = 1e-6;
                double slope =
                        (map.applyAsDouble(x[i] + h) - map.applyAsDouble(x[i] - h)) / (2 * h);
                assertEquals(slope, Math.exp(forward[1][i]), 1e-4 * (1 + slope));
            }
        }
    }

    private static double linearRational(double[] theta, double value) {
        double[] x = knots(theta, 0);
        double[] y = knots(theta, BINS);
        int k = 0;
        while (k < BINS - 1 && value >= x[k + 1]) {
            k++;
        }
        double d0 = k == 0 ? 1 : slope(theta[2 * BINS + k - 1]);
        double d1 = k == BINS - 1 ? 1 : slope(theta[2 * BINS + k]);
        double lambda = 0.025 + 0.95 / (1 + Math.exp(-theta[3 * BINS - 1 + k]));
        double w0 = 1;
        double w1 = Math.sqrt(d0 / d1) * w0;
        double yMiddle =
                ((1 - lambda) * w0 * y[k] + lambda * w1 * y[k + 1])
                        / ((1 - lambda) * w0 + lambda * w1);
        double wMiddle =
                (lambda * w0 * d0 + (1 - lambda) * w1 * d1) * (x[k + 1] - x[k]) / (y[k + 1] - y[k]);
        double phi = (value - x[k]) / (x[k + 1] - x[k]);
        return phi <= lambda
                ? (w0 * y[k] * (lambda - phi) + wMiddle * yMiddle * phi)
                        / (w0 * (lambda - phi) + wMiddle * phi)
                : (wMiddle * yMiddle * (1 - phi) + w1 * y[k + 1] * (phi - lambda))
                        / (wMiddle * (1 - phi) + w1 * (phi - lambda));
    }

    private static double[] knots(double[] theta, int from) {
        double sum = 0;
        for (int k = 0; k < BINS; k++) {
            sum += Math.exp(theta[from + k]);
        }
        double[] knots = new double[BINS + 1];
        knots[0] = -BOUND;
        for (int k = 0; k < BINS; k++) {
            double share = 1e-3 + (1 - BINS * 1e-3) * Math.exp(theta[from + k]) / sum;
            knots[k + 1] = knots[k] + 2 * BOUND * share;
        }
        return knots;
    }

    private static double slope(double raw) {
        return 1e-3 + Math.log1p(Math.exp(raw + Math.log(Math.expm1(1 - 1e-3))));
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "HALVED")
    void isTheIdentityAtZero(Family family) {
        double[] values = {-1e30, -3, -BOUND, -2.4, -1, -1e-7, 0, 0.3, 2, BOUND, 2.6, 1e30};
        double[] theta = new double[family.parameters()];
        for (DataType type : new DataType[] {DataType.FLOAT32, DataType.FLOAT64}) {
            double tolerance = type == DataType.FLOAT32 ? 1e-6 : 1e-14;
            for (boolean inverse : new boolean[] {false, true}) {
                double[][] out = run(family, inverse, type, values, theta);
                for (int i = 0; i < values.length; i++) {
                    double expected = type == DataType.FLOAT32 ? (float) values[i] : values[i];
                    assertEquals(expected, out[0][i], tolerance);
                    assertEquals(0, out[1][i], 10 * tolerance);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void invertsEverywhere(Family family) {
        Random random = new Random(2);
        for (DataType type : new DataType[] {DataType.FLOAT32, DataType.FLOAT64}) {
            double tolerance = type == DataType.FLOAT32 ? 1e-5 : 1e-12;
            for (double size : new double[] {0, 1, 5, 50, 1e4}) {
                for (int repeat = 0; repeat < 20; repeat++) {
                    double[] theta =
                            repeat % 2 == 0
                                    ? extremes(family, random, size)
                                    : theta(family, random, size);
                    double[] z = difficult(random);
                    double[][] inverse = run(family, true, type, z, theta);
                    double[][] forward = run(family, false, type, inverse[0], theta);
                    for (int i = 0; i < z.length; i++) {
                        String where = type + ", theta of " + size + ", z = " + z[i];
                        double expected = type == DataType.FLOAT32 ? (float) z[i] : z[i];
                        assertTrue(Double.isFinite(inverse[1][i]), where);
                        if (Math.abs(expected) > BOUND) {
                            assertEquals(expected, inverse[0][i], where);
                            assertEquals(0, inverse[1][i], where);
                        } else {
                            assertTrue(Math.abs(inverse[0][i]) <= BOUND * (1 + tolerance), where);
                            // Where the slope is large the rounding of x alone moves z.
                            double log = Math.max(forward[1][i], -inverse[1][i]);
                            double slope = Math.max(1, Math.exp(log));
                            assertEquals(expected, forward[0][i], tolerance * slope, where);
                        }
                    }
                }
            }
        }
    }

    /** Returns the ends, what is beside them, the tails, and places between. */
    private static double[] difficult(Random random) {
        double[] z = new double[60];
        double[] ends = {
            -1e30, -1e4, -BOUND, Math.nextDown(BOUND), BOUND, Math.nextUp(BOUND), 1e4, 1e30, 0, -0.0
        };
        System.arraycopy(ends, 0, z, 0, ends.length);
        for (int i = ends.length; i < z.length; i++) {
            // Half of them near an end.
            double near = BOUND - Math.pow(10, -8 * random.nextDouble());
            z[i] = i % 2 == 0 ? BOUND * (2 * random.nextDouble() - 1) : i % 4 == 1 ? near : -near;
        }
        return z;
    }

    /** At the inner knots that are continuous, and at the bounds where they are. */
    @ParameterizedTest
    @EnumSource
    void slopesAreAsContinuousAsStated(Family family) {
        double[] theta = theta(family, new Random(6), 0.5);
        int n = 40_001;
        double[] x = new double[n];
        for (int i = 0; i < n; i++) {
            x[i] = 1.1 * BOUND * (2.0 * i / (n - 1) - 1);
        }
        double[][] forward = run(family, false, DataType.FLOAT64, x, theta);
        int inside = 0;
        int atBounds = 0;
        for (int i = 1; i < n; i++) {
            assertTrue(forward[0][i] > forward[0][i - 1], "increasing at " + x[i]);
            assertEquals(forward[0][i - 1], forward[0][i], 0.02, "continuous at " + x[i]);
            if (Math.abs(forward[1][i] - forward[1][i - 1]) > 0.05) {
                boolean crosses = Math.abs(x[i]) > BOUND != Math.abs(x[i - 1]) > BOUND;
                atBounds += crosses ? 1 : 0;
                inside += crosses ? 0 : 1;
            }
        }
        assertEquals(family == Family.LINEAR ? BINS - 1 : 0, inside);
        boolean smooth = family == Family.QUADRATIC || family == Family.LINEAR_RATIONAL;
        assertEquals(smooth ? 0 : 2, atBounds);
    }

    @ParameterizedTest
    @EnumSource
    void gradientsAreFiniteAtTheEdges(Family family) {
        Random random = new Random(4);
        for (double size : new double[] {0, 1, 50, 1e4}) {
            double[] theta = extremes(family, random, size);
            double[] z = difficult(random);
            Univariate spline = family.make.apply(BINS);
            spline.initialize(manager, DataType.FLOAT32, new Shape(1, z.length));
            for (boolean inverse : new boolean[] {false, true}) {
                NDList inputs = inputs(DataType.FLOAT32, z, theta);
                inputs.forEach(array -> array.setRequiresGradient(true));
                Fixtures.backward(
                        () -> {
                            NDList out =
                                    inverse
                                            ? spline.inverse(store(manager), inputs, true)
                                            : spline.forward(store(manager), inputs, true);
                            return out.get(0).sum().add(out.get(1).sum());
                        });
                for (NDArray array : inputs) {
                    double[] gradient = doubles(array.getGradient());
                    assertNotEquals(0, gradient.length);
                    for (double g : gradient) {
                        assertTrue(Double.isFinite(g), "theta of " + size + ", " + inverse);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void twoBinsAreEnough(Family family) {
        Univariate spline = family.make.apply(2);
        NDList inputs =
                new NDList(
                        manager.create(new double[] {-2, 0.3, 1}).reshape(1, 3),
                        manager.ones(
                                new Shape(1, spline.getParameterCount(), 3), DataType.FLOAT64));
        spline.initialize(manager, DataType.FLOAT64, new Shape(1, 3));
        NDList z = spline.forward(store(manager), inputs, false);
        NDList back = spline.inverse(store(manager), new NDList(z.get(0), inputs.get(1)), false);
        assertArrayEquals(new double[] {-2, 0.3, 1}, doubles(back.get(0)), 1e-12);
    }

    @Test
    void argumentsOutOfRangeAreRefused() {
        refuses("LinearSpline: expected 2 to 999 bins, got 1", () -> new LinearSpline(1, 3));
        refuses("expected 2 to 999 bins, got 1000", () -> new LinearRationalSpline(1000, 3));
        refuses("CubicSpline: expected a positive bound, got 0.0", () -> new CubicSpline(4, 0));
        refuses("a positive bound, got Infinity", () -> new QuadraticSpline(4, 1 / 0.0));
        refuses("a positive bound, got NaN", () -> new QuadraticSpline(4, Double.NaN));
    }

    private static void refuses(String message, Runnable make) {
        assertRefused(IllegalArgumentException.class, message, make::run);
    }
}
