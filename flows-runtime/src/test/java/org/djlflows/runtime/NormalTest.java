package org.djlflows.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NormalTest {

    private static void assertNear(double expected, double got) {
        assertEquals(expected, got, 4e-15 * Math.abs(expected));
    }

    /** Values of scipy.stats.norm.cdf 1.11, in each part of the approximation. */
    @ParameterizedTest
    @CsvSource({
        "0, 0.5",
        "-0.5, 0.3085375387259869",
        "1, 0.8413447460685429",
        "1.96, 0.9750021048517795",
        "-3, 0.0013498980316300945",
        "-6, 9.865876450376981e-10"
    })
    void cdfIsThatOfTables(double x, double expected) {
        assertNear(expected, Normal.cdf(x));
        assertNear(Math.log(expected), Normal.logCdf(x));
    }

    /** The asymptotic series, whose next term is below float64. */
    @ParameterizedTest
    @ValueSource(doubles = {35, 50, 300, 1e6, 1e150})
    void farTailsHaveLogarithms(double x) {
        double s = 1 / (x * x);
        double series = -s * (1 - 3 * s * (1 - 5 * s * (1 - 7 * s * (1 - 9 * s))));
        double expected = Normal.logDensity(x) - Math.log(x) + Math.log1p(series);
        assertNear(expected, Normal.logCdf(-x));
        assertEquals(-Math.exp(expected), Normal.logCdf(x), 1e-12 * Math.exp(expected));
    }

    @Test
    void logCdfIsThatOfTables() {
        assertNear(-53.23128515051247, Normal.logCdf(-10));
    }

    /** Where the approximations meet, neither cdf nor logarithm steps back. */
    @Test
    void logCdfGrows() {
        double last = Double.NEGATIVE_INFINITY;
        for (double x = -40; x < 8; x += 1e-3) {
            double next = Normal.logCdf(x);
            assertTrue(next > last, "at " + x);
            last = next;
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {1e-300, 1e-12, 0.001, 0.25, 0.4999, 0.5, 0.6, 0.975, 0.999999})
    void quantilesUndoTheCdf(double u) {
        assertEquals(u, Normal.cdf(Normal.quantile(u)), 1e-12 * u);
    }

    @Test
    void quantilesHaveEnds() {
        assertEquals(1.959963984540054, Normal.quantile(0.975), 1e-14);
        assertEquals(Double.NEGATIVE_INFINITY, Normal.quantile(0));
        assertEquals(Double.POSITIVE_INFINITY, Normal.quantile(1));
        assertTrue(Double.isNaN(Normal.quantile(Double.NaN)));
    }

    @Test
    void massesAreAccurateInBothTails() {
        assertNear(Math.log(0.6826894921370859), Normal.logMass(-1, 1));
        double far =
                Normal.logCdf(-30) + Math.log1p(-Math.exp(Normal.logCdf(-31) - Normal.logCdf(-30)));
        assertNear(far, Normal.logMass(30, 31));
        assertNear(far, Normal.logMass(-31, -30));
        // Narrow: the density times the width.
        double narrow = Normal.logDensity(20) + Math.log(1e-6);
        assertEquals(narrow, Normal.logMass(20, 20 + 1e-6), 2e-5);
    }

    @Test
    void logarithmsOfSumsKnowZero() {
        double none = Double.NEGATIVE_INFINITY;
        assertEquals(none, Normal.logAdd(none, none));
        assertEquals(-3, Normal.logAdd(none, -3));
        assertNear(Math.log(0.75), Normal.logAdd(Math.log(0.5), Math.log(0.25)));
    }
}
