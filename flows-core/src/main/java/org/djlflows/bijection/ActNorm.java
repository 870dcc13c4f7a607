package org.djlflows.bijection;

import ai.djl.ndarray.types.Shape;
import ai.djl.training.initializer.Initializer;

import org.djlflows.AbstractBijection;
import org.djlflows.kernel.Kernel;

import java.util.Optional;

/**
 * Scale and shift of each feature or channel, fitted to the first batch and trained after that.
 *
 * <p>\(z = x e^{a} + b\), \(\log|\det| = m \sum_i a_i\) with m positions a channel (1 for vectors);
 * \(x = (z - b) e^{-a}\).
 *
 * <ul>
 *   <li>x: (batch, D) or (batch, C, ...)
 *   <li>parameters: a and b of shape (D) or (C), at first 0
 * </ul>
 *
 * <p>The first training batch, in either direction, sets a and b so that the output of that
 * direction has mean 0 and variance 1 (a feature that is constant in it keeps its scale); that this
 * was done is saved with the weights. Before it the layer is the identity. A first batch that is
 * empty or not finite is refused with an {@link IllegalArgumentException}. The context is ignored.
 * Both directions cost one multiplication.
 *
 * @see <a href="https://arxiv.org/abs/1807.03039">Kingma and Dhariwal, Glow, 2018, section 3.1</a>
 */
public final class ActNorm extends AbstractBijection {

    @Override
    protected Optional<Kernel> source(boolean training) {
        return fittingKernel();
    }

    @Override
    protected Optional<Kernel> fittingKernel() {
        return Optional.of(Kernel.of(ActNorm.class, "act_norm").calling("channels", statistics()));
    }

    @Override
    protected void prepare(Shape[] inputShapes) {
        Shape features = new Shape(inputShapes[0].get(1));
        addWeight("log_scale", features, Initializer.ZEROS);
        addWeight("shift", features, Initializer.ZEROS);
        addFitted(true);
    }
}
