package org.djlflows.training;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;

/** Prints one line an epoch: losses, speed and time left; on a terminal it is renewed meanwhile. */
final class Progress {

    private static final long REFRESH_NANOS = 200_000_000;
    private static final int BAR = 20;

    private final PrintStream out;
    private final boolean terminal;
    private final Monitor monitor;
    private final int epochs;
    private final long rowsPerEpoch;
    private final int epochsBefore;
    private final long begin = System.nanoTime();
    private long lastPrint = begin;
    private long rowsInEpoch;
    private long rowsInAll;

    Progress(PrintStream out, OptimizationBuilder<?> settings, int steps, Monitor monitor) {
        this.out = out;
        this.monitor = monitor;
        terminal = settings.terminal;
        epochs = settings.epochs;
        rowsPerEpoch = (long) steps * settings.batchSize;
        epochsBefore = monitor.getEpochs();
    }

    /** Counts rows, and renews the line from time to time. */
    void add(int rows) {
        rowsInEpoch += rows;
        rowsInAll += rows;
        long now = System.nanoTime();
        if (terminal && now - lastPrint > REFRESH_NANOS) {
            lastPrint = now;
            int done = (int) (BAR * rowsInEpoch / rowsPerEpoch);
            String bar = "=".repeat(done) + " ".repeat(BAR - done);
            out.printf(
                    Locale.ROOT,
                    "\r%s [%s] loss %.4f%s\033[K",
                    epoch(1),
                    bar,
                    monitor.getRunningLoss(),
                    rate());
            out.flush();
        }
    }

    /** Ends the line with the losses that the monitor has just noted. */
    void endEpoch() {
        rowsInEpoch = 0;
        int last = monitor.getEpochs() - 1;
        String mark = monitor.getBestEpoch() == last + 1 ? " *" : "  ";
        out.printf(
                Locale.ROOT,
                "%s%s loss %.4f  validation %.4f%s%s%n",
                terminal ? "\r\033[K" : "",
                epoch(0),
                monitor.getTrainingLosses().get(last),
                monitor.getValidationLosses().get(last),
                mark,
                rate());
    }

    private String epoch(int ahead) {
        int width = Integer.toString(epochs).length();
        return String.format(
                Locale.ROOT, "epoch %" + width + "d/%d", monitor.getEpochs() + ahead, epochs);
    }

    private String rate() {
        double seconds = (System.nanoTime() - begin) / 1e9;
        double perSecond = rowsInAll / seconds;
        double left = rowsPerEpoch * (double) (epochs - epochsBefore) - rowsInAll;
        return String.format(
                Locale.ROOT,
                "  %,.0f rows/s  %s left",
                perSecond,
                clock(Duration.ofSeconds((long) (left / perSecond))));
    }

    private static String clock(Duration time) {
        return time.toHours() > 0
                ? String.format(
                        Locale.ROOT,
                        "%d:%02d:%02d",
                        time.toHours(),
                        time.toMinutesPart(),
                        time.toSecondsPart())
                : String.format(Locale.ROOT, "%d:%02d", time.toMinutes(), time.toSecondsPart());
    }
}
