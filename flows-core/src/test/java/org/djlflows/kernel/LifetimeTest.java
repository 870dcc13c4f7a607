package org.djlflows.kernel;

import static org.djlflows.Fixtures.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

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
}
