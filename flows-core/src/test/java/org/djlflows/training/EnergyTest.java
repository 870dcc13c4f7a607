package org.djlflows.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

import org.djlflows.distribution.Funnel;
import org.djlflows.kernel.KernelException;
import org.djlflows.testing.Fixtures;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The energies and what else can be a target. */
class EnergyTest {

    private static final double SUPPORT = 6;
    private static final double[][] POINTS = {
        {0.3, -0.7}, {-2.1, 0.4}, {1.9, 1.1}, {0.9, -2.6}, {-3.7, 2.2}, {5, -4}, {6.5, -7.5}
    };
    private static final double[][] FAR = {{50, 50}, {-50, 3}, {50, -50}, {0.5, 50}, {-0.5, -50}};

    private NDManager manager;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
    }

    @AfterEach
    void close() {
        manager.close();
    }

    @ParameterizedTest
    @EnumSource
    void valuesAreThoseOfTheFormulas(Energy energy) {
        for (double[] x : POINTS) {
            double expected = -energy(energy, x);
            assertEquals(expected, logProb(energy.logDensity(), DataType.FLOAT64, x), 1e-9);
            assertEquals(
                    expected - penalty(x),
                    logProb(energy.logDensity(SUPPORT), DataType.FLOAT64, x),
                    1e-9);
            double rounding = 1e-5 * (1 + Math.abs(expected));
            assertEquals(expected, logProb(energy.logDensity(), DataType.FLOAT32, x), rounding);
        }
    }

    @ParameterizedTest
    @EnumSource
    void gradientsFarOutAreRight(Energy energy) {
        for (DataType type : new DataType[] {DataType.FLOAT32, DataType.FLOAT64}) {
            for (double[] point : FAR) {
                NDArray x = manager.create(point, new Shape(1, 2)).toType(type, false);
                x.setRequiresGradient(true);
                LogDensity target = energy.logDensity(SUPPORT);
                target.initialize(manager, type, x.getShape());
                Fixtures.backward(
                        () -> target.forward(Fixtures.store(manager), new NDList(x), true).get(0));
                double[] gradient = Fixtures.doubles(x.getGradient());
                for (int i = 0; i < 2; i++) {
                    double expected = -slope(energy, point, i);
                    double rounding = type == DataType.FLOAT32 ? 1e-4 : 1e-7;
                    assertEquals(expected, gradient[i], rounding * (1 + Math.abs(expected)));
                }
            }
        }
    }

    private double logProb(LogDensity target, DataType type, double... point) {
        NDArray x = manager.create(point, new Shape(1, 2)).toType(type, false);
        target.initialize(manager, type, x.getShape());
        NDList out = target.forward(Fixtures.store(manager), new NDList(x), false);
        return Fixtures.doubles(out.get(0))[0];
    }

    private static double energy(Energy energy, double... x) {
        double w1 = Math.sin(2 * Math.PI * x[0] / 4);
        double w2 = 3 * Math.exp(-0.5 * square((x[0] - 1) / 0.6));
        double w3 = 3 / (1 + Math.exp(-(x[0] - 1) / 0.3));
        return switch (energy) {
            case U1 ->
                    0.5 * square((Math.hypot(x[0], x[1]) - 2) / 0.4)
                            - logOfTwo((x[0] - 2) / 0.6, (x[0] + 2) / 0.6);
            case U2 -> 0.5 * square((x[1] - w1) / 0.4);
            case U3 -> -logOfTwo((x[1] - w1) / 0.35, (x[1] - w1 + w2) / 0.35);
            case U4 -> -logOfTwo((x[1] - w1) / 0.4, (x[1] - w1 + w3) / 0.35);
        };
    }

    private static double penalty(double... x) {
        double sum = 0;
        for (double value : x) {
            sum += square(Math.max(0, Math.abs(value) - SUPPORT));
        }
        return sum;
    }

    /** By central differences, which are right to 1e-8 of the value. */
    private static double slope(Energy energy, double[] x, int i) {
        double step = 1e-5;
        double[] above = x.clone();
        double[] below = x.clone();
        above[i] += step;
        below[i] -= step;
        double rise = energy(energy, above) + penalty(above);
        return (rise - energy(energy, below) - penalty(below)) / (2 * step);
    }

    /** The logarithm of the sum of two bells, from the nearer one. */
    private static double logOfTwo(double a, double b) {
        double near = -0.5 * Math.min(a * a, b * b);
        double far = -0.5 * Math.max(a * a, b * b);
        return near + Math.log1p(Math.exp(far - near));
    }

    private static double square(double x) {
        return x * x;
    }

    @Test
    void aFunctionInJavaAndAKernelAreTargets() {
        NDArray x = manager.create(new double[] {1, 2, 3, 4}, new Shape(2, 2));
        x.setRequiresGradient(true);
        LogDensity function = LogDensity.of(a -> a.square().sum(new int[] {1}).neg());
        LogDensity kernel =
                LogDensity.of(
                        """
                        def log_prob(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
                            return -x.square().sum([1])
                        """);
        for (LogDensity target : new LogDensity[] {function, kernel}) {
            target.initialize(manager, DataType.FLOAT64, x.getShape());
            NDList out = target.forward(Fixtures.store(manager), new NDList(x), false);
            assertArrayEquals(new double[] {-5, -25}, Fixtures.doubles(out.get(0)), 1e-12);
            assertArrayEquals(
                    new Shape[] {new Shape(2)}, target.getOutputShapes(new Shape[] {x.getShape()}));
        }
        assertTrue(function.kernel(true).isEmpty());
        assertTrue(kernel.kernel(true).isPresent());

        LogDensity wrong = LogDensity.of(a -> a.square());
        wrong.initialize(manager, DataType.FLOAT64, x.getShape());
        Fixtures.assertRefused(
                IllegalArgumentException.class,
                "LogDensity: expected log-densities of shape (2), got (2, 2)",
                () -> wrong.forward(Fixtures.store(manager), new NDList(x), false));
        Fixtures.assertRefused(
                IllegalArgumentException.class,
                "Energy: expected a positive and finite support, got -1.0",
                () -> Energy.U2.logDensity(-1));
        Fixtures.assertRefused(
                IllegalArgumentException.class,
                "Energy: expected a positive and finite support, got Infinity",
                () -> Energy.U2.logDensity(Double.POSITIVE_INFINITY));
        LogDensity plane = Energy.U1.logDensity();
        plane.initialize(manager, DataType.FLOAT64, new Shape(1, 3));
        NDArray space = manager.zeros(new Shape(1, 3), DataType.FLOAT64);
        assertThrows(
                KernelException.class,
                () -> plane.forward(Fixtures.store(manager), new NDList(space), false));
    }

    @Test
    void theFunnelIsThatOfNeal() {
        Funnel funnel = new Funnel();
        funnel.initialize(manager, DataType.FLOAT64, new Shape(1, 3));
        double[] x = {2, 1, -3};
        double expected = normal(2, 3) + normal(1, Math.E) + normal(-3, Math.E);
        NDArray got = funnel.logProb(manager.create(x, new Shape(1, 3)));
        assertEquals(expected, Fixtures.doubles(got)[0], 1e-12);
        Funnel single = new Funnel();
        single.initialize(manager, DataType.FLOAT32, new Shape(1, 2));
        NDArray far = manager.create(new float[] {92, 1e20f}, new Shape(1, 2));
        double tail = normal(92, 3) + normal(1e20, Math.exp(46));
        assertEquals(tail, Fixtures.doubles(single.logProb(far))[0], 1e-5 * Math.abs(tail));
        Fixtures.assertRefused(
                IllegalArgumentException.class,
                "Funnel: expected at least 2 features, got 1",
                () -> new Funnel().initialize(manager, DataType.FLOAT64, new Shape(1, 1)));
    }

    private static double normal(double x, double deviation) {
        return -0.5 * square(x / deviation) - Math.log(deviation) - 0.5 * Math.log(2 * Math.PI);
    }
}
