package org.djlflows.bijection;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.initializer.Initializer;

import org.djlflows.AbstractBijection;
import org.djlflows.kernel.Kernel;
import org.djlflows.univariate.Univariate;

import java.util.Optional;

/**
 * A scalar map on each entry, the same for all rows: \(z_i = \tau(x_i; \theta_i)\), \(\log|\det| =
 * \sum_i \log \tau'(x_i)\).
 *
 * <ul>
 *   <li>x: (batch, event...) of n entries a row
 *   <li>parameters: theta of shape (1, count, n), at first 0
 * </ul>
 *
 * <p>The context is ignored. Both directions cost one evaluation of the scalar map.
 */
public final class Elementwise extends AbstractBijection {

    private final Univariate univariate;

    /**
     * Creates the layer.
     *
     * @param univariate the scalar maps
     */
    public Elementwise(Univariate univariate) {
        this.univariate = addChildBlock("univariate", univariate);
    }

    @Override
    protected Optional<Kernel> source(boolean training) {
        return Optional.of(
                Kernel.of(Elementwise.class, "elementwise")
                        .calling("univariate", univariate.differentiableKernel(training))
                        .calling("layout", univariate.vectorLayout()));
    }

    @Override
    protected void prepare(Shape[] inputShapes) {
        long entries = inputShapes[0].slice(1).size();
        Shape shape = new Shape(1, univariate.getParameterCount(), entries);
        addWeight("theta", shape, Initializer.ZEROS);
    }

    @Override
    protected void initializeChildBlocks(NDManager manager, DataType type, Shape... shapes) {
        Shape x = shapes[0];
        univariate.initialize(manager, type, new Shape(x.get(0), x.slice(1).size()));
    }
}
