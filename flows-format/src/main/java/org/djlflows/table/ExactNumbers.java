package org.djlflows.table;

import java.math.BigDecimal;
import java.math.BigInteger;

/** Which numbers a double holds without loss: keys of twenty digits are none. */
public final class ExactNumbers {

    /** Whole numbers up to here are doubles without loss. */
    private static final BigInteger MOST = BigInteger.ONE.shiftLeft(53);

    private static final int MOST_ZEROS = 100;

    private ExactNumbers() {}

    /**
     * Tells whether a number is no whole number beyond \(\pm 2^{53}\), which a double would round.
     *
     * @param number the number
     * @return whether it is one that has a fraction or that a double holds
     */
    public static boolean isExact(Number number) {
        if (number instanceof BigDecimal decimal) {
            return decimal.scale() > 0 || decimal.abs().compareTo(new BigDecimal(MOST)) <= 0;
        }
        if (number instanceof BigInteger whole) {
            return whole.abs().compareTo(MOST) <= 0;
        }
        return !(number instanceof Long whole)
                || BigInteger.valueOf(whole).abs().compareTo(MOST) <= 0;
    }

    /**
     * Writes a number with all digits, as a key.
     *
     * @param number the number
     * @return its text, without a power of ten unless that is beyond a hundred
     */
    public static String text(Number number) {
        // 1e999999999 would take a gigabyte.
        return number instanceof BigDecimal decimal && decimal.scale() >= -MOST_ZEROS
                ? decimal.toPlainString()
                : number.toString();
    }
}
