package org.djlflows.training;

import static org.djlflows.testing.Fixtures.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Model;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.Trainer;

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

    @Test
    void anInterruptWhileItIsWrittenCancelsTheRun() throws IOException {
        Path file = folder.resolve("checkpoint.safetensors");
        DiagonalNormal normal = new DiagonalNormal();
        try (Model model = Model.newInstance("normal", "PyTorch");
                FusedAdam optimizer = FusedAdam.builder().build();
                WeightAverage average = new WeightAverage(0);
                Monitor monitor = new Monitor(block -> 1, model.getNDManager(), average, 2)) {
            normal.initialize(model.getNDManager(), DataType.FLOAT32, new Shape(1, 1));
            model.setBlock(normal);
            GradientGuard guard = new GradientGuard(1, 1);
            Checkpoint checkpoint =
                    new Checkpoint(file, "settings", optimizer, guard, average, monitor);
            try (Trainer trainer =
                    model.newTrainer(new DefaultTrainingConfig(new NegativeLogLikelihood()))) {
                monitor.endEpoch(normal);
                checkpoint.onEpoch(trainer);
                byte[] before = Files.readAllBytes(file);
                monitor.endEpoch(normal);
                Thread.currentThread().interrupt();
                try {
                    assertRefused(
                            CancellationException.class,
                            "got an interrupt of its thread after 1 epoch",
                            () -> checkpoint.onEpoch(trainer));
                } finally {
                    assertTrue(Thread.interrupted(), "the thread is still interrupted");
                }
                assertArrayEquals(before, Files.readAllBytes(file));
            }
        }
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(List.of(file), files.toList());
        }
    }
}
