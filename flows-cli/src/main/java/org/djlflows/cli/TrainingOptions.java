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
            names = "--epoch-rows",
            paramLabel = "N",
            defaultValue = "" + MaximumLikelihood.USUAL_EPOCH_ROWS,
            description =
                    "Rows that an epoch visits at most; the next one goes on with those that follow"
                            + " (default: ${DEFAULT-VALUE}).")
    private int epochRows;

    @Option(
            names = "--batch-size",
            paramLabel = "N",
            description =
                    "Rows in a batch, at most a tenth of the training rows"
                            + " (default: 256; any-order: 512).")
    private Integer batchSize;

    @Option(
            names = "--learning-rate",
            paramLabel = "X",
            description =
                    "The highest learning rate (default: 0.003; bnaf: 0.05; bpf, naf, sospf, unaf:"
                            + " 0.01; ffjord: 0.03; gf, residual: 0.02).")
    private Double learningRate;

    @Option(
            names = "--weight-decay",
            paramLabel = "X",
            description = "Decoupled weight decay of matrices (default: 0; any-order: 0.02).")
    private Double weightDecay;

    @Option(
            names = "--patience",
            paramLabel = "N",
            description =
                    "Epochs without improvement after which to stop (default: 15; any-order: 40).")
    private Integer patience;

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
    MaximumLikelihood.Builder settings(int rows, Presets.Training usual) {
        Presets.Training chosen =
                new Presets.Training(
                        learningRate == null ? usual.learningRate() : learningRate,
                        epochs == null ? usual.epochs() : epochs,
                        batchSize == null ? usual.batchSize() : batchSize,
                        weightDecay == null ? usual.weightDecay() : weightDecay,
                        patience == null ? usual.patience() : patience);
        return MaximumLikelihood.builder(chosen, rows).optEpochRows(epochRows).optSeed(seed);
    }
}
