package org.djlflows.estimator;

import static org.djlflows.testing.Fixtures.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

class ComparisonTest {

    private static final double IMPOSSIBLE = Double.NEGATIVE_INFINITY;

    private static List<Comparison> compared(Object... namesAndScores) {
        Map<String, double[]> scores = new LinkedHashMap<>();
        for (int i = 0; i < namesAndScores.length; i += 2) {
            scores.put((String) namesAndScores[i], (double[]) namesAndScores[i + 1]);
        }
        return Comparison.of(scores);
    }

    /** The rows differ far more than the models, whose difference is known the better for it. */
    @Test
    void theBestComesFirstAndDifferencesArePaired() {
        List<Comparison> found =
                compared(
                        "worse", new double[] {-1.5, -11, -5.5, -2},
                        "best", new double[] {-1, -10, -5, -2});
        assertEquals(List.of("best", "worse"), found.stream().map(Comparison::name).toList());
        Comparison best = found.get(0);
        assertEquals(4.5, best.nll(), 1e-12);
        // Deviations of 3.5, 5.5, 0.5 and 2.5, of which the sample has three.
        assertEquals(Math.sqrt(49.0 / 3 / 4), best.nllError(), 1e-12);
        assertEquals(0, best.difference());
        assertEquals(0, best.differenceError());
        Comparison worse = found.get(1);
        assertEquals(5, worse.nll(), 1e-12);
        assertEquals(0.5, worse.difference(), 1e-12);
        assertEquals(Math.sqrt(0.5 / 3 / 4), worse.differenceError(), 1e-12);
        assertTrue(worse.impossible().isEmpty());
    }

    @Test
    void impossibleRowsAreNotAveragedAway() {
        List<Comparison> found =
                compared(
                        "sharp", new double[] {0, IMPOSSIBLE, 0, IMPOSSIBLE},
                        "broad", new double[] {-9, -9, -9, -8});
        assertEquals("broad", found.get(0).name());
        Comparison sharp = found.get(1);
        assertEquals(Double.POSITIVE_INFINITY, sharp.nll());
        assertEquals(Double.POSITIVE_INFINITY, sharp.difference());
        assertTrue(Double.isNaN(sharp.nllError()) && Double.isNaN(sharp.differenceError()));
        assertEquals(List.of(1, 3), sharp.impossible());
        assertEquals(0, sharp.nllOfPossible());
    }

    @Test
    void withImpossibleRowsEverywhereTheFewestAreBest() {
        List<Comparison> found =
                compared(
                        "two", new double[] {0, IMPOSSIBLE, IMPOSSIBLE},
                        "one, worse", new double[] {IMPOSSIBLE, -3, -3},
                        "one", new double[] {-1, -1, IMPOSSIBLE},
                        "all", new double[] {IMPOSSIBLE, IMPOSSIBLE, IMPOSSIBLE});
        assertEquals(
                List.of("one", "one, worse", "two", "all"),
                found.stream().map(Comparison::name).toList());
        assertTrue(Double.isNaN(found.get(1).difference()));
        assertTrue(Double.isNaN(found.get(3).nllOfPossible()));
    }

    @Test
    void oneRowHasNoError() {
        Comparison one = compared("only", new double[] {-2}).get(0);
        assertEquals(2, one.nll());
        assertTrue(Double.isNaN(one.nllError()));
    }

    @Test
    void otherRowsAreRefused() {
        assertRefused(
                IllegalArgumentException.class,
                "got 1 from b and 2 from the first",
                () -> compared("a", new double[2], "b", new double[1]));
        assertRefused(
                IllegalArgumentException.class,
                "at least one, none NaN",
                () -> compared("a", new double[0]));
        for (double wrong : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
            assertRefused(
                    IllegalArgumentException.class,
                    "with such a number",
                    () -> compared("a", new double[] {wrong}));
        }
    }
}
