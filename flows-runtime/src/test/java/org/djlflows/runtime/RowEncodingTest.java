package org.djlflows.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.djlflows.format.Calibration;
import org.djlflows.format.FlowConfig;
import org.djlflows.format.Preparation;
import org.djlflows.spec.Domain;
import org.djlflows.spec.Presets;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

class RowEncodingTest {

    /** Columns a to d are modelled, e to g are given; b and f never varied. */
    private static final RowEncoding ENCODING =
            new RowEncoding(
                    new FlowConfig(
                            Presets.realNvp(),
                            List.of("a", "b", "c", "d"),
                            List.of("e", "f", "g"),
                            Optional.empty(),
                            new Preparation(
                                    Map.of("b", 0.1, "f", 7.0),
                                    Map.of("c", 1e9, "g", -3.0),
                                    OptionalDouble.empty(),
                                    false,
                                    Map.of(
                                            "a",
                                            new Domain.HalfLine(-2),
                                            "d",
                                            new Domain.Circle(0, 360)),
                                    Map.of()),
                            Map.of(),
                            Calibration.NONE,
                            Optional.empty()));

    private static final double[] ROW = {1.5, 0.1, 1e9 + 2, 350, 4, 7, 5};
    private static final double[] OTHER = {-1, 0.1, 1e9 - 2, 90, 6, 7, -5};

    @Test
    void cellsAreThoseOfColumnsThatVary() {
        assertEquals(7, ENCODING.width());
        assertEquals(List.of("a", "c", "d"), ENCODING.varyingFeatures());
        assertEquals(List.of("a", "c", "d", "e", "g"), ENCODING.varying());
        assertEquals(List.of("b"), ENCODING.constantFeatures());
        assertEquals(
                List.of("a \u2212 -2.0", "c \u2212 1.0E9", "d \u2212 180.0"),
                ENCODING.featureLabels());
        assertEquals(List.of("e", "g \u2212 -3.0"), ENCODING.contextLabels());
        assertEquals(List.of(false, false, false, false, false), ENCODING.levels());
        float[] cells = {3.5f, 2, 170, 4, 8, 1, -2, -90, 6, -2};
        List<double[]> rows = List.of(ROW, OTHER);
        assertArrayEquals(cells, ENCODING.cells(rows));
        assertArrayEquals(new float[] {3.5f, 2, 170, 1, -2, -90}, ENCODING.features(rows));
        assertArrayEquals(new float[] {4, 8, 6, -2}, ENCODING.context(rows));
        assertArrayEquals(
                new float[] {4, 8, 6, -2}, ENCODING.given(new double[][] {{4, 7, 5}, {6, 7, -5}}));
        for (int j = 0; j < 5; j++) {
            assertEquals(cells[j + 5], ENCODING.cell(OTHER, j));
            int column = List.of(0, 2, 3, 4, 6).get(j);
            assertEquals(OTHER[column], ENCODING.value(j, cells[j + 5]));
        }
        assertEquals(0.6, ENCODING.value(5, 0.5f));
        double[][] samples = ENCODING.rows(new float[] {3.5f, 2, 170, 1, -2, -90});
        assertArrayEquals(new double[] {1.5, 0.1, 1e9 + 2, 350}, samples[0]);
        assertArrayEquals(new double[] {-1, 0.1, 1e9 - 2, 90}, samples[1]);
    }

    @Test
    void rowsThatCannotBeAreKnown() {
        assertTrue(ENCODING.isPossible(ROW));
        double[] rounded = ROW.clone();
        rounded[1] = 0.1f;
        assertTrue(ENCODING.isPossible(rounded));
        assertArrayEquals(new double[] {0}, ENCODING.offConstants(rounded));
        double[] changed = ROW.clone();
        changed[1] = 0.35;
        assertFalse(ENCODING.isPossible(changed));
        assertArrayEquals(new double[] {0.25}, ENCODING.offConstants(changed), 1e-12);
        double[] outside = ROW.clone();
        outside[0] = -2;
        assertFalse(ENCODING.isPossible(outside));
        // What is given is not modelled.
        double[] given = ROW.clone();
        given[5] = 8;
        assertTrue(ENCODING.isPossible(given));
    }

    @Test
    void rowsThatDoNotFitAreRefused() {
        ENCODING.require(new double[][] {ROW, OTHER});
        assertRefused("got 6 values in row 1", ROW, new double[6]);
        double[] huge = ROW.clone();
        huge[4] = 1e39;
        assertRefused("got 1.0E39 in row 0, column e", huge, ROW);
    }

    private static void assertRefused(String expected, double[]... rows) {
        String message =
                assertThrows(IllegalArgumentException.class, () -> ENCODING.require(rows))
                        .getMessage();
        assertTrue(message.contains(expected), message);
    }
}
