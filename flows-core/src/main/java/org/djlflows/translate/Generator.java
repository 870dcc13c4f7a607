package org.djlflows.translate;

import ai.djl.engine.Engine;

import java.security.SecureRandom;
import java.util.Optional;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;

/** Draws samples on many threads from the generator of the engine, of which a process has one. */
final class Generator {

    private static final ReadWriteLock LOCK = new ReentrantReadWriteLock(true);
    private static final SecureRandom FRESH = new SecureRandom();

    private Generator() {}

    /** Draws at the same time as others do, or with a seed alone, so that the seed repeats it. */
    static <T> T draw(Optional<Integer> seed, Supplier<T> sampler) {
        Lock lock = seed.isPresent() ? LOCK.writeLock() : LOCK.readLock();
        lock.lock();
        try {
            seed.ifPresent(Generator::setSeed);
            return sampler.get();
        } finally {
            // Whoever draws next without a seed must not get what the seed of another decided.
            if (seed.isPresent()) {
                setSeed(FRESH.nextInt());
            }
            lock.unlock();
        }
    }

    private static void setSeed(int seed) {
        Engine.getEngine("PyTorch").setRandomSeed(seed);
    }
}
