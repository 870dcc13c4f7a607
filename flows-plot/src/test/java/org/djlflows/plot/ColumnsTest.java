package org.djlflows.plot;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.jfree.data.Range;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ColumnsTest {

    /** Of the values 0 to n - 1 the quantiles of 0.5 and 99.5 % are values, the outer ones. */
    @ParameterizedTest
    @CsvSource({"401, 2, 398", "400, 1, 398", "201, 1, 199", "200, 0, 199", "2, 0, 1"})
    void aRangeLeavesTheTailsOut(int count, double low, double high) {
        float[] values = new float[2 * count + 2];
        for (int i = 0; i < count; i++) {
            values[2 * i + 1] = (i + count / 2) % count;
        }
        values[2 * count + 1] = Float.NaN;
        Range range = Columns.of(values, 2).range(1);
        double margin = 0.08 * (high - low);
        assertEquals(low - margin, range.getLowerBound(), 1e-9);
        assertEquals(high + margin, range.getUpperBound(), 1e-9);
    }

    @Test
    void aConstantColumnHasARange() {
        Range five = Columns.of(new float[] {5, 5, 5}, 1).range(0);
        assertEquals(new Range(2.5, 7.5), five);
        assertEquals(new Range(-1, 1), Columns.of(new float[1], 1).range(0));
    }

    @Test
    void pairsAreSpreadOverAllRows() {
        float[] values = {0, 10, 1, Float.NaN, 2, 12, 3, 13, 4, 14, 5, 15};
        double[][] all = Columns.of(values, 2).pairs(1, 0, 100);
        assertArrayEquals(new double[] {10, 12, 13, 14, 15}, all[0]);
        assertArrayEquals(new double[] {0, 2, 3, 4, 5}, all[1]);
        double[][] some = Columns.of(values, 2).pairs(0, 1, 3);
        assertArrayEquals(new double[] {0, 2, 4}, some[0]);
        assertArrayEquals(new double[] {10, 12, 14}, some[1]);
    }
}
