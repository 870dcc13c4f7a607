package org.djlflows.bijection;

import ai.djl.ndarray.types.Shape;
import ai.djl.training.initializer.Initializer;

import org.djlflows.AbstractBijection;
import org.djlflows.kernel.Kernel;

import java.util.Optional;

/**
 * A rotation \(z = Q x\), \(Q = \exp(A - A^\top)\): every orthogonal matrix of determinant 1.
 * \(\log|\det| = 0\) exactly, \(x = Q^\top z\).
 *
 * <ul>
 *   <li>x: (batch, D), or (batch, D, ...) with the same map at each place
 *   <li>parameters: A of shape (D, D), at first 0, which is the identity
 * </ul>
 *
 * <p>The context is ignored. Both directions cost the exponential, some ten products of (D, D)
 * matrices, and \(B D^2\) operations for B rows. {@link Householder} costs less where its K is well
 * below D.
 *
 * @see <a href="https://arxiv.org/abs/1901.08428">Lezcano-Casado and Martinez-Rubio, Cheap
 *     Orthogonal Constraints in Neural Networks, 2019</a>
 */
public final class Rotation extends AbstractBijection {

    /** Creates the layer. */
    public Rotation() {}

    @Override
    protected Optional<Kernel> source(boolean training) {
        Kernel kernel = Kernel.of(Rotation.class, "rotation");
        return Optional.of(Pixels.each(kernel, getEventShape()));
    }

    @Override
    protected void prepare(Shape[] inputShapes) {
        long features = inputShapes[0].get(1);
        addWeight("generator", new Shape(features, features), Initializer.ZEROS);
    }
}
