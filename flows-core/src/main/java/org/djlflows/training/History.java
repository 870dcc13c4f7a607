package org.djlflows.training;

import java.util.List;

/**
 * The course of a training run.
 *
 * @param training the mean loss of each epoch, while the weights changed, in nats
 * @param validation the negative log-likelihood of the validation rows after each epoch, with
 *     averaged weights, in nats
 * @param bestEpoch the epoch, counted from 1, whose weights were kept
 * @param skippedSteps the number of steps skipped because a gradient was not finite
 */
public record History(
        List<Double> training, List<Double> validation, int bestEpoch, int skippedSteps) {

    /**
     * Returns the validation loss of the weights that were kept.
     *
     * @return nats
     */
    public double bestValidation() {
        return validation.get(bestEpoch - 1);
    }
}
