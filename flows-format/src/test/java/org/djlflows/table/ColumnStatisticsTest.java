package org.djlflows.table;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;

class ColumnStatisticsTest {

    private static final int ROWS = 5000;

    private static double[] draw(ToDoubleFunction<SplittableRandom> value) {
        SplittableRandom random = new SplittableRandom(3);
        double[] values = new double[ROWS];
        Arrays.setAll(values, i -> value.applyAsDouble(random));
        return values;
    }

    private static double normal(SplittableRandom random) {
        return Math.sqrt(-2 * Math.log(1 - random.nextDouble()))
                * Math.cos(2 * Math.PI * random.nextDouble());
    }

    private static long wild(double[] values) {
        ColumnStatistics column = ColumnStatistics.of(values);
        return Arrays.stream(values).filter(column::isWild).count();
    }

    /** Tails of all kinds end where they end: none of their values is wild. */
    @Test
    void cleanColumnsHaveNoWildValues() {
        assertEquals(0, wild(draw(r -> 50 + 3 * normal(r))));
        assertEquals(0, wild(draw(r -> -Math.log(1 - r.nextDouble()))));
        assertEquals(0, wild(draw(r -> Math.exp(normal(r)))));
        assertEquals(0, wild(draw(r -> Math.exp(-2 * normal(r)))));
        assertEquals(0, wild(draw(SplittableRandom::nextDouble)));
        assertEquals(0, wild(draw(r -> r.nextInt(2) * 10 + normal(r))));
        // Flags and counts, of which nearly all are zero.
        assertEquals(0, wild(draw(r -> r.nextDouble() < 0.004 ? 1 : 0)));
        assertEquals(0, wild(draw(r -> r.nextDouble() < 0.06 ? 1 + r.nextInt(5) : 0)));
        assertEquals(0, wild(draw(r -> r.nextDouble() < 0.8 ? 0 : Math.exp(normal(r)))));
    }

    @ParameterizedTest
    @ValueSource(doubles = {60, -99, 999, -999_999, 1e12, -1e36})
    void oneValueInAHundredIsWild(double wild) {
        double[] clean = draw(ColumnStatisticsTest::normal);
        double[] values = clean.clone();
        for (int i = 0; i < ROWS; i += 100) {
            values[i] = wild * (1 + i / (double) ROWS);
        }
        assertEquals(50, wild(values));
        ColumnStatistics expected = ColumnStatistics.of(clean);
        ColumnStatistics got = ColumnStatistics.of(values);
        assertEquals(expected.center(), got.center(), 0.05);
        assertEquals(expected.deviation(), got.deviation(), 0.05);
    }

    /** A normal column keeps what is within 10 deviations and loses what is beyond 20. */
    @Test
    void normalColumnsEndBetweenTenAndTwentyDeviations() {
        ColumnStatistics column = ColumnStatistics.of(draw(r -> 100 + 7 * normal(r)));
        assertEquals(100, column.center(), 0.3);
        assertEquals(7, column.deviation(), 0.5);
        for (int sign : new int[] {-1, 1}) {
            assertFalse(column.isWild(100 + sign * 70));
            assertTrue(column.isWild(100 + sign * 140));
        }
        assertEquals(3, column.distance(column.center() - 3 * column.deviation()), 1e-12);
    }

    /** A code on the side where a column has nothing is as wild as on the other. */
    @Test
    void aSideWithoutATailIsGivenThatOfTheOther() {
        double[] values = draw(r -> r.nextDouble() < 0.7 ? 0 : -Math.log(1 - r.nextDouble()));
        for (int i = 0; i < 40; i++) {
            values[i * 97] = -999;
        }
        assertEquals(40, wild(values));
    }

    /** What differs by rounding is the same. */
    @Test
    void aColumnOfOneValueIsConstant() {
        ColumnStatistics column = ColumnStatistics.of(new double[] {0.3, 0.1 + 0.2, 0.3, 0.3});
        assertTrue(column.isConstant());
        assertEquals(0.3, column.center(), 1e-15);
        assertFalse(column.isWild(0.1 + 0.2));
        assertTrue(column.isWild(0.3 + 1e-9));
        assertTrue(ColumnStatistics.of(new double[] {5}).isConstant());
        assertFalse(ColumnStatistics.of(new double[] {5, 6}).isConstant());
    }

    /** One cell among equal ones is wild, whatever it is; several are others. */
    @Test
    void aColumnThatIsConstantButForOneCellIsConstant() {
        double[] values = new double[2000];
        values[700] = -999_999;
        assertTrue(ColumnStatistics.of(values).isConstant());
        assertEquals(1, wild(values));
        values[3] = 1;
        values[4] = 1;
        assertFalse(ColumnStatistics.of(values).isConstant());
    }

    /**
     * A part of 20 or 40 rows has no 2 % to cut off; its outermost value can be wild all the same.
     */
    @ParameterizedTest
    @ValueSource(ints = {20, 30, 49, 60})
    void oneCellOfASmallTableIsWild(int rows) {
        double[] clean = Arrays.copyOf(draw(ColumnStatisticsTest::normal), rows);
        assertEquals(0, wild(clean));
        ColumnStatistics expected = ColumnStatistics.of(clean);
        for (double wild : new double[] {-99, 1e4, 1e36}) {
            double[] values = clean.clone();
            values[7] = wild;
            assertEquals(1, wild(values), "" + wild);
            ColumnStatistics got = ColumnStatistics.of(values);
            assertEquals(expected.center(), got.center(), 0.2);
            assertEquals(expected.deviation(), got.deviation(), 0.2);
        }
    }

    @Test
    void nearlyConstantColumnsHaveTheDeviationOfTheOthers() {
        double[] values = new double[1000];
        values[3] = 0.5;
        values[700] = 2;
        values[701] = -0.25;
        ColumnStatistics column = ColumnStatistics.of(values);
        assertEquals(0, column.center());
        assertEquals(0.5, column.deviation());
    }
}
