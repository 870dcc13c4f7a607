package org.djlflows.cli;

import java.time.Duration;
import java.util.Locale;

/** Tells on standard error how far long work is, from ten seconds on. */
final class Pace {

    private static final long NANOS = 10_000_000_000L;

    private final long total;
    private final long begin = System.nanoTime();
    private long last = begin;
    private long done;

    /**
     * Begins.
     *
     * @param total the rows that are wanted
     */
    Pace(long total) {
        this.total = total;
    }

    /** Counts rows that are written, and tells how far the work is. */
    void add(int rows) {
        done += rows;
        tell("");
    }

    /**
     * Tells how far the work is, if the last time is long ago.
     *
     * @param more what else there is to say
     */
    void tell(String more) {
        long now = System.nanoTime();
        if (now - last < NANOS) {
            return;
        }
        last = now;
        double perSecond = done / ((now - begin) / 1e9);
        System.err.printf(
                Locale.ROOT,
                "%,d of %,d rows, %,.0f rows/s%s%s%n",
                done,
                total,
                perSecond,
                done == 0 ? "" : left((total - done) / perSecond),
                more);
    }

    private static String left(double seconds) {
        Duration left = Duration.ofSeconds((long) seconds);
        return String.format(
                Locale.ROOT,
                ", %d:%02d:%02d left",
                left.toHours(),
                left.toMinutesPart(),
                left.toSecondsPart());
    }
}
