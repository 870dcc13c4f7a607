package org.djlflows.table;

import org.djlflows.spec.Column;

import java.math.BigDecimal;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.DoubleUnaryOperator;

/** Makes numbers that a flow draws such that their column can have them. */
public final class Rounding {

    /** Beyond, all doubles are whole, and what is scaled is not exact. */
    private static final double EXACT = 1L << 53;

    private Rounding() {}

    /**
     * Returns the rounding of a column: to the nearest multiple of its step, then to the nearest
     * number from the least to the greatest that was seen. If the column has levels that are
     * numbers, it is to the nearest of them; of all other columns numbers stay as they are.
     *
     * @param column the column
     * @return the function, which leaves NaN as it is
     */
    public static DoubleUnaryOperator of(Column column) {
        if (column instanceof Column.Category category) {
            return nearest(category.levels());
        }
        Column.Number number = (Column.Number) column;
        DoubleUnaryOperator step = multiple(number.step());
        // Plus 0, so that there is no -0.
        return x -> CellCode.within(step.applyAsDouble(x) + 0.0, number.least(), number.most());
    }

    /**
     * The step is a whole number over a power of ten, by which multiples become the doubles that
     * are written so: 3 x 0.1 is not 0.3, but 3 / 10 is.
     */
    private static DoubleUnaryOperator multiple(double step) {
        if (step == 0) {
            return x -> x;
        }
        BigDecimal written = new BigDecimal(Double.toString(step)).stripTrailingZeros();
        double over = Double.parseDouble("1e" + Math.max(0, written.scale()));
        double whole = written.movePointRight(Math.max(0, written.scale())).doubleValue();
        return x -> {
            double scaled = x * over;
            return Math.abs(scaled) < EXACT ? Math.rint(scaled / whole) * whole / over : x;
        };
    }

    private static DoubleUnaryOperator nearest(List<String> levels) {
        List<OptionalDouble> parsed = levels.stream().map(Numerals::parse).toList();
        if (!parsed.stream().allMatch(OptionalDouble::isPresent)) {
            return x -> x;
        }
        double[] numbers = parsed.stream().mapToDouble(OptionalDouble::getAsDouble).toArray();
        return x -> {
            double found = Double.isNaN(x) ? x : numbers[0];
            for (double number : numbers) {
                found = Math.abs(number - x) < Math.abs(found - x) ? number : found;
            }
            return found;
        };
    }
}
