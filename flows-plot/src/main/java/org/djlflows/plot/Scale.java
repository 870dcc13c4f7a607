package org.djlflows.plot;

import org.jfree.chart.axis.DateAxis;
import org.jfree.chart.axis.DateTickUnit;
import org.jfree.chart.axis.NumberTickUnit;
import org.jfree.chart.axis.TickUnitSource;
import org.jfree.data.Range;

import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.TimeZone;

/** Where numbers lie along an axis, and which of them it names. */
enum Scale {
    /** Numbers as they are. */
    LINEAR,

    /** Positive numbers by their decimal logarithm. */
    LOG,

    /** Seconds since 1970, named by dates. */
    TIME;

    private static final TimeZone UTC = TimeZone.getTimeZone("UTC");

    /** The pixels that ticks are apart: of numbers from left to right, and of lines. */
    private static final int NUMBER = 40;

    private static final int LINE = 22;

    /** The width of a letter. */
    private static final int LETTER = 6;

    /** Returns the place of a number; not finite where it has none. */
    double place(double value) {
        return this == LOG ? Math.log10(value) : value;
    }

    /** Returns the number at a place. */
    double value(double place) {
        return this == LOG ? Math.pow(10, place) : place;
    }

    /**
     * Returns ticks whose labels do not touch.
     *
     * @param range the places that the axis shows
     * @param pixels its length
     * @param across whether it goes from left to right
     */
    List<Tick> ticks(Range range, int pixels, boolean across) {
        return switch (this) {
            case LINEAR -> linear(range, pixels, across);
            case LOG -> logarithmic(range, pixels, across);
            case TIME -> times(range, pixels, across);
        };
    }

    private static List<Tick> linear(Range range, int pixels, boolean across) {
        // The letters are smaller than those of other axes.
        int wider = pixels * 6 / 5;
        NumberTickUnit unit = across ? Look.xTicks(range, wider) : Look.yTicks(range, wider);
        List<Tick> ticks = new ArrayList<>();
        double first = Math.ceil(range.getLowerBound() / unit.getSize());
        // Counted, since sums of a fraction drift.
        for (int i = 0; (first + i) * unit.getSize() <= range.getUpperBound(); i++) {
            double value = (first + i) * unit.getSize();
            ticks.add(new Tick(value, unit.valueToString(value)));
        }
        return ticks;
    }

    /**
     * Powers of ten, with 2 and 5 times them where there are few, or fewer where there are many.
     */
    private static List<Tick> logarithmic(Range range, int pixels, boolean across) {
        double most = (double) pixels / (across ? NUMBER : LINE);
        int[] steps =
                3 * range.getLength() <= most
                        ? new int[] {1, 2, 5}
                        : 2 * range.getLength() <= most ? new int[] {1, 3} : new int[] {1};
        int stride = (int) Math.max(1, Math.ceil(range.getLength() / most));
        List<Tick> ticks = new ArrayList<>();
        int first = Math.floorDiv((int) Math.floor(range.getLowerBound()), stride) * stride;
        for (int power = first; power <= range.getUpperBound(); power += stride) {
            for (int step : steps) {
                double value = step * Math.pow(10, power);
                if (range.contains(Math.log10(value))) {
                    ticks.add(new Tick(Math.log10(value), Tick.number(value)));
                }
            }
        }
        return ticks;
    }

    @SuppressWarnings("JavaUtilDate") // What DateAxis takes.
    private static List<Tick> times(Range range, int pixels, boolean across) {
        double pixel = range.getLength() * 1000 / pixels;
        TickUnitSource units = DateAxis.createStandardDateTickUnits(UTC, Locale.ENGLISH);
        DateTickUnit unit = (DateTickUnit) units.getCeilingTickUnit(LINE * pixel);
        Date first = new Date((long) (range.getLowerBound() * 1000));
        while (across
                && isNarrow(unit, first, pixel)
                && !unit.equals(units.getLargerTickUnit(unit))) {
            unit = (DateTickUnit) units.getLargerTickUnit(unit);
        }
        // There is no unit for centuries.
        int stride = (int) Math.ceil((across ? width(unit, first) : LINE) * pixel / unit.getSize());
        DateAxis axis = new DateAxis(null, UTC, Locale.ENGLISH);
        axis.setRange(range.getLowerBound() * 1000, range.getUpperBound() * 1000);
        List<Tick> ticks = new ArrayList<>();
        Date time = axis.calculateLowestVisibleTickValue(unit);
        for (int i = 0; time.getTime() <= range.getUpperBound() * 1000; i++) {
            if (i % stride == 0) {
                ticks.add(new Tick(time.getTime() / 1000.0, unit.dateToString(time)));
            }
            time = unit.addToDate(time, UTC);
        }
        return ticks;
    }

    private static boolean isNarrow(DateTickUnit unit, Date time, double pixel) {
        return unit.getSize() < width(unit, time) * pixel;
    }

    private static int width(DateTickUnit unit, Date time) {
        return LETTER * (unit.dateToString(time).length() + 1);
    }
}
