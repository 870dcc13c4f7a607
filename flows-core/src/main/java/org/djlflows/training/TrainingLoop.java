package org.djlflows.training;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;

import org.djlflows.kernel.RandomNumbers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;

/**
 * A run of training, the same for each {@link Objective}: epochs of steps, the guard of their
 * gradients, the average of the weights, the loss after each epoch, who is told of it, when to
 * stop, and the best weights at the end.
 *
 * <p>All random numbers of an epoch are a function of seed and epoch, so that a run can be repeated
 * and resumed.
 */
final class TrainingLoop implements AutoCloseable {

    private final OptimizationBuilder<?> settings;
    private final Objective objective;
    private final int steps;
    private final FusedAdam optimizer;
    private final Block block;
    private final NDManager manager;
    private final GradientGuard guard;
    private final WeightAverage average;
    private final Monitor monitor;

    private TrainingLoop(
            OptimizationBuilder<?> settings, Objective objective, int steps, FusedAdam optimizer) {
        this.settings = settings;
        this.objective = objective;
        this.steps = steps;
        this.optimizer = optimizer;
        block = objective.block();
        manager = block.getParameters().valueAt(0).getArray().getManager().newSubManager();
        guard = new GradientGuard(settings.gradientLimit, settings.skipLimit);
        average = new WeightAverage(settings.averageDecay);
        monitor = new Monitor(b -> objective.loss(), manager, average, settings.patience);
    }

    /**
     * Trains until all epochs are done or the patience is at its end.
     *
     * @param settings the settings, which stay as they are
     * @param objective what is trained; it ends with the best weights
     * @param steps the number of steps of an epoch
     * @param optimizer the optimizer of the objective's steps
     * @return the course of the run
     * @throws IOException if the checkpoint cannot be read or written
     */
    static History run(
            OptimizationBuilder<?> settings, Objective objective, int steps, FusedAdam optimizer)
            throws IOException {
        try (TrainingLoop loop = new TrainingLoop(settings, objective, steps, optimizer)) {
            return loop.run();
        }
    }

    private History run() throws IOException {
        Optional<RunState> checkpoint = Optional.empty();
        if (settings.checkpoint.isPresent()) {
            checkpoint = Optional.of(openCheckpoint(settings.checkpoint.get()));
        }
        if (monitor.getEpochs() == 0 && objective.mustImprove()) {
            monitor.begin(block);
        }
        Optional<Progress> progress =
                settings.progress.map(out -> new Progress(out, settings, steps, monitor));
        while (monitor.getEpochs() < settings.epochs && !monitor.isExhausted()) {
            epoch(progress);
            if (checkpoint.isPresent()) {
                save(checkpoint.get());
            }
            progress.ifPresent(Progress::endEpoch);
            settings.listener.ifPresent(listener -> listener.accept(history()));
        }
        monitor.restoreBest(block);
        return history();
    }

    private RunState openCheckpoint(Path file) throws IOException {
        String run = settings.identity() + ' ' + objective.identity();
        RunState checkpoint = new RunState(file, run, optimizer, guard, average, monitor);
        checkpoint.requireRoom(block);
        if (settings.resume && Files.exists(file)) {
            checkpoint.restore(block, manager);
        }
        return checkpoint;
    }

    private void save(RunState checkpoint) throws IOException {
        try {
            checkpoint.save(block, manager);
        } catch (IOException e) {
            // An interrupt ends writing; the checkpoint of the epoch before is still in its place.
            checkInterrupt(monitor.getEpochs() - 1);
            throw e;
        }
    }

    private void epoch(Optional<Progress> progress) {
        int epoch = monitor.getEpochs();
        long first = (long) epoch * steps;
        Iterator<NDList> batches = objective.batches(first, manager).iterator();
        long seed = EpochSampler.seedOf(settings.ownSeed(), epoch);
        try (RandomNumbers numbers = RandomNumbers.seeded(seed)) {
            for (int i = 0; i < steps; i++) {
                checkInterrupt(epoch);
                step(batches, first + i);
                objective.afterStep(first + i, i == steps - 1, this::state);
                progress.ifPresent(p -> p.add(settings.batchSize));
            }
            // Here, since the loss of a density that draws noise is one of random numbers too.
            monitor.endEpoch(block);
        }
    }

    private void step(Iterator<NDList> batches, long number) {
        try (NDManager scratch = manager.newSubManager()) {
            NDList batch = batches.next();
            batch.attach(scratch);
            TrainingStep.Result result = objective.take(batch, number);
            guard.judge(result.gradientNorm(), () -> objective.whereNotFinite(batch));
            average.onStep(block);
            // A step that was skipped does not count, even where its loss is finite.
            if (Float.isFinite(result.gradientNorm())) {
                monitor.add(result.meanLogProb(), settings.batchSize);
            }
        }
    }

    /** All numbers that steps change. */
    private NDList state() {
        return weights(block).addAll(optimizer.getState(block)).addAll(average.getState());
    }

    /** Returns the weights of a block, and what else is no whole number. */
    static NDList weights(Block block) {
        NDList weights = new NDList();
        for (Parameter parameter : block.getParameters().values()) {
            if (parameter.getArray().getDataType().isFloating()) {
                weights.add(parameter.getArray());
            }
        }
        return weights;
    }

    /** Ends a run whose thread was interrupted; it stays so for those who called the run. */
    private void checkInterrupt(int epochs) {
        if (Thread.currentThread().isInterrupted()) {
            throw new CancellationException(
                    settings.ranges.who()
                            + ": expected to run to its end, got an interrupt of its thread after "
                            + epochs
                            + (epochs == 1 ? " epoch" : " epochs"));
        }
    }

    private History history() {
        return new History(
                List.copyOf(monitor.getTrainingLosses()),
                List.copyOf(monitor.getValidationLosses()),
                monitor.getBestEpoch(),
                guard.getSkipped());
    }

    /** Frees the average and the best weights. */
    @Override
    public void close() {
        monitor.close();
        average.close();
        manager.close();
    }
}
