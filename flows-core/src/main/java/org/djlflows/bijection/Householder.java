package org.djlflows.bijection;

import ai.djl.ndarray.types.Shape;

import org.djlflows.AbstractBijection;
import org.djlflows.kernel.Initializers;
import org.djlflows.kernel.Kernel;

import java.util.Optional;

/**
 * An orthogonal map \(z = Q x\) by K reflections one after the other, \(Q = H_K \cdots H_1\), \(H_k
 * = I - 2\,v_k v_k^\top / |v_k|^2\). \(\log|\det| = 0\) exactly, \(x = Q^\top z\).
 *
 * <ul>
 *   <li>x: (batch, D), or (batch, D, ...) with the same map at each place
 *   <li>parameters: the vectors v, (K, D), at first drawn from the normal distribution, which makes
 *       a random orthogonal matrix
 * </ul>
 *
 * <p>The determinant is \((-1)^K\). K = D reaches every orthogonal matrix of determinant
 * \((-1)^D\), K = D - 1 every one of the other sign. The reflections are gathered in \(Q^\top = I -
 * W^\top U\), the UT transform of Joffrain et al. (Accumulating Householder transformations,
 * revisited, 2006), so that both directions cost two products, \(2 B K D + 2 K^2 D\) operations for
 * B rows, and not K steps. The context is ignored.
 *
 * <p>A matrix by its QR decomposition, \(z = Q R x + b\), is {@code new
 * SequentialBijection(TriangularLinear.upper(), new Householder(k))}, one by its singular value
 * decomposition two of these with {@code new Elementwise(new Affine(...))} between.
 *
 * @see <a href="https://arxiv.org/abs/1611.09630">Tomczak and Welling, Improving Variational
 *     Auto-Encoders using Householder Flow, 2016</a>
 * @see <a href="https://arxiv.org/abs/1901.11137">Hoogeboom, van den Berg and Welling, Emerging
 *     Convolutions for Generative Normalizing Flows, 2019, for the QR decomposition</a>
 */
public final class Householder extends AbstractBijection {

    private final int reflections;

    /**
     * Creates a layer.
     *
     * @param reflections the number of reflections K, at least 1
     * @throws IllegalArgumentException if there is none
     */
    public Householder(int reflections) {
        if (reflections < 1) {
            throw new IllegalArgumentException(
                    "Householder: expected 1 reflection or more, got " + reflections);
        }
        this.reflections = reflections;
    }

    @Override
    protected Optional<Kernel> source(boolean training) {
        Kernel kernel = Kernel.of(Householder.class, "householder");
        return Optional.of(Pixels.each(kernel, getEventShape()));
    }

    @Override
    protected void prepare(Shape[] inputShapes) {
        Shape shape = new Shape(reflections, inputShapes[0].get(1));
        addWeight("vectors", shape, Initializers.normal());
    }
}
