package org.djlflows;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;

import org.djlflows.kernel.KernelBlock;

import java.util.stream.Stream;

/** The base of all distributions: checks the inputs and calls the kernel. */
public abstract class AbstractDistribution extends KernelBlock implements Distribution {

    private static final String SAMPLE = "sample";
    private static final Shape ROWS = new Shape(0);

    /**
     * Creates a distribution.
     *
     * @param functions functions that the kernel offers beside {@code log_prob} and {@code sample}
     */
    protected AbstractDistribution(String... functions) {
        super(
                Stream.concat(Stream.of("log_prob", SAMPLE), Stream.of(functions))
                        .toArray(String[]::new));
    }

    /** {@inheritDoc} */
    @Override
    public final NDList sample(ParameterStore store, NDList inputs, boolean training) {
        return run(SAMPLE, ROWS, true, store, inputs, training);
    }

    /** {@inheritDoc} */
    @Override
    protected final NDList inParts(
            String function, ParameterStore store, NDList inputs, boolean training) {
        return function.equals(SAMPLE)
                ? sampleInParts(store, inputs, training)
                : logProbInParts(store, inputs, training);
    }

    /**
     * Checks what asks for samples as {@link #sample} does, for a distribution that has another
     * draw them.
     *
     * @param manager where the samples are to be
     * @param n the number of samples, at least 0
     * @param context the context, or an empty list
     * @throws IllegalArgumentException if type or context are not those of {@code initialize}
     */
    protected final void checkRequest(NDManager manager, long n, NDList context) {
        try (NDArray rows = manager.create(new Shape(n, 0), getDataType())) {
            checkInputs(new NDList(rows).addAll(context), ROWS);
        }
    }

    /**
     * Computes the log-density by its parts, see {@link #inParts}.
     *
     * @param store the store that holds the parameters
     * @param inputs x and optionally context
     * @param training whether this is part of a training step
     * @return the log-densities
     * @throws UnsupportedOperationException if the distribution does not say how
     */
    protected NDList logProbInParts(ParameterStore store, NDList inputs, boolean training) {
        return super.inParts("log_prob", store, inputs, training);
    }

    /**
     * Draws samples by the parts, see {@link #inParts}.
     *
     * @param store the store that holds the parameters
     * @param inputs rows and optionally context
     * @param training whether this is part of a training step
     * @return the samples and their log-densities
     * @throws UnsupportedOperationException if the distribution does not say how
     */
    protected NDList sampleInParts(ParameterStore store, NDList inputs, boolean training) {
        return super.inParts(SAMPLE, store, inputs, training);
    }

    /** {@inheritDoc} */
    @Override
    public final Shape[] getOutputShapes(Shape[] inputShapes) {
        return new Shape[] {new Shape(inputShapes[0].get(0))};
    }
}
