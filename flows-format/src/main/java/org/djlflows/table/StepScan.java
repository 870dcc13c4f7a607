package org.djlflows.table;

import java.util.List;

/**
 * Of which steps the numbers of a column are multiples, in one pass: steps of 1, 2, 2.5 and 5 times
 * a power of ten. The decimals with which a column is written are one of these.
 */
final class StepScan {

    /** More are no decimals that anybody wrote. */
    private static final int MOST_DECIMALS = 17;

    /** The zeros at the end of whole numbers that are told apart. */
    private static final int MOST_ZEROS = 15;

    /** A cell with more decimals than others is an exception. */
    private static final double NEARLY_ALL = 0.99;

    /** By chance so many numbers are even in one of a million columns. */
    private static final int ENOUGH = 20;

    private static final double EXACT = 1L << 53;

    /** In units of the last digit: 25 is 2.5 times a power of ten. */
    private static final int[] FACTORS = {1, 2, 5, 25};

    private static final double[] POWERS = new double[MOST_DECIMALS + 1];

    static {
        for (int i = 0; i <= MOST_DECIMALS; i++) {
            POWERS[i] = Double.parseDouble("1e" + i);
        }
    }

    /**
     * How many numbers there were of each form. 0 is a multiple of all, and says nothing.
     *
     * @see #form
     */
    private final long[] counts = new long[(MOST_ZEROS + 1 + MOST_DECIMALS) * FACTORS.length];

    /** The decimals of the number before, with which the search begins. */
    private int last;

    /** Looks at a number that is finite. */
    void add(double x) {
        if (x != 0) {
            counts[form(x)]++;
        }
    }

    /**
     * Returns the form of a number other than 0: its decimals, which are negative for zeros at its
     * end, and the largest of the factors that divides its digits, as one index.
     */
    private int form(double x) {
        int decimals = decimals(x);
        double scaled = Math.abs(x) * POWERS[decimals];
        if (scaled >= EXACT) {
            return index(decimals > 0 ? MOST_DECIMALS : 0, 0);
        }
        long digits = (long) Math.rint(scaled);
        while (decimals > -MOST_ZEROS && decimals <= 0 && digits % 10 == 0) {
            digits /= 10;
            decimals--;
        }
        int factor = FACTORS.length - 1;
        while (digits % FACTORS[factor] != 0) {
            factor--;
        }
        return index(decimals, factor);
    }

    private static int index(int decimals, int factor) {
        return (decimals + MOST_ZEROS) * FACTORS.length + factor;
    }

    /** Returns the decimals of a number in its shortest form, {@link #MOST_DECIMALS} at most. */
    private int decimals(double x) {
        int found = last;
        while (found < MOST_DECIMALS && !has(x, found)) {
            found++;
        }
        while (found > 0 && has(x, found - 1)) {
            found--;
        }
        last = found;
        return found;
    }

    /** The quotient of two exact numbers is the double that is written so. */
    private static boolean has(double x, int decimals) {
        double scaled = x * POWERS[decimals];
        return Math.abs(scaled) >= EXACT || Math.rint(scaled) / POWERS[decimals] == x;
    }

    /**
     * Returns the coarsest step of which nearly all numbers are multiples that are no atoms, or of
     * which all atoms are where there is nothing else. One that is coarser than the decimals takes
     * some numbers to be told from chance.
     *
     * @param atoms the atoms
     * @param tally how often they occur
     * @return the step, 0 if numbers have all the decimals that there can be
     */
    double step(List<Double> atoms, Tally<Double> tally) {
        long[] rest = counts.clone();
        for (double atom : atoms) {
            if (atom != 0) {
                rest[form(atom)] -= tally.count(atom);
            }
        }
        long total = sum(rest);
        if (total <= 0) {
            rest = counts;
            total = sum(rest);
        }
        double coarsest = 0;
        for (int decimals = total < ENOUGH ? 0 : -MOST_ZEROS;
                decimals < MOST_DECIMALS;
                decimals++) {
            for (int factor = 0; factor < (total < ENOUGH ? 1 : FACTORS.length); factor++) {
                double step = value(decimals, factor);
                if (step > coarsest && multiples(rest, decimals, factor) >= NEARLY_ALL * total) {
                    coarsest = step;
                }
            }
        }
        return coarsest;
    }

    private static long sum(long... counts) {
        long sum = 0;
        for (long count : counts) {
            sum += count;
        }
        return sum;
    }

    private static double value(int decimals, int factor) {
        return decimals >= 0
                ? FACTORS[factor] / POWERS[decimals]
                : FACTORS[factor] * POWERS[-decimals];
    }

    /** Returns how many of the numbers are multiples of a step. */
    private static long multiples(long[] counts, int decimals, int factor) {
        long sum = 0;
        for (int of = -MOST_ZEROS; of <= decimals; of++) {
            for (int own = 0; own < FACTORS.length; own++) {
                sum += divides(decimals - of, factor, own) ? counts[index(of, own)] : 0;
            }
        }
        return sum;
    }

    /** Whether a factor divides digits with zeros behind them, of which one is known to. */
    private static boolean divides(int zeros, int factor, int own) {
        boolean five = FACTORS[own] % 5 == 0;
        return switch (FACTORS[factor]) {
            case 1 -> true;
            case 2 -> zeros > 0 || own == factor;
            case 5 -> zeros > 0 || five;
            default -> zeros > 1 || (zeros == 1 && five) || own == factor;
        };
    }
}
