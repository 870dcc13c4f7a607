package org.djlflows.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.djlflows.testing.Fixtures;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/** Moments, range and shape of the toy densities. */
class ToysTest {

    @Test
    void refusesANegativeNumberOfRows() {
        Fixtures.assertRefused(
                IllegalArgumentException.class,
                "Toys: expected 0 rows or more, got -1",
                () -> Toys.twoMoons(-1, 0));
    }

    private static final int ROWS = 40_000;
    private static final List<Double> ORIGIN = List.of(0.0, 0.0);

    /** A sampler; the mean and the mean square of each coordinate, by hand; the largest radius. */
    record Case(
            String name, Sampler sampler, List<Double> mean, List<Double> square, double radius) {

        static Case of(String name, Sampler sampler, double square, double radius) {
            return new Case(name, sampler, ORIGIN, List.of(square, square), radius);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    /** Draws rows from a seed. */
    interface Sampler {
        float[] draw(int rows, long seed);
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case(
                        "two moons",
                        Toys::twoMoons,
                        List.of(0.5, 0.25),
                        List.of(1.01, moonSquare()),
                        2.7),
                // The mean square radius is 0.75^2 (1 + 4 + 9 + 16) / 4.
                Case.of("rings", Toys::rings, 0.5 * 4.21875 + 0.0064, 3.5),
                Case.of("circles", Toys::circles, 0.5 * 5.625 + 0.0576, 4.3),
                Case.of("eight Gaussians", Toys::eightGaussians, 0.5 * 8 + 0.125, 4.8),
                // The blades turn by angles that leave the squared radius alone.
                Case.of("pinwheel", Toys::pinwheel, 2 * (1 + 0.09 + 0.01), 4.9),
                Case.of("checkerboard", Toys::checkerboard, 16.0 / 3, 4 * Math.sqrt(2)),
                new Case("two spirals", Toys::twoSpirals, ORIGIN, spiralSquares(), 3.9));
    }

    private static double moonSquare() {
        // Half of sin^2 and half of (0.5 - sin)^2, where sin has mean 2 / pi and mean square 1 / 2.
        return 0.25 + 0.5 * (0.25 - 2 / Math.PI + 0.5) + 0.01;
    }

    /** By the sum over the distribution function of the angle. */
    private static List<Double> spiralSquares() {
        double[] sum = new double[2];
        int steps = 100_000;
        for (int i = 0; i < steps; i++) {
            double angle = 3 * Math.PI * Math.sqrt((i + 0.5) / steps);
            double x = -angle * Math.cos(angle);
            double y = angle * Math.sin(angle);
            // Uniform noise in [0, 0.5] has mean 0.25 and mean square 1 / 12.
            sum[0] += (x * x + 0.5 * x + 1.0 / 12) / 9 / steps;
            sum[1] += (y * y + 0.5 * y + 1.0 / 12) / 9 / steps;
        }
        return List.of(sum[0] + 0.01, sum[1] + 0.01);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void momentsAndRange(Case toy) {
        float[] points = toy.sampler().draw(ROWS, 3);
        assertEquals(2 * ROWS, points.length);
        for (int axis = 0; axis < 2; axis++) {
            double[] values = column(points, axis);
            assertMean(toy.mean().get(axis), values, "mean");
            double[] squares = Arrays.stream(values).map(v -> v * v).toArray();
            assertMean(toy.square().get(axis), squares, "mean square");
        }
        for (int i = 0; i < ROWS; i++) {
            assertTrue(Math.hypot(points[2 * i], points[2 * i + 1]) < toy.radius());
        }
        assertArrayEquals(points, toy.sampler().draw(ROWS, 3));
        assertFalse(Arrays.equals(points, toy.sampler().draw(ROWS, 4)));
        assertEquals(0, toy.sampler().draw(0, 3).length);
    }

    private static double[] column(float[] points, int axis) {
        double[] values = new double[points.length / 2];
        Arrays.setAll(values, i -> points[2 * i + axis]);
        return values;
    }

    private static void assertMean(double expected, double[] values, String what) {
        double mean = Arrays.stream(values).average().orElseThrow();
        double variance =
                Arrays.stream(values).map(v -> (v - mean) * (v - mean)).average().orElseThrow();
        assertEquals(expected, mean, 4 * Math.sqrt(variance / values.length), what);
    }

    @Test
    void partsAreWhereTheyShouldBe() {
        check(Toys.rings(ROWS, 1), p -> nearest(Math.hypot(p[0], p[1]), 0.75, 1.5, 2.25, 3), 0.45);
        check(Toys.circles(ROWS, 1), p -> nearest(Math.hypot(p[0], p[1]), 1.5, 3), 1.3);
        float[] board = Toys.checkerboard(ROWS, 1);
        for (int i = 0; i < ROWS; i++) {
            double fields = Math.floor(board[2 * i] / 2) + Math.floor(board[2 * i + 1] / 2);
            assertEquals(0, Math.floorMod((int) fields, 2));
        }
        // Each of the eight lies within a sector of 45 degrees, but for the tails.
        int[] counts = new int[8];
        float[] eight = Toys.eightGaussians(ROWS, 1);
        for (int i = 0; i < ROWS; i++) {
            double angle = Math.atan2(eight[2 * i + 1], eight[2 * i]);
            counts[Math.floorMod((int) Math.round(angle / (Math.PI / 4)), 8)]++;
        }
        for (int count : counts) {
            assertEquals(ROWS / 8.0, count, 4 * Math.sqrt(ROWS / 8.0));
        }
    }

    /** Moments are the same where half circles are exchanged, or a pinwheel turns the other way. */
    @Test
    void moonsAndBladesHaveTheirShape() {
        float[] moons = Toys.twoMoons(ROWS, 1);
        double distance = 0;
        for (int i = 0; i < ROWS; i++) {
            double upper = toHalfCircle(moons[2 * i], moons[2 * i + 1]);
            double lower = toHalfCircle(1 - moons[2 * i], 0.5 - moons[2 * i + 1]);
            distance += Math.min(upper, lower) / ROWS;
        }
        // The mean absolute value of normal noise of deviation 0.1 is 0.08.
        assertEquals(0.08, distance, 0.005);
        float[] wheel = Toys.pinwheel(ROWS, 1);
        double cosine = 0;
        for (int i = 0; i < ROWS; i++) {
            double angle = -Math.atan2(wheel[2 * i + 1], wheel[2 * i]);
            double turn = 0.25 * Math.exp(Math.hypot(wheel[2 * i], wheel[2 * i + 1]) / 2);
            cosine += Math.cos(5 * (angle - turn)) / ROWS;
        }
        assertTrue(cosine > 0.7, "mean cosine " + cosine);
    }

    /** The distance to the upper half of the unit circle. */
    private static double toHalfCircle(double x, double y) {
        return y > 0 ? Math.abs(Math.hypot(x, y) - 1) : Math.hypot(Math.abs(x) - 1, y);
    }

    /** What a seed draws is the same in each version: models and numbers in texts rest on it. */
    @Test
    void pointsOfASeedStay() {
        assertPoints(Toys::twoMoons, 1.7946378, -0.2128205, -0.1776811, 1.0797864);
        assertPoints(Toys::rings, -1.9745518, -0.8317744, 0.3643098, 2.3132417);
        assertPoints(Toys::circles, -2.4582853, -1.0622462, 0.5606932, 3.2276871);
        assertPoints(Toys::eightGaussians, -1.9025880, -1.5235435, -2.5717232, -0.2610196);
        assertPoints(Toys::pinwheel, -0.4240655, 2.0487034, -2.1081690, -2.2754290);
        assertPoints(Toys::checkerboard, 1.8484590, 1.6105013, 0.6549262, -3.5453308);
        assertPoints(Toys::twoSpirals, -0.6555037, -2.6152031, 1.4435507, 1.0865407);
    }

    private static void assertPoints(Sampler sampler, double... expected) {
        assertArrayEquals(expected, Fixtures.widen(sampler.draw(2, 3)), 1e-6);
    }

    private static void check(float[] points, ToDoubleFunction<float[]> f, double limit) {
        for (int i = 0; i < points.length; i += 2) {
            assertTrue(f.applyAsDouble(new float[] {points[i], points[i + 1]}) < limit);
        }
    }

    private static double nearest(double radius, double... radii) {
        return Arrays.stream(radii).map(r -> Math.abs(r - radius)).min().orElseThrow();
    }
}
