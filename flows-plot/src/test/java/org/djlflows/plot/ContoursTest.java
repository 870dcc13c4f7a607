package org.djlflows.plot;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Arrays;
import java.util.OptionalDouble;

class ContoursTest {

    private static final Window UNIT = new Window(0, 2, 0, 2);

    @ParameterizedTest
    @ValueSource(doubles = {0.5, 0.9, 0.99})
    void enclosesTheProbabilityOfANormalDistribution(double mass) {
        Window window = new Window(-4, 4, -5, 5);
        int cells = 200;
        float[] density = PlotsTest.normal(window, cells);

        double level = Contours.level(density, window.cellArea(cells), mass).orElseThrow();
        double[][] line = Contours.lines(window, density, level);

        // The disc of radius r has the probability 1 - exp(-r^2 / 2).
        double radius = Math.sqrt(-2 * Math.log1p(-mass));
        int last = line[0].length - 1;
        assertTrue(last > 100);
        for (int i = 0; i < last; i++) {
            assertEquals(radius, Math.hypot(line[0][i], line[1][i]), 0.02);
        }
        // One line, closed.
        assertEquals(1, lines(line));
        assertEquals(line[0][0], line[0][last - 1]);
        assertEquals(line[1][0], line[1][last - 1]);
    }

    @Test
    void hasNoLevelWhereTheWindowHoldsLess() {
        float[] density = {0.1f, 0.1f, 0.1f, Float.NaN};

        assertEquals(OptionalDouble.empty(), Contours.level(density, 1, 0.5));
        assertEquals(0.1f, Contours.level(density, 1, 0.2).orElseThrow());
    }

    @Test
    void endsLinesAtTheBorder() {
        // High on the right: one line from bottom to top, a third of the way between the columns.
        double[][] line = Contours.lines(UNIT, new float[] {0, 3, 0, 3}, 1);

        assertArrayEquals(new double[] {0.5 + 1 / 3.0, 0.5 + 1 / 3.0, Double.NaN}, line[0], 1e-12);
        double[] ends = {line[1][0], line[1][1]};
        Arrays.sort(ends);
        assertArrayEquals(new double[] {0.5, 1.5}, ends);
    }

    @Test
    void dividesSaddlesByTheirMiddle() {
        float[] density = {1, 0, 0, 1};

        // High at lower left and upper right; a low middle parts them: lines around these corners.
        for (double side : sides(Contours.lines(UNIT, density, 0.6))) {
            assertTrue(side > 0);
        }
        // A high middle joins them: lines around the other two.
        for (double side : sides(Contours.lines(UNIT, density, 0.4))) {
            assertTrue(side < 0);
        }
    }

    /** Returns for each of two lines whether its middle lies where the density is high. */
    private static double[] sides(double[][] points) {
        assertEquals(6, points[0].length);
        double[] sides = new double[2];
        for (int i = 0; i < 2; i++) {
            double x = (points[0][3 * i] + points[0][3 * i + 1]) / 2;
            double y = (points[1][3 * i] + points[1][3 * i + 1]) / 2;
            sides[i] = (x - 1) * (y - 1);
        }
        return sides;
    }

    private static int lines(double[][] points) {
        return (int) Arrays.stream(points[0]).filter(Double::isNaN).count();
    }
}
