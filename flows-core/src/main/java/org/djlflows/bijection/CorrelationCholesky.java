package org.djlflows.bijection;

import ai.djl.ndarray.types.Shape;

import org.djlflows.AbstractBijection;
import org.djlflows.kernel.Kernel;

import java.util.Optional;

/**
 * Takes the Cholesky factor L of a correlation matrix, \(L L^\top\) with ones on its diagonal, to
 * all vectors by canonical partial correlations: \(z_{ij} = \tanh^{-1}\left(L_{ij} / \sqrt{1 -
 * \sum_{k&lt;j} L_{ik}^2}\right)\) for \(j &lt; i\).
 *
 * <p>\(\log|\det| = -\sum_{ij} \left[\log(1 - \tanh^2 z_{ij}) + \frac{1}{2} \log(1 - \sum_{k&lt;j}
 * L_{ik}^2)\right]\).
 *
 * <p>x is (batch, K (K - 1) / 2), the entries of L below its diagonal, row by row: those on it make
 * the rows as long as 1. Densities are those of these numbers. A row of L that would be longer
 * gives NaN in its row of the batch. The context is ignored. Both directions cost \(O(K^2)\).
 *
 * @see <a href="https://doi.org/10.1016/j.jmva.2009.04.008">Lewandowski, Kurowicka and Joe,
 *     Generating random correlation matrices based on vines and extended onion method, 2009,
 *     section 2</a>
 */
public final class CorrelationCholesky extends AbstractBijection {

    private final int size;

    /**
     * Creates the layer.
     *
     * @param size the number K of rows of the matrix, at least 2
     * @throws IllegalArgumentException if there are fewer
     */
    public CorrelationCholesky(int size) {
        if (size < 2) {
            throw new IllegalArgumentException(
                    "CorrelationCholesky: expected 2 rows or more, got " + size);
        }
        this.size = size;
    }

    @Override
    protected Optional<Kernel> source(boolean training) {
        return Optional.of(
                Kernel.of(CorrelationCholesky.class, "correlation_cholesky")
                        .with("SIZE", size)
                        .calling("tanh", Pointwise.tanhKernel()));
    }

    @Override
    protected void prepare(Shape[] inputShapes) {
        requireVectors(inputShapes[0]);
        int entries = size * (size - 1) / 2;
        if (inputShapes[0].get(1) != entries) {
            throw new IllegalArgumentException(
                    String.format(
                            "CorrelationCholesky: expected %d entries below the diagonal of %d"
                                    + " rows, got shape %s",
                            entries, size, inputShapes[0]));
        }
    }
}
