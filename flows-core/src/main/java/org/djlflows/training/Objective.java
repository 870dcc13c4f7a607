package org.djlflows.training;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;

import java.util.function.Supplier;
import java.util.stream.Stream;

/** What a {@link TrainingLoop} trains: on which batches, by which steps, towards which loss. */
interface Objective {

    /** Returns the block whose weights are averaged, kept and saved. */
    Block block();

    /**
     * Returns the batches of the run from the given one on, counted from 0, each made when it is
     * asked for, on the given manager.
     */
    Stream<NDList> batches(long first, NDManager manager);

    /**
     * Takes a step; one whose gradient is not finite changes nothing.
     *
     * @param batch the batch
     * @param number counts the steps of the run from 0
     * @return what it measured, with the number that grows in the place of the log-density
     */
    TrainingStep.Result take(NDList batch, long number);

    /**
     * Looks at what a step has left.
     *
     * @param number counts the steps of the run from 0
     * @param last whether it was the last one of its epoch
     * @param state returns the numbers that a step changes: weights, their average and the state of
     *     the optimizer
     */
    default void afterStep(long number, boolean last, Supplier<NDList> state) {}

    /** Returns the loss in nats, with the weights as they are. */
    double loss();

    /** Tells whether a run has diverged that ends with a loss much worse than before training. */
    default boolean mustImprove() {
        return true;
    }

    /** Says for a message where a step met a value that is not finite. */
    String whereNotFinite(NDList batch);

    /** Writes down what is trained and on what: a checkpoint continues no other run. */
    String identity();
}
