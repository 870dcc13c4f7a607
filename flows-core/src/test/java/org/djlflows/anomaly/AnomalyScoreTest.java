package org.djlflows.anomaly;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Random;
import java.util.function.Function;

class AnomalyScoreTest {

    private static final List<Boolean> NUMBERS = List.of(false, false);

    private static NDManager manager;

    @BeforeAll
    static void open() {
        manager = NDManager.newBaseManager(null, "PyTorch");
    }

    @AfterAll
    static void close() {
        manager.close();
    }

    /** Two independent normal numbers, with deviations of 1 and 3. */
    private static float[] normal(int n, long seed) {
        Random random = new Random(seed);
        float[] rows = new float[2 * n];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = (float) (random.nextGaussian() * (i % 2 == 0 ? 1 : 3));
        }
        return rows;
    }

    private static NDList arrays(float... rows) {
        return new NDList(manager.create(rows, new Shape(rows.length / 2, 2)));
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

    private static AnomalyScore score() {
        Function<NDList, double[]> density = rows -> logDensities(AnomalyScore.rows(rows));
        return AnomalyScore.of(
                NUMBERS,
                arrays(normal(600, 1)),
                arrays(normal(100, 2)),
                arrays(normal(300, 3)),
                density);
    }

    @Test
    void oddRowsHaveGreaterScoresAndLesserPValues() {
        AnomalyScore score = score();
        float[] rows = {0.2f, 0.3f, 2.5f, -7, 8, 30, 1e20f, 0};
        double[] found = score.of(logDensities(rows), rows);
        for (int i = 1; i < found.length; i++) {
            assertTrue(found[i - 1] < found[i], found[i - 1] + " and " + found[i]);
        }
        assertTrue(score.conformal().pValue(found[0]) > 0.1);
        assertEquals(1.0 / 301, score.conformal().pValue(found[3]));
        double[] impossible = score.of(new double[] {Double.NEGATIVE_INFINITY}, 0, 0);
        assertEquals(Double.POSITIVE_INFINITY, impossible[0]);
    }

    /** What breaks a rule that only the density knows is odd too, however usual its neighbours. */
    @Test
    void aDensityThatIsLowEnoughIsHeard() {
        AnomalyScore score = score();
        float[] row = {0.2f, 0.3f};
        double usual = score.of(logDensities(row), row)[0];
        double[] low = score.of(new double[] {-40}, row);
        assertEquals(1.0 / 301, score.conformal().pValue(low[0]));
        assertTrue(score.densityShare(-40, low[0]) > 0.99);
        assertTrue(score.densityShare(logDensities(row)[0], usual) < 0.2);
    }

    /** Fresh rows of the same kind have uniform p-values, within what 2,000 of them can differ. */
    @Test
    void pValuesOfUsualRowsAreUniform() {
        AnomalyScore score = score();
        float[] fresh = normal(2_000, 4);
        double[] found = score.of(logDensities(fresh), fresh);
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
        NDList arrays = score.arrays(manager);
        AnomalyScore again = AnomalyScore.of(NUMBERS, arrays);
        float[] rows = normal(50, 5);
        double[] logs = logDensities(rows);
        assertArrayEquals(score.of(logs, rows), again.of(logs, rows));
        assertArrayEquals(score.conformal().scores(), again.conformal().scores());
        assertArrayEquals(score.calibrationRows(), again.calibrationRows());
    }

    @Test
    void arraysThatDisagreeAreRefused() {
        NDList arrays = score().arrays(manager);
        assertThrows(
                IllegalArgumentException.class,
                () -> AnomalyScore.of(List.of(false, false, false), arrays));
        for (double wrong : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
            NDList hostile = new NDList(arrays.subNDList(0, 3));
            NDArray density = manager.create(new double[] {0, wrong});
            density.setName(arrays.get(3).getName());
            hostile.add(density);
            assertThrows(IllegalArgumentException.class, () -> AnomalyScore.of(NUMBERS, hostile));
        }
        NDList fewer = arrays.subNDList(1);
        assertThrows(IllegalArgumentException.class, () -> AnomalyScore.of(NUMBERS, fewer));
        NDList more = new NDList(arrays);
        NDArray other = manager.create(1f);
        other.setName("anomaly.other");
        more.add(other);
        assertThrows(IllegalArgumentException.class, () -> AnomalyScore.of(NUMBERS, more));
    }
}
