package org.djlflows.kernel;

import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * How long something lives that owns native memory and is used by several threads: its end waits
 * for the uses under way, and refuses those that begin later, also while it waits. Memory that is
 * freed under a call ends the process.
 *
 * <pre>{@code
 * double[] score(double[][] rows) {
 *     try (Lifetime.Use use = lifetime.use()) {
 *         ...
 *     }
 * }
 *
 * public void close() {
 *     lifetime.end(manager::close);
 * }
 * }</pre>
 */
public final class Lifetime {

    /** One use, which has ended when it is closed, by the thread that began it. */
    @FunctionalInterface
    public interface Use extends AutoCloseable {

        /** Ends the use. */
        @Override
        void close();
    }

    private final String owner;

    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    private volatile boolean ending;
    private boolean freed;

    /**
     * Begins the life of something.
     *
     * @param owner the name by which messages call it
     */
    public Lifetime(String owner) {
        this.owner = owner;
    }

    /**
     * Begins a use, at the same time as others; a use may begin others on its thread.
     *
     * @return the use, to be closed
     * @throws IllegalStateException if the life ends or has ended, and this thread is in no use
     */
    public Use use() {
        // Never waits, so that whatever else a thread holds it cannot be waited for in turn.
        boolean late = ending && lock.getReadHoldCount() == 0;
        if (late || !lock.readLock().tryLock()) {
            throw refusal();
        }
        // The whole end may have been between the look and the lock.
        if (freed) {
            lock.readLock().unlock();
            throw refusal();
        }
        return lock.readLock()::unlock;
    }

    private IllegalStateException refusal() {
        return new IllegalStateException(
                owner + ": expected calls before it is closed, got one after that");
    }

    /**
     * Ends the life, when the uses under way have ended; only the first time, after which this does
     * nothing.
     *
     * @param free frees the memory
     * @throws IllegalStateException if this thread is within a use, which could never end
     */
    public void end(Runnable free) {
        if (lock.getReadHoldCount() > 0) {
            throw new IllegalStateException(
                    owner
                            + ": expected to be closed after its calls, got a close from within one,"
                            + " which would wait for itself");
        }
        ending = true;
        lock.writeLock().lock();
        try {
            if (!freed) {
                freed = true;
                free.run();
            }
        } finally {
            lock.writeLock().unlock();
        }
    }
}
