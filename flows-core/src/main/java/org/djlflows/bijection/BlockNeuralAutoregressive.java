package org.djlflows.bijection;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.initializer.Initializer;

import org.djlflows.AbstractBijection;
import org.djlflows.kernel.Initializers;
import org.djlflows.kernel.Kernel;
import org.djlflows.kernel.NumericalInverse;
import org.djlflows.spec.Residual;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/**
 * A layer of the block neural autoregressive flow: one network f, of which output i increases with
 * \(x_i\) and depends on no later feature.
 *
 * <p>\(f = W_L \tanh(W_{L-1} \cdots \tanh(W_1 x + b_1)) + b_L\) with matrices of D by D blocks,
 * zero above the diagonal and positive on it, their rows normalised (weight normalisation). The
 * diagonal of the Jacobian is the product of the blocks on the diagonal and of the slopes of tanh;
 * it is taken in logarithms, \(\log|\det| = \sum_i \log \partial f_i / \partial x_i\).
 *
 * <p>Alone, f maps onto a bounded box, so a flow that ends with it has a density of mass below one.
 * With the {@link Residual#GATED gated} residual, \(z = \sigma(g)\,f(x) + (1 - \sigma(g))\,x\), the
 * layer maps onto all of \(\mathbb{R}^D\).
 *
 * <ul>
 *   <li>x: (batch, D), context: (batch, C), which is seen by all features
 *   <li>parameters: for each layer of k to l units a feature the weight (D l, D k), for the first
 *       (D l, C + D k), the mask of its blocks below the diagonal of the same shape, the log-scale
 *       (D l) and the bias (D l); and the gate (1); at first random as in the paper
 * </ul>
 *
 * <p>Forward costs one pass. Inverse takes D steps in one call, each of which solves for one
 * feature by Newton's method within a bracket, to the rounding of the type, with the gradients of
 * the implicit function theorem; noise without an image (outside of the box of {@link
 * Residual#NONE}) gives NaN in its row. {@link org.djlflows.sampling.Sampler} solves for all
 * features at once, a few times.
 *
 * @see <a href="https://arxiv.org/abs/1904.04676">De Cao, Titov and Aziz, Block Neural
 *     Autoregressive Flow, 2020, equations 6 to 11 and section 3.3</a>
 */
public final class BlockNeuralAutoregressive extends AbstractBijection {

    private final Residual residual;

    /** The units of a feature before each layer and after the last one. */
    private final int[] widths;

    /**
     * Creates a layer with the gated residual.
     *
     * @param hidden the widths of the hidden layers, in units of each feature
     * @throws IllegalArgumentException if there is no hidden layer or one of width 0
     */
    public BlockNeuralAutoregressive(int... hidden) {
        this(Residual.GATED, hidden);
    }

    /**
     * Creates a layer.
     *
     * @param residual what is added to the network
     * @param hidden the widths of the hidden layers, in units of each feature
     * @throws IllegalArgumentException if there is no hidden layer or one of width 0, or no
     *     residual is given
     */
    public BlockNeuralAutoregressive(Residual residual, int... hidden) {
        if (hidden.length == 0 || Arrays.stream(hidden).anyMatch(width -> width < 1)) {
            throw new IllegalArgumentException(
                    "BlockNeuralAutoregressive: expected hidden layers of width 1 or more, got "
                            + Arrays.toString(hidden));
        }
        if (residual == null) {
            throw new IllegalArgumentException(
                    "BlockNeuralAutoregressive: expected a residual, got null");
        }
        this.residual = residual;
        widths = new int[hidden.length + 2];
        Arrays.fill(widths, 1);
        System.arraycopy(hidden, 0, widths, 1, hidden.length);
    }

    private int layers() {
        return widths.length - 1;
    }

    @Override
    protected Optional<Kernel> source(boolean training) {
        Kernel ofFeature = source("block_of_feature").with("LAYERS", layers());
        return Optional.of(
                source("block_neural_autoregressive")
                        .calling("log_product", source("log_product").with("TINY", 1e-30))
                        .calling(
                                "residual",
                                source("residual_" + residual.name().toLowerCase(Locale.ROOT)))
                        .calling("network", NumericalInverse.solving(ofFeature, getDataType()))
                        .with("FEATURES", getEventShape().get(0))
                        .with("LAYERS", layers())
                        .with("WIDTHS", Arrays.stream(widths).boxed().toList())
                        .with("LOG_TWO", Math.log(2)));
    }

    private static Kernel source(String name) {
        return Kernel.of(BlockNeuralAutoregressive.class, name);
    }

    @Override
    protected void prepare(Shape[] inputShapes) {
        for (Shape shape : inputShapes) {
            requireVectors(shape);
        }
        int features = Math.toIntExact(inputShapes[0].get(1));
        int context = inputShapes.length > 1 ? Math.toIntExact(inputShapes[1].get(1)) : 0;
        for (int i = 0; i < layers(); i++) {
            addLayer(i, features, i == 0 ? context : 0);
        }
        if (residual == Residual.GATED) {
            addWeight("gate", new Shape(1), Initializers.normal());
        }
    }

    /** The columns of the context come first and belong to the blocks below the diagonal. */
    private void addLayer(int layer, int features, int context) {
        int in = widths[layer];
        int out = widths[layer + 1];
        int rows = features * out;
        int columns = context + features * in;
        IntUnaryOperator below = place -> context + place / columns / out * in;
        double[] mask =
                IntStream.range(0, rows * columns)
                        .mapToDouble(place -> place % columns < below.applyAsInt(place) ? 1 : 0)
                        .toArray();
        // Xavier's bound, for the inputs that the row sees.
        DrawnNumber weight =
                (place, u) -> {
                    int seen = below.applyAsInt(place) + in;
                    double bound = Math.sqrt(6.0 / (seen + out));
                    return place % columns < seen ? bound * (2 * u - 1) : 0;
                };
        Shape shape = new Shape(rows, columns);
        addWeight("weight" + layer, shape, drawn(weight));
        // The logarithm of a number drawn from (0, 1].
        addWeight("log_scale" + layer, new Shape(rows), drawn((place, u) -> Math.log1p(-u)));
        addWeight("bias" + layer, new Shape(rows), Initializers.uniform(rows));
        addBuffer("mask" + layer, shape, Initializers.values(mask));
    }

    /** What the number at a place is made of, u drawn uniformly from [0, 1). */
    @FunctionalInterface
    private interface DrawnNumber {

        double at(int place, double u);
    }

    private static Initializer drawn(DrawnNumber number) {
        return (manager, shape, type) -> {
            try (NDArray drawn = manager.randomUniform(0, 1, shape, DataType.FLOAT64)) {
                double[] u = drawn.toDoubleArray();
                Arrays.setAll(u, place -> number.at(place, u[place]));
                return Initializers.values(u).initialize(manager, shape, type);
            }
        };
    }
}
