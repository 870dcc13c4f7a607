package org.djlflows.nn;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;

import org.djlflows.kernel.Kernel;
import org.djlflows.kernel.KernelBlock;
import org.djlflows.kernel.Program;
import org.djlflows.kernel.Scripted;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A network that sees some of its inputs as angles: \(\cos x_i\) and \(\sin x_i\) in place of
 * \(x_i\), so that what it makes is the same at \(-\pi\) and \(\pi\).
 *
 * <p>x is (batch, D); the network sees (batch, D + number of angles): the other inputs, the
 * cosines, the sines; and the context.
 */
public final class PeriodicInputs extends KernelBlock {

    private final Block network;
    private final boolean[] angles;

    /**
     * Wraps a network.
     *
     * @param network the network
     * @param angles for each input, whether it is an angle
     */
    public PeriodicInputs(Block network, boolean... angles) {
        super("forward");
        this.network = addChildBlock("network", network);
        this.angles = angles.clone();
    }

    /** {@inheritDoc} */
    @Override
    protected Optional<Kernel> source(boolean training) {
        return Scripted.kernelOf(network, training)
                .map(kernel -> withoutNetwork().calling("network", kernel));
    }

    private Kernel withoutNetwork() {
        return Kernel.of(PeriodicInputs.class, "periodic_inputs")
                .with("ANGLES", places(true))
                .with("OTHERS", places(false));
    }

    private List<Integer> places(boolean angle) {
        return IntStream.range(0, angles.length).filter(i -> angles[i] == angle).boxed().toList();
    }

    /** {@inheritDoc} */
    @Override
    protected NDList inParts(
            String function, ParameterStore store, NDList inputs, boolean training) {
        Program program = compile(withoutNetwork(), "periodic");
        NDList x = inputs.subNDList(0, 1);
        NDList seen = call(program, "periodic", store, x, new NDList(), training);
        return network.forward(store, seen.addAll(inputs.subNDList(1)), training);
    }

    /** {@inheritDoc} */
    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return network.getOutputShapes(seen(inputShapes));
    }

    private Shape[] seen(Shape[] inputShapes) {
        requireVectors(inputShapes[0]);
        if (inputShapes[0].get(1) != angles.length) {
            throw new IllegalArgumentException(
                    String.format(
                            "PeriodicInputs: expected %d inputs, got shape %s",
                            angles.length, inputShapes[0]));
        }
        Shape[] seen = inputShapes.clone();
        seen[0] = new Shape(inputShapes[0].get(0), angles.length + places(true).size());
        return seen;
    }

    /** {@inheritDoc} */
    @Override
    protected void initializeChildBlocks(NDManager manager, DataType type, Shape... shapes) {
        network.initialize(manager, type, seen(shapes));
    }
}
