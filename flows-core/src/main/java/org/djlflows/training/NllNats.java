package org.djlflows.training;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.training.ParameterStore;
import ai.djl.training.evaluator.Evaluator;

import org.djlflows.Distribution;
import org.djlflows.kernel.NoGrad;

import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.DoubleStream;

/** The negative log-likelihood in nats, averaged over all rows and not over batches. */
public final class NllNats extends Evaluator {

    /** Sums over the rows seen under one key. */
    private static final class Total {
        private double nats;
        private long rows;
    }

    private static final long MOST_ROWS = 8192;
    private static final long FEWEST_ROWS = 256;

    /** Values of x in a chunk, so that what networks make of images fits the memory. */
    private static final long VALUES = 1 << 18;

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

    /** Returns the log-density of each of many rows, of which there is one, in bounded memory. */
    static double[] logDensities(Distribution distribution, NDList rows) {
        long n = rows.get(0).getShape().get(0);
        if (n == 0) {
            throw new IllegalArgumentException("NllNats: expected rows, got none");
        }
        long size = rows.get(0).getShape().slice(1).size();
        long chunk = Math.max(FEWEST_ROWS, Math.min(MOST_ROWS, VALUES / Math.max(1, size)));
        // Many rows may lie on the CPU while the distribution is on a GPU.
        Device device =
                distribution.getParameters().values().stream()
                        .map(parameter -> parameter.getArray().getDevice())
                        .findFirst()
                        .orElse(rows.get(0).getDevice());
        DoubleStream.Builder logDensities = DoubleStream.builder();
        for (long from = 0; from < n; from += chunk) {
            NDIndex slice = new NDIndex("{}:{}", from, Math.min(n, from + chunk));
            try (NDManager scratch = rows.get(0).getManager().newSubManager();
                    NoGrad noGrad = NoGrad.open()) {
                NDList some = new NDList();
                rows.forEach(array -> some.add(array.get(scratch, slice).toDevice(device, false)));
                ParameterStore store = new ParameterStore(scratch, false);
                NDArray logProb = distribution.forward(store, some, false).get(0);
                for (Number value : logProb.toArray()) {
                    logDensities.add(value.doubleValue());
                }
            }
        }
        return logDensities.build().toArray();
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
