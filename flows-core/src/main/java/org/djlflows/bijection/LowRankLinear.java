package org.djlflows.bijection;

import ai.djl.ndarray.types.Shape;
import ai.djl.training.initializer.Initializer;

import org.djlflows.AbstractBijection;
import org.djlflows.kernel.Initializers;
import org.djlflows.kernel.Kernel;

import java.util.Optional;

/**
 * A linear map that differs from a diagonal one by a matrix of low rank: \(z = (S + U V^\top) x +
 * b\) with \(S = \mathrm{diag}(e^a)\).
 *
 * <p>\(\log|\det| = \sum a + \log|\det(I + V^\top S^{-1} U)|\) by the matrix determinant lemma;
 * \(x\) by Woodbury's formula.
 *
 * <ul>
 *   <li>x: (batch, D), or (batch, D, ...) with the same map at each place
 *   <li>parameters: a of shape (D), at first 0, U and V of shape (D, r), U at first 0, b of shape
 *       (D), at first 0: the identity
 * </ul>
 *
 * <p>The context is ignored. Both directions cost \(2 B D r + D r^2 + r^3\) operations for B rows,
 * less than any other map that mixes all features if r is small. As with {@link DenseLinear},
 * nothing keeps the matrix from becoming singular in training.
 *
 * @see <a href="https://doi.org/10.1137/1031049">Hager, Updating the Inverse of a Matrix, 1989</a>
 */
public final class LowRankLinear extends AbstractBijection {

    private final int rank;

    /**
     * Creates a layer.
     *
     * @param rank the rank r, at least 1
     * @throws IllegalArgumentException if it is less
     */
    public LowRankLinear(int rank) {
        if (rank < 1) {
            throw new IllegalArgumentException(
                    "LowRankLinear: expected a rank of 1 or more, got " + rank);
        }
        this.rank = rank;
    }

    @Override
    protected Optional<Kernel> source(boolean training) {
        Kernel kernel = Kernel.of(LowRankLinear.class, "low_rank_linear");
        return Optional.of(Pixels.each(kernel, getEventShape()));
    }

    @Override
    protected void prepare(Shape[] inputShapes) {
        long features = inputShapes[0].get(1);
        addWeight("log_scale", new Shape(features), Initializer.ZEROS);
        addWeight("left", new Shape(features, rank), Initializer.ZEROS);
        addWeight("right", new Shape(features, rank), Initializers.normal());
        addWeight("bias", new Shape(features), Initializer.ZEROS);
    }
}
