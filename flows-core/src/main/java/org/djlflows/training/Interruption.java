package org.djlflows.training;

import java.util.concurrent.CancellationException;

/** Ends a run whose thread was interrupted. */
final class Interruption {

    private Interruption() {}

    /**
     * Returns at once where the thread is not interrupted. Where it is it stays so, for those who
     * called the run.
     *
     * @param run the name of what runs
     * @param epochs how many epochs are done
     * @throws CancellationException if the thread is interrupted
     */
    static void check(String run, int epochs) {
        if (Thread.currentThread().isInterrupted()) {
            throw new CancellationException(
                    run
                            + ": expected to run to its end, got an interrupt of its thread after "
                            + epochs
                            + (epochs == 1 ? " epoch" : " epochs"));
        }
    }
}
