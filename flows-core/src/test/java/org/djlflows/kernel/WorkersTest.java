package org.djlflows.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.Engine;
import ai.djl.pytorch.jni.JniUtils;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;

class WorkersTest {

    private int before;

    @BeforeEach
    void remember() {
        Engine.getEngine("PyTorch");
        before = JniUtils.getNumThreads();
    }

    @AfterEach
    void putBack() {
        JniUtils.setNumThreads(before);
    }

    /** What PyTorch gives to a thread that has not set its number. */
    private static int threadsOfAFreshThread() throws InterruptedException {
        int[] number = new int[1];
        Thread thread = new Thread(() -> number[0] = JniUtils.getNumThreads());
        thread.start();
        thread.join();
        return number[0];
    }

    @Test
    void threadsThatStartLaterSeeWhatTheUserSet() throws InterruptedException {
        JniUtils.setNumThreads(3);
        List<CompletableFuture<Void>> callers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            callers.add(
                    CompletableFuture.runAsync(
                            () -> {
                                for (int j = 0; j < 50; j++) {
                                    List<Integer> seen =
                                            Workers.each(5, part -> JniUtils.getNumThreads());
                                    assertEquals(List.of(1, 1, 1, 1, 1), seen);
                                }
                            }));
        }
        callers.forEach(CompletableFuture::join);
        assertEquals(3, threadsOfAFreshThread());
        assertEquals(3, JniUtils.getNumThreads());
        JniUtils.setNumThreads(2);
        assertEquals(
                List.of(1),
                new ArrayList<>(new HashSet<>(Workers.each(9, part -> JniUtils.getNumThreads()))));
        assertEquals(2, threadsOfAFreshThread());
    }

    @Test
    void partsComeInOrderAndFailuresAfterAllHaveEnded() {
        assertEquals(IntStream.range(0, 100).boxed().toList(), Workers.each(100, part -> part));
        IllegalStateException failure = new IllegalStateException("part 3");
        CountDownLatch failed = new CountDownLatch(1);
        // A single core does one part at a time.
        int others = Math.min(1, Runtime.getRuntime().availableProcessors() - 1);
        CountDownLatch begun = new CountDownLatch(others);
        AtomicInteger underWay = new AtomicInteger();
        IllegalStateException thrown =
                assertThrows(
                        IllegalStateException.class,
                        () ->
                                Workers.each(
                                        8,
                                        part -> {
                                            if (part == 3) {
                                                await(begun);
                                                failed.countDown();
                                                throw failure;
                                            }
                                            underWay.incrementAndGet();
                                            if (part > 3) {
                                                begun.countDown();
                                                await(failed);
                                                // Time for a caller that does not wait to leave.
                                                for (int i = 0; i < 1_000_000; i++) {
                                                    Thread.onSpinWait();
                                                }
                                            }
                                            underWay.decrementAndGet();
                                            return part;
                                        }));
        assertSame(failure, thrown);
        assertEquals(0, underWay.get());
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Where PyTorch's number of threads can be neither read nor set, nobody waits forever. */
    @Test
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void failuresOfTheThreadsThemselvesAreThrown() {
        LinkageError failure = new LinkageError("no such function");
        Supplier<Integer> failing =
                () -> {
                    throw failure;
                };
        Consumer<Integer> failingToSet =
                number -> {
                    throw failure;
                };
        CompletionException thrown =
                assertThrows(CompletionException.class, () -> new Workers(failing, n -> {}));
        assertSame(failure, thrown.getCause());
        thrown = assertThrows(CompletionException.class, () -> new Workers(() -> 2, failingToSet));
        assertSame(failure, thrown.getCause());
    }

    @Test
    void aWorkerKnowsThatItIsOne() {
        assertTrue(Workers.each(2, part -> Workers.isOne()).stream().allMatch(one -> one));
        assertEquals(false, Workers.isOne());
    }
}
