package org.djlflows.table;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.regex.Pattern;

/** Numbers as texts: levels that are numbers, and numbers in cells of text. */
final class Numerals {

    /** Java would also read 1f, 0x1p3, NaN and Infinity. */
    private static final Pattern NUMERAL =
            Pattern.compile("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?");

    private static final MathContext DIGITS = new MathContext(7);

    private static final double EXACT = 1L << 53;

    private Numerals() {}

    /**
     * Writes a number, a whole one without a fraction, with powers of ten where it is far from 1.
     */
    static String of(double x) {
        if (isWhole(x) && Math.abs(x) <= EXACT) {
            return Long.toString((long) x);
        }
        // Java begins with powers at 10,000,000 and 0.001.
        boolean near = Math.abs(x) < EXACT && Math.abs(x) >= 1e-7;
        return near ? plain(new BigDecimal(Double.toString(x))) : Double.toString(x);
    }

    private static String plain(BigDecimal x) {
        return x.stripTrailingZeros().toPlainString();
    }

    /** Writes a number for a person: a fraction with seven digits at most. */
    static String shown(double x) {
        return isWhole(x) ? of(x) : of(new BigDecimal(x).round(DIGITS).doubleValue());
    }

    /** Writes how many there are, in groups of three digits. */
    static String grouped(long count) {
        return String.format(Locale.ROOT, "%,d", count);
    }

    /** Reads a text as a number, if it is one. */
    static OptionalDouble parse(String text) {
        String cell = text.strip();
        return NUMERAL.matcher(cell).matches()
                ? OptionalDouble.of(Double.parseDouble(cell))
                : OptionalDouble.empty();
    }

    /** Tells whether a text is what {@link #of} writes, unlike 007 and 1.50. */
    static boolean isPlain(String text) {
        OptionalDouble number = parse(text);
        return number.isPresent() && of(number.getAsDouble()).equals(text);
    }

    static boolean isWhole(double x) {
        return x == Math.rint(x) && !Double.isInfinite(x);
    }
}
