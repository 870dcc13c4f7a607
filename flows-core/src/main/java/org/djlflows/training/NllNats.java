package org.djlflows.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.training.evaluator.Evaluator;

import org.djlflows.Distribution;
import org.djlflows.kernel.Chunks;

import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The negative log-likelihood in nats, averaged over all rows and not over batches. */
public final class NllNats extends Evaluator {

    /** Sums over the rows seen under one key. */
    private static final class Total {
        private double nats;
        private long rows;
    }

    private final Map<String, Total> totals = new ConcurrentHashMap<>();

    /** Creates the evaluator. */
    public NllNats() {
        super("NllNats");
    }

    /**
     * Evaluates a distribution on many rows, in bounded memory.
     *
     * @param distribution the distribution
     * @param rows all rows x and optionally their context
     * @return the mean negative log-likelihood in nats
     * @throws IllegalArgumentException if there are no rows
     */
    public static double mean(Distribution distribution, NDList rows) {
        return -Arrays.stream(logDensities(distribution, rows)).average().orElseThrow();
    }

    /**
     * Returns the log-density of each of many rows, in bounded memory.
     *
     * @param distribution the distribution
     * @param rows all rows x and optionally their context
     * @return the log-densities in nats
     * @throws IllegalArgumentException if there are no rows
     */
    public static double[] logDensities(Distribution distribution, NDList rows) {
        long n = rows.get(0).getShape().get(0);
        if (n == 0) {
            throw new IllegalArgumentException("NllNats: expected rows, got none");
        }
        try (NDArray logProb = Chunks.forward(distribution, rows).get(0)) {
            return Arrays.stream(logProb.toArray()).mapToDouble(Number::doubleValue).toArray();
        }
    }

    /**
     * Returns the negative log-likelihood of each row.
     *
     * @param labels ignored
     * @param predictions the log-densities, of shape (batch)
     * @return their negatives
     */
    @Override
    public NDArray evaluate(NDList labels, NDList predictions) {
        return predictions.get(0).neg();
    }

    /** {@inheritDoc} */
    @Override
    public void addAccumulator(String key) {
        totals.put(key, new Total());
    }

    /** {@inheritDoc} */
    @Override
    public void updateAccumulator(String key, NDList labels, NDList predictions) {
        updateAccumulators(new String[] {key}, labels, predictions);
    }

    /** {@inheritDoc} */
    @Override
    public void updateAccumulators(String[] keys, NDList labels, NDList predictions) {
        NDArray logProb = predictions.get(0);
        double nats;
        try (NDArray sum = logProb.sum()) {
            nats = -sum.toArray()[0].doubleValue();
        }
        for (String key : keys) {
            Total total = totals.get(key);
            total.nats += nats;
            total.rows += logProb.size();
        }
    }

    /** {@inheritDoc} */
    @Override
    public void resetAccumulator(String key) {
        addAccumulator(key);
    }

    /**
     * Returns the mean over the rows seen.
     *
     * @param key the key
     * @return nats a row, or NaN where there was none
     */
    @Override
    public float getAccumulator(String key) {
        Total total = totals.get(key);
        if (total == null) {
            throw new IllegalArgumentException("NllNats: no accumulator " + key);
        }
        return (float) (total.nats / total.rows);
    }
}
