package org.djlflows.stochastic;

import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;

import org.djlflows.kernel.Kernel;
import org.djlflows.kernel.KernelBlock;
import org.djlflows.kernel.Scripted;

import java.util.Optional;

/**
 * A log-density on the way between two: \((1 - \beta) \log p_0(x) + \beta \log p_1(x)\), up to a
 * constant.
 *
 * <p>{@code forward} maps x of shape (batch, event...), and a context if both take one, to shape
 * (batch). Both have kernels. It costs one evaluation of each.
 */
public final class Annealed extends KernelBlock {

    private final Block start;
    private final Block target;

    /**
     * Creates a log-density.
     *
     * @param start a block from x to \(\log p_0(x)\), such as the base of the flow
     * @param target a block from x to \(\log p_1(x)\)
     * @param share the share \(\beta\) of the target, in [0, 1]
     * @throws IllegalArgumentException if the share is out of its range
     */
    public Annealed(Block start, Block target, double share) {
        super("log_prob");
        if (!(share >= 0 && share <= 1)) {
            throw new IllegalArgumentException(
                    "Annealed: expected a share in [0, 1], got " + share);
        }
        this.start = addChildBlock("start", start);
        this.target = addChildBlock("target", target);
        addNumbers("share", share);
    }

    @Override
    protected Optional<Kernel> source(boolean training) {
        return Scripted.kernelOf(start, training)
                .flatMap(
                        one ->
                                Scripted.kernelOf(target, training)
                                        .map(
                                                two ->
                                                        Kernel.of(Annealed.class, "annealed")
                                                                .calling("start", one)
                                                                .calling("target", two)));
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return new Shape[] {new Shape(inputShapes[0].get(0))};
    }
}
