package org.djlflows.bijection;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.training.initializer.Initializer;

import org.djlflows.AbstractBijection;
import org.djlflows.kernel.Initializers;
import org.djlflows.kernel.Kernel;
import org.djlflows.nn.RowParameters;
import org.djlflows.univariate.Univariate;

import java.util.Optional;

/**
 * A radial flow: the direction from a centre passes unchanged, and the radius is moved by a scalar
 * map, whose parameters are the same in all directions or made of the direction by a network.
 *
 * <p>\(z = x_0 + (x - x_0)\,\rho(r) / r\) with \(r = |S (x - x_0)|\) and \(\rho(r) = \tau(r) -
 * \tau(0)\); \(\log|\det| = \log \tau'(r) + (D - 1) \log(\rho(r) / r)\). S is diagonal and
 * positive.
 *
 * <ul>
 *   <li>x: (batch, D); context: (batch, C), which the network sees beside the direction
 *   <li>parameters: x0, drawn at first, the logarithms of S, and those of the maps
 * </ul>
 *
 * <p>Both directions cost O(D) a row, one pass of the network, and three evaluations of the scalar
 * map; the inverse one of its inverse more. Smooth but for the centre, if the direction counts.
 *
 * @see <a href="https://arxiv.org/abs/2601.10774">Gerdes and Cheng, Analytic Bijections for Smooth
 *     and Interpretable Normalizing Flows, 2026</a>
 */
public final class RadialCoupling extends AbstractBijection {

    private final Univariate univariate;
    private final RowParameters rowParameters;

    /**
     * Creates a layer that treats all directions alike.
     *
     * @param univariate the scalar map
     */
    public RadialCoupling(Univariate univariate) {
        this(univariate, new RowParameters(d -> univariate.getParameterCount(), Initializer.ZEROS));
    }

    /**
     * Creates a layer in which the direction and the context decide.
     *
     * @param univariate the scalar maps
     * @param network the network from the direction, of unit length, and the context to features,
     *     {@code Scripted}
     * @throws IllegalArgumentException if the network is not {@code Scripted}
     */
    public RadialCoupling(Univariate univariate, Block network) {
        this(
                univariate,
                new RowParameters(d -> univariate.getParameterCount(), Initializer.ZEROS, network));
    }

    private RadialCoupling(Univariate univariate, RowParameters rowParameters) {
        this.univariate = addChildBlock("univariate", univariate);
        this.rowParameters = addChildBlock("parameters", rowParameters);
    }

    @Override
    protected Optional<Kernel> source(boolean training) {
        Kernel kernel =
                Kernel.of(RadialCoupling.class, "radial_coupling")
                        .calling("univariate", univariate.kernel(training).orElseThrow());
        return rowParameters.kernel(training).map(k -> kernel.calling("parameters", k));
    }

    @Override
    protected void prepare(Shape[] inputShapes) {
        requireVectors(inputShapes[0]);
        Shape features = inputShapes[0].slice(1);
        addWeight("center", features, Initializers.normal());
        addWeight("log_scale", features, Initializer.ZEROS);
    }

    @Override
    protected void initializeChildBlocks(NDManager manager, DataType type, Shape... shapes) {
        Shape x = shapes[0];
        long context = shapes.length > 1 ? shapes[1].get(1) : 0;
        univariate.initialize(manager, type, new Shape(1, 1));
        rowParameters.initialize(manager, type, x, new Shape(x.get(0), x.get(1) + context));
    }
}
