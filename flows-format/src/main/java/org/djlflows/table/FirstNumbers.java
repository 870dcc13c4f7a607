package org.djlflows.table;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Arrays;
import java.util.Optional;

/**
 * The numbers of a column in the first rows, by which one column is seen to be a line of another.
 */
final class FirstNumbers {

    private static final int MOST = 1000;

    /** With fewer, a line is no surprise. */
    private static final int FEW = 20;

    /** Of the range: numbers that are rounded to three digits are still told. */
    private static final double ROUNDING = 1e-3;

    private static final MathContext DIGITS = new MathContext(4);

    private double[] numbers = new double[FEW];
    private int size;
    private int known;

    /** The rows of the least and of the greatest number. */
    private int least;

    private int most;

    /** Adds the next cell, NaN where it is missing; beyond the first rows nothing is kept. */
    void add(double x) {
        if (size == numbers.length && size < MOST) {
            numbers = Arrays.copyOf(numbers, Math.min(MOST, 2 * size));
        }
        if (size == numbers.length) {
            return;
        }
        if (!Double.isNaN(x)) {
            least = known == 0 || x < numbers[least] ? size : least;
            most = known == 0 || x > numbers[most] ? size : most;
            known++;
        }
        numbers[size++] = x;
    }

    /**
     * Says which linear function of these numbers others are, of the same rows.
     *
     * @param others the other numbers
     * @param name what these are called
     * @return the function but for rounding, or nothing if it is none; also if one of the two is
     *     missing where the other is not
     */
    Optional<String> line(FirstNumbers others, String name) {
        if (known < FEW || numbers[least] == numbers[most]) {
            return Optional.empty();
        }
        double rise = others.numbers[most] - others.numbers[least];
        double slope = rise / (numbers[most] - numbers[least]);
        double start = others.numbers[least] - slope * numbers[least];
        double rounding = Math.abs(rise) * ROUNDING;
        if (slope == 0 || !holds(others, slope, start, rounding)) {
            return Optional.empty();
        }
        String shift = (start < 0 ? " - " : " + ") + shown(Math.abs(start));
        return Optional.of(
                shown(slope)
                        + " times "
                        + name
                        + (Math.abs(start) <= rounding ? "" : shift)
                        + " but for rounding, in "
                        + (size < MOST
                                ? "every row"
                                : "the first " + Numerals.grouped(size) + " rows"));
    }

    private boolean holds(FirstNumbers others, double slope, double start, double rounding) {
        for (int i = 0; i < size; i++) {
            double x = numbers[i];
            double y = others.numbers[i];
            boolean same = Math.abs(y - (slope * x + start)) <= rounding;
            if (!same && !(Double.isNaN(x) && Double.isNaN(y))) {
                return false;
            }
        }
        return true;
    }

    private static String shown(double x) {
        return Numerals.of(new BigDecimal(x).round(DIGITS).doubleValue());
    }
}
