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
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Supplier;
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
            long validated = validation.head().getShape().get(0);
            Shares shares = Shares.of(settings.peers, training.size(), validated);
            settings.requireBatches(
                    "row", shares.training(), shares.validation(), some, validation);
            // A block around one that is initialised, such as a distribution of noisy data.
            model.getBlock().initialize(model.getNDManager(), DataType.FLOAT32, some.getShapes());
            thaw(model.getBlock());
            settings.requireOwnBatches(shares.least());
            int steps = settings.epochRows(shares.training()) / settings.batchSize;
            try (FusedAdam optimizer = settings.newOptimizer(steps);
                    Step step = newStep(model, optimizer, some)) {
                if (settings.peers.count() > 1) {
                    CommonArrays.handOut(TrainingLoop.weights(model.getBlock()), settings.peers);
                }
                Run run = new Run(settings, model.getBlock(), step, shares, training, validation);
                return TrainingLoop.run(settings, run, steps, optimizer);
            }
        }
    }

    /** How many rows all peers have and how many those before this one, of the fewest the least. */
    private record Shares(
            long training, long before, long least, long validation, long validatedBefore) {

        static Shares of(Peers peers, long training, long validation) {
            double[][] all = peers.gather((double) training, (double) validation);
            return new Shares(
                    sum(all, 0, all.length),
                    sum(all, 0, peers.rank()),
                    (long) Arrays.stream(all).mapToDouble(counts -> counts[0]).min().orElseThrow(),
                    sum(all, 1, all.length),
                    sum(all, 1, peers.rank()));
        }

        private static long sum(double[][] all, int column, int ranks) {
            return Arrays.stream(all, 0, ranks).mapToLong(counts -> (long) counts[column]).sum();
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
        if (settings.isShared()) {
            return SharedStep.of(model.getBlock(), optimizer, settings, model.getNDManager())
                    .orElseThrow(
                            () ->
                                    new IllegalArgumentException(
                                            "MaximumLikelihood: expected for training by several"
                                                    + " peers a block that has a kernel and does"
                                                    + " not fit itself to its first batch, got "
                                                    + model.getBlock()));
        }
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
            Builder settings,
            Block block,
            Step step,
            Shares shares,
            RandomAccessRows training,
            NDList validation)
            implements Objective {

        @Override
        public Stream<NDList> batches(long first, NDManager manager) {
            return sampler()
                    .batches(first)
                    .map(
                            places ->
                                    places.length == 0
                                            ? new NDList()
                                            : training.take(manager, places));
        }

        private EpochSampler sampler() {
            int own = training.size();
            return settings.localSteps > 0
                    ? new EpochSampler(own, settings.ownBatchSize(), settings.ownSeed())
                    : new EpochSampler(
                            shares.training(),
                            shares.before(),
                            own,
                            settings.batchSize,
                            settings.seed);
        }

        @Override
        public TrainingStep.Result take(NDList batch, long number) {
            return step.take(batch);
        }

        @Override
        public void afterStep(long number, boolean last, Supplier<NDList> state) {
            int steps = settings.localSteps;
            if (steps > 0 && (last || (number + 1) % steps == 0)) {
                CommonArrays.average(state.get(), settings.peers);
            }
        }

        @Override
        public double loss() {
            boolean some = validation.head().getShape().get(0) > 0;
            double[] own =
                    some ? NllNats.logDensities((Distribution) block, validation) : new double[0];
            return NegativeLogLikelihood.of(
                    Arrays.stream(settings.peers.gather(own))
                            .flatMapToDouble(Arrays::stream)
                            .toArray());
        }

        @Override
        public String whereNotFinite(NDList batch) {
            return batch.isEmpty()
                    ? "It was a row of another process."
                    : GradientGuard.where(block, batch);
        }

        @Override
        public String identity() {
            NDManager manager = validation.head().getManager();
            double[][] sums =
                    settings.peers.gather(
                            (double) RunState.checksum(training, shares.before(), manager),
                            (double)
                                    RunState.checksum(
                                            RandomAccessRows.of(validation),
                                            shares.validatedBefore(),
                                            manager));
            return String.format(
                    Locale.ROOT,
                    "chunk=%d epochRows=%d data=%08x,%08x flow=%08x%s",
                    settings.chunkRows,
                    settings.epochRows(shares.training()),
                    total(sums, 0),
                    total(sums, 1),
                    Scripted.kernelOf(block, false).map(Kernel::hashCode).orElse(0),
                    settings.localSteps == 0
                            ? ""
                            : " peers="
                                    + settings.peers.count()
                                    + " localSteps="
                                    + settings.localSteps);
        }

        /** However rows are divided among peers, it is the same. */
        private static int total(double[][] sums, int column) {
            return (int) Arrays.stream(sums).mapToLong(s -> (long) s[column]).sum();
        }
    }

    /** Holds the settings of a run. */
    public static final class Builder extends OptimizationBuilder<Builder> {

        int chunkRows;
        private int epochRows = Integer.MAX_VALUE;
        Peers peers = Peers.ALONE;
        private int localSteps;

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
         * Trains together with other processes, each on rows of its own: of a batch each has some,
         * and every step is one of the whole batch, as if one process had all rows one after the
         * other; results differ by rounding, in noise that an objective draws, and in the bound of
         * rows that are far out, which is that of the rows of a process. All have the same settings
         * and end with the same weights. Rows for validation are divided too.
         *
         * @param value the processes (default: {@link Peers#ALONE})
         * @return this builder
         */
        public Builder optPeers(Peers value) {
            peers = value;
            return this;
        }

        /**
         * Lets each of several processes take some steps by itself, on its part of a batch that it
         * takes from its own rows, before all replace weights, their average and the moments of the
         * optimizer by the means of all ("local SGD"). That is less communication, and another
         * optimisation: less is learned in the same number of steps.
         *
         * @param steps the number of steps between two exchanges, or 0 to share each gradient
         *     (default)
         * @return this builder
         * @see <a href="https://arxiv.org/abs/1805.09767">Stich, Local SGD Converges Fast and
         *     Communicates Little, 2019</a>
         */
        public Builder optLocalSteps(int steps) {
            ranges.requireAtLeast(0, "the number of local steps", steps);
            localSteps = steps;
            return this;
        }

        /** Tells whether each gradient is shared. */
        private boolean isShared() {
            return peers.count() > 1 && localSteps == 0;
        }

        /** Each takes its local steps on whole batches of its own. */
        private void requireOwnBatches(long least) {
            if (localSteps > 0 && least < ownBatchSize()) {
                throw new IllegalArgumentException(
                        String.format(
                                "MaximumLikelihood: expected for local steps at least %d training"
                                        + " rows in each process, its part of a batch, got %d in"
                                        + " one; take fewer processes or a smaller batch",
                                ownBatchSize(), least));
            }
        }

        private int ownBatchSize() {
            return Math.max(1, batchSize / peers.count());
        }

        /** Peers draw different rows and different noise; the first those of one on its own. */
        @Override
        long ownSeed() {
            return seed + peers.rank() * 0x9e3779b97f4a7c15L;
        }

        /**
         * Returns how many rows an epoch visits.
         *
         * @param rows the number of rows for training
         * @return the number of rows in its batches, all of which are whole
         */
        public int epochRows(long rows) {
            long most = Math.max(batchSize, Math.min(rows, epochRows));
            return (int) (most / batchSize * batchSize);
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
