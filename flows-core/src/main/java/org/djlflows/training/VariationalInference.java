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

import java.io.PrintStream;
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
            return run.fit(Optional.empty());
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
        long rows = training.getShape().get(0);
        if (rows < settings.batchSize) {
            throw new IllegalArgumentException(
                    "VariationalInference: expected at least "
                            + settings.batchSize
                            + " contexts, one batch, got "
                            + rows);
        }
        if (validation.getShape().get(0) == 0) {
            throw new IllegalArgumentException(
                    "VariationalInference: expected at least 1 validation context, got 0");
        }
        if (!form(training).equals(form(validation))) {
            throw new IllegalArgumentException(
                    "VariationalInference: expected contexts like those for validation, each "
                            + form(validation)
                            + ", got "
                            + form(training));
        }
        try (Run run = new Run(flow, target, new NDList(validation))) {
            return run.fit(Optional.of(training));
        }
    }

    /** Describes a context, but for the number of rows. */
    private static String form(NDArray contexts) {
        return contexts.getDataType() + " of shape " + contexts.getShape().slice(1);
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

        History fit(Optional<NDArray> contexts) {
            int steps =
                    contexts.map(c -> (int) (c.getShape().get(0) / settings.batchSize))
                            .orElse(settings.steps);
            try (FusedAdam optimizer =
                            FusedAdam.builder()
                                    .optLearningRate(
                                            Schedules.cosine(
                                                    settings.learningRate,
                                                    Schedules.WARM_UP,
                                                    (long) steps * settings.epochs))
                                    .build();
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
    public static final class Builder implements Cloneable {

        private static final Ranges RANGES = new Ranges("VariationalInference");

        private int epochs = 50;
        private int steps = 100;
        private int batchSize = 256;
        private int evaluation = 4096;
        private float learningRate = 3e-3f;
        private double firstBeta = 1;
        private double annealing = 1;
        private double gradientLimit = 5;
        private int skipLimit = 10;
        private double averageDecay = 0.99;
        private int patience = Integer.MAX_VALUE;
        private long seed;
        private boolean jointly;
        private Divergence divergence = Divergence.reverseKl();
        private Optional<PrintStream> progress = Optional.empty();
        private boolean terminal;

        private Builder() {}

        /** Returns the power of the target in a step, counted from 0. */
        double beta(long step) {
            return Math.min(1, firstBeta + step / annealing);
        }

        /**
         * Sets the number of epochs, at most; after each the flow is evaluated.
         *
         * @param value at least 1
         * @return this builder
         */
        public Builder optEpochs(int value) {
            RANGES.requireAtLeast(1, "the number of epochs", value);
            epochs = value;
            return this;
        }

        /**
         * Sets the number of steps of an epoch; with contexts these decide it.
         *
         * @param value at least 1
         * @return this builder
         */
        public Builder optStepsPerEpoch(int value) {
            RANGES.requireAtLeast(1, "the number of steps of an epoch", value);
            steps = value;
            return this;
        }

        /**
         * Sets the number of bounds in a batch, each of as many samples as the divergence takes.
         *
         * @param value at least 1
         * @return this builder
         */
        public Builder optBatchSize(int value) {
            RANGES.requireAtLeast(1, "the number of bounds in a batch", value);
            batchSize = value;
            return this;
        }

        /**
         * Sets the number of bounds that are evaluated after each epoch, where there is no context.
         *
         * @param value at least 1
         * @return this builder
         */
        public Builder optEvaluation(int value) {
            RANGES.requireAtLeast(1, "the number of bounds to evaluate", value);
            evaluation = value;
            return this;
        }

        /**
         * Sets the highest learning rate.
         *
         * @param value positive and finite, also in float32
         * @return this builder
         */
        public Builder optLearningRate(double value) {
            RANGES.requireLearningRate(value);
            learningRate = (float) value;
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
            RANGES.require(first >= 0 && first <= 1, "the first power", "in [0, 1]", first);
            RANGES.require(
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
         * Sets the largest global norm of a gradient.
         *
         * @param value positive, infinity for none
         * @return this builder
         */
        public Builder optGradientLimit(double value) {
            RANGES.requireGradientLimit(value);
            gradientLimit = value;
            return this;
        }

        /**
         * Sets the number of steps that may be skipped because a gradient is not finite.
         *
         * @param value at least 0
         * @return this builder
         */
        public Builder optSkipLimit(int value) {
            RANGES.requireSkipLimit(value);
            skipLimit = value;
            return this;
        }

        /**
         * Sets the decay of the average of the weights.
         *
         * @param value in [0, 1), 0 for none
         * @return this builder
         */
        public Builder optAverageDecay(double value) {
            RANGES.requireAverageDecay(value);
            averageDecay = value;
            return this;
        }

        /**
         * Sets the number of epochs without improvement after which to stop.
         *
         * @param value at least 1
         * @return this builder
         */
        public Builder optPatience(int value) {
            RANGES.requirePatience(value);
            patience = value;
            return this;
        }

        /**
         * Sets the seed of the samples and of the order of contexts.
         *
         * @param value any
         * @return this builder
         */
        public Builder optSeed(long value) {
            seed = value;
            return this;
        }

        /**
         * Prints a line an epoch with losses, speed and time left.
         *
         * @param out where to print
         * @param isTerminal whether the line can be renewed while an epoch runs
         * @return this builder
         */
        public Builder optProgress(PrintStream out, boolean isTerminal) {
            progress = Optional.of(out);
            terminal = isTerminal;
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

        /** What is set after a trainer was built does not change it. */
        private Builder copy() {
            try {
                return (Builder) clone();
            } catch (CloneNotSupportedException e) {
                throw new AssertionError(e);
            }
        }
    }
}
