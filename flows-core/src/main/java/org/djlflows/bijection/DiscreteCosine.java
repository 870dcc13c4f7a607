package org.djlflows.bijection;

import ai.djl.ndarray.types.Shape;

import org.djlflows.AbstractBijection;
import org.djlflows.kernel.Kernel;

import java.util.Optional;

/**
 * The orthonormal discrete cosine transform (DCT-II), of vectors along their features and of images
 * along height and width: \(z_k = \sqrt{(2 - \delta_{k0}) / n}\, \sum_j x_j \cos(\pi k (j +
 * \frac{1}{2}) / n)\). \(\log|\det| = 0\) exactly; the inverse is the transposed map.
 *
 * <p>x is (batch, D) or (batch, C, height, width). What is smooth, such as images and series in
 * time, has its variance in the first entries then. The context is ignored. Both directions cost a
 * product with an n x n matrix for each axis.
 *
 * @see <a href="https://doi.org/10.1109/T-C.1974.223784">Ahmed, Natarajan and Rao, Discrete Cosine
 *     Transform, 1974</a>
 */
public final class DiscreteCosine extends AbstractBijection {

    /** Creates the layer. */
    public DiscreteCosine() {}

    @Override
    protected Optional<Kernel> source(boolean training) {
        return Optional.of(
                Kernel.of(DiscreteCosine.class, "discrete_cosine")
                        .with("PI", Math.PI)
                        .with("FIRST_AXIS", getEventShape().dimension() == 1 ? 1 : 2));
    }

    @Override
    protected void prepare(Shape[] inputShapes) {
        int axes = inputShapes[0].dimension();
        if (axes != 2 && axes != 4) {
            throw new IllegalArgumentException(
                    "DiscreteCosine: expected input shape (batch, features) or (batch, channels,"
                            + " height, width), got "
                            + inputShapes[0]);
        }
    }
}
