package org.djlflows.evaluation;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.initializer.Initializer;

import org.djlflows.AbstractDistribution;
import org.djlflows.kernel.Kernel;
import org.djlflows.nn.Mlp;

import java.util.Optional;

/**
 * The distribution of a label x, 0 or 1, given features c: \(P(x = 1 \mid c) = \sigma(w^\top h(c) +
 * b)\), where h is a network. Its maximum likelihood is the fit of a classifier by cross-entropy.
 */
final class Label extends AbstractDistribution {

    private final Mlp network;
    private final int width;

    Label(int... widths) {
        network = addChildBlock("network", new Mlp(widths));
        width = widths[widths.length - 1];
    }

    @Override
    protected Optional<Kernel> source(boolean training) {
        return network.kernel(training)
                .map(k -> Kernel.of(Label.class, "label").calling("network", k));
    }

    @Override
    protected void prepare(Shape[] inputShapes) {
        addWeight("weight", new Shape(1, width), Initializer.ZEROS);
        addWeight("bias", new Shape(1), Initializer.ZEROS);
    }

    @Override
    protected void initializeChildBlocks(NDManager manager, DataType type, Shape... shapes) {
        network.initialize(manager, type, shapes[1]);
    }
}
