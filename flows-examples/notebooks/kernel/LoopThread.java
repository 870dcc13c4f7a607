package org.rapaio.jupyter.kernel.channels;

/**
 * Takes the place of the kernel's class of this name, before its jar on the class path.
 *
 * <p>The original tells its loop to run only after the thread was started: a thread that is quicker
 * ends at once, and one start of five hangs. Here the loop runs until it is told to stop, and one
 * round that fails does not end it.
 */
public final class LoopThread extends Thread {

    private final Runnable round;
    private final long pauseMillis;
    private volatile boolean stopped;

    /**
     * Creates a thread.
     *
     * @param name its name
     * @param pauseMillis how long to wait after each round
     * @param round what to do in a round
     */
    public LoopThread(String name, long pauseMillis, Runnable round) {
        super(name);
        this.pauseMillis = pauseMillis;
        this.round = round;
    }

    @Override
    public void run() {
        try {
            while (!stopped) {
                runRound();
                Thread.sleep(pauseMillis);
            }
        } catch (InterruptedException e) {
            stopped = true;
        }
    }

    private void runRound() {
        try {
            round.run();
        } catch (RuntimeException e) {
            if (!stopped) {
                System.err.println(getName() + ": " + e);
            }
        }
    }

    /** Ends the loop after its round. */
    public void shutdown() {
        stopped = true;
    }
}
