package org.djlflows.bijection;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;

import org.djlflows.AbstractBijection;
import org.djlflows.kernel.Initializers;
import org.djlflows.kernel.Kernel;
import org.djlflows.nn.RowParameters;

import java.util.Arrays;
import java.util.Optional;

/**
 * A radial map: from noise to data \(x = z + \hat\beta\,(z - z_0) / (\alpha + r)\) with \(r = |z -
 * z_0|\), which contracts or expands around a point.
 *
 * <p>\(\log|\det| = (D - 1) \log(1 + \frac{\hat\beta}{\alpha + r}) + \log(1 +
 * \frac{\alpha\hat\beta}{(\alpha + r)^2})\) of the {@code inverse}; \(\hat\beta = -\alpha + \log(1
 * + e^\beta)\) keeps the map invertible. The paper's f is the {@code inverse} here; {@code forward}
 * solves a quadratic equation.
 *
 * <ul>
 *   <li>x: (batch, D), context: (batch, C) where a network makes the parameters
 *   <li>parameters: z0, \(\alpha\), of which the magnitude counts, and \(\beta\) in one vector of D
 *       + 2, at first such that the map is the identity
 * </ul>
 *
 * <p>Both directions cost O(D) a row.
 *
 * @see <a href="https://arxiv.org/abs/1505.05770">Rezende and Mohamed, Variational Inference with
 *     Normalizing Flows, 2015, equation 14 and appendix A.2</a>
 */
public final class Radial extends AbstractBijection {

    private final RowParameters rowParameters;

    /** Creates a layer with free parameters. */
    public Radial() {
        rowParameters =
                addChildBlock("parameters", new RowParameters(Radial::count, Radial::identity));
    }

    /**
     * Creates a layer whose parameters come from the context.
     *
     * @param network the network from the context to features, {@code Scripted}
     * @throws IllegalArgumentException if the network is not {@code Scripted}
     */
    public Radial(Block network) {
        rowParameters =
                addChildBlock(
                        "parameters", new RowParameters(Radial::count, Radial::identity, network));
    }

    private static int count(int features) {
        return features + 2;
    }

    /** Draws z0; alpha and softplus(beta) are 1. */
    private static NDArray identity(NDManager manager, Shape shape, DataType type) {
        int features = Math.toIntExact(shape.get(0) - 2);
        try (NDArray z0 = manager.randomNormal(new Shape(features), DataType.FLOAT64)) {
            double[] theta = Arrays.copyOf(z0.toDoubleArray(), features + 2);
            theta[features] = 1;
            theta[features + 1] = Softplus.INVERSE_OF_ONE;
            return Initializers.values(theta).initialize(manager, shape, type);
        }
    }

    @Override
    protected Optional<Kernel> source(boolean training) {
        Kernel kernel = Kernel.of(Radial.class, "radial");
        return rowParameters.kernel(training).map(k -> kernel.calling("parameters", k));
    }
}
