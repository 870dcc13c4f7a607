package org.djlflows.plot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.djlflows.anomaly.RowScore;
import org.djlflows.runtime.Explanation;
import org.junit.jupiter.api.Test;

import java.util.OptionalDouble;
import java.util.stream.IntStream;

/** Pictures of why rows are odd. */
class OddRowsTest {

    private static Explanation explanation(double score, double... shares) {
        OptionalDouble p = OptionalDouble.of(0.002);
        return new Explanation(
                new RowScore(-3, OptionalDouble.of(score), p, p),
                IntStream.range(0, shares.length)
                        .mapToObj(
                                j ->
                                        new Explanation.Cell(
                                                "column" + j,
                                                "a<b>" + j,
                                                shares[j],
                                                "7",
                                                "6",
                                                "8",
                                                0.01))
                        .toList());
    }

    private static void assertShows(String svg, String... texts) {
        for (String text : texts) {
            assertTrue(svg.contains(">" + text + "<"), text + " in " + svg);
        }
    }

    @Test
    void sharesAreBars() {
        Picture picture = Plots.shares("Row 7", explanation(8, 6, 2, 0));
        String svg = picture.svg();
        assertTrue(svg.startsWith("<svg"), svg.substring(0, 20));
        assertShows(
                svg,
                "Row 7",
                "anomaly score 8, p-value 0.002; shares of the score:",
                "column0",
                "75 %",
                "25 %",
                "0 %",
                "came a&lt;b&gt;1, expected 7 (6 to 8)");
        // The longest bar is three times the next one.
        assertTrue(svg.contains("width=\"220\"") && svg.contains("width=\"73.33\""), svg);
        assertTrue(picture.height() < Plots.shares("", explanation(8, 6, 2, 0, 0)).height());
    }

    @Test
    void ofManyCellsTheGreatestAreDrawn() {
        double[] shares = IntStream.range(0, 50).mapToDouble(j -> 1).toArray();
        String svg = Plots.shares("Row 7", explanation(50, shares)).svg();
        assertShows(svg, "column29", "and 20 more columns: 40.0 %");
        assertFalse(svg.contains("column30"));
    }

    @Test
    void anInfiniteScoreHasBarsToo() {
        double infinite = Double.POSITIVE_INFINITY;
        String svg = Plots.shares("Row 7", explanation(infinite, infinite, infinite, 0)).svg();
        assertShows(svg, "anomaly score infinite, p-value 0.002; shares of the score:", "50 %");
    }

    @Test
    void scoresAreCountedBesideThoseOfCalibration() {
        double[] calibration = IntStream.range(0, 1000).mapToDouble(i -> i / 100.0).toArray();
        ScoreHistogram histogram = ScoreHistogram.of(calibration);
        assertShows(histogram.picture(OptionalDouble.empty()).svg(), "rows (0)");
        for (double score : calibration) {
            histogram.add(score);
        }
        histogram.add(1e9);
        histogram.add(Double.POSITIVE_INFINITY);
        histogram.add(-1e9);
        histogram.add(Double.NaN);
        Picture picture = histogram.picture(OptionalDouble.of(9.9));
        assertEquals(900, picture.width());
        assertShows(
                picture.svg(),
                "calibration rows (1,000)",
                "rows (1,003)",
                " threshold: 9.9 ",
                "0.1 %",
                "1 %",
                "anomaly score");
        String far = histogram.picture(OptionalDouble.of(1e6)).svg();
        assertShows(far, " threshold: 1E6 ");
        assertThrows(
                IllegalArgumentException.class, () -> ScoreHistogram.of(Double.POSITIVE_INFINITY));
        // One score is enough, and rows that differ from it are seen.
        ScoreHistogram one = ScoreHistogram.of(3);
        one.add(3);
        one.add(8);
        assertShows(one.picture(OptionalDouble.empty()).svg(), "calibration rows (1)", "rows (2)");
    }
}
