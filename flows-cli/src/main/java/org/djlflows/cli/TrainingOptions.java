package org.djlflows.cli;

import org.djlflows.spec.Presets;
import org.djlflows.training.MaximumLikelihood;

import picocli.CommandLine.Option;

/** The options of a training run. */
final class TrainingOptions {

    @Option(
            names = "--epochs",
            paramLabel = "N",
            description = "Passes over the training rows, at most (default: 60; any-order: 200).")
    private Integer epochs;

    @Option(
            names = "--batch-size",
            defaultValue = "256",
            paramLabel = "N",
            description =
                    "Rows in a batch, at most a tenth of the training rows"
                            + " (default: ${DEFAULT-VALUE}).")
    private int batchSize;

    @Option(
            names = "--learning-rate",
            paramLabel = "X",
            description =
                    "The highest learning rate (default: 0.003; any-order: 0.004; bnaf: 0.05).")
    private Double learningRate;

    @Option(
            names = "--weight-decay",
            defaultValue = "0",
            paramLabel = "X",
            description = "Decoupled weight decay of matrices (default: ${DEFAULT-VALUE}).")
    private double weightDecay;

    @Option(
            names = "--patience",
            defaultValue = "15",
            paramLabel = "N",
            description =
                    "Epochs without improvement after which to stop (default: ${DEFAULT-VALUE}).")
    private int patience;

    @Option(
            names = "--seed",
            defaultValue = "0",
            paramLabel = "N",
            description = "The seed of split, weights and data order (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--resume",
            description = "Continue an interrupted run that was started with the same arguments.")
    private boolean resume;

    long seed() {
        return seed;
    }

    boolean resume() {
        return resume;
    }

    /** Returns these settings; a batch never takes more than a tenth of the rows. */
    MaximumLikelihood.Builder settings(int rows, Presets.Named<?> usual) {
        return MaximumLikelihood.builder()
                .optEpochs(epochs == null ? usual.epochs() : epochs)
                .optBatchSize(Math.max(1, Math.min(batchSize, rows / 10)))
                .optLearningRate(learningRate == null ? usual.learningRate() : learningRate)
                .optWeightDecay(weightDecay)
                .optPatience(patience)
                .optSeed(seed);
    }
}
