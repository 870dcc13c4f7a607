package org.djlflows.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import ai.djl.training.Trainer;
import ai.djl.training.listener.TrainingListener;
import ai.djl.training.listener.TrainingListenerAdapter;

import org.djlflows.Distribution;
import org.djlflows.model.Weights;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Watches a run: the losses of each epoch, the best weights so far, and when to stop early.
 *
 * <p>After each epoch it evaluates the validation rows with the averaged weights, and keeps a copy
 * of these weights if they are the best yet; while no loss has been finite, of the latest. It comes
 * after the {@link WeightAverage} among the listeners.
 */
public final class Monitor extends TrainingListenerAdapter implements AutoCloseable {

    private final ToDoubleFunction<Block> loss;
    private final WeightAverage average;
    private final int patience;
    private final NDManager manager;
    private final List<Double> trainingLosses = new ArrayList<>();
    private final List<Double> validationLosses = new ArrayList<>();
    private NDList best = new NDList();
    private int bestEpoch;
    private double nats;
    private long rows;

    /**
     * Creates the listener.
     *
     * @param validation the validation rows x and optionally their context; their manager holds the
     *     copy of the best weights
     * @param average the average to evaluate
     * @param patience the number of epochs without improvement after which to stop, at least 1
     */
    public Monitor(NDList validation, WeightAverage average, int patience) {
        this(
                block -> NllNats.mean((Distribution) block, validation),
                validation.get(0).getManager(),
                average,
                patience);
    }

    /** Creates the monitor of another loss; the manager holds the copy of the best weights. */
    Monitor(ToDoubleFunction<Block> loss, NDManager manager, WeightAverage average, int patience) {
        this.loss = loss;
        this.manager = manager;
        this.average = average;
        this.patience = patience;
    }

    /** {@inheritDoc} */
    @Override
    public void onTrainingBatch(Trainer trainer, TrainingListener.BatchData batchData) {
        for (NDList predictions : batchData.getPredictions().values()) {
            NDArray logProb = predictions.get(0);
            double mean;
            try (NDArray scalar = logProb.mean()) {
                mean = scalar.getFloat();
            }
            add(mean, logProb.size());
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
        double value = loss.applyAsDouble(block);
        boolean better = !hasFiniteLoss() || (Double.isFinite(value) && value < bestLoss());
        validationLosses.add(value);
        if (better) {
            bestEpoch = validationLosses.size();
            best.close();
            best = Weights.copy(block, manager);
        }
    }

    private boolean hasFiniteLoss() {
        return bestEpoch > 0 && Double.isFinite(bestLoss());
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
     */
    public void restoreBest(Block block) {
        Weights.restore(block, best);
    }

    /** Frees the copy of the best weights. */
    @Override
    public void close() {
        best.close();
    }

    /**
     * Returns the mean loss of the epoch under way.
     *
     * @return nats
     */
    double getRunningLoss() {
        return nats / rows;
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
    void setState(double[] training, double[] validated, int bestSoFar, NDList bestWeights) {
        for (int i = 0; i < training.length; i++) {
            trainingLosses.add(training[i]);
            validationLosses.add(validated[i]);
        }
        bestEpoch = bestSoFar;
        best = bestWeights;
    }
}
