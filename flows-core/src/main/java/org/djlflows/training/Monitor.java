package org.djlflows.training;

import ai.djl.TrainingDivergedException;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.nn.Block;
import ai.djl.training.Trainer;
import ai.djl.training.listener.TrainingListener;
import ai.djl.training.listener.TrainingListenerAdapter;

import org.djlflows.Distribution;
import org.djlflows.kernel.KernelBlock;
import org.djlflows.kernel.Lifetime;
import org.djlflows.weights.Weights;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * Watches a run: the losses of each epoch, the best weights so far, and when to stop early.
 *
 * <p>After each epoch it evaluates the averaged weights, and keeps a copy of them if they are the
 * best yet: as a listener by the loss of {@link NegativeLogLikelihood} over all validation rows,
 * which no single row can move. It comes after the {@link WeightAverage} among the listeners.
 */
public final class Monitor extends TrainingListenerAdapter implements AutoCloseable {

    /** A loss that is worse than before training by as many nats is not one of a short run. */
    private static final double WORSE = 10;

    private final ToDoubleFunction<Block> loss;
    private final WeightAverage average;
    private final int patience;
    private final NDManager manager;
    private final List<Double> trainingLosses = new ArrayList<>();
    private final List<Double> validationLosses = new ArrayList<>();
    private final Lifetime lifetime = new Lifetime("Monitor");
    private NDList best = new NDList();
    private int bestEpoch;
    private double untrained = Double.NaN;
    private double nats;
    private long rows;

    /**
     * Creates the listener.
     *
     * @param validation the validation rows x and optionally their context; their manager holds the
     *     copy of the best weights
     * @param average the average to evaluate
     * @param patience the number of epochs without improvement after which to stop, at least 1
     * @throws IllegalArgumentException if the patience is not at least 1
     */
    public Monitor(NDList validation, WeightAverage average, int patience) {
        this(
                block ->
                        NegativeLogLikelihood.of(
                                NllNats.logDensities((Distribution) block, validation)),
                validation.get(0).getManager(),
                average,
                patience);
    }

    /** Creates the monitor of another loss; the manager holds the copy of the best weights. */
    Monitor(ToDoubleFunction<Block> loss, NDManager manager, WeightAverage average, int patience) {
        new Ranges("Monitor").requirePatience(patience);
        this.loss = loss;
        this.manager = manager;
        this.average = average;
        this.patience = patience;
    }

    /** {@inheritDoc} */
    @Override
    public void onTrainingBatch(Trainer trainer, TrainingListener.BatchData batchData) {
        for (NDList predictions : batchData.getPredictions().values()) {
            double[] logDensities =
                    Arrays.stream(predictions.get(0).toArray())
                            .mapToDouble(Number::doubleValue)
                            .toArray();
            add(-NegativeLogLikelihood.of(logDensities), logDensities.length);
        }
    }

    /** Adds the mean log-density of some rows to that of the epoch. */
    void add(double meanLogProb, long count) {
        // A step whose loss is not finite is skipped and does not count.
        if (Double.isFinite(meanLogProb)) {
            nats -= meanLogProb * count;
            rows += count;
        }
    }

    /** {@inheritDoc} */
    @Override
    public void onEpoch(Trainer trainer) {
        endEpoch(trainer.getModel().getBlock());
    }

    /** Notes the losses of the epoch, and the weights if they are the best. */
    void endEpoch(Block block) {
        trainingLosses.add(nats / rows);
        nats = 0;
        rows = 0;
        average.swap();
        try {
            evaluate(block);
        } finally {
            average.swap();
        }
    }

    private void evaluate(Block block) {
        KernelBlock.settle(block);
        double value = loss.applyAsDouble(block);
        boolean better = Double.isFinite(value) && !(hasFiniteLoss() && value >= bestLoss());
        validationLosses.add(value);
        if (better) {
            bestEpoch = validationLosses.size();
            try (Lifetime.Use use = lifetime.use()) {
                best.close();
                best = Weights.copy(block, manager);
                NDScope.unregister(best);
            }
        }
    }

    /** Notes the loss of the weights as they are before training. */
    void begin(Block block) {
        untrained = loss.applyAsDouble(block);
    }

    private boolean hasFiniteLoss() {
        return bestEpoch > 0;
    }

    private double bestLoss() {
        return validationLosses.get(bestEpoch - 1);
    }

    /**
     * Tells whether the run should stop; DJL's {@code EasyTrain} does not ask, {@link
     * MaximumLikelihood} does.
     *
     * @return whether the last epochs, as many as the patience, brought no improvement
     */
    public boolean isExhausted() {
        int lastImprovement = hasFiniteLoss() ? bestEpoch : 0;
        return getEpochs() - lastImprovement >= patience;
    }

    /**
     * Returns the number of epochs that are done.
     *
     * @return the number of epochs
     */
    public int getEpochs() {
        return validationLosses.size();
    }

    /**
     * Puts the best weights into a block.
     *
     * @param block the block that was trained
     * @throws TrainingDivergedException if no loss was finite, or the least one is much worse than
     *     that before training
     */
    public void restoreBest(Block block) {
        if (!hasFiniteLoss()) {
            throw new TrainingDivergedException(
                    String.format(
                            "Training diverged: expected a finite validation loss after one of %d"
                                    + " epochs, got %s; try a lower learning rate",
                            getEpochs(), validationLosses));
        }
        // NaN, where nothing was noted, is no limit.
        if (bestLoss() > untrained + Math.max(WORSE, Math.abs(untrained))) {
            throw new TrainingDivergedException(
                    String.format(
                            Locale.ROOT,
                            "Training diverged: the best validation loss is %.4g, and it was %.4g"
                                    + " before training; try a lower learning rate",
                            bestLoss(),
                            untrained));
        }
        try (Lifetime.Use use = lifetime.use()) {
            Weights.restore(block, best);
        }
    }

    /**
     * Frees the copy of the best weights; who asks for it later is refused by an {@code
     * IllegalStateException}.
     */
    @Override
    public void close() {
        lifetime.end(() -> best.close());
    }

    /**
     * Returns the mean loss of the epoch under way.
     *
     * @return nats
     */
    double getRunningLoss() {
        return nats / rows;
    }

    /** Returns the loss before training, or NaN where it was not noted. */
    double getUntrained() {
        return untrained;
    }

    List<Double> getTrainingLosses() {
        return trainingLosses;
    }

    List<Double> getValidationLosses() {
        return validationLosses;
    }

    int getBestEpoch() {
        return bestEpoch;
    }

    NDList getBest() {
        return best;
    }

    /** Continues from a saved state. */
    void setState(
            double before,
            double[] training,
            double[] validated,
            int bestSoFar,
            NDList bestWeights) {
        untrained = before;
        for (int i = 0; i < training.length; i++) {
            trainingLosses.add(training[i]);
            validationLosses.add(validated[i]);
        }
        bestEpoch = bestSoFar;
        best = bestWeights;
    }
}
