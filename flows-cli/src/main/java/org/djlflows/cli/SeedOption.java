package org.djlflows.cli;

import ai.djl.ndarray.NDManager;

import picocli.CommandLine.Option;

import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/** The option that makes draws the same each time. */
final class SeedOption {

    @Option(
            names = "--seed",
            paramLabel = "N",
            description =
                    "The seed: the same one draws the same values (default: another each time).")
    private Optional<Integer> seed = Optional.empty();

    /** Seeds the engine of a manager, if a seed is given. */
    void apply(NDManager manager) {
        seed.ifPresent(manager.getEngine()::setRandomSeed);
    }

    /** Returns the seed, or another number each time if none is given. */
    long value() {
        return seed.isPresent() ? seed.get() : ThreadLocalRandom.current().nextLong();
    }
}
