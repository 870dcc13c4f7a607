package org.djlflows.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;

import org.junit.jupiter.api.Test;

import java.util.concurrent.CancellationException;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicInteger;

/** What is special about work in chunks; that it changes no number, all other tests say. */
class ChunksTest {

    private static final int CHUNKS = 64;
    private static final Shape EVENT = new Shape(16);

    /** Returns how many chunks are computed if the first that is computed makes them useless. */
    private static int begun(boolean parallel) {
        AtomicInteger begun = new AtomicInteger();
        try (NDManager manager = NDManager.newBaseManager()) {
            long rows = CHUNKS * Chunks.rowsPerChunk(EVENT, manager.getDevice(), 1);
            NDList x = new NDList(manager.zeros(new Shape(rows).addAll(EVENT)));
            assertThrows(
                    CancellationException.class,
                    () ->
                            Chunks.cancellable(
                                    () -> begun.get() > 0,
                                    () ->
                                            Chunks.map(
                                                    x,
                                                    EVENT,
                                                    parallel,
                                                    (store, in) -> {
                                                        begun.incrementAndGet();
                                                        return new NDList(in.get(0).sum());
                                                    })));
            assertEquals(1, manager.getManagedArrays().size(), "nothing is left behind");
        }
        return begun.get();
    }

    @Test
    void uselessWorkEndsBeforeTheNextChunk() {
        assertEquals(1, begun(false));
        int threads = ForkJoinPool.getCommonPoolParallelism() + 1;
        int atTheSameTime = begun(true);
        assertTrue(atTheSameTime <= threads, atTheSameTime + " chunks on " + threads + " threads");
    }

    @Test
    void aGpuTakesAsManyImagesAsItHasRoomFor() {
        Shape images = new Shape(3, 256, 256);
        assertEquals(21, Chunks.rowsPerChunk(images, Device.gpu(), 1000));
        assertEquals(8, Chunks.rowsPerChunk(new Shape(3, 1024, 1024), Device.gpu(), 1000));
        assertEquals(256, Chunks.rowsPerChunk(new Shape(1 << 20), Device.gpu(), 1000));
    }

    @Test
    void workThatIsNotCancelledIsDone() throws Exception {
        try (NDManager manager = NDManager.newBaseManager()) {
            long rows = 3 * Chunks.rowsPerChunk(EVENT, manager.getDevice(), 1);
            NDList x = new NDList(manager.ones(new Shape(rows).addAll(EVENT)));
            NDList sums =
                    Chunks.cancellable(
                            () -> false,
                            () ->
                                    Chunks.map(
                                            x,
                                            EVENT,
                                            true,
                                            (store, in) ->
                                                    new NDList(in.get(0).sum(new int[] {1}))));
            assertEquals((float) (rows * 16), sums.get(0).sum().getFloat());
            NDList again =
                    Chunks.map(x, EVENT, true, (store, in) -> new NDList(in.get(0).duplicate()));
            assertEquals(
                    rows, again.get(0).getShape().get(0), "the cancellation ends with its work");
        }
    }
}
