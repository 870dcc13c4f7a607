package org.djlflows.anomaly;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;

class ConformalTest {

    private static final int SPLITS = 1_000;

    @Test
    void pValuesCountWhatIsAsOdd() {
        Conformal conformal = Conformal.of(3, 1, 2, 2);
        assertEquals(1.0 / 5, conformal.pValue(3.1));
        assertEquals(2.0 / 5, conformal.pValue(3));
        assertEquals(4.0 / 5, conformal.pValue(2));
        assertEquals(1, conformal.pValue(-7));
        assertEquals(1.0 / 5, conformal.pValue(Double.POSITIVE_INFINITY));
        assertEquals(0, conformal.percentile(3.1));
        assertEquals(60, conformal.percentile(2));
        assertEquals(0.2, conformal.resolution());
    }

    @Test
    void aboveItsThresholdAreTheRowsOfARate() {
        double[] scores = IntStream.rangeClosed(1, 99).mapToDouble(i -> i).toArray();
        Conformal conformal = Conformal.of(scores);
        for (double rate : new double[] {0.01, 0.05, 0.25, 0.99}) {
            double threshold = conformal.threshold(rate);
            assertTrue(conformal.pValue(threshold) > rate, () -> "at " + rate);
            assertTrue(conformal.pValue(1.0001 * threshold) <= rate, () -> "above " + rate);
        }
    }

    /** Equal rows are equally odd, also where their scores were made by other loops. */
    @Test
    void whatDiffersByRoundingIsEqual() {
        Conformal conformal = Conformal.of(-40, 3, 3, 3, 7, Double.POSITIVE_INFINITY);
        assertEquals(6.0 / 7, conformal.pValue(3));
        assertEquals(6.0 / 7, conformal.pValue(3 * (1 + 1e-6)));
        assertEquals(3.0 / 7, conformal.pValue(3.001));
        assertEquals(1, conformal.pValue(-40 * (1 - 1e-6)));
        assertEquals(2.0 / 7, conformal.pValue(Double.POSITIVE_INFINITY));
        assertEquals(1, conformal.pValue(Double.NEGATIVE_INFINITY));
    }

    @Test
    void ratesThatTheRowsDoNotResolveAreRefused() {
        Conformal conformal = Conformal.of(new double[99]);
        conformal.requireAttainable(0.01);
        for (double rate : new double[] {0.009, 0, 1, Double.NaN}) {
            assertThrows(IllegalArgumentException.class, () -> conformal.requireAttainable(rate));
        }
        assertThrows(IllegalArgumentException.class, Conformal::of);
        assertThrows(IllegalArgumentException.class, () -> Conformal.of(1, Double.NaN));
    }

    /** Of 1,000 splits with 200 rows each the false alarms are binomial or fewer. */
    @ParameterizedTest
    @ValueSource(doubles = {0.01, 0.05})
    void falseAlarmsKeepTheirRate(double rate) {
        Random random = new Random(5);
        int alarms = 0;
        for (int split = 0; split < SPLITS; split++) {
            Conformal conformal = Conformal.of(random.doubles(199).toArray());
            alarms += conformal.pValue(random.nextDouble()) <= rate ? 1 : 0;
        }
        double error = Math.sqrt(rate * (1 - rate) / SPLITS);
        assertEquals(rate, (double) alarms / SPLITS, 3 * error);
    }

    /** Scores of few different values have more ties, and fewer alarms. */
    @Test
    void tiesNeverMakeMoreAlarms() {
        Random random = new Random(6);
        int alarms = 0;
        for (int split = 0; split < SPLITS; split++) {
            double[] scores = random.ints(99, 0, 4).asDoubleStream().toArray();
            alarms += Conformal.of(scores).pValue(random.nextInt(4)) <= 0.25 ? 1 : 0;
        }
        assertTrue(alarms <= SPLITS * 0.25 + 3 * Math.sqrt(SPLITS * 0.25 * 0.75), "got " + alarms);
    }

    @Test
    void discoveriesAreThoseOfBenjaminiAndHochberg() {
        // Table 1 of their paper: at 0.05 the four least of fifteen are discovered.
        double[] p = {
            0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262,
            0.5719, 0.6528, 0.7590, 1.0000
        };
        boolean[] expected = new boolean[p.length];
        Arrays.fill(expected, 0, 4, true);
        assertArrayEquals(expected, Conformal.discoveries(p, 0.05));
        assertArrayEquals(
                new boolean[] {false, true, false},
                Conformal.discoveries(new double[] {Double.NaN, 0.05, 0.2}, 0.1));
        assertArrayEquals(new boolean[0], Conformal.discoveries(new double[0], 0.1));
    }

    /** Of the rows that are marked, the usual ones are a tenth at most, over 1,000 splits. */
    @Test
    void falseDiscoveriesKeepTheirRate() {
        Random random = new Random(7);
        double[] proportions = new double[SPLITS];
        for (int split = 0; split < SPLITS; split++) {
            Conformal conformal =
                    Conformal.of(random.doubles(500).map(u -> random.nextGaussian()).toArray());
            double[] p = new double[100];
            for (int i = 0; i < p.length; i++) {
                p[i] = conformal.pValue(random.nextGaussian() + (i < 20 ? 4 : 0));
            }
            boolean[] marked = Conformal.discoveries(p, 0.1);
            int all = 0;
            int usual = 0;
            for (int i = 0; i < p.length; i++) {
                all += marked[i] ? 1 : 0;
                usual += marked[i] && i >= 20 ? 1 : 0;
            }
            proportions[split] = all == 0 ? 0 : (double) usual / all;
        }
        double mean = Arrays.stream(proportions).average().orElseThrow();
        double variance =
                Arrays.stream(proportions)
                        .map(x -> (x - mean) * (x - mean))
                        .average()
                        .orElseThrow();
        assertTrue(mean <= 0.1 + 2 * Math.sqrt(variance / SPLITS), "got " + mean);
        assertTrue(mean > 0.03, "got " + mean);
    }
}
