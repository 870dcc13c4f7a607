package org.djlflows.training;

import ai.djl.ndarray.NDList;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * The settings that {@link MaximumLikelihood} and {@link VariationalInference} have in common: how
 * weights are optimised, when a run ends, and who is told of it. A value out of its range is
 * refused by an {@code IllegalArgumentException}.
 *
 * @param <B> the builder that extends this one
 */
public abstract class OptimizationBuilder<B extends OptimizationBuilder<B>> implements Cloneable {

    final Ranges ranges;
    int epochs;
    int batchSize = 256;
    double gradientLimit = 5;
    int skipLimit = 10;
    double averageDecay = 0.99;
    int patience;
    long seed;
    Optional<PrintStream> progress = Optional.empty();
    boolean terminal;
    Optional<Consumer<History>> listener = Optional.empty();
    Optional<Path> checkpoint = Optional.empty();
    boolean resume;
    private float learningRate = 3e-3f;
    private double warmUp = 0.03;
    private double beta1 = 0.9;
    private double beta2 = 0.999;
    private double decay;

    /** The trainer is the one that messages name first. */
    OptimizationBuilder(String trainer, int epochs, int patience) {
        ranges = new Ranges(trainer);
        this.epochs = epochs;
        this.patience = patience;
    }

    /**
     * Sets the number of epochs, at most; after each the loss is evaluated.
     *
     * @param value at least 1
     * @return this builder
     */
    public final B optEpochs(int value) {
        ranges.requireAtLeast(1, "the number of epochs", value);
        epochs = value;
        return self();
    }

    /**
     * Sets the number of rows in a batch; in variational inference a row is a bound, of as many
     * samples as the divergence takes.
     *
     * @param value at least 1
     * @return this builder
     */
    public final B optBatchSize(int value) {
        ranges.requireAtLeast(1, "the number of rows in a batch", value);
        batchSize = value;
        return self();
    }

    /**
     * Sets the highest learning rate.
     *
     * @param value positive and finite, also in float32
     * @return this builder
     */
    public final B optLearningRate(double value) {
        float rate = (float) value;
        boolean holds = rate > 0 && Float.isFinite(rate);
        String range = "positive and finite in float32";
        ranges.require(holds, "the highest learning rate", range, value);
        learningRate = rate;
        return self();
    }

    /**
     * Sets the share of the steps during which the learning rate rises.
     *
     * @param share in [0, 1]; 1 / epochs for one epoch
     * @return this builder
     */
    public final B optWarmUp(double share) {
        ranges.require(share >= 0 && share <= 1, "the share of the warm-up", "in [0, 1]", share);
        warmUp = share;
        return self();
    }

    /**
     * Sets the decays of the two moments of Adam.
     *
     * @param first \(\beta_1\), in [0, 1), also in float32
     * @param second \(\beta_2\), in [0, 1), also in float32
     * @return this builder
     */
    public final B optBetas(double first, double second) {
        ranges.requireMomentDecay("first", first);
        ranges.requireMomentDecay("second", second);
        beta1 = first;
        beta2 = second;
        return self();
    }

    /**
     * Sets the decoupled weight decay of matrices.
     *
     * @param value 0, or positive and finite, also in float32
     * @return this builder
     */
    public final B optWeightDecay(double value) {
        ranges.requireWeightDecay(value);
        decay = value;
        return self();
    }

    /**
     * Sets the largest global norm of a gradient.
     *
     * @param value positive, infinity for none
     * @return this builder
     */
    public final B optGradientLimit(double value) {
        ranges.requireGradientLimit(value);
        gradientLimit = value;
        return self();
    }

    /**
     * Sets the number of steps that may be skipped because a gradient is not finite.
     *
     * @param value at least 0
     * @return this builder
     */
    public final B optSkipLimit(int value) {
        ranges.requireSkipLimit(value);
        skipLimit = value;
        return self();
    }

    /**
     * Sets the decay of the average of the weights.
     *
     * @param value in [0, 1), 0 for none
     * @return this builder
     */
    public final B optAverageDecay(double value) {
        ranges.requireAverageDecay(value);
        averageDecay = value;
        return self();
    }

    /**
     * Sets the number of epochs without improvement after which to stop.
     *
     * @param value at least 1
     * @return this builder
     */
    public final B optPatience(int value) {
        ranges.requirePatience(value);
        patience = value;
        return self();
    }

    /**
     * Sets the seed of the order of rows and of random numbers.
     *
     * @param value any
     * @return this builder
     */
    public final B optSeed(long value) {
        seed = value;
        return self();
    }

    /**
     * Writes the state of the run to a file after each epoch. A run continues from the file of one
     * with the same settings, data, flow and target alone; of blocks without a kernel, such as
     * functions in Java, it does not see what they compute.
     *
     * @param file the file
     * @param continueFromIt whether to start from the file if it exists
     * @return this builder
     */
    public final B optCheckpoint(Path file, boolean continueFromIt) {
        checkpoint = Optional.of(file);
        resume = continueFromIt;
        return self();
    }

    /**
     * Prints a line an epoch with losses, speed and time left.
     *
     * @param out where to print
     * @param isTerminal whether the line can be renewed while an epoch runs
     * @return this builder
     */
    public final B optProgress(PrintStream out, boolean isTerminal) {
        progress = Optional.of(out);
        terminal = isTerminal;
        return self();
    }

    /**
     * Sets who is told the course of the run after each epoch, on the thread that trains: a
     * notebook that draws the losses, for example.
     *
     * @param value receives the epochs so far, of a resumed run also those before
     * @return this builder
     */
    public final B optListener(Consumer<History> value) {
        listener = Optional.of(value);
        return self();
    }

    /**
     * Returns a builder with the same settings.
     *
     * @return another builder
     */
    @SuppressWarnings("unchecked") // A builder is a B, and so is its clone.
    public final B copy() {
        try {
            return (B) clone();
        } catch (CloneNotSupportedException e) {
            throw new AssertionError(e);
        }
    }

    /** Returns the seed of the noise that this process draws. */
    long ownSeed() {
        return seed;
    }

    @SuppressWarnings("unchecked")
    private B self() {
        return (B) this;
    }

    /**
     * Checks the data of a run.
     *
     * @param row what the data are many of
     * @param rows how many there are
     * @param validated how many there are for validation
     * @param training data of their form
     * @param validation other data of the same form
     * @return the number of whole batches
     * @throws IllegalArgumentException if there is none, no data for validation, or the two are not
     *     of the same form
     */
    final int requireBatches(
            String row, long rows, long validated, NDList training, NDList validation) {
        if (rows < batchSize) {
            String least = String.format("at least %d training %ss, one batch", batchSize, row);
            throw refusal(least, rows);
        }
        if (validated == 0) {
            throw refusal("at least 1 validation " + row, 0);
        }
        if (!form(training).equals(form(validation))) {
            String like = row + "s like those for validation, each " + form(validation);
            throw refusal(like, form(training));
        }
        return (int) Math.min(Integer.MAX_VALUE, rows / batchSize);
    }

    private IllegalArgumentException refusal(String expected, Object got) {
        return new IllegalArgumentException(
                ranges.who() + ": expected " + expected + ", got " + got);
    }

    /** Describes arrays, but for the number of rows. */
    private static String form(NDList arrays) {
        return arrays.stream()
                .map(array -> array.getDataType() + " of shape " + array.getShape().slice(1))
                .collect(Collectors.joining(" and "));
    }

    /** Returns an optimizer for a run of as many steps an epoch. */
    final FusedAdam newOptimizer(int steps) {
        return FusedAdam.builder()
                .optLearningRate(Schedules.cosine(learningRate, warmUp, (long) steps * epochs))
                .optBetas(beta1, beta2)
                .optWeightDecays((float) decay)
                .build();
    }

    /** Writes down what decides the numbers of a run. */
    final String identity() {
        return String.format(
                Locale.ROOT,
                "epochs=%d batch=%d rate=%s warmUp=%s betas=%s,%s decay=%s limit=%s skips=%d"
                        + " average=%s patience=%d seed=%d",
                epochs,
                batchSize,
                learningRate,
                warmUp,
                beta1,
                beta2,
                decay,
                gradientLimit,
                skipLimit,
                averageDecay,
                patience,
                seed);
    }
}
