package org.djlflows.examples.guide;

import ai.djl.ndarray.types.Shape;
import ai.djl.training.initializer.Initializer;

import org.djlflows.AbstractBijection;
import org.djlflows.kernel.Kernel;

import java.util.Optional;

/**
 * A layer of one's own: it draws heavy tails in, each feature by as much as it learns.
 *
 * <p>\(z_i = \operatorname{asinh}(e^{s_i} x_i)\), \(\log|\det| = \sum_i s_i - \frac12 \log(1 +
 * (e^{s_i} x_i)^2)\).
 *
 * <p>x and z are (batch, D), the parameter s is (D). The context is ignored.
 */
public final class Asinh extends AbstractBijection {

    /** {@inheritDoc} */
    @Override
    protected Optional<Kernel> source(boolean training) {
        return Optional.of(Kernel.of(Asinh.class, "asinh"));
    }

    /** {@inheritDoc} */
    @Override
    protected void prepare(Shape[] inputShapes) {
        addWeight("log_scale", new Shape(inputShapes[0].get(1)), Initializer.ZEROS);
    }
}
