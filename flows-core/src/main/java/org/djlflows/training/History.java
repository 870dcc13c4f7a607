package org.djlflows.training;

import java.util.List;

/**
 * The course of a training run.
 *
 * @param training the mean loss of each epoch, while the weights changed, in nats; NaN where all
 *     its steps were skipped
 * @param validation the loss after each epoch, with averaged weights, in nats: the negative
 *     log-likelihood of the validation rows, or what {@link VariationalInference#fit fit} of
 *     variational inference says
 * @param bestEpoch the epoch, counted from 1, whose weights were kept: that of the least finite
 *     loss, or 0 as long as none was finite
 * @param skippedSteps the number of steps skipped because a gradient was not finite
 */
public record History(
        List<Double> training, List<Double> validation, int bestEpoch, int skippedSteps) {

    /**
     * Returns the validation loss of the weights that were kept.
     *
     * @return nats, or NaN where no loss was finite
     */
    public double bestValidation() {
        return bestEpoch == 0 ? Double.NaN : validation.get(bestEpoch - 1);
    }
}
