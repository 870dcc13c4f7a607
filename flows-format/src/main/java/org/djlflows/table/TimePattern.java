package org.djlflows.table;

import org.djlflows.files.Excerpt;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.OptionalDouble;

/** How the times of a column are written, and so which ones there are. */
final class TimePattern {

    /** In seconds, about the years -8000 to 11000, beyond which nothing was written as a date. */
    static final double FAR = 3e11;

    /** How far a double is from the time that was meant. */
    private static final double ROUNDING = 1e-6;

    private final String format;

    /** What times are counted in, in seconds, where months and years do not count. */
    private final double step;

    private final ChronoUnit unit;
    private final DateTimeFormatter formatter;

    private TimePattern(String format, double step, ChronoUnit unit, DateTimeFormatter formatter) {
        this.format = format;
        this.step = step;
        this.unit = unit;
        this.formatter = formatter;
    }

    /**
     * Reads a pattern.
     *
     * @param format a pattern of {@code DateTimeFormatter}, "" for seconds or {@link
     *     TableEncoding#MILLISECONDS} since 1970 as numbers
     * @return the pattern
     * @throws IllegalArgumentException if it is none
     */
    static TimePattern of(String format) {
        if (format.isEmpty()) {
            return new TimePattern(format, 1, ChronoUnit.SECONDS, DateTimeFormatter.ISO_INSTANT);
        }
        if (format.equals(TableEncoding.MILLISECONDS)) {
            return new TimePattern(format, 0.001, ChronoUnit.MILLIS, DateTimeFormatter.ISO_INSTANT);
        }
        String letters = format.replaceAll("'[^']*'", "");
        DateTimeFormatterBuilder builder = new DateTimeFormatterBuilder().parseCaseInsensitive();
        try {
            builder.appendPattern(format);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "TimePattern: expected a pattern of DateTimeFormatter, such as yyyy-MM-dd"
                            + " HH:mm:ss, got "
                            + Excerpt.of(format, 100),
                    e);
        }
        boolean hours = letters.matches(".*[HhKk].*");
        if (!hours) {
            builder.parseDefaulting(ChronoField.HOUR_OF_DAY, 0);
        }
        if (!letters.contains("d")) {
            builder.parseDefaulting(ChronoField.DAY_OF_MONTH, 1);
        }
        if (!letters.contains("M")) {
            builder.parseDefaulting(ChronoField.MONTH_OF_YEAR, 1);
        }
        DateTimeFormatter formatter = builder.toFormatter(Locale.ENGLISH).withZone(ZoneOffset.UTC);
        int decimals = (int) letters.chars().filter(c -> c == 'S').count();
        if (decimals > 0) {
            return new TimePattern(format, Math.pow(10, -decimals), ChronoUnit.NANOS, formatter);
        }
        ChronoUnit unit =
                letters.contains("s")
                        ? ChronoUnit.SECONDS
                        : letters.contains("m")
                                ? ChronoUnit.MINUTES
                                : hours
                                        ? ChronoUnit.HOURS
                                        : letters.contains("d")
                                                ? ChronoUnit.DAYS
                                                : letters.contains("M")
                                                        ? ChronoUnit.MONTHS
                                                        : ChronoUnit.YEARS;
        return new TimePattern(format, unit.getDuration().toSeconds(), unit, formatter);
    }

    /**
     * Returns the shortest usual pattern that shows times.
     *
     * @param unit the smallest number of seconds of a few that all times are multiples of, as
     *     {@link #unit} finds it
     */
    static String usual(double unit) {
        if (unit >= 86_400) {
            return "yyyy-MM-dd";
        }
        String minutes = "yyyy-MM-dd HH:mm";
        return unit >= 60
                ? minutes
                : minutes + (unit >= 1 ? ":ss" : unit >= 0.001 ? ":ss.SSS" : ":ss.SSSSSS");
    }

    /** Returns of what a time is a multiple: of the seconds given, or else of fewer. */
    static double unit(double seconds, double largest) {
        for (double unit : new double[] {86_400, 60, 1, 0.001}) {
            double whole = Math.rint(seconds / unit) * unit;
            if (unit <= largest && Math.abs(whole - seconds) < ROUNDING) {
                return unit;
            }
        }
        return 1e-6;
    }

    /** Tells whether times are numbers in their column. */
    boolean isNumber() {
        return format.isEmpty() || format.equals(TableEncoding.MILLISECONDS);
    }

    /** Returns the seconds of a number of such a column. */
    double seconds(double number) {
        return format.isEmpty() ? number : number / 1000;
    }

    /** Returns the number of such a column. */
    double number(double seconds) {
        return format.isEmpty() ? seconds : Math.rint(seconds * 1000);
    }

    /** Reads a text, if it is of this form. */
    OptionalDouble parse(String text) {
        try {
            Instant moment = formatter.parse(text.strip(), Instant::from);
            return OptionalDouble.of(moment.getEpochSecond() + moment.getNano() / 1e9);
        } catch (DateTimeException e) {
            return OptionalDouble.empty();
        }
    }

    /** Writes a time, also where it is a number in its column. */
    String text(double seconds) {
        return formatter.format(moment(seconds));
    }

    private static Instant moment(double seconds) {
        double whole = Math.floor(Math.max(-FAR, Math.min(FAR, seconds)));
        // A double of our days ends at 0.2 microseconds, and patterns cut off: .123 would be .122.
        double rest = Math.abs(seconds) <= FAR ? seconds - whole : 0;
        return Instant.ofEpochSecond((long) whole, Math.round(rest * 1e6) * 1000);
    }

    /** Returns the nearest time that can be written so. */
    double rounded(double seconds) {
        if (unit != ChronoUnit.MONTHS && unit != ChronoUnit.YEARS) {
            // Dividing by a whole number keeps decimals, multiplying by 0.001 does not.
            return step >= 1
                    ? Math.rint(seconds / step) * step
                    : Math.rint(seconds * Math.rint(1 / step)) / Math.rint(1 / step);
        }
        LocalDateTime time = LocalDateTime.ofInstant(moment(seconds), ZoneOffset.UTC);
        LocalDateTime first = time.withDayOfMonth(1).truncatedTo(ChronoUnit.DAYS);
        double before = second(unit == ChronoUnit.YEARS ? first.withMonth(1) : first);
        double after =
                second(
                        unit == ChronoUnit.YEARS
                                ? first.withMonth(1).plusYears(1)
                                : first.plusMonths(1));
        return seconds - before <= after - seconds ? before : after;
    }

    private static double second(LocalDateTime time) {
        return time.toEpochSecond(ZoneOffset.UTC);
    }
}
