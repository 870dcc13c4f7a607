package org.djlflows.training;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;

import org.djlflows.Distribution;
import org.djlflows.kernel.Kernel;
import org.djlflows.kernel.KernelBlock;
import org.djlflows.kernel.Scripted;

import java.util.Optional;

/**
 * Draws x from a flow q: {@code forward} maps rows of shape (n, 0) and optionally a context to
 * \(\log \tilde p(x)\) and \(\log q(x)\), each of shape (n).
 */
final class LogWeights extends KernelBlock {

    private final Distribution flow;
    private final Block target;
    private final boolean pathGradient;
    private final boolean jointly;

    LogWeights(Distribution flow, Block target, boolean pathGradient, boolean jointly) {
        super("forward");
        this.flow = addChildBlock("flow", flow);
        this.target = addChildBlock("target", target);
        this.pathGradient = pathGradient;
        this.jointly = jointly;
    }

    @Override
    protected Optional<Kernel> source(boolean training) {
        Optional<Kernel> q = flow.kernel(training);
        Optional<Kernel> p = Scripted.kernelOf(target, training);
        Optional<Kernel> density = flow.kernel(false);
        if (q.isEmpty() || p.isEmpty() || density.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                Kernel.of(LogWeights.class, "log_weights")
                        .calling("flow", q.get())
                        .calling("density", density.get())
                        .calling("target", p.get())
                        .with("PATH_GRADIENT", pathGradient && training));
    }

    @Override
    protected NDList inParts(
            String function, ParameterStore store, NDList inputs, boolean training) {
        NDList drawn = flow.sample(store, inputs, training);
        NDList x = new NDList(drawn.get(0)).addAll(inputs.subNDList(1));
        NDArray logQ = drawn.get(1);
        ParameterStore fixed = new FixedParameters(inputs.get(0).getManager());
        if (pathGradient && training) {
            logQ = flow.forward(fixed, x, false).get(0);
        }
        ParameterStore ofTarget = jointly ? store : fixed;
        return new NDList(target.forward(ofTarget, x, training).get(0), logQ);
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        Shape rows = new Shape(inputShapes[0].get(0));
        return new Shape[] {rows, rows};
    }

    /** The flow exists; this initialises a target that does not. */
    @Override
    protected void initializeChildBlocks(NDManager manager, DataType type, Shape... shapes) {
        Shape[] inner = shapes.clone();
        inner[0] = new Shape(1).addAll(flow.getEventShape());
        target.initialize(manager, type, inner);
    }

    /** Gives each parameter without its gradient. */
    private static final class FixedParameters extends ParameterStore {

        private final NDManager manager;

        FixedParameters(NDManager manager) {
            super(manager, false);
            this.manager = manager;
        }

        @Override
        public NDArray getValue(Parameter parameter, Device device, boolean training) {
            NDArray fixed = super.getValue(parameter, device, training).stopGradient();
            fixed.attach(manager);
            return fixed;
        }
    }
}
