package org.djlflows.univariate;

import static org.djlflows.testing.Fixtures.assertRefused;
import static org.djlflows.testing.Fixtures.doubles;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;

import org.djlflows.bijection.Elementwise;
import org.djlflows.runtime.GaussLegendre;
import org.djlflows.spec.Activation;
import org.djlflows.spec.AnalyticFamily;
import org.djlflows.spec.BernsteinTails;
import org.djlflows.spec.MixtureShape;
import org.djlflows.spec.PolynomialBasis;
import org.djlflows.testing.Fixtures;
import org.djlflows.testing.HandWrittenGradients;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Scalar maps of all of the line but splines, beside what {@code make_reference.py} computes of
 * them in 60 digits by mpmath, out to 1000 deviations.
 */
class MapsOfTheLineTest {

    private static final Map<String, Supplier<Univariate>> MAPS =
            Map.ofEntries(
                    Map.entry("deep-sigmoidal", () -> new DeepSigmoidal(5, 2)),
                    Map.entry("deep-dense-sigmoidal", () -> new DeepDenseSigmoidal(4, 3)),
                    Map.entry("logistic-cdf", () -> new MixtureCdf(4, MixtureShape.LOGISTIC)),
                    Map.entry("normal-cdf", () -> new MixtureCdf(4, MixtureShape.NORMAL)),
                    Map.entry("bernstein", () -> new Bernstein(16, 5, BernsteinTails.LINEAR)),
                    Map.entry(
                            "bernstein-identity",
                            () -> new Bernstein(16, 5, BernsteinTails.IDENTITY)),
                    Map.entry(
                            "sum-of-squares",
                            () -> new SumOfSquares(3, 4, 5, PolynomialBasis.POWERS)),
                    Map.entry(
                            "sum-of-squares-legendre",
                            () -> new SumOfSquares(3, 6, 3, PolynomialBasis.LEGENDRE)),
                    Map.entry("integrated-network", () -> new IntegratedNetwork(2, 3, 20, 5)),
                    Map.entry("monotonic-network", () -> new MonotonicNetwork(2, 5, 4)),
                    Map.entry(
                            "unconstrained-monotonic",
                            () -> new UnconstrainedMonotonic(2, Activation.ELU, 32, 5, 5, 4)),
                    Map.entry(
                            "cubic-rational",
                            () -> new AnalyticMap(AnalyticFamily.CUBIC_RATIONAL, 3)),
                    Map.entry("sinh", () -> new AnalyticMap(AnalyticFamily.SINH, 3)),
                    Map.entry("cubic", () -> new AnalyticMap(AnalyticFamily.CUBIC, 3)),
                    Map.entry("sinh-arcsinh", SinhArcsinh::new));

    private NDManager manager;

    /**
     * A value of a map.
     *
     * @param map the name of the map
     */
    record Value(String map, double x, double z, double logSlope) {}

    static Stream<Value> values() throws IOException {
        String resource = "/org/djlflows/univariate/reference.csv";
        try (BufferedReader lines =
                new BufferedReader(
                        new InputStreamReader(
                                MapsOfTheLineTest.class.getResourceAsStream(resource),
                                StandardCharsets.UTF_8))) {
            return lines
                    .lines()
                    .skip(1)
                    .map(line -> line.split(","))
                    .map(
                            cells ->
                                    new Value(
                                            cells[0],
                                            Double.parseDouble(cells[1]),
                                            Double.parseDouble(cells[2]),
                                            Double.parseDouble(cells[3])))
                    .toList()
                    .stream();
        }
    }

    static Stream<Supplier<Univariate>> maps() {
        return MAPS.values().stream();
    }

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
    }

    @AfterEach
    void close() {
        manager.close();
    }

    private Univariate made(Supplier<Univariate> maker, DataType type) {
        Univariate map = maker.get();
        map.initialize(manager, type, new Shape(1, 1));
        return map;
    }

    /** The numbers of which the reference was made: sin(3 i + 1) from a place on. */
    private NDArray numbers(int begin, Shape shape, DataType type) {
        double[] values = new double[Math.toIntExact(shape.size())];
        Arrays.setAll(values, i -> Math.sin(3.0 * (begin + i) + 1));
        return manager.create(values, shape).toType(type, false);
    }

    private Univariate ofReference(String name, DataType type) {
        Univariate map = MAPS.get(name).get();
        setNumbers(map, type);
        return map;
    }

    private void setNumbers(Univariate map, DataType type) {
        map.initialize(manager, type, new Shape(1, 1));
        int taken = map.getParameterCount();
        for (Parameter parameter : map.getParameters().values()) {
            Shape shape = parameter.getArray().getShape();
            numbers(taken, shape, type).copyTo(parameter.getArray());
            taken += Math.toIntExact(shape.size());
        }
    }

    private NDArray theta(Univariate map, DataType type) {
        return numbers(0, new Shape(1, map.getParameterCount(), 1), type);
    }

    private NDArray of(double x, DataType type) {
        return manager.create(new double[] {x}, new Shape(1, 1)).toType(type, false);
    }

    private NDList forward(Univariate map, NDArray x, NDArray theta) {
        return map.forward(Fixtures.store(manager), new NDList(x, theta), false);
    }

    private NDList inverse(Univariate map, NDArray z, NDArray theta) {
        return map.inverse(Fixtures.store(manager), new NDList(z, theta), false);
    }

    private static double first(NDArray array) {
        return doubles(array)[0];
    }

    @ParameterizedTest
    @MethodSource("values")
    void valuesSlopesAndInversesAreExact(Value value) {
        Univariate map = ofReference(value.map(), DataType.FLOAT64);
        NDArray theta = theta(map, DataType.FLOAT64);
        NDList out = forward(map, of(value.x(), DataType.FLOAT64), theta);
        double size = 1 + Math.abs(value.z());
        // That of the quadrature.
        double error = map instanceof IntegratedNetwork ? 1e-8 : 1e-12;
        assertEquals(value.z(), first(out.get(0)), error * size);
        assertEquals(value.logSlope(), first(out.get(1)), 1e-11);
        NDList back = inverse(map, of(value.z(), DataType.FLOAT64), theta);
        assertEquals(value.x(), first(back.get(0)), 10 * error * (1 + Math.abs(value.x())));
        assertEquals(-value.logSlope(), first(back.get(1)), 1e-10);
    }

    @ParameterizedTest
    @MethodSource("values")
    void float32KeepsItsDigits(Value value) {
        Univariate map = ofReference(value.map(), DataType.FLOAT32);
        NDArray theta = theta(map, DataType.FLOAT32);
        NDList out = forward(map, of(value.x(), DataType.FLOAT32), theta);
        double size = 1 + Math.abs(value.z());
        assertEquals(value.z(), first(out.get(0)), 3e-6 * size);
        assertEquals(value.logSlope(), first(out.get(1)), 1e-5);
        NDList back = inverse(map, of(value.z(), DataType.FLOAT32), theta);
        assertEquals(value.x(), first(back.get(0)), 1e-5 * (1 + Math.abs(value.x())));
    }

    /** Of the values of one call some are taken by logarithms, some are not. */
    @ParameterizedTest
    @EnumSource(MixtureShape.class)
    void mixturesAreTheSameBesideValuesFarOut(MixtureShape shape) {
        Univariate map = made(() -> new MixtureCdf(4, shape), DataType.FLOAT64);
        double[] xs = {-1000, 0.4, 50, -0.1, -10, 3};
        NDArray theta = theta(map, DataType.FLOAT64);
        NDArray x = manager.create(xs, new Shape(xs.length, 1));
        NDList together = forward(map, x, theta.repeat(0, xs.length));
        for (int i = 0; i < xs.length; i++) {
            NDList alone = forward(map, of(xs[i], DataType.FLOAT64), theta);
            assertEquals(first(alone.get(0)), doubles(together.get(0))[i], 1e-12);
            assertEquals(first(alone.get(1)), doubles(together.get(1))[i], 1e-12);
        }
    }

    /** Where logarithms take the place of products, also in the backward pass by hand. */
    @ParameterizedTest
    @EnumSource(MixtureShape.class)
    void gradientsOfMixturesAreRightFarOut(MixtureShape shape) {
        Elementwise layer = new Elementwise(new MixtureCdf(4, shape));
        NDArray x =
                manager.create(new double[] {-900, 0.4, 60, -0.1, -12, 3, 25, 0}, new Shape(4, 2));
        layer.initialize(manager, DataType.FLOAT64, x.getShape());
        Fixtures.randomise(layer);
        layer.getParameters()
                .values()
                .forEach(parameter -> parameter.getArray().setRequiresGradient(true));
        HandWrittenGradients.assertRightForBijection(
                layer, layer.kernel(true).orElseThrow(), new NDList(x), 1e-7);
    }

    @ParameterizedTest
    @MethodSource("maps")
    void freshMapsAreCloseToTheIdentity(Supplier<Univariate> maker) {
        Univariate map = made(maker, DataType.FLOAT64);
        NDArray theta = manager.zeros(new Shape(1, map.getParameterCount(), 1), DataType.FLOAT64);
        for (double x = -3; x <= 3; x += 0.5) {
            NDList out = forward(map, of(x, DataType.FLOAT64), theta);
            assertEquals(x, first(out.get(0)), 0.4);
            assertEquals(0, first(out.get(1)), 0.3);
        }
    }

    /** Units, components and squares that had the same gradients would stay alike. */
    @ParameterizedTest
    @MethodSource("maps")
    void parametersHaveGradientsOfTheirOwn(Supplier<Univariate> maker) {
        Univariate map = made(maker, DataType.FLOAT64);
        if (map instanceof IntegratedNetwork || map instanceof UnconstrainedMonotonic) {
            // Its network tells them apart, once its last layer is not 0.
            Fixtures.randomise(map);
        }
        // Not 0, where the centre of a bend does not matter.
        NDArray theta =
                manager.full(new Shape(1, map.getParameterCount(), 1), 0.1f)
                        .toType(DataType.FLOAT64, false);
        theta.setRequiresGradient(true);
        NDArray x = of(0.7, DataType.FLOAT64);
        Fixtures.backward(
                () -> {
                    NDList out = forward(map, x, theta);
                    return out.get(0).square().sum().add(out.get(1).sum());
                });
        double[] sorted = Arrays.stream(doubles(theta.getGradient())).sorted().toArray();
        for (int i = 1; i < sorted.length; i++) {
            assertTrue(sorted[i] - sorted[i - 1] > 1e-12, Arrays.toString(sorted));
        }
    }

    /** The slope goes on beyond the bound as it is there. */
    @ParameterizedTest
    @EnumSource(BernsteinTails.class)
    void tailsMeetThePolynomial(BernsteinTails tails) {
        Univariate map = made(() -> new Bernstein(9, 2, tails), DataType.FLOAT64);
        NDArray theta = theta(map, DataType.FLOAT64);
        for (double end : new double[] {-2, 2}) {
            NDList within = forward(map, of(end * (1 - 1e-9), DataType.FLOAT64), theta);
            NDList outside = forward(map, of(end * (1 + 1e-9), DataType.FLOAT64), theta);
            assertEquals(first(within.get(0)), first(outside.get(0)), 1e-7);
            assertEquals(first(within.get(1)), first(outside.get(1)), 1e-7);
        }
    }

    @Test
    void quadratureConverges() {
        double[] found =
                IntStream.of(5, 10, 20, 200)
                        .mapToDouble(points -> integral(new IntegratedNetwork(2, 3, points, 5)))
                        .toArray();
        double[] errors = Arrays.stream(found).map(z -> Math.abs(z - found[3])).toArray();
        assertTrue(errors[0] > 1e-4, Arrays.toString(errors));
        assertTrue(errors[1] < errors[0] / 10, Arrays.toString(errors));
        assertTrue(errors[2] < errors[1] / 100, Arrays.toString(errors));
    }

    private double integral(Univariate map) {
        setNumbers(map, DataType.FLOAT64);
        NDArray theta = theta(map, DataType.FLOAT64);
        return first(forward(map, of(-5, DataType.FLOAT64), theta).get(0));
    }

    @Test
    void ruleIsExactForPolynomials() {
        for (int n : new int[] {1, 2, 5, 20, 64}) {
            GaussLegendre rule = new GaussLegendre(n);
            List<Double> points = rule.points();
            for (int degree = 0; degree < 2 * n; degree++) {
                double sum = 0;
                for (int i = 0; i < n; i++) {
                    sum += rule.weights().get(i) * Math.pow(points.get(i), degree);
                }
                assertEquals(1.0 / (degree + 1), sum, 1e-14);
            }
            assertFalse(points.contains(0.0));
        }
    }

    @Test
    void argumentsOutOfRangeAreRefused() {
        refuses("DeepSigmoidal: expected at least 1 unit, got 0", () -> new DeepSigmoidal(0, 1));
        refuses("DeepSigmoidal: expected at least 1 layer, got 0", () -> new DeepSigmoidal(1, 0));
        refuses("at least 1 unit, got -1", () -> new DeepDenseSigmoidal(-1, 1));
        refuses("at least 1 layer, got 0", () -> new DeepDenseSigmoidal(1, 0));
        refuses("at least 1 layer", () -> new AnalyticMap(AnalyticFamily.SINH, 0));
        refuses("expected at least 1 component", () -> new MixtureCdf(0, MixtureShape.NORMAL));
        refuses("degree of 5 to 100, got 4", () -> new Bernstein(4, 1, BernsteinTails.LINEAR));
        refuses("degree of 5 to 100", () -> new Bernstein(101, 1, BernsteinTails.LINEAR));
        refuses("a positive bound", () -> new Bernstein(5, 0, BernsteinTails.IDENTITY));
        refuses("at least 1 polynomial", () -> new SumOfSquares(0, 1, 1, PolynomialBasis.LEGENDRE));
        refuses(
                "a degree of at least 1",
                () -> new SumOfSquares(1, 0, 1, PolynomialBasis.LEGENDRE));
        refuses(
                "a positive bound",
                () -> new SumOfSquares(1, 1, Double.NaN, PolynomialBasis.LEGENDRE));
        refuses("a signal of at least 1", () -> new IntegratedNetwork(0, 1, 1, 1));
        refuses("at least 1 unit", () -> new IntegratedNetwork(1, 0, 1, 1));
        refuses("at least 1 point", () -> new IntegratedNetwork(1, 1, 0, 1));
        refuses("a positive bound", () -> new IntegratedNetwork(1, 1, 1, -1));
        refuses(
                "MonotonicNetwork: expected a signal of at least 1 number, got 0",
                () -> new MonotonicNetwork(0, 2));
        refuses("hidden layers of at least 2 units, got []", () -> new MonotonicNetwork(1));
        refuses("hidden layers of at least 2 units, got [2, 1]", () -> monotonic(1, 1, 2, 1));
        refuses("at least 1 point", () -> monotonic(0, 1, 2));
        refuses("a positive bound", () -> monotonic(1, 0, 2));
    }

    private static Univariate monotonic(int points, double bound, int... widths) {
        return new UnconstrainedMonotonic(1, Activation.TANH, points, bound, widths);
    }

    private static void refuses(String message, Supplier<Univariate> maker) {
        assertRefused(IllegalArgumentException.class, message, maker::get);
    }
}
