package org.djlflows.kernel;

import ai.djl.pytorch.jni.JniUtils;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.function.Supplier;

/**
 * Threads that compute at the same time, one for each core, each with one thread of PyTorch's: two
 * chunks on a core each are faster than one after the other on both.
 *
 * <p>PyTorch keeps the number of threads for each thread, but hands the last one that any thread
 * has set to those that start later. So these threads, which nobody else uses, set theirs once, all
 * together, and what the process had is put back by another thread; a thread that set and put back
 * at each call would leave a number that depends on how calls overlap.
 */
final class Workers {

    private static Workers shared;

    private final int cores = Runtime.getRuntime().availableProcessors();
    private final List<CompletableFuture<Void>> started = new ArrayList<>();
    private final ExecutorService pool;

    /**
     * Starts the threads.
     *
     * @param ofThread returns PyTorch's number of threads for the thread that asks
     * @param setOfThread sets it
     */
    Workers(Supplier<Integer> ofThread, Consumer<Integer> setOfThread) {
        int ofProcess = elsewhere(ofThread);
        ThreadFactory factory = work -> newThread(work, setOfThread);
        pool = Executors.newFixedThreadPool(cores, factory);
        for (int i = 0; i < cores; i++) {
            // A pool makes a thread for each of its first tasks.
            pool.execute(() -> {});
        }
        try {
            started.forEach(CompletableFuture::join);
        } catch (CompletionException e) {
            pool.shutdown();
            throw e;
        }
        elsewhere(
                () -> {
                    setOfThread.accept(ofProcess);
                    return ofProcess;
                });
    }

    /** Calls on a thread of its own, so that what PyTorch keeps for this thread does not matter. */
    private static int elsewhere(Supplier<Integer> call) {
        Executor ofOneCall =
                work -> {
                    Thread thread = new Thread(work, "djl-flows-threads");
                    thread.setDaemon(true);
                    thread.start();
                };
        return CompletableFuture.supplyAsync(call, ofOneCall).join();
    }

    /**
     * Sets the number of this thread. At the first question PyTorch hands that of the process, also
     * to a thread that has set its own before.
     */
    private static void setOfThread(int number) {
        JniUtils.getNumThreads();
        JniUtils.setNumThreads(number);
    }

    private Thread newThread(Runnable work, Consumer<Integer> setOfThread) {
        CompletableFuture<Void> ready = new CompletableFuture<>();
        started.add(ready);
        Thread thread =
                new Worker(
                        () -> {
                            try {
                                setOfThread.accept(1);
                            } catch (RuntimeException | Error e) {
                                // Whoever waits for all threads is told.
                                ready.completeExceptionally(e);
                                return;
                            }
                            ready.complete(null);
                            work.run();
                        },
                        "djl-flows-" + started.size());
        thread.setDaemon(true);
        return thread;
    }

    /** One of the threads. */
    private static final class Worker extends Thread {

        Worker(Runnable run, String name) {
            super(run, name);
        }
    }

    /** Not as the class is loaded: the threads would wait for the class, and it for them. */
    private static synchronized Workers shared() {
        if (shared == null) {
            shared = new Workers(JniUtils::getNumThreads, Workers::setOfThread);
        }
        return shared;
    }

    /** Tells whether this is one of the threads, which must not wait for the others. */
    static boolean isOne() {
        return Thread.currentThread() instanceof Worker;
    }

    /**
     * Computes parts at the same time, and returns when none is under way any more: the caller
     * frees what they use.
     *
     * @param parts the number of parts
     * @param part computes one
     * @return what was computed; if a part fails those that have not begun are left out, and the
     *     failure is thrown
     */
    static <T> List<T> each(int parts, IntFunction<T> part) {
        AtomicReference<Throwable> failure = new AtomicReference<>();
        List<CompletableFuture<T>> results = new ArrayList<>();
        ExecutorService threads = shared().pool;
        for (int i = 0; i < parts; i++) {
            int number = i;
            results.add(
                    CompletableFuture.supplyAsync(
                            () -> failure.get() == null ? attempt(number, part, failure) : null,
                            threads));
        }
        // An interrupt does not end the wait.
        List<T> all = new ArrayList<>();
        results.forEach(result -> all.add(result.join()));
        if (failure.get() instanceof Error error) {
            throw error;
        }
        if (failure.get() instanceof RuntimeException exception) {
            throw exception;
        }
        return all;
    }

    private static <T> T attempt(
            int number, IntFunction<T> part, AtomicReference<Throwable> failure) {
        try {
            return part.apply(number);
        } catch (RuntimeException | Error e) {
            failure.compareAndSet(null, e);
            return null;
        }
    }
}
