package org.djlflows.nn;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.training.initializer.Initializer;

import org.djlflows.kernel.Kernel;
import org.djlflows.kernel.KernelBlock;
import org.djlflows.kernel.Scripted;

import java.util.Optional;
import java.util.function.IntUnaryOperator;

/**
 * The parameters of a layer: free, the same for all rows, or made from the context of each row by a
 * network (amortised), \(\theta = W\,h(c) + b\).
 *
 * <ul>
 *   <li>x: (batch, D), context: (batch, C)
 *   <li>result: (1, count) if they are free, (batch, count) if they are amortised
 *   <li>parameters: theta, or W, zero at first, and b
 * </ul>
 */
public final class RowParameters extends KernelBlock {

    private final IntUnaryOperator countOf;
    private final Initializer initializer;
    private final Optional<Block> network;

    /**
     * Creates free parameters.
     *
     * @param countOf the number of parameters for a number of features
     * @param initializer their first values
     */
    public RowParameters(IntUnaryOperator countOf, Initializer initializer) {
        super("forward");
        this.countOf = countOf;
        this.initializer = initializer;
        network = Optional.empty();
    }

    /**
     * Creates amortised parameters.
     *
     * @param countOf the number of parameters for a number of features
     * @param initializer their first values, the same for each context
     * @param network the network from the context to features, {@code Scripted}
     * @throws IllegalArgumentException if the network is not {@code Scripted}
     */
    public RowParameters(IntUnaryOperator countOf, Initializer initializer, Block network) {
        super("forward");
        if (!(network instanceof Scripted)) {
            String got = network == null ? "null" : network.getClass().getSimpleName();
            throw new IllegalArgumentException(
                    "RowParameters: expected a Scripted network, got " + got);
        }
        this.countOf = countOf;
        this.initializer = initializer;
        this.network = Optional.of(addChildBlock("network", network));
    }

    @Override
    protected Optional<Kernel> source(boolean training) {
        if (network.isEmpty()) {
            return Optional.of(Kernel.of(RowParameters.class, "free_parameters"));
        }
        Kernel kernel = Kernel.of(RowParameters.class, "amortized_parameters");
        return Scripted.kernelOf(network.get(), training).map(k -> kernel.calling("network", k));
    }

    @Override
    protected void prepare(Shape[] inputShapes) {
        requireVectors(inputShapes[0]);
        long count = countOf.applyAsInt(Math.toIntExact(inputShapes[0].get(1)));
        if (network.isEmpty()) {
            addWeight("theta", new Shape(count), initializer);
            return;
        }
        if (inputShapes.length < 2) {
            throw new IllegalArgumentException(
                    "RowParameters: expected shapes of x and context for the network, got that of x"
                            + " alone");
        }
        Shape h = network.get().getOutputShapes(new Shape[] {inputShapes[1]})[0];
        addWeight("weight", new Shape(count, h.get(1)), Initializer.ZEROS);
        addWeight("bias", new Shape(count), initializer);
    }

    @Override
    protected void initializeChildBlocks(NDManager manager, DataType type, Shape... shapes) {
        network.ifPresent(block -> block.initialize(manager, type, shapes[1]));
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        long rows = network.isPresent() ? inputShapes[0].get(0) : 1;
        return new Shape[] {
            new Shape(rows, countOf.applyAsInt(Math.toIntExact(inputShapes[0].get(1))))
        };
    }
}
