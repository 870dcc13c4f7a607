package org.djlflows.anomaly;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.djlflows.tensors.SavedArray;
import org.junit.jupiter.api.Test;

import java.nio.DoubleBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

class AnomalyScoreTest {

    private static final List<Boolean> NUMBERS = List.of(false, false);

    /** Two independent normal numbers, with deviations of 1 and 3. */
    private static float[] normal(int n, long seed) {
        Random random = new Random(seed);
        float[] rows = new float[2 * n];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = (float) (random.nextGaussian() * (i % 2 == 0 ? 1 : 3));
        }
        return rows;
    }

    private static double[] logDensities(float... rows) {
        double[] logs = new double[rows.length / 2];
        for (int i = 0; i < logs.length; i++) {
            double a = rows[2 * i];
            double b = rows[2 * i + 1] / 3;
            logs[i] = -0.5 * (a * a + b * b) - Math.log(2 * Math.PI * 3);
        }
        return logs;
    }

    private static AnomalyScore.Rows rows(int n, long seed) {
        float[] cells = normal(n, seed);
        return new AnomalyScore.Rows(cells, logDensities(cells));
    }

    private static AnomalyScore score() {
        return AnomalyScore.fit(NUMBERS, 2, normal(600, 1), rows(100, 2), rows(300, 3));
    }

    @Test
    void oddRowsHaveGreaterScoresAndLesserPValues() {
        AnomalyScore score = score();
        float[] rows = {0.2f, 0.3f, 2.5f, -7, 8, 30, 1e20f, 0};
        double[] found = score.scores(logDensities(rows), rows);
        for (int i = 1; i < found.length; i++) {
            assertTrue(found[i - 1] < found[i], found[i - 1] + " and " + found[i]);
        }
        assertTrue(score.conformal().pValue(found[0]) > 0.1);
        assertEquals(1.0 / 301, score.conformal().pValue(found[3]));
        double[] impossible = score.scores(new double[] {Double.NEGATIVE_INFINITY}, 0, 0);
        assertEquals(Double.POSITIVE_INFINITY, impossible[0]);
    }

    /** What breaks a rule that only the density knows is odd too, however usual its neighbours. */
    @Test
    void aDensityThatIsLowEnoughIsHeard() {
        AnomalyScore score = score();
        float[] row = {0.2f, 0.3f};
        double usual = score.scores(logDensities(row), row)[0];
        double[] low = score.scores(new double[] {-40}, row);
        assertEquals(1.0 / 301, score.conformal().pValue(low[0]));
        assertTrue(score.densityShare(-40, low[0]) > 0.99);
        assertTrue(score.densityShare(logDensities(row)[0], usual) < 0.2);
    }

    /** Fresh rows of the same kind have uniform p-values, within what 2,000 of them can differ. */
    @Test
    void pValuesOfUsualRowsAreUniform() {
        AnomalyScore score = score();
        float[] fresh = normal(2_000, 4);
        double[] found = score.scores(logDensities(fresh), fresh);
        for (double level : new double[] {0.05, 0.2, 0.5}) {
            int below = 0;
            for (double s : found) {
                below += score.conformal().pValue(s) <= level ? 1 : 0;
            }
            // 300 calibration rows leave the rate itself uncertain.
            double error = Math.sqrt(level * (1 - level) * (1.0 / 2_000 + 1.0 / 300));
            assertEquals(level, below / 2_000.0, 3 * error);
        }
    }

    @Test
    void whatIsSavedIsTheSameScore() {
        AnomalyScore score = score();
        AnomalyScore again = AnomalyScore.restored(NUMBERS, score.arrays());
        float[] rows = normal(50, 5);
        double[] logs = logDensities(rows);
        assertArrayEquals(score.scores(logs, rows), again.scores(logs, rows));
        assertArrayEquals(score.conformal().scores(), again.conformal().scores());
        assertArrayEquals(score.calibrationRows(), again.calibrationRows());
    }

    private static void assertRefused(String expected, List<Boolean> levels, SavedArray... arrays) {
        String message =
                assertThrows(
                                IllegalArgumentException.class,
                                () -> AnomalyScore.restored(levels, List.of(arrays)))
                        .getMessage();
        assertTrue(message.contains(expected), message);
    }

    @Test
    void arraysThatDisagreeAreRefused() {
        SavedArray[] arrays = score().arrays().toArray(SavedArray[]::new);
        assertRefused(
                "expected anomaly.rows of (1 to 8192, 3), got (700, 2)",
                List.of(false, false, false),
                arrays);
        for (double wrong : new double[] {Double.NaN, Double.POSITIVE_INFINITY, 0}) {
            SavedArray density = numbers(arrays[3].name(), 0, wrong);
            assertRefused("one above 0", NUMBERS, arrays[0], arrays[1], arrays[2], density);
        }
        for (int k = 0; k < arrays.length; k++) {
            List<SavedArray> fewer = new ArrayList<>(List.of(arrays));
            SavedArray left = fewer.remove(k);
            assertRefused(
                    "expected " + left.name() + ", got none",
                    NUMBERS,
                    fewer.toArray(SavedArray[]::new));
            SavedArray other = arrays[k < 2 ? 2 : 0];
            fewer.add(new SavedArray(left.name(), left.shape(), other.values()));
            assertRefused(
                    "expected " + left.name() + " of float",
                    NUMBERS,
                    fewer.toArray(SavedArray[]::new));
        }
        SavedArray more = numbers("anomaly.other", 1);
        assertRefused(
                "no further arrays", NUMBERS, arrays[0], arrays[1], arrays[2], arrays[3], more);
    }

    private static SavedArray numbers(String name, double... values) {
        return new SavedArray(name, new long[] {values.length}, DoubleBuffer.wrap(values));
    }
}
