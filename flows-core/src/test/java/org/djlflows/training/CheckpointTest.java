package org.djlflows.training;

import static org.djlflows.testing.Fixtures.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;

import org.djlflows.distribution.DiagonalNormal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;

class CheckpointTest {

    @TempDir private Path folder;

    /** Its step does nothing; the thread is interrupted while the loss of some epoch is taken. */
    private static final class Interrupting implements Objective {

        private final DiagonalNormal normal = new DiagonalNormal();
        private final int epoch;
        private int losses;

        Interrupting(NDManager manager, int epoch) {
            normal.initialize(manager, DataType.FLOAT32, new Shape(1, 1));
            this.epoch = epoch;
        }

        @Override
        public Block block() {
            return normal;
        }

        @Override
        public Stream<NDList> batches(long seed, NDManager manager) {
            return Stream.generate(NDList::new);
        }

        @Override
        public TrainingStep.Result take(NDList batch, long number) {
            return new TrainingStep.Result(0, 0);
        }

        @Override
        public double loss() {
            if (losses++ == epoch) {
                Thread.currentThread().interrupt();
            }
            return 1;
        }

        @Override
        public String whereNotFinite(NDList batch) {
            return "nowhere";
        }

        @Override
        public String identity() {
            return "interrupting";
        }
    }

    @Test
    void anInterruptWhileItIsWrittenCancelsTheRun() throws IOException {
        Path file = folder.resolve("checkpoint.safetensors");
        byte[][] afterFirst = new byte[1][];
        MaximumLikelihood.Builder settings =
                MaximumLikelihood.builder()
                        .optCheckpoint(file, false)
                        .optListener(history -> afterFirst[0] = bytes(file));
        try (NDManager manager = NDManager.newBaseManager();
                FusedAdam optimizer = settings.newOptimizer(1)) {
            Objective objective = new Interrupting(manager, 2);
            try {
                assertRefused(
                        CancellationException.class,
                        "got an interrupt of its thread after 1 epoch",
                        () -> TrainingLoop.run(settings, objective, 1, optimizer));
            } finally {
                assertTrue(Thread.interrupted(), "the thread is still interrupted");
            }
        }
        assertArrayEquals(afterFirst[0], bytes(file));
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(List.of(file), files.toList());
        }
    }

    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
