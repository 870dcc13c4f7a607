package org.djlflows.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.training.loss.Loss;

/**
 * The mean negative log-likelihood of a batch, \(-\frac1B \sum_i \log p(x_i \mid c_i)\), in nats.
 *
 * <p>For a model whose block is a {@link org.djlflows.Distribution}, so that the prediction is the
 * log-density of each row. The labels are ignored; DJL wants some, give it the data again.
 *
 * <p>DJL's own training of float64 models is not possible: it reads losses as float32.
 */
public final class NegativeLogLikelihood extends Loss {

    /** Creates the loss. */
    public NegativeLogLikelihood() {
        super("NegativeLogLikelihood");
    }

    /**
     * Returns the loss of a batch.
     *
     * @param labels ignored
     * @param predictions the log-densities, of shape (batch)
     * @return the mean of their negatives, a scalar
     */
    @Override
    public NDArray evaluate(NDList labels, NDList predictions) {
        return predictions.get(0).mean().neg();
    }
}
