package org.djlflows.plot;

import org.jfree.data.Range;

import java.math.BigDecimal;
import java.math.MathContext;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.List;
import java.util.Locale;

/**
 * A place on an axis that has a name.
 *
 * @param place where it is
 * @param label its name
 */
record Tick(double place, String label) {

    private static final double LARGE = 1e6;
    private static final double SMALL = 1e-3;

    /** Returns ticks of shares of the whole, in percent, whose labels do not touch. */
    static List<Tick> percentages(Range shares, int pixels, boolean across) {
        Range percent = new Range(100 * shares.getLowerBound(), 100 * shares.getUpperBound());
        return Scale.LINEAR.ticks(percent, across ? pixels / 2 : pixels, across).stream()
                .map(tick -> new Tick(tick.place() / 100, tick.label() + " %"))
                .toList();
    }

    /** Writes a number of a few digits, large and small ones by their power of ten. */
    static String number(double value) {
        if (value == 0) {
            return "0";
        }
        boolean plain = Math.abs(value) < LARGE && Math.abs(value) >= SMALL;
        BigDecimal rounded = new BigDecimal(value).round(new MathContext(4)).stripTrailingZeros();
        return plain
                ? rounded.toPlainString()
                : new DecimalFormat("0.###E0", DecimalFormatSymbols.getInstance(Locale.ROOT))
                        .format(value);
    }
}
