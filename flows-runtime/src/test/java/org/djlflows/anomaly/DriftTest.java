package org.djlflows.anomaly;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/** Alarms of drift where there is none, and where there is. */
class DriftTest {

    private static final int COLUMNS = 10;
    private static final int SPLITS = 1_000;

    /**
     * Rows of ten columns that depend on each other: normal ones, some rounded, one mostly 0, one
     * with missing cells, and two of levels.
     */
    private static double[][] rows(Random random, int n, double shift) {
        double[][] rows = new double[n][COLUMNS];
        for (double[] row : rows) {
            double common = random.nextGaussian();
            Arrays.setAll(row, j -> Math.sqrt(0.5) * (common + random.nextGaussian()));
            row[3] += shift;
            row[5] = Math.rint(row[5]);
            row[6] = row[6] < 1 ? 0 : row[6];
            row[7] = random.nextInt(5) == 0 ? Double.NaN : row[7];
            row[8] = row[8] > 0 ? 1 : 0;
            row[9] = Math.floor(Math.exp(1.5 * row[9]));
        }
        return rows;
    }

    private static double[] column(double[][] rows, int j) {
        return Arrays.stream(rows).mapToDouble(row -> row[j]).toArray();
    }

    private static double[] scores(double[][] rows) {
        return Arrays.stream(rows)
                .mapToDouble(row -> Arrays.stream(row, 0, 5).map(x -> x * x).sum())
                .toArray();
    }

    private static Drift drift(double[][] before, double[][] after) {
        List<Drift.Cells> cells = new ArrayList<>();
        for (int j = 0; j < COLUMNS; j++) {
            cells.add(new Drift.Cells("c" + j, j >= 8, column(before, j), column(after, j)));
        }
        return Drift.of(scores(before), scores(after), cells);
    }

    @Test
    void alarmsWithoutDriftAreAtMostTheirLevel() {
        double[][] all = rows(new Random(5), 400, 0);
        Random random = new Random(6);
        double[] pValues =
                IntStream.range(0, SPLITS)
                        .mapToDouble(
                                k -> {
                                    Collections.shuffle(Arrays.asList(all), random);
                                    return drift(
                                                    Arrays.copyOf(all, 150),
                                                    Arrays.copyOfRange(all, 150, 400))
                                            .pValue();
                                })
                        .toArray();
        for (double level : new double[] {0.01, 0.05}) {
            long alarms = Arrays.stream(pValues).filter(p -> p <= level).count();
            double most = SPLITS * level + 2 * Math.sqrt(SPLITS * level * (1 - level));
            assertTrue(alarms <= most, alarms + " alarms at " + level);
        }
    }

    @Test
    void aShiftOfAQuarterOfADeviationIsFound() {
        int found = 0;
        for (int seed = 0; seed < 20; seed++) {
            Random random = new Random(seed);
            Drift drift = drift(rows(random, 1000, 0), rows(random, 2000, 0.25));
            boolean first = drift.columns().get(0).name().equals("c3");
            found += first && drift.columns().get(0).isDrifted(0.05) ? 1 : 0;
        }
        assertEquals(20, found);
    }

    @Test
    void pValuesAreCorrectedByHolm() {
        double[] same = IntStream.range(0, 100).mapToDouble(i -> i).toArray();
        double[] far = Arrays.stream(same).map(x -> x + 1000).toArray();
        double[] near = Arrays.stream(same).map(x -> x + 25).toArray();
        Drift drift =
                Drift.of(
                        same,
                        same,
                        List.of(
                                new Drift.Cells("same", false, same, same),
                                new Drift.Cells("near", false, same, near),
                                new Drift.Cells("far", false, same, far)));
        List<Drift.Test> tests = drift.columns();
        assertEquals(List.of("far", "near", "same"), tests.stream().map(Drift.Test::name).toList());
        assertEquals(4 * tests.get(0).pValue(), tests.get(0).corrected());
        assertEquals(3 * tests.get(1).pValue(), tests.get(1).corrected());
        assertEquals(1, tests.get(2).corrected());
        assertEquals(1, drift.scores().corrected());
        assertEquals(tests.get(0).corrected(), drift.pValue());
        assertTrue(drift.isDrifted(0.05));
        assertFalse(tests.get(2).isDrifted(0.05));
    }

    @Test
    void cellsThatGoMissingAreDrift() {
        double[] before = IntStream.range(0, 200).mapToDouble(i -> i).toArray();
        double[] after = before.clone();
        Arrays.fill(after, 0, 30, Double.POSITIVE_INFINITY);
        for (boolean levels : new boolean[] {false, true}) {
            double[] cells = Arrays.stream(before).map(x -> x % 4).toArray();
            double[] lost = Arrays.stream(after).map(x -> x % 4).toArray();
            Drift drift =
                    Drift.of(before, before, List.of(new Drift.Cells("a", levels, cells, lost)));
            assertTrue(drift.isDrifted(0.01), () -> drift.toString());
        }
    }
}
