package org.djlflows.bijection;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.initializer.Initializer;

import org.djlflows.AbstractBijection;
import org.djlflows.kernel.Initializers;
import org.djlflows.kernel.Kernel;
import org.djlflows.spec.Activation;
import org.djlflows.univariate.Univariate;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * An autoregressive layer: each feature is moved by a scalar map whose parameters are made from the
 * features before it, \(z_i = \tau(x_i; \theta_i(x_1, \dots, x_{i-1}, c))\), \(\log|\det| = \sum_i
 * \log \tau'(x_i)\). An {@link Order} can gather features to groups that do not see each other.
 *
 * <p>One masked network (MADE) makes all parameters in one pass: a hidden unit of degree d sees the
 * first d groups in the order and the context, and the parameters of the features of rank r see the
 * units of degree r and less. With {@code Affine} maps this is a layer of MAF, with splines of the
 * autoregressive neural spline flow; {@code inverted()} it is a layer of IAF, whose sampling takes
 * one pass.
 *
 * <ul>
 *   <li>x: (batch, D), context: (batch, C)
 *   <li>parameters: weights and biases of the hidden layers, and of the output map, zero at first,
 *       so that a fresh layer is the identity where the maps are it at zero; each with its mask
 * </ul>
 *
 * <p>Units are spread over the degrees evenly: with fewer units than groups some features are seen
 * by none, so take layers of several times as many units.
 *
 * <p>Forward costs one pass through the network. Inverse takes as many steps in one call as there
 * are groups, D for single features, in each of which only those hidden units are made that the
 * next group needs: the products cost what one pass costs. {@link org.djlflows.sampling.Sampler}
 * inverts it in a few passes over all features instead.
 *
 * @see <a href="https://arxiv.org/abs/1502.03509">Germain, Gregor, Murray and Larochelle, MADE,
 *     2015, equations 8 to 13</a>
 * @see <a href="https://arxiv.org/abs/1705.07057">Papamakarios, Pavlakou and Murray, Masked
 *     Autoregressive Flow for Density Estimation, 2017, equations 3 to 5</a>
 */
public final class MaskedAutoregressive extends AbstractBijection {

    private final Univariate univariate;
    private final Order order;
    private final MaskedNet network;

    /**
     * Creates a layer in the order of the features with hidden layers of rectified linear units.
     *
     * @param univariate the scalar maps
     * @param hidden the widths of the hidden layers
     * @throws IllegalArgumentException if there is no hidden layer or one of width 0
     */
    public MaskedAutoregressive(Univariate univariate, int... hidden) {
        this(univariate, Order.ASCENDING, MaskedNet.mlp(Activation.RELU, hidden));
    }

    /**
     * Creates a layer.
     *
     * @param univariate the scalar maps
     * @param order which features see which
     * @param network the hidden layers
     */
    public MaskedAutoregressive(Univariate univariate, Order order, MaskedNet network) {
        this.order = order;
        this.network = network;
        this.univariate = addChildBlock("univariate", univariate);
    }

    /** {@inheritDoc} */
    @Override
    protected Optional<Kernel> source(boolean training) {
        int features = Math.toIntExact(getEventShape().get(0));
        int[][] groups = groups(features);
        List<Integer> inOrder = Arrays.stream(groups).flatMapToInt(Arrays::stream).boxed().toList();
        List<List<Integer>> columns = network.columns(features);
        List<Integer> columnsInOrder =
                inOrder.stream().flatMap(feature -> columns.get(feature).stream()).toList();
        boolean hasContext = getContextShape().isPresent();
        List<List<Integer>> units =
                Arrays.stream(network.widths())
                        .mapToObj(width -> degrees(width, groups.length, hasContext))
                        .map(degrees -> unitsByRank(degrees, groups.length))
                        .toList();
        return Optional.of(
                Kernel.of(MaskedAutoregressive.class, "masked_autoregressive")
                        .calling("network", network.kernel())
                        .calling("features", network.features())
                        .calling("steps", network.steps(units))
                        .calling("layout", univariate.vectorLayout())
                        .calling("univariate", univariate.stepwiseKernel(training))
                        .with("HIDDEN", network.widths().length)
                        .with("PARAMETERS", univariate.getParameterCount())
                        .with("ORDER", inOrder)
                        .with("COLUMNS", columnsInOrder)
                        .with("SEEN", columnsInOrder.size())
                        .with("SIZES", Arrays.stream(groups).map(group -> group.length).toList()));
    }

    /** Returns for each rank how many units the features of that group see. */
    private static List<Integer> unitsByRank(int[] degrees, int groups) {
        return IntStream.range(0, groups)
                .map(rank -> (int) Arrays.stream(degrees).filter(d -> d <= rank).count())
                .boxed()
                .toList();
    }

    /** Returns the groups of the order, which must hold each feature once. */
    private int[][] groups(int features) {
        int[][] groups = order.groups(features);
        int[] sorted = Arrays.stream(groups).flatMapToInt(Arrays::stream).sorted().toArray();
        boolean filled = Arrays.stream(groups).allMatch(group -> group.length > 0);
        if (!filled || !Arrays.equals(sorted, IntStream.range(0, features).toArray())) {
            throw new IllegalArgumentException(
                    "MaskedAutoregressive: expected an order of "
                            + features
                            + " features, got "
                            + Arrays.deepToString(groups));
        }
        return groups;
    }

    /** Returns for each feature the place of its group in the order. */
    private static int[] ranks(int[][] groups, int features) {
        int[] ranks = new int[features];
        for (int rank = 0; rank < groups.length; rank++) {
            for (int feature : groups[rank]) {
                ranks[feature] = rank;
            }
        }
        return ranks;
    }

    /**
     * Returns for each hidden unit how many groups it sees, all but one at most. Units that see no
     * feature are of use where there is a context, by which they move the first group.
     */
    private static int[] degrees(int width, int groups, boolean hasContext) {
        int lowest = hasContext || groups == 1 ? 0 : 1;
        int different = groups - lowest;
        return IntStream.range(0, width)
                .map(unit -> width < different ? unit * different / width : unit % different)
                .map(degree -> lowest + degree)
                .sorted()
                .toArray();
    }

    /** {@inheritDoc} */
    @Override
    protected void prepare(Shape[] inputShapes) {
        for (Shape shape : inputShapes) {
            requireVectors(shape);
        }
        int features = Math.toIntExact(inputShapes[0].get(1));
        boolean hasContext = inputShapes.length > 1;
        int context = hasContext ? Math.toIntExact(inputShapes[1].get(1)) : 0;
        int[][] groups = groups(features);
        int[] ranks = ranks(groups, features);
        int[] hidden = network.widths();
        // An input is seen by units of a higher degree than its own; the context by all.
        List<List<Integer>> columns = network.columns(features);
        int[] seen =
                IntStream.concat(
                                IntStream.range(0, features)
                                        .flatMap(
                                                i ->
                                                        columns.get(i).stream()
                                                                .mapToInt(column -> ranks[i] + 1)),
                                IntStream.generate(() -> 0).limit(context))
                        .toArray();
        for (int i = 0; i < hidden.length; i++) {
            int[] degrees = degrees(hidden[i], groups.length, hasContext);
            addLinear(i, degrees, seen);
            seen = degrees;
        }
        int[] outputs =
                IntStream.range(0, univariate.getParameterCount() * features)
                        .map(row -> ranks[row % features])
                        .toArray();
        addLinear(hidden.length, outputs, seen);
    }

    /** A unit of degree d sees what has degree d or less. */
    private void addLinear(int i, int[] degrees, int[] seen) {
        Shape shape = new Shape(degrees.length, seen.length);
        double[] mask = new double[degrees.length * seen.length];
        for (int j = 0; j < mask.length; j++) {
            mask[j] = seen[j % seen.length] <= degrees[j / seen.length] ? 1 : 0;
        }
        boolean last = i == network.widths().length;
        Initializer initial = last ? Initializer.ZEROS : Initializers.uniform(seen.length);
        addWeight("weight" + i, shape, initial);
        addWeight("bias" + i, new Shape(degrees.length), initial);
        addBuffer("mask" + i, shape, Initializers.values(mask));
    }

    /** {@inheritDoc} */
    @Override
    protected void initializeChildBlocks(NDManager manager, DataType type, Shape... shapes) {
        univariate.initialize(manager, type, shapes[0]);
    }
}
