package org.djlflows.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;

import org.djlflows.kernel.Kernel;
import org.djlflows.kernel.Lifetime;
import org.djlflows.kernel.ParameterNames;

import java.util.List;
import java.util.stream.IntStream;

/**
 * What follows the gradients in a training step, clipping and AdamW, as a kernel with the arrays
 * that it takes. It holds the arrays of the weights: make a new one after they are replaced.
 */
final class Descent {

    private final FusedAdam optimizer;
    private final float limit;
    private final NDList p = new NDList();
    private final List<Parameter> parameters;
    private final List<Integer> trained;

    /**
     * Finds the arrays.
     *
     * @param block an initialised block
     * @param candidates how many of its parameters may be trained, from the first; those are that
     *     require a gradient
     * @param optimizer holds the state and the schedule
     * @param limit the largest norm of the gradient, positive, infinity for none
     */
    Descent(Block block, int candidates, FusedAdam optimizer, double limit) {
        new Ranges("TrainingStep").requireGradientLimit(limit);
        this.optimizer = optimizer;
        this.limit = (float) limit;
        parameters = block.getParameters().values();
        trained =
                IntStream.range(0, candidates)
                        .filter(i -> parameters.get(i).requiresGradient())
                        .boxed()
                        .toList();
        parameters.forEach(parameter -> p.add(parameter.getArray()));
        p.addAll(optimizer.stateOf(trained.stream().map(parameters::get).toList()));
    }

    /** Begins a step, which is refused where the optimizer is closed. */
    Lifetime.Use use() {
        return optimizer.use();
    }

    /** Returns all parameters and the state of the optimizer. */
    NDList arrays() {
        return p;
    }

    /** Returns the arrays of the parameters that are trained. */
    List<NDArray> weights() {
        return trained.stream().map(p::get).toList();
    }

    /** Returns the kernel with {@code update} and {@code update_from}. */
    Kernel kernel() {
        return withPlaces(
                Kernel.of(Descent.class, "update")
                        .calling("gradient_norm", Kernel.of(Descent.class, "gradients"))
                        .calling("adam", optimizer.kernel()));
    }

    /** Tells a kernel what lies where in p, and which parameters of the block are trained. */
    Kernel withPlaces(Kernel kernel) {
        int n = trained.size();
        ParameterNames names =
                new ParameterNames(List.of())
                        .and("block", parameters.size())
                        .and("first_moments", n)
                        .and("second_moments", n)
                        .and("steps", n)
                        .and("gradients", n);
        return kernel.with("TRAINED", trained).taking(names);
    }

    /** Counts a step, and returns the limit and its learning rate where the weights are. */
    NDList nextLimitAndRate(NDManager manager) {
        NDList both = new NDList(manager.create(limit), manager.create(optimizer.nextRate()));
        return both.toDevice(p.head().getDevice(), false);
    }
}
