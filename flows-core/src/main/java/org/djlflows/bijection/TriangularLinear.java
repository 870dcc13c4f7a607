package org.djlflows.bijection;

import ai.djl.ndarray.types.Shape;
import ai.djl.training.initializer.Initializer;

import org.djlflows.AbstractBijection;
import org.djlflows.kernel.Kernel;

import java.util.Optional;

/**
 * A linear map \(z = T x + b\) with a triangular matrix of positive diagonal.
 *
 * <p>\(\log|\det T| = \sum_i \log T_{ii}\), whose terms are parameters themselves; on images times
 * the number of places. \(x = T^{-1} (z - b)\) by a triangular solve.
 *
 * <ul>
 *   <li>x: (batch, D), or (batch, D, ...) with the same map at each place
 *   <li>parameters: one (D, D) matrix with the entries of T beside its diagonal, \(\log T_{ii}\) on
 *       it, and the other half without use; b of shape (D). All at first 0, which is the identity
 * </ul>
 *
 * <p>The context is ignored. Both directions cost \(B D^2\) operations for B rows, or places of all
 * images.
 *
 * @see <a href="https://arxiv.org/abs/1901.11137">Hoogeboom, van den Berg and Welling, Emerging
 *     Convolutions for Generative Normalizing Flows, 2019, for the QR decomposition</a>
 */
public final class TriangularLinear extends AbstractBijection {

    private final boolean upper;

    private TriangularLinear(boolean upper) {
        this.upper = upper;
    }

    /**
     * Returns a layer with a lower triangular matrix: each feature sees those before it.
     *
     * @return the layer
     */
    public static TriangularLinear lower() {
        return new TriangularLinear(false);
    }

    /**
     * Returns a layer with an upper triangular matrix: each feature sees those behind it.
     *
     * @return the layer
     */
    public static TriangularLinear upper() {
        return new TriangularLinear(true);
    }

    @Override
    protected Optional<Kernel> source(boolean training) {
        Kernel kernel = Kernel.of(TriangularLinear.class, "triangular_linear").with("UPPER", upper);
        return Optional.of(Pixels.each(kernel, getEventShape()));
    }

    @Override
    protected void prepare(Shape[] inputShapes) {
        long features = inputShapes[0].get(1);
        addWeight("triangle", new Shape(features, features), Initializer.ZEROS);
        addWeight("bias", new Shape(features), Initializer.ZEROS);
    }
}
