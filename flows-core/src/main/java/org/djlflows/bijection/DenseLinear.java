package org.djlflows.bijection;

import ai.djl.ndarray.types.Shape;
import ai.djl.training.initializer.Initializer;

import org.djlflows.AbstractBijection;
import org.djlflows.kernel.Initializers;
import org.djlflows.kernel.Kernel;

import java.util.Optional;

/**
 * A linear map \(z = W x + b\) with any matrix W, which mixes all features; on images the
 * invertible 1x1 convolution of Glow.
 *
 * <p>\(\log|\det W|\) from the factors of W, never from the determinant itself, which would under-
 * or overflow; on images times the number of places. \(x = W^{-1} (z - b)\) by a solve.
 *
 * <ul>
 *   <li>x: (batch, D), or (batch, D, ...) with the same map at each place
 *   <li>parameters: W of shape (D, D), at first a random orthogonal matrix; b of shape (D), at
 *       first 0
 * </ul>
 *
 * <p>The context is ignored. Both directions cost \(D^3 + B D^2\) operations for B rows, or places
 * of all images. Nothing keeps W from becoming singular in training, where the log-determinant is
 * -infinity and the inverse not finite; {@link LuLinear} cannot become so, and costs less.
 *
 * @see <a href="https://arxiv.org/abs/1807.03039">Kingma and Dhariwal, Glow: Generative Flow with
 *     Invertible 1x1 Convolutions, 2018, section 3.2, equation 9</a>
 */
public final class DenseLinear extends AbstractBijection {

    /** Creates the layer. */
    public DenseLinear() {}

    @Override
    protected Optional<Kernel> source(boolean training) {
        Kernel kernel = Kernel.of(DenseLinear.class, "dense_linear");
        return Optional.of(Pixels.each(kernel, getEventShape()));
    }

    @Override
    protected void prepare(Shape[] inputShapes) {
        long features = inputShapes[0].get(1);
        addWeight("weight", new Shape(features, features), Initializers.orthogonal());
        addWeight("bias", new Shape(features), Initializer.ZEROS);
    }
}
