package org.djlflows.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.training.evaluator.Evaluator;

/**
 * Bits per dimension of quantised data: \(\left(-\log p(x) + D \log s\right) / (D \log 2)\).
 *
 * <p>D is the number of dimensions and s the number of levels that the unit of x spans: 256 for
 * 8-bit images that were dequantised by uniform noise and scaled to \([0, 1)\), 128 for \([-1,
 * 1)\), 1 for data that was not scaled.
 */
public final class BitsPerDimension extends Evaluator {

    private final NllNats nats = new NllNats();
    private final double dimensions;
    private final double levels;

    /**
     * Creates the evaluator.
     *
     * @param dimensions the number of dimensions of an event, D
     * @param levels the number of levels in one unit of x, s
     * @throws IllegalArgumentException if an argument is not positive
     */
    public BitsPerDimension(long dimensions, double levels) {
        super("BitsPerDimension");
        if (dimensions < 1 || !(levels > 0)) {
            throw new IllegalArgumentException(
                    "BitsPerDimension: expected positive dimensions and levels, got "
                            + dimensions
                            + " and "
                            + levels);
        }
        this.dimensions = dimensions;
        this.levels = levels;
    }

    private double bits(double nll) {
        return (nll / dimensions + Math.log(levels)) / Math.log(2);
    }

    /**
     * Returns the mean over a batch.
     *
     * @param labels ignored
     * @param predictions the log-densities, of shape (batch)
     * @return bits per dimension, a scalar
     */
    @Override
    public NDArray evaluate(NDList labels, NDList predictions) {
        NDArray logProb = predictions.get(0);
        try (NDArray nll = logProb.mean().neg()) {
            return logProb.getManager().create((float) bits(nll.toArray()[0].doubleValue()));
        }
    }

    /** {@inheritDoc} */
    @Override
    public void addAccumulator(String key) {
        nats.addAccumulator(key);
    }

    /** {@inheritDoc} */
    @Override
    public void updateAccumulator(String key, NDList labels, NDList predictions) {
        nats.updateAccumulator(key, labels, predictions);
    }

    /** {@inheritDoc} */
    @Override
    public void updateAccumulators(String[] keys, NDList labels, NDList predictions) {
        nats.updateAccumulators(keys, labels, predictions);
    }

    /** {@inheritDoc} */
    @Override
    public void resetAccumulator(String key) {
        nats.resetAccumulator(key);
    }

    /** {@inheritDoc} */
    @Override
    public float getAccumulator(String key) {
        return (float) bits(nats.getAccumulator(key));
    }
}
