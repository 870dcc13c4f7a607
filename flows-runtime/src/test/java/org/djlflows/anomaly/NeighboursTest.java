package org.djlflows.anomaly;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Random;

class NeighboursTest {

    private static final float MISSING = Float.POSITIVE_INFINITY;

    /** A number that is twice as wide as usual, and a level of four. */
    private static float[] rows(int n) {
        Random random = new Random(3);
        float[] rows = new float[2 * n];
        for (int i = 0; i < n; i++) {
            rows[2 * i] = (float) (2 * random.nextGaussian());
            rows[2 * i + 1] = random.nextInt(4);
        }
        return rows;
    }

    private static Neighbours neighbours(float... rows) {
        return new Neighbours(List.of(false, true), rows);
    }

    @Test
    void ofLevelsItIsTheShareOfEqualOnes() {
        // Two rows of three are two apart: kernels e^(-2 / 2 h^2) beside e^0.
        Neighbours neighbours = new Neighbours(List.of(true, true), 0, 0, 1, 0, 2, 0);
        double[] found = neighbours.surprises(new float[] {3, 0}, 0);
        assertEquals(2 / (2 * 0.25 * 0.25), found[0], 1e-6);
        assertEquals(2 / (2 * 1.5 * 1.5), found[1], 1e-6);
        // One of the others is missing; the row itself does not count.
        assertEquals(
                2 / (2 * 1.5 * 1.5) - Math.log(2.0 / 3),
                neighbours.surprises(new float[] {0, 0}, 0)[1],
                1e-6);
    }

    @Test
    void rowsFarAwayAreMoreSurprisingInBothKernels() {
        Neighbours neighbours = neighbours(rows(500));
        double[] near = neighbours.surprises(new float[] {0.1f, 1}, 0);
        double[] far = neighbours.surprises(new float[] {9, 1}, 0);
        double[] farther = neighbours.surprises(new float[] {1e30f, 1}, 0);
        for (int k = 0; k < 2; k++) {
            assertTrue(near[k] < far[k] && far[k] < farther[k]);
            assertTrue(Double.isFinite(farther[k]));
        }
    }

    @Test
    void aRowOfTrainingIsNotItsOwnNeighbour() {
        float[] rows = rows(300);
        rows[0] = 30;
        Neighbours neighbours = neighbours(rows);
        float[] beside = {30.01f, rows[1]};
        assertTrue(neighbours.surprises(rows, 0)[0] > 20 + neighbours.surprises(beside, 0)[0]);
    }

    @Test
    void whatIsNotKnownIsLeftOutAndWhatIsMissingIsNot() {
        float[] rows = rows(400);
        for (int i = 0; i < 40; i++) {
            rows[2 * i] = MISSING;
        }
        Neighbours neighbours = neighbours(rows);
        double unknown = neighbours.surprises(new float[] {Float.NaN, 1}, 0)[0];
        double missing = neighbours.surprises(new float[] {MISSING, 1}, 0)[0];
        assertTrue(unknown < missing, unknown + " and " + missing);
        assertTrue(missing < neighbours.surprises(new float[] {40, 1}, 0)[0]);
        // Where none was missing, it is as far as another level.
        double never = neighbours(rows(400)).surprises(new float[] {MISSING, 1}, 0)[0];
        assertTrue(never > missing, never + " and " + missing);
    }

    @Test
    void theCellThatIsFarOutIsToBlame() {
        Neighbours neighbours = neighbours(rows(500));
        double[] number = neighbours.shares(12, 1);
        assertTrue(number[0] > 10 && number[1] < 3, number[0] + " and " + number[1]);
        double[] level = neighbours.shares(0.1f, 7);
        assertTrue(level[1] > 10 && level[0] < 3, level[0] + " and " + level[1]);
        assertEquals(0, neighbours.shares(Float.NaN, 1)[0]);
    }

    @Test
    void aColumnThatNeverVariesOrHasNoCellsDoesNoHarm() {
        float[] rows = {5, MISSING, 5, MISSING, 5, MISSING};
        Neighbours neighbours = new Neighbours(List.of(false, false), rows);
        assertTrue(Double.isFinite(neighbours.surprises(new float[] {6, 2}, 0)[0]));
    }

    @Test
    void tailsAreSharesOfRowsBeyond() {
        // 1 to 9: two of nine are at or beyond 8, twice 3 / 10 with the row itself.
        float[] rows = {1, 2, 3, 4, 5, 6, 7, 8, 9};
        Tails tails = new Tails(List.of(false), rows);
        assertEquals(-Math.log(0.6), tails.of(new float[] {8}, 0), 1e-12);
        assertEquals(-Math.log(0.2), tails.of(new float[] {100}, 0), 1e-12);
        assertEquals(0, tails.of(new float[] {5}, 0), 1e-12);
        assertEquals(0, tails.of(new float[] {Float.NaN}, 0));
        assertEquals(-Math.log(0.1), tails.of(new float[] {MISSING}, 0), 1e-12);
        Tails levels = new Tails(List.of(true), 0, 0, 0, 1, 1, 2, MISSING, 0, 0);
        // Two rows have level 1, one 2 and one none: at most as frequent are 4, and one.
        assertEquals(-Math.log(0.5), levels.of(new float[] {1}, 0), 1e-12);
        assertEquals(-Math.log(0.3), levels.of(new float[] {2}, 0), 1e-12);
        assertEquals(-Math.log(0.1), levels.of(new float[] {9}, 0), 1e-12);
    }

    @Test
    void standardsAreMedianAndSpread() {
        Standard standard = Standard.of(1, 2, 3, 4, 5, Double.POSITIVE_INFINITY);
        assertEquals(3, standard.median());
        assertEquals(2 / 1.349, standard.spread(), 1e-12);
        assertEquals(1.349, standard.of(5), 1e-12);
        assertArrayEquals(
                new double[] {7, Math.sqrt((2 * 1e-12 + 20 * 9) / 22)},
                new double[] {
                    Standard.of(new double[] {7, 7}, 9, 20).median(),
                    Standard.of(new double[] {7, 7}, 9, 20).spread()
                },
                1e-9);
    }
}
