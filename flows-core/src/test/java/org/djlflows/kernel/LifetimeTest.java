package org.djlflows.kernel;

import static org.djlflows.testing.Fixtures.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

class LifetimeTest {

    private final Lifetime lifetime = new Lifetime("Owner");

    @Test
    void theEndWaitsForUsesOnOtherThreads() throws Exception {
        AtomicBoolean freed = new AtomicBoolean();
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        CompletableFuture<Boolean> user =
                CompletableFuture.supplyAsync(
                        () -> {
                            try (Lifetime.Use outer = lifetime.use()) {
                                begun.countDown();
                                go.await();
                                // Also while somebody waits for the end.
                                try (Lifetime.Use inner = lifetime.use()) {
                                    return freed.get();
                                }
                            } catch (InterruptedException e) {
                                throw new AssertionError(e);
                            }
                        });
        begun.await();
        Thread closer = new Thread(() -> lifetime.end(() -> freed.set(true)));
        closer.start();
        while (closer.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        go.countDown();
        assertFalse(user.get());
        closer.join();
        assertTrue(freed.get());
    }

    @Test
    void nothingIsUsedAfterTheEndAndFreedTwice() {
        AtomicInteger freed = new AtomicInteger();
        lifetime.use().close();
        lifetime.end(freed::incrementAndGet);
        lifetime.end(freed::incrementAndGet);
        assertEquals(1, freed.get());
        assertRefused(
                IllegalStateException.class,
                "Owner: expected calls before it is closed, got one after that",
                lifetime::use);
    }

    @Test
    void anEndWithinAUseIsRefused() {
        try (Lifetime.Use use = lifetime.use()) {
            assertRefused(
                    IllegalStateException.class,
                    "Owner: expected to be closed after its calls, got a close from within one",
                    () -> lifetime.end(() -> {}));
        }
        lifetime.end(() -> {});
    }

    /** Many ends, each at the moment at which a use begins. */
    @Test
    void noUseBeginsAfterMemoryWasFreed() throws Exception {
        int lives = 2_000;
        AtomicReference<Life> current = new AtomicReference<>(new Life());
        CompletableFuture<Integer> user =
                CompletableFuture.supplyAsync(
                        () -> {
                            int late = 0;
                            for (int i = 0; i < lives; i++) {
                                Life life = current.get();
                                life.begun.set(true);
                                late += life.usesOfFreedMemory();
                                current.set(new Life());
                            }
                            return late;
                        });
        while (!user.isDone()) {
            Life life = current.get();
            if (life.begun.get()) {
                life.lifetime.end(() -> life.freed = true);
            }
        }
        assertEquals(0, user.get());
    }

    /** Something with native memory. */
    private static final class Life {

        private final Lifetime lifetime = new Lifetime("Life");
        private final AtomicBoolean begun = new AtomicBoolean();
        private volatile boolean freed;

        /** Begins uses until one is refused, and counts those that found the memory freed. */
        int usesOfFreedMemory() {
            int late = 0;
            while (true) {
                try (Lifetime.Use use = lifetime.use()) {
                    late += freed ? 1 : 0;
                } catch (IllegalStateException refused) {
                    return late;
                }
            }
        }
    }
}
