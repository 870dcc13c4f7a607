package org.djlflows;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;

import org.djlflows.kernel.Chunks;
import org.djlflows.kernel.RandomNumbers;
import org.djlflows.kernel.Scripted;

import java.util.OptionalLong;

/**
 * A probability distribution with a density and a sampler.
 *
 * <p>As a block, {@code forward} maps {@code (x[, context])} to the log-density \(\log p(x \mid
 * c)\) in nats, of shape (batch). {@link NormalizingFlow} is a distribution, so a flow can be the
 * base of another. The kernel offers {@code log_prob(x, c, p)} and {@code sample(rows, c, p)}.
 *
 * <p>The methods that take no parameter store evaluate and never record gradients; to train, go
 * through {@code forward} as DJL's {@code Trainer} does. They compute many rows in chunks, so that
 * memory and time stay proportional to what is returned, and chunks on a CPU on all its cores.
 * Random numbers come from the generator of the engine; {@link RandomNumbers#seeded} makes them
 * repeatable whatever other threads draw.
 */
public interface Distribution extends Block, Scripted {

    /**
     * Draws samples together with their log-density, differentiably where the sampler is.
     *
     * @param store the store that holds the parameters
     * @param inputs an array of shape (n, 0), whose rows ask for samples and whose device and type
     *     they take, and optionally a context of n rows
     * @param training whether this is part of a training step
     * @return the samples of shape (n, event) and their log-densities of shape (n)
     * @throws IllegalArgumentException if shape, type or context are not those of {@code
     *     initialize}
     */
    NDList sample(ParameterStore store, NDList inputs, boolean training);

    /**
     * Returns the shape of one event, without the batch.
     *
     * @return the shape of one event
     */
    Shape getEventShape();

    /**
     * Returns the type of the samples.
     *
     * @return float32 or float64
     */
    DataType getDataType();

    /**
     * Returns of how many uniform numbers a sample is made, where it is a function of them: that
     * {@code of_uniforms(u, c, p)} of the kernel, from (batch, numbers) to samples, which {@link
     * org.djlflows.sampling.QuasiRandom} calls with more even numbers than random ones. Of a flow
     * it is that of its base.
     *
     * @return the number, or empty where samples are no such function
     */
    default OptionalLong getUniforms() {
        return OptionalLong.empty();
    }

    /**
     * Tells whether the log-density is an estimate of a lower bound, drawn anew at each call, since
     * a {@link org.djlflows.stochastic.StochasticLayer} stands within this distribution.
     *
     * @return whether it is a bound; false where it is exact
     */
    default boolean isBound() {
        return getChildren().values().stream()
                .anyMatch(block -> block instanceof Distribution part && part.isBound());
    }

    /**
     * Returns the log-density of rows.
     *
     * @param x the rows, of shape (batch, event)
     * @return the log-densities in nats, of shape (batch)
     * @throws IllegalArgumentException if shape, type or context are not those of {@code
     *     initialize}
     */
    default NDArray logProb(NDArray x) {
        return logProb(new NDList(x));
    }

    /**
     * Returns the conditional log-density of rows.
     *
     * @param x the rows, of shape (batch, event)
     * @param context a context for each row, of shape (batch, context)
     * @return the log-densities in nats, of shape (batch)
     * @throws IllegalArgumentException if shape, type or context are not those of {@code
     *     initialize}
     */
    default NDArray logProb(NDArray x, NDArray context) {
        return logProb(new NDList(x, context));
    }

    private NDArray logProb(NDList inputs) {
        return Chunks.forward(this, inputs).get(0);
    }

    /**
     * Draws samples.
     *
     * @param manager the manager that receives the samples
     * @param n the number of samples
     * @return the samples, of shape (n, event)
     */
    default NDArray sample(NDManager manager, long n) {
        NDList samples = sampleWithLogProb(manager, n);
        samples.get(1).close();
        return samples.get(0);
    }

    /**
     * Draws one sample for each row of a context; repeat a row to draw more for it.
     *
     * @param context the context, of shape (batch, context); its manager receives the samples
     * @return the samples, of shape (batch, event)
     */
    default NDArray sample(NDArray context) {
        NDList samples = sampleWithLogProb(context);
        samples.get(1).close();
        return samples.get(0);
    }

    /**
     * Draws samples together with their log-density, in one pass.
     *
     * @param manager the manager that receives the results
     * @param n the number of samples
     * @return the samples of shape (n, event) and their log-densities of shape (n)
     */
    default NDList sampleWithLogProb(NDManager manager, long n) {
        if (n < 0) {
            throw new IllegalArgumentException(
                    getClass().getSimpleName() + ": expected 0 samples or more, got " + n);
        }
        try (NDArray rows = manager.create(new Shape(n, 0), getDataType())) {
            return sampleWithLogProb(new NDList(rows));
        }
    }

    /**
     * Draws one sample for each row of a context together with its log-density, in one pass.
     *
     * @param context the context, of shape (batch, context); its manager receives the results
     * @return the samples of shape (batch, event) and their log-densities of shape (batch)
     */
    default NDList sampleWithLogProb(NDArray context) {
        NDManager manager = context.getManager();
        Shape shape = new Shape(context.getShape().get(0), 0);
        try (NDArray rows = manager.create(shape, getDataType(), context.getDevice())) {
            return sampleWithLogProb(new NDList(rows, context));
        }
    }

    private NDList sampleWithLogProb(NDList inputs) {
        return RandomNumbers.draw(
                () ->
                        Chunks.map(
                                inputs,
                                getEventShape(),
                                false,
                                (store, rows) -> sample(store, rows, false)));
    }
}
