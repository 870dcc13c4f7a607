package org.djlflows.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;

import org.djlflows.Distribution;
import org.djlflows.kernel.Kernel;
import org.djlflows.kernel.NoGrad;
import org.djlflows.kernel.RandomNumbers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Fits a flow to a density that is known up to a constant, from samples of the flow: \(x \sim q\)
 * by the {@code inverse} of its bijection, and the smallest {@link Divergence} between q and the
 * target, by default \(\mathbb{E}[\log q(x) - \beta \log \tilde p(x)]\).
 *
 * <p>AdamW with a cosine schedule after a linear warm-up, gradients clipped by their global norm,
 * weights averaged over the steps, the average of the best epoch kept: the one with the best bound
 * at \(\beta = 1\) on the same noise. A step whose gradient is not finite is skipped and counted.
 * With a checkpoint file an interrupted run can be resumed, and ends with the same weights as one
 * that was not interrupted.
 *
 * <p>A flow with a context gives an amortised posterior: a context drawn from the data for each
 * bound. With {@link Builder#optJointly} the target's parameters are trained too, as those of the
 * decoder of a variational autoencoder. A target that is initialised here is owned by the manager
 * of the flow's parameters.
 *
 * <p>While the target is annealed the losses of training are those at the \(\beta\) of each step,
 * and so not to be compared with those of the evaluation. The seed decides all random numbers,
 * whatever other threads draw; steps of several runs take turns. A step costs one {@code inverse}
 * of the flow, one evaluation of the target, and the way back through both, for as many rows as the
 * batch has bounds times the samples of a bound.
 *
 * @see <a href="https://arxiv.org/abs/1505.05770">Rezende and Mohamed, Variational Inference with
 *     Normalizing Flows, 2015, equations 15 and 20</a>
 */
public final class VariationalInference {

    /** Seeds of training are functions of the user's; evaluation always sees the same noise. */
    private static final int EVALUATION_SEED = 20_150_521;

    private static final String DIVERGED =
            "A log-density of target or flow, or its gradient, is not finite: look at the target at"
                    + " samples of the flow, start the flow where the target is, or try a lower"
                    + " learning rate.";

    private final Builder settings;

    private VariationalInference(Builder settings) {
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
     * Trains a flow, which ends with the best weights.
     *
     * @param flow an initialised distribution without context, in float32 or float64
     * @param target a block from x to \(\log \tilde p(x)\) of shape (batch), initialised here if it
     *     is not: a {@link org.djlflows.training.LogDensity}, a distribution or any block
     * @return the course of the run; its losses are negative bounds on log Z in nats (for a
     *     negative order of the divergence, bounds)
     * @throws IllegalArgumentException if the target does not give one log-density for each row, if
     *     there is nothing to train, if the divergence has a path gradient and the flow {@linkplain
     *     Distribution#isBound is a bound}, or if the checkpoint belongs to another run
     * @throws UncheckedIOException if the checkpoint cannot be read or written, or is damaged: the
     *     message says why
     * @throws ai.djl.TrainingDivergedException if too many gradients were not finite, or no epoch
     *     ended with a finite loss
     * @throws java.util.concurrent.CancellationException if this thread is interrupted: between two
     *     steps, whose weights stay; it is still interrupted then, and a run that resumes from the
     *     checkpoint continues behind the last epoch that was finished
     */
    public History fit(Distribution flow, Block target) {
        return fit(flow, target, new NDList(), new NDList(), settings.steps);
    }

    /**
     * Trains a conditional flow \(q(x \mid c)\), which ends with the best weights.
     *
     * @param flow an initialised distribution with a context
     * @param target a block from x and c to \(\log \tilde p(x, c)\) of shape (batch), initialised
     *     here if it is not
     * @param training the contexts, of shape (rows, context)
     * @param validation other contexts, for which bounds are evaluated after each epoch
     * @return the course of the run; its losses are negative bounds in nats (for a negative order
     *     of the divergence, bounds), in the mean over contexts
     * @throws IllegalArgumentException if the target does not give one log-density for each row, if
     *     there is nothing to train, if the divergence has a path gradient and the flow {@linkplain
     *     Distribution#isBound is a bound}, if there are fewer contexts than a batch holds or none
     *     for validation, if the two are not of the same form, or if the checkpoint belongs to
     *     another run
     * @throws UncheckedIOException if the checkpoint cannot be read or written, or is damaged: the
     *     message says why
     * @throws ai.djl.TrainingDivergedException if too many gradients were not finite, or no epoch
     *     ended with a finite loss
     * @throws java.util.concurrent.CancellationException if this thread is interrupted: between two
     *     steps, whose weights stay; it is still interrupted then, and a run that resumes from the
     *     checkpoint continues behind the last epoch that was finished
     */
    public History fit(Distribution flow, Block target, NDArray training, NDArray validation) {
        NDList contexts = new NDList(training);
        NDList others = new NDList(validation);
        int rows = RandomAccessRows.of(contexts).size();
        int steps =
                settings.requireBatches(
                        "context", rows, others.head().getShape().get(0), contexts, others);
        return fit(flow, target, contexts, others, steps);
    }

    private History fit(
            Distribution flow, Block target, NDList training, NDList validation, int steps) {
        try (FusedAdam optimizer = settings.newOptimizer(steps)) {
            Run run = new Run(flow, target, training, validation, optimizer);
            return TrainingLoop.run(settings, run, steps, optimizer);
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }

    /** What a run trains. */
    private final class Run implements Objective {

        private final Distribution flow;
        private final Block target;
        private final NDList training;
        private final NDList validation;
        private final NDManager manager;
        private final LogWeights logWeights;
        private final Block trained;
        private final VariationalStep step;

        /** Without contexts both lists are empty. */
        Run(
                Distribution flow,
                Block target,
                NDList training,
                NDList validation,
                FusedAdam optimizer) {
            this.flow = flow;
            this.target = target;
            this.training = training;
            this.validation = validation;
            manager =
                    Stream.of(flow, target)
                            .flatMap(block -> block.getParameters().values().stream())
                            .filter(Parameter::isInitialized)
                            .findFirst()
                            .orElseThrow(this::nothingToTrain)
                            .getArray()
                            .getManager();
            Divergence divergence = settings.divergence;
            if (divergence.isPathGradient() && flow.isBound()) {
                throw new IllegalArgumentException(
                        "VariationalInference: expected a flow with an exact log-density for the"
                                + " path gradient, got a bound from "
                                + flow.getClass().getSimpleName());
            }
            logWeights =
                    new LogWeights(flow, target, divergence.isPathGradient(), settings.jointly);
            Stream<Shape> contexts = validation.stream().map(NDArray::getShape);
            logWeights.initialize(
                    manager,
                    flow.getDataType(),
                    Stream.concat(Stream.of(new Shape(1, 0)), contexts).toArray(Shape[]::new));
            trained = settings.jointly ? logWeights : flow;
            if (trained.getParameters().values().stream().noneMatch(Parameter::requiresGradient)) {
                throw nothingToTrain();
            }
            requireRows();
            int candidates = trained.getParameters().size();
            double limit = settings.gradientLimit;
            step = new VariationalStep(logWeights, candidates, divergence, optimizer, limit);
        }

        private IllegalArgumentException nothingToTrain() {
            return new IllegalArgumentException(
                    "VariationalInference: expected something to train, got no parameter that"
                            + " requires a gradient in "
                            + flow.getClass().getSimpleName()
                            + (settings.jointly ? " and target" : ""));
        }

        /** Within the program a wrong context would fail late, and a wrong shape be broadcast. */
        private void requireRows() {
            try (NoGrad noGrad = NoGrad.open();
                    NDManager scratch = manager.newSubManager()) {
                NDList context = new NDList();
                for (NDArray array : validation) {
                    Shape two = new Shape(2).addAll(array.getShape().slice(1));
                    context.add(scratch.zeros(two, array.getDataType()));
                }
                ParameterStore store = new ParameterStore(scratch, false);
                NDList rows = new NDList(rows(scratch, 2)).addAll(context);
                NDArray x = flow.sample(store, rows, false).get(0);
                NDList inputs = new NDList(x).addAll(context);
                Shape got = target.forward(store, inputs, false).get(0).getShape();
                if (!got.equals(new Shape(2))) {
                    throw new IllegalArgumentException(
                            "VariationalInference: expected a target of log-densities of shape"
                                    + " (2) for 2 rows, got "
                                    + got);
                }
            }
        }

        private NDArray rows(NDManager owner, long n) {
            return owner.create(new Shape(n, 0), flow.getDataType());
        }

        @Override
        public Block block() {
            return trained;
        }

        @Override
        public Stream<NDList> batches(long first, NDManager owner) {
            int n = settings.batchSize;
            return contexts(first, owner)
                    .map(context -> new NDList(rows(owner, n)).addAll(context));
        }

        private Stream<NDList> contexts(long first, NDManager owner) {
            if (training.isEmpty()) {
                return Stream.generate(NDList::new);
            }
            RandomAccessRows rows = RandomAccessRows.of(training);
            return new EpochSampler(rows.size(), settings.batchSize, settings.seed)
                    .batches(first)
                    .map(places -> rows.take(owner, places));
        }

        @Override
        public TrainingStep.Result take(NDList batch, long number) {
            double beta = Math.min(1, settings.firstBeta + number / settings.annealing);
            TrainingStep.Result result = step.take(batch, beta);
            float bound = settings.divergence.sign() * result.meanLogProb();
            return new TrainingStep.Result(bound, result.gradientNorm());
        }

        /** Sees the same noise each time. */
        @Override
        public double loss() {
            try (RandomNumbers numbers = RandomNumbers.seeded(EVALUATION_SEED);
                    NDManager scratch = manager.newSubManager()) {
                return lossOnNextNoise(scratch);
            }
        }

        private double lossOnNextNoise(NDManager scratch) {
            long n =
                    validation.isEmpty()
                            ? settings.evaluation
                            : validation.head().getShape().get(0);
            double sum = 0;
            for (long from = 0; from < n; from += settings.batchSize) {
                long to = Math.min(n, from + settings.batchSize);
                NDList chunk = new NDList(rows(scratch, to - from));
                for (NDArray context : validation) {
                    chunk.add(context.get(scratch, new NDIndex("{}:{}", from, to)));
                }
                try (chunk) {
                    sum += (to - from) * step.evaluate(chunk);
                }
            }
            return -settings.divergence.sign() * sum / n;
        }

        /** A flow that follows an annealed target may be further away from the whole of it. */
        @Override
        public boolean mustImprove() {
            return false;
        }

        @Override
        public String whereNotFinite(NDList batch) {
            return DIVERGED;
        }

        @Override
        public String identity() {
            NDList contexts = new NDList(training).addAll(validation);
            NDList fixed = new NDList();
            // A target that is trained has its weights in the checkpoint.
            if (!settings.jointly) {
                target.getParameters().values().forEach(p -> fixed.add(p.getArray()));
            }
            return String.format(
                    Locale.ROOT,
                    "steps=%d evaluation=%d beta=%s,%s divergence=%s jointly=%s contexts=%08x"
                            + " target=%08x both=%08x",
                    settings.steps,
                    settings.evaluation,
                    settings.firstBeta,
                    settings.annealing,
                    settings.divergence,
                    settings.jointly,
                    RunState.checksum(contexts),
                    RunState.checksum(fixed),
                    logWeights.kernel(false).map(Kernel::hashCode).orElse(0));
        }
    }

    /** Holds the settings of a run. */
    public static final class Builder extends OptimizationBuilder<Builder> {

        private int steps = 100;
        private int evaluation = 4096;
        private double firstBeta = 1;
        private double annealing = 1;
        private boolean jointly;
        private Divergence divergence = Divergence.reverseKl();

        private Builder() {
            super("VariationalInference", 50, Integer.MAX_VALUE);
        }

        /**
         * Sets the number of steps of an epoch; with contexts these decide it.
         *
         * @param value at least 1
         * @return this builder
         */
        public Builder optStepsPerEpoch(int value) {
            ranges.requireAtLeast(1, "the number of steps of an epoch", value);
            steps = value;
            return this;
        }

        /**
         * Sets the number of bounds that are evaluated after each epoch, where there is no context.
         *
         * @param value at least 1
         * @return this builder
         */
        public Builder optEvaluation(int value) {
            ranges.requireAtLeast(1, "the number of bounds to evaluate", value);
            evaluation = value;
            return this;
        }

        /**
         * Anneals the target: in step t, counted from 0, its power is \(\beta_t = \min(1, \beta_0 +
         * t / T)\). Rezende and Mohamed take 0.01 and 10,000.
         *
         * @param first the first power \(\beta_0\), in [0, 1]
         * @param steps the number T of steps for all of 0 to 1, positive and finite
         * @return this builder
         */
        public Builder optAnnealing(double first, double steps) {
            ranges.require(first >= 0 && first <= 1, "the first power", "in [0, 1]", first);
            ranges.require(
                    steps > 0 && Double.isFinite(steps),
                    "the number of steps of annealing",
                    "positive and finite",
                    steps);
            firstBeta = first;
            annealing = steps;
            return this;
        }

        /**
         * Sets what is minimised.
         *
         * @param value the divergence
         * @return this builder
         */
        public Builder optDivergence(Divergence value) {
            divergence = value;
            return this;
        }

        /**
         * Trains the parameters of the target too, which is then a model with a latent variable x.
         * The divergence must be one that bounds the evidence from below, so of an order from 0 on,
         * and with the path gradient of order 1, whose weights alone are right for the target.
         *
         * @return this builder
         */
        public Builder optJointly() {
            jointly = true;
            return this;
        }

        /**
         * Returns the trainer.
         *
         * @return the trainer
         * @throws IllegalArgumentException if the target is to be trained with a divergence that
         *     cannot train it
         */
        public VariationalInference build() {
            if (jointly && !divergence.trainsTargets()) {
                throw new IllegalArgumentException(
                        "VariationalInference: expected a divergence that trains a target, of order"
                                + " 0 or more and with the path gradient of order 1, got "
                                + divergence);
            }
            return new VariationalInference(copy());
        }
    }
}
