package org.djlflows.bijection;

import ai.djl.ndarray.types.Shape;

import org.djlflows.AbstractBijection;
import org.djlflows.kernel.Kernel;

import java.util.Optional;

/**
 * A linear map \(z = P L (U + \mathrm{diag}(s))\,x\) that begins as a random rotation: the
 * invertible 1x1 convolution of Glow.
 *
 * <p>P is a fixed permutation, L lower triangular with ones on the diagonal, U strictly upper
 * triangular, and of s the signs are fixed, so that \(\log|\det| = \sum_i \log|s_i|\); the inverse
 * is a permutation and two triangular solves. On images \(\log|\det|\) is that times the number of
 * places.
 *
 * <ul>
 *   <li>x: (batch, D), or (batch, D, ...) with the same map at each place
 *   <li>parameters: one (D, D) matrix with L below its diagonal and U above, and \(\log|s|\) of
 *       shape (D)
 *   <li>buffers: the signs of s and the place from which P takes each feature, of shape (D); all
 *       are at first the factors of a matrix drawn uniformly from the orthogonal ones
 * </ul>
 *
 * <p>{@link LuLinear} begins as the identity instead, and {@link DenseLinear} has no factors. The
 * context is ignored. Forward costs \(D^3 + B D^2\) operations, inverse \(2 B D^2\), with B rows or
 * places of all images.
 *
 * @see <a href="https://arxiv.org/abs/1807.03039">Kingma and Dhariwal, Glow, 2018, section 3.2,
 *     equations 9 to 11</a>
 */
public final class PluLinear extends AbstractBijection {

    /** Creates the layer. */
    public PluLinear() {}

    @Override
    protected Optional<Kernel> source(boolean training) {
        return Optional.of(Pixels.each(Kernel.of(PluLinear.class, "plu_linear"), getEventShape()));
    }

    @Override
    protected void prepare(Shape[] inputShapes) {
        long features = inputShapes[0].get(1);
        RotationFactors factors = new RotationFactors(Math.toIntExact(features));
        addWeight("lu", new Shape(features, features), factors.of(RotationFactors.Plu::lu));
        addWeight("log_scale", new Shape(features), factors.of(RotationFactors.Plu::logScale));
        addBuffer("sign", new Shape(features), factors.of(RotationFactors.Plu::sign));
        addBuffer("places", new Shape(features), factors.of(RotationFactors.Plu::places));
    }
}
