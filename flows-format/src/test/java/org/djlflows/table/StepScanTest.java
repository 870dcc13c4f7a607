package org.djlflows.table;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.djlflows.spec.Column;
import org.djlflows.spec.Specs;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.math.BigDecimal;
import java.util.List;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import java.util.function.IntToDoubleFunction;

/** Steps of columns whose numbers are known. */
class StepScanTest {

    private static double step(int n, IntToDoubleFunction cell) {
        return step(n, cell, List.of());
    }

    private static double step(int n, IntToDoubleFunction cell, List<Double> atoms) {
        StepScan scan = new StepScan();
        Tally<Double> tally = new Tally<>(10_000);
        for (int i = 0; i < n; i++) {
            scan.add(cell.applyAsDouble(i));
            tally.add(cell.applyAsDouble(i));
        }
        return scan.step(atoms, tally);
    }

    /** A number as it is read from the text of a multiple of a step. */
    private static double multiple(long i, double step) {
        return new BigDecimal(Double.toString(step)).multiply(BigDecimal.valueOf(i)).doubleValue();
    }

    @ParameterizedTest
    @ValueSource(
            doubles = {
                1e-9, 2.5e-4, 0.01, 0.02, 0.025, 0.05, 0.1, 0.2, 0.25, 0.5, 1, 2, 2.5, 5, 10, 20,
                25, 50, 100, 250, 1e6, 2e12
            })
    void findsTheStepOfMultiples(double step) {
        Random random = new Random(1);
        assertEquals(step, step(500, i -> multiple(random.nextInt(2001) - 1000, step)));
        assertEquals(step, step(500, i -> multiple(1 + i % 7, step)));
    }

    @Test
    void oneCellWithMoreDecimalsIsAnException() {
        assertEquals(0.1, step(500, i -> i == 3 ? 0.1 + 0.2 : multiple(7 * i + 1, 0.1)));
        assertEquals(0.5, step(500, i -> i % 125 == 3 ? 0.42 : multiple(i, 0.5)));
        // More than one in a hundred are none.
        assertEquals(0.01, step(500, i -> i % 50 == 3 ? 0.43 : multiple(i, 0.5)));
    }

    @Test
    void fewCellsHaveTheirDecimals() {
        assertEquals(0.1, step(19, i -> multiple(i, 0.5)));
        assertEquals(0.5, step(22, i -> multiple(i, 0.5)));
        assertEquals(1, step(15, i -> 100 * i));
        assertEquals(0.001, step(15, i -> i == 7 ? 0.125 : i));
    }

    @Test
    void whatIsMeasuredHasNoStep() {
        Random random = new Random(2);
        assertEquals(0, step(500, i -> random.nextGaussian()));
        assertEquals(0, step(500, i -> 1e3 * random.nextDouble()));
        assertEquals(0, step(500, i -> 1.5e-20 * i));
        assertEquals(0, step(500, i -> random.nextFloat()));
    }

    @Test
    void atomsDoNotCount() {
        IntToDoubleFunction capped = i -> i % 500 == 7 ? 3.17 + i / 1000.0 : 100;
        assertEquals(100, step(50_000, capped));
        assertEquals(0.001, step(50_000, capped, List.of(100.0)), "of the other 100");
        assertEquals(
                2.5, step(300, i -> i % 2 == 0 ? 0 : 7.5, List.of(0.0, 7.5)), "of atoms alone");
        assertEquals(1, step(300, i -> 0, List.of(0.0)));
    }

    @Test
    void largeNumbersAreWhole() {
        assertEquals(1, step(500, i -> 1e17 + 4096 * i));
        assertEquals(5, step(500, i -> 9e14 + 5.0 * i));
    }

    @Test
    void roundsToTheNearestMultipleAndLevel() {
        DoubleUnaryOperator cents = Rounding.of(new Column.Real(List.of(), -9, 9, false, 0.05));
        assertEquals(0.3, cents.applyAsDouble(0.3149));
        assertEquals(0.35, cents.applyAsDouble(0.33));
        assertEquals(9, cents.applyAsDouble(40));
        assertEquals(-9, cents.applyAsDouble(-40));
        assertEquals(Double.NaN, cents.applyAsDouble(Double.NaN));
        assertEquals(0.0, cents.applyAsDouble(-0.01));
        DoubleUnaryOperator weights =
                Rounding.of(new Column.Whole(List.of(), 2710, 6300, false, 25));
        assertEquals(3750, weights.applyAsDouble(3762));
        assertEquals(2710, weights.applyAsDouble(2711), "the nearest multiple was never seen");
        DoubleUnaryOperator levels =
                Rounding.of(new Column.Category(List.of("0", "1", "5"), 0.1, false));
        assertEquals(1, levels.applyAsDouble(2.9));
        assertEquals(5, levels.applyAsDouble(1e9));
        assertEquals(0, levels.applyAsDouble(-0.4));
        DoubleUnaryOperator words = Rounding.of(new Column.Category(List.of("a"), 0.1, false));
        assertEquals(0.7, words.applyAsDouble(0.7));
        DoubleUnaryOperator any = Rounding.of(Specs.defaults(Column.Real.class));
        assertEquals(0.123456789012, any.applyAsDouble(0.123456789012));
    }
}
