package org.djlflows.bijection;

import ai.djl.ndarray.types.Shape;
import ai.djl.training.initializer.Initializer;

import org.djlflows.AbstractBijection;
import org.djlflows.kernel.Initializers;
import org.djlflows.kernel.Kernel;
import org.djlflows.kernel.NumericalInverse;
import org.djlflows.spec.Trace;
import org.djlflows.spec.Transform;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A layer of a residual flow: \(z = x + g(x, c)\) with a network g that contracts in x, as the
 * layers of an invertible residual network (i-ResNet) do.
 *
 * <p>Each matrix W of the network is \(W \min(1, a / \|W\|)\) with the coefficient a below 1, but
 * for the columns of the context, which are free; and each activation \(f(b h) / b\) has a slope of
 * at most 1 for its learned, positive b. So g with n hidden layers has a Lipschitz constant of at
 * most \(a^{n+1}\), whatever the parameters are: \(\|W\| = (\mathrm{tr}(W^\top W)^{q})^{1/2q}\)
 * with q = 513, which comes of 9 squares of \(W^\top W\), is never below the spectral norm, and
 * above it by less than 0.5 % for a hundred units. (Power iterations approach it from below, and
 * from vectors of other weights.)
 *
 * <p>{@code forward} has a closed form, \(\log|\det(I + J)|\) from the whole Jacobian J of g. With
 * {@link Trace#HUTCHINSON} it is an unbiased estimate in {@code forward} of training: \(\sum_k
 * (-1)^{k+1} v^\top J^k v / k\) for a random v of signs, the first 4 terms and as many more as
 * Russian roulette leaves. {@code inverse} takes the steps \(x \leftarrow z - g(x, c)\) to the
 * rounding of the type, and where they take too long Newton's; its gradients are those of the
 * implicit function theorem.
 *
 * <ul>
 *   <li>x: (batch, D), context: (batch, C)
 *   <li>parameters: weight (l, k) and bias (l) of each layer of k to l units, of the first one k =
 *       D + C, the weight of the last one 0 at first, and so the map the identity; and the
 *       steepness s of each activation, \(b = \mathrm{softplus}(s)\)
 * </ul>
 *
 * <p>Forward costs as much as D + 1 evaluations of g, the estimate as much as 8 on average, and a
 * training step three times as much. The gradient of the log-determinant is that of \(u^\top J t\)
 * with \(t = (I + J)^{-1} v\), by the inverse or its Neumann series: so a step keeps one tangent of
 * each unit and direction and no powers of J. Inverse costs some 20 evaluations, more where g
 * hardly contracts, and one forward.
 *
 * <p>At first b is the root of the units for each feature: bounded matrices spread x over so many
 * units that without it each of them would be nearly linear.
 *
 * @see <a href="https://arxiv.org/abs/1811.00995">Behrmann, Grathwohl, Chen, Duvenaud and Jacobsen,
 *     Invertible Residual Networks, 2019</a>
 * @see <a href="https://arxiv.org/abs/1906.02735">Chen, Behrmann, Duvenaud and Jacobsen, Residual
 *     Flows for Invertible Generative Modeling, 2019, theorems 1 and 2</a>
 * @see <a href="https://arxiv.org/abs/2305.16173">Delattre, Barthélemy, Araujo and Allauzen,
 *     Efficient Bound of Lipschitz Constant for Convolutional Layers by Gram Iteration, 2023</a>
 */
public final class ResidualFlow extends AbstractBijection {

    /** Of three squares each. */
    private static final int ROUNDS = 3;

    /** Terms of the series that are never left out. */
    private static final int EXACT_TERMS = 4;

    /** The probability that another term follows these. */
    private static final double SURVIVAL = 0.75;

    private final Transform.ResidualFlow settings;

    /**
     * Creates a layer.
     *
     * @param settings the network, its bound, and how training computes the log-determinant
     */
    public ResidualFlow(Transform.ResidualFlow settings) {
        this.settings = settings;
    }

    /** Directions and the number of terms are drawn. */
    @Override
    protected boolean drawsInForward() {
        return settings.trace() == Trace.HUTCHINSON;
    }

    @Override
    protected Optional<Kernel> source(boolean training) {
        Kernel norm =
                source("spectral_norm")
                        .with("ROUNDS", ROUNDS)
                        .with("TINY", 1e-30)
                        .with("LOG_COEFFICIENT", Math.log(settings.coefficient()));
        Kernel exact = layer(false);
        Kernel layer = training && settings.trace() == Trace.HUTCHINSON ? layer(true) : exact;
        return Optional.of(
                withNetwork(source("residual_flow"))
                        .calling("norm", norm)
                        .calling("layer", layer)
                        .calling("solved", NumericalInverse.ofBijection(exact, getDataType())));
    }

    private Kernel layer(boolean estimated) {
        return withNetwork(source("residual_layer"))
                .with("EXACT_TERMS", EXACT_TERMS)
                .with("SURVIVAL", SURVIVAL)
                .with("ESTIMATED", estimated);
    }

    private Kernel withNetwork(Kernel kernel) {
        String name = settings.activation().name().toLowerCase(Locale.ROOT);
        return kernel.calling("activation", source("lipschitz_" + name))
                .with("LAYERS", settings.hidden().size() + 1)
                .with("FIRST", settings.activatesInput() ? 0 : 1);
    }

    private static Kernel source(String name) {
        return Kernel.of(ResidualFlow.class, name);
    }

    @Override
    protected void prepare(Shape[] inputShapes) {
        long in = 0;
        for (Shape shape : inputShapes) {
            requireVectors(shape);
            in += shape.get(1);
        }
        long features = inputShapes[0].get(1);
        List<Double> steepness = new ArrayList<>();
        if (settings.activatesInput()) {
            steepness.add(Softplus.INVERSE_OF_ONE);
        }
        List<Integer> hidden = settings.hidden();
        for (int i = 0; i < hidden.size(); i++) {
            Shape width = new Shape(hidden.get(i));
            long ofFeature = Math.max(1, width.get(0) / features);
            addWeight("layer" + i + "_weight", width.add(in), Initializers.uniform(in));
            addWeight("layer" + i + "_bias", width, Initializers.uniform(ofFeature));
            double root = Math.sqrt((double) ofFeature);
            steepness.add(root + Math.log(-Math.expm1(-root)));
            in = width.get(0);
        }
        String last = "layer" + hidden.size();
        addWeight(last + "_weight", new Shape(features, in), Initializer.ZEROS);
        addWeight(last + "_bias", new Shape(features), Initializer.ZEROS);
        double[] values = steepness.stream().mapToDouble(s -> s).toArray();
        addWeight("steepness", new Shape(values.length), Initializers.values(values));
    }
}
