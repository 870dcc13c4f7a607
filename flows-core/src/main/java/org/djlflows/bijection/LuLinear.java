package org.djlflows.bijection;

import ai.djl.ndarray.types.Shape;
import ai.djl.training.initializer.Initializer;

import org.djlflows.AbstractBijection;
import org.djlflows.kernel.Kernel;

import java.util.Optional;

/**
 * A linear map \(z = L U x + b\), which mixes all features.
 *
 * <p>L is lower triangular with ones on the diagonal, U upper triangular with a positive one, so
 * that \(\log|\det| = \sum_i \log U_{ii}\); \(x = U^{-1} L^{-1} (z - b)\) by two triangular solves.
 * On images \(\log|\det|\) is that times the number of places; followed by a {@link Permutation}
 * the layer is the 1x1 convolution of Glow with its PLU decomposition.
 *
 * <ul>
 *   <li>x: (batch, D), or (batch, D, ...) with the same map at each place
 *   <li>parameters: one (D, D) matrix with L below its diagonal, U above, and on it the d of
 *       \(U_{ii} = \mathrm{softplus}(d_i + \log(e^{1 - \epsilon} - 1)) + \epsilon\), \(\epsilon =
 *       10^{-3}\); b of shape (D). All at first 0, which is the identity
 * </ul>
 *
 * <p>The context is ignored. Forward costs \(D^3 + B D^2\) operations, or \(2 B D^2\) where the
 * rows B, or places of all images, are fewer than D, inverse \(2 B D^2\).
 *
 * @see <a href="https://arxiv.org/abs/1906.04032">Durkan, Bekasov, Murray and Papamakarios, Neural
 *     Spline Flows, 2019, section 3.2</a>
 * @see <a href="https://arxiv.org/abs/1807.03039">Kingma and Dhariwal, Glow, 2018, equations 10 and
 *     11</a>
 */
public final class LuLinear extends AbstractBijection {

    private static final double SMALLEST = 1e-3;

    /** Creates the layer. */
    public LuLinear() {}

    @Override
    protected Optional<Kernel> source(boolean training) {
        Kernel kernel =
                Kernel.of(LuLinear.class, "lu_linear")
                        .with("SMALLEST", SMALLEST)
                        .with("ONE", Math.log(Math.expm1(1 - SMALLEST)));
        return Optional.of(Pixels.each(kernel, getEventShape()));
    }

    @Override
    protected void prepare(Shape[] inputShapes) {
        long features = inputShapes[0].get(1);
        addWeight("lu", new Shape(features, features), Initializer.ZEROS);
        addWeight("bias", new Shape(features), Initializer.ZEROS);
    }
}
