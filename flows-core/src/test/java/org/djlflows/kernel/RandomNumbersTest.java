package org.djlflows.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;

import org.djlflows.testing.Fixtures;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

class RandomNumbersTest {

    private final NDManager manager = NDManager.newBaseManager();

    @AfterEach
    void close() {
        manager.close();
    }

    private float[] three() {
        return RandomNumbers.draw(
                () -> {
                    try (NDArray drawn = manager.randomNormal(new Shape(3))) {
                        return drawn.toFloatArray();
                    }
                });
    }

    private float[][] seeded(long seed, int draws) {
        float[][] drawn = new float[draws][];
        try (RandomNumbers numbers = RandomNumbers.seeded(seed)) {
            Arrays.setAll(drawn, i -> three());
        }
        return drawn;
    }

    @Test
    void theFirstDrawIsThatOfTheEnginesSeed() {
        Fixtures.seed(7);
        float[] ofEngine = three();
        assertArrayEquals(ofEngine, seeded(7, 1)[0]);
    }

    @Test
    void otherThreadsDoNotMixIn() {
        float[][] alone = seeded(5, 50);
        AtomicBoolean done = new AtomicBoolean();
        CompletableFuture<Void> other =
                CompletableFuture.runAsync(
                        () -> {
                            while (!done.get()) {
                                three();
                                seeded(9, 3);
                            }
                        });
        for (int i = 0; i < 20; i++) {
            assertTrue(Arrays.deepEquals(alone, seeded(5, 50)));
        }
        done.set(true);
        other.join();
    }

    @Test
    void allDrawsOfManySeedsDiffer() {
        Set<Float> firsts = new HashSet<>();
        for (int seed = -20; seed < 20; seed++) {
            for (float[] drawn : seeded(seed, 20)) {
                firsts.add(drawn[0]);
            }
        }
        assertEquals(40 * 20, firsts.size());
    }

    /** What comes after a region is not decided by its seed, but is by the engine's. */
    @Test
    void aRegionLeavesNoTrace() {
        float[][] after = new float[4][];
        for (int i = 0; i < 4; i++) {
            Fixtures.seed(i / 2);
            seeded(3, 1);
            after[i] = three();
        }
        assertArrayEquals(after[0], after[1]);
        assertArrayEquals(after[2], after[3]);
        assertFalse(Arrays.equals(after[0], after[2]));
    }

    @Test
    void regionsNest() {
        float[][] outer = seeded(1, 2);
        try (RandomNumbers numbers = RandomNumbers.seeded(1)) {
            assertArrayEquals(outer[0], three());
            assertTrue(Arrays.deepEquals(seeded(2, 3), seeded(2, 3)));
            assertArrayEquals(outer[1], three());
        }
    }

    /** A draw within a draw goes on with the numbers of that, unless it has a seed of its own. */
    @Test
    void drawsNest() {
        float[][] inner = seeded(4, 1);
        float[][] together =
                RandomNumbers.draw(
                        () -> {
                            try (RandomNumbers numbers = RandomNumbers.seeded(4)) {
                                return new float[][] {three()};
                            }
                        });
        assertTrue(Arrays.deepEquals(inner, together));
        try (RandomNumbers numbers = RandomNumbers.seeded(4)) {
            float[][] two = RandomNumbers.draw(() -> new float[][] {three(), three()});
            assertArrayEquals(inner[0], two[0]);
            assertFalse(Arrays.equals(two[0], two[1]));
        }
        assertFalse(RandomNumbers.isDrawing());
    }

    /** Any block whose forward draws, and that says so. */
    private static final class Noise extends KernelBlock {

        Noise() {
            super("noise");
        }

        @Override
        protected Optional<Kernel> source(boolean training) {
            return Optional.of(
                    Kernel.of(
                            "noise",
                            """
                            def noise(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
                                return torch.rand_like(x)
                            """));
        }

        @Override
        protected boolean drawsInForward() {
            return true;
        }

        @Override
        public Shape[] getOutputShapes(Shape[] inputShapes) {
            return inputShapes;
        }
    }

    @Test
    void blocksThatDrawFollowTheSeed() {
        Noise noise = new Noise();
        NDList x = new NDList(manager.zeros(new Shape(2, 3)));
        noise.initialize(manager, DataType.FLOAT32, x.getShapes());
        ParameterStore store = new ParameterStore(manager, false);
        float[][] drawn = new float[2][];
        for (int i = 0; i < 2; i++) {
            try (RandomNumbers numbers = RandomNumbers.seeded(7)) {
                drawn[i] = noise.forward(store, x, false).get(0).toFloatArray();
            }
        }
        assertArrayEquals(drawn[0], drawn[1]);
    }
}
