package org.djlflows.kernel;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.JniUtils;

import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Random numbers that a seed decides, whatever other threads draw. PyTorch has one generator for
 * the whole process, from which all blocks of this library draw, one {@linkplain #draw thread at a
 * time}.
 *
 * <p>A thread can open a region with a seed:
 *
 * <pre>{@code
 * try (RandomNumbers numbers = RandomNumbers.seeded(7)) {
 *     NDArray x = flow.sample(manager, 1000);
 * }
 * }</pre>
 *
 * <p>What this thread draws within it is a function of the seed and of the draws before it in the
 * region. After a draw the engine's generator is seeded by its own next number, so later draws do
 * not depend on the region's seed. Outside of regions numbers go on from where the engine is, so
 * that for programs of one thread {@code Engine.setRandomSeed} works as ever.
 *
 * <p>Only draws keep other threads waiting, not what is computed from them: the inverse of a flow
 * runs at the same time as others. A step of training that draws is one draw as a whole.
 */
public final class RandomNumbers implements AutoCloseable {

    private static final ReentrantLock LOCK = new ReentrantLock();
    private static final ThreadLocal<RandomNumbers> REGION = new ThreadLocal<>();

    private static final NDManager MANAGER =
            Engine.getEngine("PyTorch").newBaseManager(Device.cpu());

    /** 2^64 over the golden ratio: the steps of SplitMix64. */
    private static final long STEP = 0x9e3779b97f4a7c15L;

    private final RandomNumbers outer = REGION.get();
    private final long seed;
    private long draws;
    private boolean drawing;

    private RandomNumbers(long seed) {
        this.seed = seed;
    }

    /**
     * Opens a region of this thread in which a seed decides all random numbers. Regions nest: the
     * innermost counts.
     *
     * @param seed the seed, any
     * @return the region, to be closed on this thread
     */
    public static RandomNumbers seeded(long seed) {
        RandomNumbers region = new RandomNumbers(seed);
        REGION.set(region);
        return region;
    }

    /**
     * Draws from the engine's generator while no other thread does. Blocks of this library do so by
     * themselves; what else draws from the engine and is to follow a region, or to leave those of
     * other threads alone, goes through here. A draw within a draw is part of it.
     *
     * <p>It is also where one thread at a time may collect gradients by DJL, which has one
     * collector for the process: a single lock for both cannot block itself.
     *
     * @param draw what draws; it should not compute much else, and must not wait for other threads
     * @param <T> what it makes
     * @return what it made
     */
    public static <T> T draw(Supplier<T> draw) {
        LOCK.lock();
        try {
            RandomNumbers region = REGION.get();
            return region == null || region.drawing ? draw.get() : region.continueWith(draw);
        } finally {
            LOCK.unlock();
        }
    }

    /**
     * Tells whether this thread is within a draw, for which others may be waiting.
     *
     * @return whether it is
     */
    public static boolean isDrawing() {
        return LOCK.isHeldByCurrentThread();
    }

    private <T> T continueWith(Supplier<T> draw) {
        long after = fromEngine();
        drawing = true;
        JniUtils.setSeed(nextSeed());
        try {
            return draw.get();
        } finally {
            drawing = false;
            JniUtils.setSeed(after);
        }
    }

    private static long fromEngine() {
        try (NDArray drawn =
                MANAGER.randomInteger(0, Long.MAX_VALUE, new Shape(1), DataType.INT64)) {
            return drawn.toLongArray()[0];
        }
    }

    /** The first draw has the seed itself, as {@code Engine.setRandomSeed} has it. */
    private long nextSeed() {
        long next = draws == 0 ? seed : mixed(seed + draws * STEP);
        draws++;
        return next;
    }

    /** The finaliser of SplitMix64: neighbours become seeds that have nothing in common. */
    private static long mixed(long value) {
        long z = (value ^ (value >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }

    /** Closes the region. */
    @Override
    public void close() {
        if (outer == null) {
            REGION.remove();
        } else {
            REGION.set(outer);
        }
    }
}
