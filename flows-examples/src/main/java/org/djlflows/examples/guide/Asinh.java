package org.djlflows.examples.guide;

import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
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

    private final Parameter logScale;

    /** Creates the layer. */
    public Asinh() {
        logScale = addWeight("log_scale", Initializer.ZEROS);
    }

    /** {@inheritDoc} */
    @Override
    public Optional<Kernel> kernel(boolean training) {
        return Optional.of(Kernel.of(Asinh.class, "asinh"));
    }

    /** {@inheritDoc} */
    @Override
    protected void prepare(Shape[] inputShapes) {
        logScale.setShape(new Shape(inputShapes[0].get(1)));
    }
}
