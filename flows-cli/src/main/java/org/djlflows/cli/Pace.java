package org.djlflows.cli;

import org.djlflows.console.Console;

import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Tells on standard error how far long work is. */
final class Pace {

    private static final long NANOS = 10_000_000_000L;

    /** After so many seconds without a line a user wonders whether anything happens. */
    private static final Executor LATE = CompletableFuture.delayedExecutor(3, TimeUnit.SECONDS);

    private final long total;
    private final long begin = System.nanoTime();
    private long last = begin;
    private long done;

    /**
     * Does work that cannot tell how far it is, and says what it is if it takes a few seconds.
     *
     * @param what what is done, such as "reading data.csv"
     * @param work the work
     * @return what the work returns
     */
    static <T> T during(String what, Supplier<T> work) {
        return during(what, LATE, work);
    }

    /** Says it when an executor wants. */
    static <T> T during(String what, Executor late, Supplier<T> work) {
        String line = Console.printable(what + " ...");
        Future<?> told = CompletableFuture.runAsync(() -> System.err.println(line), late);
        try {
            return work.get();
        } finally {
            told.cancel(false);
        }
    }

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
