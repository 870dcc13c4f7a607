package org.djlflows.bijection;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;

import org.djlflows.AbstractBijection;
import org.djlflows.kernel.Initializers;
import org.djlflows.kernel.Kernel;
import org.djlflows.kernel.NoGrad;
import org.djlflows.kernel.NumericalInverse;
import org.djlflows.kernel.Program;
import org.djlflows.nn.RowParameters;

import java.util.Arrays;
import java.util.Optional;

/**
 * A planar map: from noise to data \(x = z + \hat u\,h(w^\top z + b)\), which moves z along one
 * direction by a function of another.
 *
 * <p>\(\log|\det| = \log(1 + w^\top \hat u\,h'(w^\top z + b))\) of the {@code inverse}; \(\hat u =
 * u + (m(w^\top u) - w^\top u)\,w / |w|^2\), \(m(s) = -1 + \log(1 + e^s)\), keeps the map
 * invertible. The paper's f is the {@code inverse} here. {@code forward} solves \(a + w^\top \hat
 * u\,h(a) = w^\top x + b\): for tanh by Newton's method within a bracket, to the rounding of the
 * type, with the gradients of the implicit function theorem; for the leaky ReLU in closed form.
 *
 * <ul>
 *   <li>x: (batch, D), context: (batch, C) where a network makes the parameters
 *   <li>parameters: u, w and b in one vector of 2 D + 1, at first such that the map is the identity
 * </ul>
 *
 * <p>Inverse costs O(D) a row, forward some ten scalar steps more. Where \(w^\top \hat u\) is close
 * to -1 the map is almost singular and a part of x is lost to rounding: {@link #accuracy} tells.
 *
 * @see <a href="https://arxiv.org/abs/1505.05770">Rezende and Mohamed, Variational Inference with
 *     Normalizing Flows, 2015, equations 10 to 12 and appendix A.1</a>
 */
public final class Planar extends AbstractBijection {

    /** The function h. */
    public enum Function {
        /** The hyperbolic tangent. */
        TANH("planar_tanh"),

        /** x above 0, 0.01 x below. */
        LEAKY_RELU("planar_leaky_relu");

        private final String kernel;

        Function(String kernel) {
            this.kernel = kernel;
        }
    }

    private static final double LEAK = 0.01;

    private final Function function;
    private final RowParameters rowParameters;

    /**
     * Creates a layer with free parameters.
     *
     * @param function the function h
     */
    public Planar(Function function) {
        this.function = function;
        rowParameters =
                addChildBlock("parameters", new RowParameters(Planar::count, Planar::identity));
    }

    /**
     * Creates a layer whose parameters come from the context.
     *
     * @param function the function h
     * @param network the network from the context to features, {@code Scripted}
     * @throws IllegalArgumentException if the network is not {@code Scripted}
     */
    public Planar(Function function, Block network) {
        this.function = function;
        rowParameters =
                addChildBlock(
                        "parameters", new RowParameters(Planar::count, Planar::identity, network));
    }

    private static int count(int features) {
        return 2 * features + 1;
    }

    /** Draws w, of length 1, and places u along it. */
    private static NDArray identity(NDManager manager, Shape shape, DataType type) {
        int features = Math.toIntExact((shape.get(0) - 1) / 2);
        double[] theta = new double[2 * features + 1];
        try (NDArray drawn = manager.randomNormal(new Shape(features), DataType.FLOAT64)) {
            double[] w = drawn.toDoubleArray();
            double length = Math.sqrt(Arrays.stream(w).map(value -> value * value).sum());
            for (int i = 0; i < features; i++) {
                theta[features + i] = w[i] / length;
                // m(w u) = 0.
                theta[i] = Softplus.INVERSE_OF_ONE * theta[features + i];
            }
        }
        return Initializers.values(theta).initialize(manager, shape, type);
    }

    @Override
    protected Optional<Kernel> source(boolean training) {
        Kernel h = Kernel.of(Planar.class, function.kernel);
        Kernel activation =
                function == Function.TANH
                        ? NumericalInverse.solving(h, getDataType())
                        : h.with("LEAK", LEAK);
        Kernel kernel =
                Kernel.of(Planar.class, "planar")
                        .calling("activation", activation)
                        .with("TINY", 1e-30);
        return rowParameters.kernel(training).map(k -> kernel.calling("parameters", k));
    }

    /**
     * Tells how accurate {@code forward} is.
     *
     * @param inputs x and, where a network makes the parameters, the context
     * @return two arrays of shape (batch): the largest difference between x and the {@code inverse}
     *     of its {@code forward}; and the condition number of the map there, the largest over the
     *     smallest singular value of the Jacobian, by which relative rounding of x can grow
     * @throws IllegalArgumentException if shapes or types are not those of the layer
     * @throws IllegalStateException if the layer is not initialised
     */
    public NDList accuracy(NDList inputs) {
        checkInputs(inputs, getEventShape());
        Program program = compile(kernel(false).orElseThrow(), "accuracy");
        NDManager manager = inputs.get(0).getManager();
        try (NoGrad noGrad = NoGrad.open()) {
            ParameterStore store = new ParameterStore(manager, false);
            return call(program, "accuracy", store, inputs, false);
        }
    }
}
