package org.djlflows.bijection;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;

import org.djlflows.AbstractBijection;
import org.djlflows.kernel.Kernel;
import org.djlflows.kernel.NumericalInverse;
import org.djlflows.nn.RowParameters;

import java.util.Optional;

/**
 * A Sylvester map: from noise to data \(x = z + Q R\,h(\tilde R Q^\top z + b)\), \(h = \tanh\), a
 * planar map of M directions at once.
 *
 * <p>Q has M orthonormal columns, R and \(\tilde R\) are upper triangular. \(\log|\det| = \sum_i
 * \log(1 + r_{ii} \tilde r_{ii}\,h'(a_i))\) of the {@code inverse}, \(a = \tilde R Q^\top z + b\).
 * The paper's f is the {@code inverse} here. {@code forward} solves \(a + \tilde R R\,h(a) = \tilde
 * R Q^\top x + b\) from the last entry to the first, each by Newton's method within a bracket to
 * the rounding of the type, with the gradients of the implicit function theorem.
 *
 * <ul>
 *   <li>x: (batch, D), context: (batch, C) where a network makes the parameters
 *   <li>parameters in one vector of K D + M M + 2 M: the vectors of the K reflections whose product
 *       has the columns of Q first; R above the diagonal of a matrix, \(\tilde R\) below, and the s
 *       of \(1 + r_{ii} \tilde r_{ii} = \mathrm{softplus}(s_i + \log(e - 1)) &gt; 0\) on it, which
 *       keeps the map invertible; \(\log \tilde r_{ii}\); b. At first Q is random, R is 0, and so
 *       the map the identity
 * </ul>
 *
 * <p>That \(\tilde r_{ii}\) is positive is no restriction, since tanh is odd. Nor is K = M: the M
 * reflections make all Q up to the signs of columns, and for a diagonal S of signs Q S with S R S,
 * \(S \tilde R S\) and S b makes the same map. For M = D the paper takes fewer.
 *
 * <p>Inverse costs O(D M) a row and O(D K (K + M)) for Q, once if the parameters are free, for each
 * row if they are amortised; forward M solves of some ten steps more. Where \(r_{ii} \tilde
 * r_{ii}\) is close to -1 the map is almost singular and a part of x is lost to rounding.
 *
 * @see <a href="https://arxiv.org/abs/1803.05649">van den Berg, Hasenclever, Tomczak and Welling,
 *     Sylvester Normalizing Flows for Variational Inference, 2018, section 3</a>
 */
public final class Sylvester extends AbstractBijection {

    private final int rank;
    private final int reflections;
    private final RowParameters rowParameters;

    /**
     * Creates a layer with free parameters.
     *
     * @param rank the number of directions M, 1 to D
     * @param reflections the number K of reflections that make Q, at least 1; rank makes all Q
     * @throws IllegalArgumentException if one of them is less than 1
     */
    public Sylvester(int rank, int reflections) {
        this.rank = requirePositive("a rank", rank);
        this.reflections = requirePositive("a number of reflections", reflections);
        rowParameters = addChildBlock("parameters", new RowParameters(this::count, this::identity));
    }

    /**
     * Creates a layer whose parameters come from the context.
     *
     * @param rank the number of directions M, 1 to D
     * @param reflections the number K of reflections that make Q, at least 1; rank makes all Q
     * @param network the network from the context to features, {@code Scripted}
     * @throws IllegalArgumentException if one of the numbers is less than 1, or the network is not
     *     {@code Scripted}
     */
    public Sylvester(int rank, int reflections, Block network) {
        this.rank = requirePositive("a rank", rank);
        this.reflections = requirePositive("a number of reflections", reflections);
        rowParameters =
                addChildBlock(
                        "parameters", new RowParameters(this::count, this::identity, network));
    }

    private static int requirePositive(String what, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(
                    "Sylvester: expected " + what + " of at least 1, got " + value);
        }
        return value;
    }

    private int count(int features) {
        return reflections * features + rank * rank + 2 * rank;
    }

    /** Draws the vectors of the reflections; the rest is 0. */
    private NDArray identity(NDManager manager, Shape shape, DataType type) {
        long rest = (long) rank * rank + 2L * rank;
        try (NDArray vectors = manager.randomNormal(0, 1, new Shape(shape.size() - rest), type);
                NDArray zeros = manager.zeros(new Shape(rest), type)) {
            return vectors.concat(zeros);
        }
    }

    @Override
    protected Optional<Kernel> source(boolean training) {
        Kernel tanh =
                NumericalInverse.solving(Kernel.of(Sylvester.class, "planar_tanh"), getDataType());
        Kernel kernel =
                Kernel.of(Sylvester.class, "sylvester")
                        .calling("activation", tanh)
                        .with("RANK", rank)
                        .with("REFLECTIONS", reflections)
                        .with("ONE", Softplus.INVERSE_OF_ONE);
        return rowParameters.kernel(training).map(k -> kernel.calling("parameters", k));
    }

    @Override
    protected void initializeChildBlocks(NDManager manager, DataType type, Shape... shapes) {
        long features = shapes[0].get(1);
        if (rank > features) {
            throw new IllegalArgumentException(
                    "Sylvester: expected a rank of at most " + features + " features, got " + rank);
        }
        rowParameters.initialize(manager, type, shapes);
    }
}
