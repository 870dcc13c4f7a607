package org.djlflows.training;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.nn.Block;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.EasyTrain;
import ai.djl.training.Trainer;
import ai.djl.training.dataset.ArrayDataset;
import ai.djl.training.dataset.Batch;
import ai.djl.training.dataset.Dataset;
import ai.djl.training.listener.TrainingListener;
import ai.djl.translate.TranslateException;

import org.djlflows.files.CannotWriteException;
import org.djlflows.kernel.Kernel;
import org.djlflows.kernel.RandomNumbers;
import org.djlflows.kernel.Scripted;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.CRC32;

/**
 * Fits a distribution to data by maximum likelihood: DJL's {@code EasyTrain} with the listeners and
 * the optimizer of this package.
 *
 * <p>AdamW with a cosine schedule after a linear warm-up, gradients clipped by their global norm,
 * weights averaged over the steps, the average of the best epoch kept. With a checkpoint file an
 * interrupted run can be resumed, and ends with the same weights as one that was not interrupted.
 */
public final class MaximumLikelihood {

    private final Builder settings;

    private MaximumLikelihood(Builder settings) {
        this.settings = settings;
    }

    /**
     * Returns a builder.
     *
     * @return a builder with the default settings
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Trains the block of a model, which ends with the best weights.
     *
     * @param model a model whose block is an initialised {@link org.djlflows.Distribution} in
     *     float32
     * @param training the rows x and optionally their context
     * @param validation other rows of the same kind
     * @return the course of the run
     * @throws IOException if the checkpoint cannot be read or written, which is found out before
     *     the first epoch where it can be: the message says why; or if it is damaged
     * @throws IllegalArgumentException if there are fewer rows than a batch holds or none for
     *     validation, if the two are not of the same form, or if the checkpoint belongs to a run
     *     with other settings
     * @throws ai.djl.TrainingDivergedException if too many gradients were not finite, or no epoch
     *     ended with a validation loss that is finite and not much worse than before training
     * @throws java.util.concurrent.CancellationException if this thread is interrupted: between two
     *     steps, whose weights stay in the block; it is still interrupted then, and a run that
     *     resumes from the checkpoint continues behind the last epoch that was finished
     */
    public History fit(Model model, NDList training, NDList validation) throws IOException {
        int batches = settings.batches("row", training, validation);
        try (FusedAdam optimizer = settings.newOptimizer(batches);
                WeightAverage average = new WeightAverage(settings.averageDecay);
                Monitor monitor = new Monitor(validation, average, settings.patience)) {
            GradientGuard guard = new GradientGuard(settings.gradientLimit, settings.skipLimit);
            List<TrainingListener> listeners = new ArrayList<>(List.of(guard, average, monitor));
            if (settings.checkpoint.isPresent()) {
                Path file = settings.checkpoint.get();
                String run = identity(model.getBlock(), training, validation);
                Checkpoint checkpoint =
                        new Checkpoint(file, run, optimizer, guard, average, monitor);
                checkpoint.requireRoom(model.getBlock());
                if (settings.resume && Files.exists(file)) {
                    checkpoint.restore(model.getBlock(), training.get(0).getManager());
                }
                listeners.add(checkpoint);
            }
            Optional<Progress> progress =
                    settings.progress.map(
                            out ->
                                    new Progress(
                                            out,
                                            settings.terminal,
                                            monitor,
                                            settings.epochs,
                                            (long) batches * settings.batchSize));
            progress.ifPresent(listeners::add);
            Plugins plugins = new Plugins(guard, average, monitor, progress);
            DefaultTrainingConfig config =
                    new DefaultTrainingConfig(new NegativeLogLikelihood())
                            .optOptimizer(optimizer)
                            .optDevices(new Device[] {model.getNDManager().getDevice()})
                            .addTrainingListeners(listeners.toArray(TrainingListener[]::new));
            try (Trainer trainer = model.newTrainer(config)) {
                trainer.initialize(training.getShapes());
                if (monitor.getEpochs() == 0) {
                    monitor.begin(model.getBlock());
                }
                Optional<TrainingStep> step = Optional.empty();
                while (monitor.getEpochs() < settings.epochs && !monitor.isExhausted()) {
                    long seed = settings.seed * 1_000_003L + monitor.getEpochs();
                    if (step.isEmpty()) {
                        step =
                                TrainingStep.of(
                                        model.getBlock(),
                                        optimizer,
                                        settings.gradientLimit,
                                        settings.chunkRows);
                    }
                    try (RandomNumbers numbers = RandomNumbers.seeded(seed)) {
                        epoch(trainer, dataset(training, seed), step, plugins);
                    }
                    settings.listener.ifPresent(l -> l.accept(history(monitor, guard)));
                }
            } catch (TranslateException e) {
                throw new IllegalStateException("DJL could not read the arrays", e);
            } catch (UncheckedIOException e) {
                // DJL's listeners can throw no other.
                if (e.getCause() instanceof CannotWriteException) {
                    throw e.getCause();
                }
                throw e;
            }
            monitor.restoreBest(model.getBlock());
            return history(monitor, guard);
        }
    }

    private static History history(Monitor monitor, GradientGuard guard) {
        return new History(
                List.copyOf(monitor.getTrainingLosses()),
                List.copyOf(monitor.getValidationLosses()),
                monitor.getBestEpoch(),
                guard.getSkipped());
    }

    /** What is called at each step, by DJL as listeners or here where a step is one program. */
    private record Plugins(
            GradientGuard guard,
            WeightAverage average,
            Monitor monitor,
            Optional<Progress> progress) {}

    private static void epoch(
            Trainer trainer, Dataset data, Optional<TrainingStep> step, Plugins plugins)
            throws IOException, TranslateException {
        Block block = trainer.getModel().getBlock();
        for (Batch batch : trainer.iterateDataset(data)) {
            try (batch) {
                Interruption.check("MaximumLikelihood", plugins.monitor.getEpochs());
                if (step.isEmpty()) {
                    takeByTrainer(trainer, batch);
                    continue;
                }
                // Data that do not fit a GPU stay where they are, and go there batch by batch.
                NDList rows = batch.getData().toDevice(trainer.getManager().getDevice(), false);
                TrainingStep.Result result = step.get().take(rows);
                plugins.guard.judge(result.gradientNorm(), block, rows);
                plugins.average.onStep(block);
                plugins.monitor.add(result.meanLogProb(), batch.getSize());
                plugins.progress.ifPresent(progress -> progress.add(batch.getSize()));
            }
        }
        trainer.notifyListeners(listener -> listener.onEpoch(trainer));
    }

    /**
     * DJL collects gradients on one thread of the process at a time, so that the steps of several
     * runs take turns.
     */
    private static void takeByTrainer(Trainer trainer, Batch batch) {
        RandomNumbers.draw(
                () -> {
                    EasyTrain.trainBatch(trainer, batch);
                    trainer.step();
                    return batch;
                });
    }

    /** Describes a run: a checkpoint continues the same run only. */
    private String identity(Block block, NDList training, NDList validation) {
        CRC32 data = new CRC32();
        training.forEach(array -> data.update(array.toByteBuffer()));
        validation.forEach(array -> data.update(array.toByteBuffer()));
        int program = Scripted.kernelOf(block, false).map(Kernel::hashCode).orElse(0);
        return String.format(
                Locale.ROOT,
                "%s chunk=%d data=%08x flow=%08x",
                settings.identity(),
                settings.chunkRows,
                data.getValue(),
                program);
    }

    private Dataset dataset(NDList training, long seed) {
        NDArray[] arrays = training.toArray(NDArray[]::new);
        return new ArrayDataset.Builder()
                .setData(arrays)
                // DJL's EasyTrain fails without labels; the loss ignores them.
                .optLabels(arrays[0])
                .setSampling(new EpochSampler(settings.batchSize, seed))
                .build();
    }

    /** Holds the settings of a run. */
    public static final class Builder extends OptimizationBuilder<Builder> {

        private int chunkRows;
        private boolean resume;
        private Optional<Path> checkpoint = Optional.empty();

        private Builder() {
            super("MaximumLikelihood", 60, 15);
        }

        /**
         * Sets how many rows of a batch a step goes through at once; it adds up the gradients, so
         * that the steps are the same in less memory, but for rounding, the statistics of {@code
         * BatchNorm} and the bound of rows that are far out, which are those of a chunk. This is
         * also known as gradient accumulation. Flows without a kernel, which DJL's trainer trains,
         * go through all rows.
         *
         * @param value the most rows, at least 1, or 0 for as many as a CPU is fast with and all on
         *     a GPU
         * @return this builder
         */
        public Builder optChunkRows(int value) {
            ranges.requireAtLeast(0, "the number of rows at once", value);
            chunkRows = value;
            return this;
        }

        /**
         * Writes the state of the run to a file after each epoch.
         *
         * @param file the file
         * @param continueFromIt whether to start from the file if it exists
         * @return this builder
         */
        public Builder optCheckpoint(Path file, boolean continueFromIt) {
            checkpoint = Optional.of(file);
            resume = continueFromIt;
            return this;
        }

        /**
         * Returns the trainer.
         *
         * @return the trainer
         */
        public MaximumLikelihood build() {
            return new MaximumLikelihood(copy());
        }
    }
}
