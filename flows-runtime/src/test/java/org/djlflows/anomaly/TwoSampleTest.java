package org.djlflows.anomaly;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.Random;
import java.util.function.IntPredicate;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** The p-values of two samples beside those of all divisions, and of many random ones. */
class TwoSampleTest {

    private static final int DIVISIONS = 9_999;

    private static final int SPLITS = 1_000;

    /** The p-value by each of the ways to choose which values are the first sample. */
    private static double byEnumeration(double[] first, double[] second) {
        double[] all = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, all, first.length, second.length);
        double found = distance(first, second);
        int asFar = 0;
        int ways = 0;
        for (int subset = 0; subset < 1 << all.length; subset++) {
            if (Integer.bitCount(subset) == first.length) {
                int bits = subset;
                double[] a = part(all, i -> (bits >> i & 1) == 1);
                double[] b = part(all, i -> (bits >> i & 1) == 0);
                ways++;
                asFar += distance(a, b) >= found - 1e-12 ? 1 : 0;
            }
        }
        return (double) asFar / ways;
    }

    private static double[] part(double[] all, IntPredicate which) {
        return IntStream.range(0, all.length).filter(which).mapToDouble(i -> all[i]).toArray();
    }

    private static double distance(double[] a, double[] b) {
        double greatest = 0;
        for (double[] sample : new double[][] {a, b}) {
            for (double x : sample) {
                greatest = Math.max(greatest, Math.abs(share(a, x) - share(b, x)));
            }
        }
        return greatest;
    }

    private static double share(double[] sample, double x) {
        return Arrays.stream(sample).filter(y -> Double.compare(y, x) <= 0).count()
                / (double) sample.length;
    }

    @Test
    void distancesAndTheirProbabilitiesAreExact() {
        Random random = new Random(1);
        for (int levels : new int[] {1_000_000, 10, 4, 2}) {
            for (int k = 0; k < 10; k++) {
                double[] a = random.doubles(3 + k % 3).map(x -> (int) (levels * x)).toArray();
                double[] b = random.doubles(4 + k % 5).map(x -> (int) (levels * x)).toArray();
                a[0] = k % 4 == 0 ? Double.NaN : a[0];
                b[0] = k % 2 == 0 ? Double.NaN : b[0];
                TwoSample found = TwoSample.kolmogorovSmirnov(a, b);
                assertEquals(distance(a, b), found.statistic(), 1e-12);
                assertEquals(byEnumeration(a, b), found.pValue(), 1e-12);
            }
        }
    }

    @Test
    void farSamplesHaveTinyPValues() {
        double[] a = IntStream.range(0, 500).mapToDouble(i -> i).toArray();
        double[] b = IntStream.range(0, 400).mapToDouble(i -> 1000 + i).toArray();
        TwoSample found = TwoSample.kolmogorovSmirnov(a, b);
        assertEquals(1, found.statistic());
        assertTrue(found.pValue() > 0 && found.pValue() < 1e-200, found::toString);
        assertEquals(new TwoSample(0, 1), TwoSample.kolmogorovSmirnov(a, a.clone()));
    }

    @Test
    void levelsOfOtherSharesAreFound() {
        int[] a = IntStream.range(0, 300).map(i -> i % 3).toArray();
        int[] b = IntStream.range(0, 300).map(i -> i % 30 == 0 ? 3 : i % 3).toArray();
        TwoSample same = TwoSample.chiSquared(a, a.clone(), DIVISIONS);
        assertEquals(0, same.statistic(), 1e-12);
        assertEquals(1, same.pValue());
        // Ten cells of 300 are of a level that was never there.
        TwoSample found = TwoSample.chiSquared(a, b, DIVISIONS);
        assertTrue(found.pValue() < 0.02, found::toString);
        assertEquals(found, TwoSample.chiSquared(a, b, DIVISIONS));
        // R: chisq.test(rbind(c(120, 80), c(90, 110)), correct = FALSE) gives 9.022556.
        int[] c = IntStream.range(0, 200).map(i -> i < 120 ? 0 : 1).toArray();
        int[] d = IntStream.range(0, 200).map(i -> i < 90 ? 0 : 1).toArray();
        assertEquals(9.022556, TwoSample.chiSquared(c, d, DIVISIONS).statistic(), 1e-6);
        assertEquals(new TwoSample(0, 1), TwoSample.chiSquared(new int[9], new int[5], DIVISIONS));
    }

    @Test
    void emptySamplesAreRefused() {
        double[] one = {1};
        assertThrows(
                IllegalArgumentException.class,
                () -> TwoSample.kolmogorovSmirnov(one, new double[0]));
        assertThrows(
                IllegalArgumentException.class,
                () -> TwoSample.chiSquared(new int[0], new int[] {1}, DIVISIONS));
    }

    private static int within(double level, Random random, ToDoubleFunction<Random> pValue) {
        return (int)
                IntStream.range(0, SPLITS)
                        .filter(k -> pValue.applyAsDouble(random) <= level)
                        .count();
    }

    /** At most the level, and three standard errors of it. */
    private static void assertHolds(double level, int alarms) {
        double most = SPLITS * level + 3 * Math.sqrt(SPLITS * level * (1 - level));
        assertTrue(alarms <= most, alarms + " of " + SPLITS + " at " + level);
    }

    @Test
    void pValuesHoldWithTiesAndRareLevels() {
        for (double level : new double[] {0.01, 0.05, 0.2}) {
            for (double ties : new double[] {1e-9, 0.5, 3}) {
                assertHolds(
                        level,
                        within(
                                level,
                                new Random(2),
                                r ->
                                        TwoSample.kolmogorovSmirnov(
                                                        normal(r, 60, ties), normal(r, 100, ties))
                                                .pValue()));
            }
            assertHolds(
                    level,
                    within(
                            level,
                            new Random(3),
                            r ->
                                    TwoSample.chiSquared(rare(r, 60), rare(r, 100), DIVISIONS)
                                            .pValue()));
        }
    }

    /** p-values with calibration rows in common are not uniform, and yet no drift. */
    @Test
    void pValuesOfNewRowsHoldTogether() {
        for (double ties : new double[] {1e-9, 0.5}) {
            assertHolds(
                    0.05,
                    within(
                            0.05,
                            new Random(4),
                            r -> byPValues(normal(r, 50, ties), normal(r, 500, ties)).pValue()));
        }
        Random random = new Random(5);
        double[] calibration = normal(random, 200, 1e-9);
        double[] rows = normal(random, 2000, 1e-9);
        TwoSample found = byPValues(calibration, rows);
        // The distance at scores of calibration rows: at most one of them less than everywhere.
        double whole = TwoSample.kolmogorovSmirnov(calibration, rows).statistic();
        assertEquals(whole, found.statistic(), 1.0 / 200);
        double[] further = Arrays.stream(rows).map(x -> x + 0.5).toArray();
        assertTrue(byPValues(calibration, further).pValue() < 1e-5);
    }

    private static TwoSample byPValues(double[] calibration, double[] rows) {
        Conformal conformal = Conformal.of(calibration);
        return conformal.compare(Arrays.stream(rows).map(conformal::pValue).toArray());
    }

    private static double[] normal(Random random, int n, double step) {
        return IntStream.range(0, n)
                .mapToDouble(i -> Math.rint(random.nextGaussian() / step) * step)
                .toArray();
    }

    /** The level k comes with the probability 2^-k. */
    /** Each of many levels is rare in a small sample; one that is new there is not to be missed. */
    @Test
    void aNewLevelIsSeenAmongManyRareOnes() {
        int[] before = IntStream.range(0, 3_000).map(i -> i % 30).toArray();
        int[] after = new int[50];
        Arrays.fill(after, 30);
        assertTrue(TwoSample.chiSquared(before, after, DIVISIONS).pValue() <= 0.001);
        assertTrue(
                TwoSample.chiSquared(before, Arrays.copyOf(before, 60), DIVISIONS).pValue() > 0.05);
    }

    private static int[] rare(Random random, int n) {
        return IntStream.range(0, n)
                .map(i -> Integer.numberOfTrailingZeros(random.nextInt() | 1 << 30))
                .toArray();
    }
}
