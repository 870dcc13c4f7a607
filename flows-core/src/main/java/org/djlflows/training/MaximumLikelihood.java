package org.djlflows.training;

import ai.djl.Model;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;

import org.djlflows.Distribution;
import org.djlflows.kernel.Kernel;
import org.djlflows.kernel.Scripted;
import org.djlflows.spec.Presets;

import java.io.IOException;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Fits a distribution to data by maximum likelihood: by a {@link TrainingStep} where it has a
 * kernel, and by DJL's {@code EasyTrain} where it has none.
 *
 * <p>AdamW with a cosine schedule after a linear warm-up, gradients clipped by their global norm,
 * weights averaged over the steps, the average of the best epoch kept. With a checkpoint file an
 * interrupted run can be resumed, and ends with the same weights as one that was not interrupted.
 */
public final class MaximumLikelihood {

    /** The rows that an epoch of a large table visits, unless one says otherwise. */
    public static final int USUAL_EPOCH_ROWS = 250_000;

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
     * Returns a builder with the settings that usually train a flow well; an epoch visits 250,000
     * rows at most.
     *
     * @param usual the settings, as {@link Presets} has them
     * @param rows the number of training rows, of which a batch takes a tenth at most
     * @return a builder with these settings
     */
    public static Builder builder(Presets.Training usual, int rows) {
        return new Builder()
                .optEpochs(usual.epochs())
                .optEpochRows(USUAL_EPOCH_ROWS)
                .optBatchSize(Math.min(usual.batchSize(), Math.max(1, rows / 10)))
                .optLearningRate(usual.learningRate())
                .optWeightDecay(usual.weightDecay())
                .optPatience(usual.patience());
    }

    /**
     * Trains the block of a model on rows in memory, as {@link #fit(Model, RandomAccessRows,
     * NDList)} does.
     *
     * @param model a model
     * @param training the rows x and optionally their context
     * @param validation other rows of the same kind
     * @return the course of the run
     * @throws IOException if the checkpoint cannot be read or written, or is damaged
     */
    public History fit(Model model, NDList training, NDList validation) throws IOException {
        return fit(model, RandomAccessRows.of(training), validation);
    }

    /**
     * Trains the block of a model, which ends with the best weights. Parameters that are frozen
     * stay as they are; where all are, as in a model that was loaded, all are trained.
     *
     * @param model a model whose block is a {@link org.djlflows.Distribution} in float32; what is
     *     not initialised becomes so
     * @param training the rows, of which a batch at a time is held
     * @param validation other rows of the same kind, x and optionally their context, in memory
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
    public History fit(Model model, RandomAccessRows training, NDList validation)
            throws IOException {
        try (NDManager scratch = validation.head().getManager().newSubManager()) {
            // There may be none, which is refused.
            NDList some = training.take(scratch, training.size() > 0 ? new int[1] : new int[0]);
            settings.requireBatches("row", training.size(), some, validation);
            // A block around one that is initialised, such as a distribution of noisy data.
            model.getBlock().initialize(model.getNDManager(), DataType.FLOAT32, some.getShapes());
            thaw(model.getBlock());
            int steps = settings.epochRows(training.size()) / settings.batchSize;
            try (FusedAdam optimizer = settings.newOptimizer(steps);
                    Step step = newStep(model, optimizer, some)) {
                Run run = new Run(settings, model.getBlock(), step, training, validation);
                return TrainingLoop.run(settings, run, steps, optimizer);
            }
        }
    }

    /** A model comes frozen from {@link Model#load}; DJL's {@code newTrainer} does the same. */
    private static void thaw(Block block) {
        if (block.getParameters().values().stream().noneMatch(Parameter::requiresGradient)) {
            block.freezeParameters(
                    false,
                    parameter ->
                            parameter.getType() != Parameter.Type.RUNNING_MEAN
                                    && parameter.getType() != Parameter.Type.RUNNING_VAR);
        }
    }

    /** DJL's trainer takes the steps of a block without a kernel, from the first to the last. */
    private Step newStep(Model model, FusedAdam optimizer, NDList training) {
        double limit = settings.gradientLimit;
        return TrainingStep.of(model.getBlock(), optimizer, limit, settings.chunkRows)
                .<Step>map(program -> program::take)
                .orElseGet(() -> new TrainerStep(model, optimizer, limit, training));
    }

    /** How a step is taken. */
    interface Step extends AutoCloseable {

        /** Takes a step; one whose gradient is not finite changes nothing. */
        TrainingStep.Result take(NDList rows);

        @Override
        default void close() {}
    }

    /** What a run trains. */
    private record Run(
            Builder settings, Block block, Step step, RandomAccessRows training, NDList validation)
            implements Objective {

        @Override
        public Stream<NDList> batches(long first, NDManager manager) {
            return new EpochSampler(training.size(), settings.batchSize, settings.seed)
                    .batches(first)
                    .map(places -> training.take(manager, places));
        }

        @Override
        public TrainingStep.Result take(NDList batch, long number) {
            return step.take(batch);
        }

        @Override
        public double loss() {
            return NegativeLogLikelihood.of(NllNats.logDensities((Distribution) block, validation));
        }

        @Override
        public String whereNotFinite(NDList batch) {
            return GradientGuard.where(block, batch);
        }

        @Override
        public String identity() {
            return String.format(
                    Locale.ROOT,
                    "chunk=%d epochRows=%d data=%08x,%08x flow=%08x",
                    settings.chunkRows,
                    settings.epochRows(training.size()),
                    RunState.checksum(training, validation.head().getManager()),
                    RunState.checksum(validation),
                    Scripted.kernelOf(block, false).map(Kernel::hashCode).orElse(0));
        }
    }

    /** Holds the settings of a run. */
    public static final class Builder extends OptimizationBuilder<Builder> {

        private int chunkRows;
        private int epochRows = Integer.MAX_VALUE;

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
         * Sets how many rows an epoch visits at most, so that one of a large table ends, is
         * evaluated and saved. The next epoch goes on with the rows that follow, until all were
         * visited, in another order each time.
         *
         * @param value the most rows, at least 1; an epoch visits a batch at least
         * @return this builder
         */
        public Builder optEpochRows(int value) {
            ranges.requireAtLeast(1, "the number of rows of an epoch", value);
            epochRows = value;
            return this;
        }

        /**
         * Returns how many rows an epoch visits.
         *
         * @param rows the number of rows for training
         * @return the number of rows in its batches, all of which are whole
         */
        public int epochRows(int rows) {
            int most = Math.max(batchSize, Math.min(rows, epochRows));
            return most / batchSize * batchSize;
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
