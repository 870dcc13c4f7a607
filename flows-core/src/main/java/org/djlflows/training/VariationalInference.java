package org.djlflows.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;

import org.djlflows.Distribution;
import org.djlflows.kernel.NoGrad;
import org.djlflows.kernel.RandomNumbers;

import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Fits a flow to a density that is known up to a constant, from samples of the flow: \(x \sim q\)
 * by the {@code inverse} of its bijection, and the smallest {@link Divergence} between q and the
 * target, by default \(\mathbb{E}[\log q(x) - \beta \log \tilde p(x)]\).
 *
 * <p>AdamW with a cosine schedule after a linear warm-up, gradients clipped by their global norm,
 * weights averaged over the steps, the average of the best epoch kept: the one with the best bound
 * at \(\beta = 1\) on the same noise. A step whose gradient is not finite is skipped and counted.
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
     *     is not: a {@link org.djlflows.distribution.LogDensity}, a distribution or any block
     * @return the course of the run; its losses are negative bounds on log Z in nats (for a
     *     negative order of the divergence, bounds)
     * @throws IllegalArgumentException if the target does not give one log-density for each row, or
     *     if there is nothing to train
     * @throws ai.djl.TrainingDivergedException if too many gradients were not finite
     * @throws java.util.concurrent.CancellationException if this thread is interrupted: between two
     *     steps, whose weights stay; it is still interrupted then
     */
    public History fit(Distribution flow, Block target) {
        try (Run run = new Run(flow, target, new NDList())) {
            return run.fit(Optional.empty(), settings.steps);
        }
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
     *     there is nothing to train, if there are fewer contexts than a batch holds or none for
     *     validation, or if the two are not of the same form
     * @throws ai.djl.TrainingDivergedException if too many gradients were not finite
     * @throws java.util.concurrent.CancellationException if this thread is interrupted: between two
     *     steps, whose weights stay; it is still interrupted then
     */
    public History fit(Distribution flow, Block target, NDArray training, NDArray validation) {
        int steps = settings.batches("context", new NDList(training), new NDList(validation));
        try (Run run = new Run(flow, target, new NDList(validation))) {
            return run.fit(Optional.of(training), steps);
        }
    }

    /** A run, with what lives as long. */
    private final class Run implements AutoCloseable {

        private final DataType type;
        private final NDManager manager;
        private final NDList validation;
        private final LogWeights logWeights;
        private final Block trained;
        private VariationalStep step;

        Run(Distribution flow, Block target, NDList validation) {
            type = flow.getDataType();
            this.validation = validation;
            NDManager owner =
                    Stream.of(flow, target)
                            .flatMap(block -> block.getParameters().values().stream())
                            .filter(Parameter::isInitialized)
                            .findFirst()
                            .orElseThrow(() -> nothingToTrain(flow))
                            .getArray()
                            .getManager();
            manager = owner.newSubManager();
            try {
                boolean path = settings.divergence.isPathGradient();
                logWeights = new LogWeights(flow, target, path, settings.jointly);
                Shape rows = new Shape(1, 0);
                Shape[] shapes =
                        validation.isEmpty()
                                ? new Shape[] {rows}
                                : new Shape[] {rows, validation.get(0).getShape()};
                logWeights.initialize(owner, type, shapes);
                trained = settings.jointly ? logWeights : flow;
                if (trained.getParameters().values().stream()
                        .noneMatch(Parameter::requiresGradient)) {
                    throw nothingToTrain(flow);
                }
                requireRows(flow, target);
            } catch (RuntimeException e) {
                manager.close();
                throw e;
            }
        }

        private IllegalArgumentException nothingToTrain(Block flow) {
            return new IllegalArgumentException(
                    "VariationalInference: expected something to train, got no parameter that"
                            + " requires a gradient in "
                            + flow.getClass().getSimpleName()
                            + (settings.jointly ? " and target" : ""));
        }

        /** Within the program a wrong context would fail late, and a wrong shape be broadcast. */
        private void requireRows(Distribution flow, Block target) {
            try (NoGrad noGrad = NoGrad.open();
                    NDManager scratch = manager.newSubManager()) {
                NDList context = new NDList();
                for (NDArray array : validation) {
                    Shape two = new Shape(2).addAll(array.getShape().slice(1));
                    context.add(scratch.zeros(two, array.getDataType()));
                }
                ParameterStore store = new ParameterStore(scratch, false);
                NDList rows = new NDList(scratch.create(new Shape(2, 0), type)).addAll(context);
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

        History fit(Optional<NDArray> contexts, int steps) {
            try (FusedAdam optimizer = settings.newOptimizer(steps);
                    WeightAverage average = new WeightAverage(settings.averageDecay)) {
                step = newStep(optimizer);
                try (Monitor monitor =
                        new Monitor(block -> evaluate(), manager, average, settings.patience)) {
                    return train(optimizer, steps, contexts, average, monitor);
                }
            }
        }

        private VariationalStep newStep(FusedAdam optimizer) {
            return new VariationalStep(
                    logWeights,
                    trained.getParameters().size(),
                    settings.divergence,
                    optimizer,
                    settings.gradientLimit);
        }

        private History train(
                FusedAdam optimizer,
                int steps,
                Optional<NDArray> contexts,
                WeightAverage average,
                Monitor monitor) {
            GradientGuard guard = new GradientGuard(settings.gradientLimit, settings.skipLimit);
            Optional<Progress> progress =
                    settings.progress.map(
                            out ->
                                    new Progress(
                                            out,
                                            settings.terminal,
                                            monitor,
                                            settings.epochs,
                                            (long) steps * settings.batchSize));
            progress.ifPresent(Progress::begin);
            while (monitor.getEpochs() < settings.epochs && !monitor.isExhausted()) {
                if (!step.isWhole()) {
                    step = newStep(optimizer);
                }
                long before = (long) monitor.getEpochs() * steps;
                long seed = settings.seed * 1_000_003L + monitor.getEpochs();
                Iterator<NDList> batches = batches(contexts, seed);
                try (RandomNumbers numbers = RandomNumbers.seeded(seed)) {
                    for (int i = 0; i < steps; i++) {
                        Interruption.check("VariationalInference", monitor.getEpochs());
                        try (NDList rows = batches.next()) {
                            VariationalStep.Result result =
                                    step.take(rows, settings.beta(before + i));
                            guard.judge(result.gradientNorm(), () -> DIVERGED);
                            average.onStep(trained);
                            monitor.add(
                                    settings.divergence.sign() * result.bound(),
                                    settings.batchSize);
                        }
                        progress.ifPresent(p -> p.add(settings.batchSize));
                    }
                }
                monitor.endEpoch(trained);
                progress.ifPresent(Progress::endEpoch);
            }
            monitor.restoreBest(trained);
            return new History(
                    List.copyOf(monitor.getTrainingLosses()),
                    List.copyOf(monitor.getValidationLosses()),
                    monitor.getBestEpoch(),
                    guard.getSkipped());
        }

        /** Returns the rows of each step of an epoch, with a context for each where there are. */
        private Iterator<NDList> batches(Optional<NDArray> contexts, long seed) {
            if (contexts.isEmpty()) {
                return Stream.generate(() -> new NDList(rows(settings.batchSize))).iterator();
            }
            NDArray all = contexts.get();
            Iterator<List<Long>> order =
                    new EpochSampler(settings.batchSize, seed)
                            .batches(Math.toIntExact(all.getShape().get(0)));
            return Stream.generate(
                            () -> {
                                long[] numbers = order.next().stream().mapToLong(i -> i).toArray();
                                try (NDArray index = manager.create(numbers)) {
                                    NDArray c = all.get(manager, new NDIndex("{}", index));
                                    return new NDList(rows(settings.batchSize), c);
                                }
                            })
                    .iterator();
        }

        private NDArray rows(long n) {
            return manager.create(new Shape(n, 0), type);
        }

        /** Returns the loss on the same noise each time, with the weights as they are. */
        private double evaluate() {
            try (RandomNumbers numbers = RandomNumbers.seeded(EVALUATION_SEED)) {
                return evaluateOnNextNoise();
            }
        }

        private double evaluateOnNextNoise() {
            long n =
                    validation.isEmpty()
                            ? settings.evaluation
                            : validation.get(0).getShape().get(0);
            double sum = 0;
            for (long from = 0; from < n; from += settings.batchSize) {
                long to = Math.min(n, from + settings.batchSize);
                NDList chunk = new NDList(rows(to - from));
                for (NDArray context : validation) {
                    chunk.add(context.get(manager, new NDIndex("{}:{}", from, to)));
                }
                try (chunk) {
                    sum += (to - from) * step.evaluate(chunk);
                }
            }
            return -settings.divergence.sign() * sum / n;
        }

        @Override
        public void close() {
            manager.close();
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

        /** Returns the power of the target in a step, counted from 0. */
        double beta(long step) {
            return Math.min(1, firstBeta + step / annealing);
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
