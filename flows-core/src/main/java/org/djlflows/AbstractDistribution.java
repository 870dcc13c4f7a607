package org.djlflows;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;

import org.djlflows.kernel.KernelBlock;
import org.djlflows.kernel.Program;
import org.djlflows.kernel.RandomNumbers;

import java.util.stream.Stream;

/** The base of all distributions: checks the inputs and calls the kernel. */
public abstract class AbstractDistribution extends KernelBlock implements Distribution {

    private static final Shape ROWS = new Shape(0);

    /**
     * Creates a distribution.
     *
     * @param functions functions that the kernel offers beside {@code log_prob} and {@code sample}
     */
    protected AbstractDistribution(String... functions) {
        super(
                Stream.concat(Stream.of("log_prob", "sample"), Stream.of(functions))
                        .toArray(String[]::new));
    }

    /** {@inheritDoc} */
    @Override
    protected final NDList forwardInternal(
            ParameterStore store,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        checkInputs(inputs, getEventShape());
        return isRandom(this)
                ? RandomNumbers.draw(() -> logProb(store, inputs, training))
                : logProb(store, inputs, training);
    }

    private NDList logProb(ParameterStore store, NDList inputs, boolean training) {
        Program program = program(training).orElse(null);
        return program == null
                ? logProbInParts(store, inputs, training)
                : call(program, "log_prob", store, inputs, training);
    }

    /** {@inheritDoc} */
    @Override
    public final NDList sample(ParameterStore store, NDList inputs, boolean training) {
        checkInputs(inputs, ROWS);
        return RandomNumbers.draw(
                () -> {
                    Program program = program(training).orElse(null);
                    return program == null
                            ? sampleInParts(store, inputs, training)
                            : call(program, "sample", store, inputs, training);
                });
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
     * Computes the log-density while this distribution has no kernel.
     *
     * @param store the store that holds the parameters
     * @param inputs x and optionally context
     * @param training whether this is part of a training step
     * @return the log-densities
     * @throws UnsupportedOperationException if the distribution does not say how
     */
    protected NDList logProbInParts(ParameterStore store, NDList inputs, boolean training) {
        throw new UnsupportedOperationException(
                getClass().getSimpleName() + ": has neither a kernel nor parts");
    }

    /**
     * Draws samples while this distribution has no kernel.
     *
     * @param store the store that holds the parameters
     * @param inputs rows and optionally context
     * @param training whether this is part of a training step
     * @return the samples and their log-densities
     * @throws UnsupportedOperationException if the distribution does not say how
     */
    protected NDList sampleInParts(ParameterStore store, NDList inputs, boolean training) {
        throw new UnsupportedOperationException(
                getClass().getSimpleName() + ": has neither a kernel nor parts");
    }

    /** {@inheritDoc} */
    @Override
    public final Shape[] getOutputShapes(Shape[] inputShapes) {
        return new Shape[] {new Shape(inputShapes[0].get(0))};
    }
}
