package org.djlflows.interchange;

import ai.djl.ndarray.types.Shape;

import org.djlflows.Bijection;
import org.djlflows.NormalizingFlow;
import org.djlflows.bijection.DenseLinear;
import org.djlflows.bijection.LuLinear;
import org.djlflows.bijection.Partial;
import org.djlflows.bijection.Permutation;
import org.djlflows.interchange.WeightImport.Tensor;
import org.djlflows.spec.Activation;
import org.djlflows.spec.FeatureOrder;
import org.djlflows.spec.Kept;
import org.djlflows.spec.Network;
import org.djlflows.spec.ScalarMap;
import org.djlflows.spec.ScaleMap;
import org.djlflows.spec.Specs;
import org.djlflows.spec.SplineConstraint;
import org.djlflows.spec.SplineEnds;
import org.djlflows.spec.Transform;
import org.djlflows.spec.VectorFlow;
import org.djlflows.weights.StateDict;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The weights of flows of nflows 0.14 in the presets.
 *
 * <pre>{@code
 * StateDict weights = StateDict.read(file);
 * FoundFlow found = NflowsWeights.find(weights, Activation.RELU, 3);
 * FlowConfig config = found.config(columns, List.of());
 * FlowModel model = FlowModel.create(config, means, deviations, manager);
 * System.out.print(NflowsWeights.importInto(model.flow(), found, weights));
 * }</pre>
 *
 * <p>The tensors are those of a {@code Flow} over a {@code StandardNormal}, such as {@code
 * SimpleRealNVP} and {@code MaskedAutoregressiveFlow}, or of its {@code CompositeTransform}, of
 *
 * <ul>
 *   <li>{@code AffineCouplingTransform} with its default scale or {@code
 *       PiecewiseRationalQuadraticCouplingTransform}, or such a one of linear, quadratic or cubic
 *       splines, with linear tails, all with a {@code ResidualNet}, with or without context and, of
 *       rational-quadratic splines, with an unconditional transform or not: {@link
 *       org.djlflows.spec.Presets#realNvp}, {@link org.djlflows.spec.Presets#neuralSplineFlow}; or
 *   <li>{@code MaskedAffineAutoregressiveTransform} or {@code
 *       MaskedPiecewiseRationalQuadraticAutoregressiveTransform} or the quadratic one with linear
 *       tails, with or without residual blocks, without random masks and without context: {@link
 *       org.djlflows.spec.Presets#maskedAutoregressiveFlow}, {@link
 *       org.djlflows.spec.Presets#autoregressiveSplineFlow}; and
 *   <li>before, between and after these any number of permutations, {@code LULinear}, {@code
 *       QRLinear}, {@code SVDLinear}, {@code NaiveLinear}, {@code HouseholderSequence} and {@code
 *       ActNorm}, which become one matrix where they are more than a permutation and an {@code
 *       LULinear} after it.
 * </ul>
 *
 * <p>No tensor tells the non-linearity, the kind and the bound of splines, another scale of affine
 * couplings, another {@code eps} of linear transforms, or another smallest size or slope of a bin:
 * with wrong ones all is imported without a complaint and densities are wrong. So compare a density
 * with that of nflows.
 */
public final class NflowsWeights {

    /** A constant that some versions save. */
    static final String LOG_Z = "_distribution._log_z";

    /** What the names of the tensors of unconditional splines begin with. */
    private static final String OWN_MAPS = "unconditional_transform.unnormalized_";

    private static final double SMALLEST = 1e-3;

    private final StateDict weights;
    private final NflowsStack stack;

    private NflowsWeights(StateDict weights) throws IOException {
        this(weights, NflowsStack.of(weights));
    }

    /** Takes the transforms of a flow whose couplings are those of nflows. */
    NflowsWeights(StateDict weights, NflowsStack stack) {
        this.weights = weights;
        this.stack = stack;
    }

    /**
     * Finds the flow that the tensors are those of.
     *
     * @param weights the tensors
     * @param activation the non-linearity of the networks
     * @param bound the bound of splines, {@code tail_bound}; of no meaning to affine maps
     * @return the flow
     * @throws IOException if the tensors are not those of such a flow
     * @throws IllegalArgumentException if the flow is out of its ranges
     */
    public static FoundFlow find(StateDict weights, Activation activation, double bound)
            throws IOException {
        return find(weights, activation, rationalQuadratic(2, bound));
    }

    /**
     * Finds the flow that the tensors are those of, with splines of a kind that no tensor tells.
     *
     * @param weights the tensors
     * @param activation the non-linearity of the networks
     * @param splines a linear, quadratic or cubic spline with the bound of those of the flow,
     *     {@code tail_bound}; its other fields are of no meaning. A rational-quadratic one is that
     *     of the other method
     * @return the flow
     * @throws IOException if the tensors are not those of such a flow
     * @throws IllegalArgumentException if the flow is out of its ranges
     */
    public static FoundFlow find(StateDict weights, Activation activation, ScalarMap splines)
            throws IOException {
        return new NflowsWeights(weights).find(activation, splines);
    }

    /**
     * Overwrites the parameters of a flow; nothing is changed if anything disagrees. Where the
     * preset has a permutation or a linear map that the other flow does not have it becomes the
     * identity.
     *
     * @param flow its blocks, or those of a model folder of it, initialised
     * @param found the flow that was found in the tensors
     * @param weights the tensors
     * @return what was copied
     * @throws IOException if the tensors are those of another flow, are missing, left over or of
     *     other shapes, all of which the message lists, or have other masks
     * @throws IllegalArgumentException if the blocks are not those of the flow
     * @throws IllegalStateException if the flow is not initialised
     */
    public static ImportReport importInto(NormalizingFlow flow, FoundFlow found, StateDict weights)
            throws IOException {
        NflowsWeights source = new NflowsWeights(weights);
        boolean affine = found.map() instanceof ScalarMap.Affine;
        ScalarMap splines = affine ? rationalQuadratic(2, 1) : found.map();
        found.requireEqual(weights, source.find(found.activation(), splines));
        return source.importInto(flow, found);
    }

    FoundFlow find(Activation activation, ScalarMap splines) throws IOException {
        int width = Tensors.size(weights, net() + "initial_layer.weight", 0);
        int[] hidden = new int[blocks() + (isResidual() ? 0 : 1)];
        Arrays.fill(hidden, width);
        Network network = FoundFlow.network(isResidual(), activation, hidden);
        String first = stack.transforms().get(0);
        boolean couplings = stack.ofCouplings();
        int features =
                couplings
                        ? Tensors.places(weights, first + "identity_features").length + moved(first)
                        : Tensors.size(weights, net() + "initial_layer.weight", 1);
        if (!couplings && Tensors.has(weights, net() + "context_layer.weight")) {
            throw stack.refusal("masked autoregressive transforms without context", "a context");
        }
        ScalarMap map = map(couplings ? moved(first) : features, splines);
        Transform transform =
                couplings
                        ? new Transform.Coupling(
                                map, network, FoundFlow.period(masks(features)), isUnconditional())
                        : new Transform.Autoregressive(
                                map, network, List.of(FeatureOrder.ASCENDING), 0);
        VectorFlow flow = new VectorFlow(transform, stack.transforms().size(), stack.mixing());
        String ofContext = net() + "blocks.0.context_layer.weight";
        int context = couplings && hasContext() ? Tensors.size(weights, ofContext, 1) : 0;
        return new FoundFlow(flow, features, context);
    }

    /** Returns what the names of the tensors of the first network begin with. */
    private String net() throws IOException {
        return stack.net(stack.transforms().get(0));
    }

    private boolean isResidual() throws IOException {
        return Tensors.has(weights, net() + "blocks.0.linear_layers.0.weight");
    }

    /** Tells whether what couplings keep is moved too. */
    private boolean isUnconditional() throws IOException {
        long count =
                stack.transforms().stream()
                        .filter(prefix -> Tensors.has(weights, prefix + OWN_MAPS + "widths"))
                        .count();
        if (count > 0 && count < stack.transforms().size()) {
            throw stack.refusal("couplings of one kind", "some with an unconditional transform");
        }
        return count > 0;
    }

    private boolean hasContext() throws IOException {
        return Tensors.has(weights, net() + "blocks.0.context_layer.weight");
    }

    private int blocks() throws IOException {
        int blocks = Tensors.count(weights, "\\Q" + net() + "\\Eblocks\\.(\\d+)\\..*");
        if (blocks == 0) {
            throw stack.refusal("networks with blocks", "none under " + net());
        }
        return blocks;
    }

    /** Returns the scalar map of which a network has the parameters of so many. */
    private ScalarMap map(int moved, ScalarMap splines) throws IOException {
        int rows = Tensors.size(weights, net() + "final_layer.weight", 0);
        String got = rows + " outputs of " + net() + " for " + moved + " features";
        if (splines instanceof ScalarMap.RationalQuadraticSpline spline) {
            int count =
                    FoundFlow.parameters(rows, moved)
                            .orElseThrow(() -> stack.refusal(FoundFlow.PARAMETERS, got));
            ScaleMap scale = stack.ofCouplings() ? ScaleMap.SHIFTED_SIGMOID : ScaleMap.SOFTPLUS;
            return count == 2
                    ? new ScalarMap.Affine(scale)
                    : rationalQuadratic(FoundFlow.bins(count), spline.bound());
        }
        int count = moved == 0 || rows % moved != 0 ? 0 : rows / moved;
        if (!stack.ofCouplings() && !(splines instanceof ScalarMap.QuadraticSpline)) {
            throw stack.refusal(
                    "linear and cubic splines in couplings, where they have tails,", got);
        }
        if (splines instanceof ScalarMap.LinearSpline spline && count >= 2) {
            return new ScalarMap.LinearSpline(count, spline.bound());
        }
        if (splines instanceof ScalarMap.QuadraticSpline spline && count >= 3 && count % 2 == 1) {
            return new ScalarMap.QuadraticSpline(
                    (count + 1) / 2, spline.bound(), SplineEnds.HALVED);
        }
        if (splines instanceof ScalarMap.CubicSpline spline && count >= 6 && count % 2 == 0) {
            return new ScalarMap.CubicSpline((count - 2) / 2, spline.bound());
        }
        throw stack.refusal(
                "K outputs for each feature that is moved, of a linear spline, 2 K - 1, of a"
                        + " quadratic, or 2 K + 2, of a cubic one,",
                got + " and " + Specs.name(splines.getClass()));
    }

    static ScalarMap rationalQuadratic(int bins, double bound) {
        return new ScalarMap.RationalQuadraticSpline(bins, bound, SplineConstraint.SOFTPLUS);
    }

    private List<Kept> masks(int features) throws IOException {
        List<Kept> masks = new ArrayList<>();
        for (String prefix : stack.transforms()) {
            int[] identity = Tensors.places(weights, prefix + "identity_features");
            int[] moved = Tensors.places(weights, prefix + "transform_features");
            Optional<Kept> mask =
                    Arrays.stream(Kept.values())
                            .filter(
                                    kept ->
                                            Arrays.equals(
                                                    identity, places(kept.of(features), true)))
                            .filter(kept -> Arrays.equals(moved, places(kept.of(features), false)))
                            .findFirst();
            masks.add(
                    mask.orElseThrow(
                            () ->
                                    stack.refusal(
                                            "couplings that keep one of "
                                                    + Arrays.toString(Kept.values())
                                                    + " and move the others",
                                            Arrays.toString(identity)
                                                    + " and "
                                                    + Arrays.toString(moved))));
        }
        return masks;
    }

    private static int[] places(boolean[] kept, boolean which) {
        return IntStream.range(0, kept.length).filter(i -> kept[i] == which).toArray();
    }

    private ImportReport importInto(NormalizingFlow flow, FoundFlow found) throws IOException {
        Layers layers = new Layers(flow, found);
        WeightImport copy = new WeightImport(weights).ignore(LOG_Z);
        take(copy, layers, found);
        layers.keepOthers(copy);
        return copy.into(flow);
    }

    void take(WeightImport copy, Layers layers, FoundFlow found) throws IOException {
        int transform = 0;
        for (int layer = 0; layer < layers.count(); layer++) {
            NflowsStack.Slot slot = stack.slot(transform);
            Bijection own = layers.get(layer);
            if (own instanceof Permutation) {
                takePermutation(copy, slot.permutation(), layers, layer);
            } else if (own instanceof LuLinear) {
                takeLuLinear(copy, slot.linear(), layers, layer);
            } else if (own instanceof Partial) {
                takeOwnMaps(
                        copy, stack.transforms().get(transform - 1), layers, layer, found.map());
            } else if (own instanceof DenseLinear) {
                NflowsLinear.take(
                        copy,
                        slot.maps(),
                        layers.path(layer, "weight"),
                        layers.path(layer, "bias"),
                        found.features());
            } else {
                String prefix = stack.transforms().get(transform);
                if (stack.ofCouplings()) {
                    takeCoupling(copy, prefix, layers, layer, found.map());
                } else {
                    takeAutoregressive(copy, prefix, layers, layer, found.map());
                }
                transform++;
            }
        }
    }

    /** The splines of what a coupling keeps: there they lie by feature, here by parameter. */
    private static void takeOwnMaps(
            WeightImport copy, String prefix, Layers layers, int layer, ScalarMap map) {
        int bins = (int) Specs.value(map, "bins").orElseThrow();
        Shape theta = layers.shape(layer, "bijection.theta");
        int features = Math.toIntExact(theta.get(2));
        double one = Outputs.softplusInverseOfOne(SMALLEST);
        copy.compute(
                layers.path(layer, "bijection.theta"),
                values ->
                        IntStream.range(0, Math.toIntExact(theta.size()))
                                .mapToDouble(
                                        i -> {
                                            int parameter = i / features;
                                            int group = Math.min(parameter / bins, 2);
                                            double[] theirs = values.get(group);
                                            int each = theirs.length / features;
                                            int place =
                                                    i % features * each + parameter - group * bins;
                                            return theirs[place] - (group == 2 ? one : 0);
                                        })
                                .toArray(),
                new Tensor(prefix + OWN_MAPS + "widths", new Shape(features, bins)),
                new Tensor(prefix + OWN_MAPS + "heights", new Shape(features, bins)),
                new Tensor(prefix + OWN_MAPS + "derivatives", new Shape(features, bins - 1)));
        copy.compute(layers.path(layer, "bijection.fitted"), none -> new double[] {1});
    }

    private static void takePermutation(
            WeightImport copy, Optional<String> prefix, Layers layers, int layer) {
        String places = layers.path(layer, "places");
        int features = Math.toIntExact(layers.shape(layer, "places").size());
        if (prefix.isPresent()) {
            copy.take(prefix.get() + "_permutation", places);
        } else {
            copy.compute(places, none -> IntStream.range(0, features).asDoubleStream().toArray());
        }
    }

    private static void takeLuLinear(
            WeightImport copy, Optional<String> prefix, Layers layers, int layer) {
        String lu = layers.path(layer, "lu");
        String bias = layers.path(layer, "bias");
        int features = Math.toIntExact(layers.shape(layer, "bias").size());
        if (prefix.isPresent()) {
            takeLuLinear(copy, prefix.get(), features, lu, bias);
        } else {
            copy.zero(lu).zero(bias);
        }
    }

    /** In nflows both triangles are lists, row by row; here L, U and the diagonal are a matrix. */
    static void takeLuLinear(WeightImport copy, String prefix, int n, String lu, String bias) {
        Shape triangle = new Shape(n * (n - 1) / 2);
        copy.take(prefix + "bias", bias);
        copy.compute(
                lu,
                values -> lu(n, values),
                new Tensor(prefix + "lower_entries", triangle),
                new Tensor(prefix + "upper_entries", triangle),
                new Tensor(prefix + "unconstrained_upper_diag", new Shape(n)));
    }

    private static double[] lu(int n, List<double[]> lowerUpperDiagonal) {
        double one = Outputs.softplusInverseOfOne(SMALLEST);
        double[] lu = new double[n * n];
        int below = 0;
        int above = 0;
        for (int place = 0; place < lu.length; place++) {
            int row = place / n;
            int column = place % n;
            if (column < row) {
                lu[place] = lowerUpperDiagonal.get(0)[below++];
            } else if (column > row) {
                lu[place] = lowerUpperDiagonal.get(1)[above++];
            } else {
                lu[place] = lowerUpperDiagonal.get(2)[row] - one;
            }
        }
        return lu;
    }

    private void takeCoupling(
            WeightImport copy, String prefix, Layers layers, int layer, ScalarMap map)
            throws IOException {
        String net = stack.net(prefix);
        takeLinear(copy, net + "initial_layer", layers, layer, "first");
        for (int i = 0; i < blocks(); i++) {
            String block = net + "blocks." + i + ".";
            takeLinear(copy, block + "linear_layers.0", layers, layer, "block" + i + "_first");
            takeLinear(copy, block + "linear_layers.1", layers, layer, "block" + i + "_second");
            if (hasContext()) {
                takeLinear(copy, block + "context_layer", layers, layer, "gate" + i);
            }
        }
        copy.ignore(prefix + "identity_features", prefix + "transform_features");
        if (map instanceof ScalarMap.Affine) {
            // All shifts, then all scales, as here.
            copy.take(net + "final_layer.weight", layers.path(layer, "weight"));
            copy.take(net + "final_layer.bias", layers.path(layer, "bias"));
        } else {
            int width = Math.toIntExact(layers.shape(layer, "weight").get(1));
            spline(map, 1 / Math.sqrt((double) width))
                    .ofFeatures(Outputs.inOrder(moved(prefix)))
                    .take(
                            copy,
                            net + "final_layer",
                            layers,
                            layer,
                            "weight",
                            "bias",
                            Outputs.inOrder(width));
        }
    }

    /** Returns how many features a coupling moves. */
    private int moved(String prefix) throws IOException {
        return Tensors.places(weights, prefix + "transform_features").length;
    }

    private static void takeLinear(
            WeightImport copy, String theirs, Layers layers, int layer, String ours) {
        for (String part : List.of("weight", "bias")) {
            String path = layers.path(layer, "conditioner." + ours + "_" + part);
            copy.take(theirs + "." + part, path);
        }
    }

    /** Sizes of bins are multiplied by a factor where the network knows its width. */
    private static Outputs spline(ScalarMap map, double sizes) {
        int bins = (int) Specs.value(map, "bins").orElseThrow();
        if (map instanceof ScalarMap.LinearSpline) {
            return Outputs.of(Outputs.inOrder(bins));
        }
        if (map instanceof ScalarMap.QuadraticSpline) {
            return spline(2 * bins - 1, sizes, 0, 0);
        }
        // What makes the slopes of cubics 1 there is 0 here, as of those that follow.
        return map instanceof ScalarMap.CubicSpline
                ? spline(2 * bins, sizes, 2, -Math.log(2))
                : spline(2 * bins, sizes, bins - 1, Outputs.softplusInverseOfOne(SMALLEST));
    }

    /** First what is multiplied by a factor, then slopes, from which a number is subtracted. */
    private static Outputs spline(int scaled, double factor, int slopes, double slopeOfOne) {
        int count = scaled + slopes;
        double[] scale = new double[count];
        double[] offset = new double[count];
        Arrays.fill(scale, 0, scaled, factor);
        Arrays.fill(scale, scaled, count, 1);
        Arrays.fill(offset, scaled, count, slopeOfOne);
        return new Outputs(Outputs.inOrder(count), scale, offset);
    }

    private void takeAutoregressive(
            WeightImport copy, String prefix, Layers layers, int layer, ScalarMap of)
            throws IOException {
        String net = stack.net(prefix);
        List<String> linears = new ArrayList<>(List.of(net + "initial_layer"));
        for (int i = 0; i < blocks(); i++) {
            String block = net + "blocks." + i + ".";
            linears.addAll(
                    isResidual()
                            ? List.of(block + "linear_layers.0", block + "linear_layers.1")
                            : List.of(block + "linear"));
        }
        linears.add(net + "final_layer");
        linears.forEach(linear -> copy.ignore(linear + ".degrees"));
        int features = Tensors.size(weights, net() + "initial_layer.weight", 1);
        // Affine maps have their scale before their shift.
        Outputs map =
                of instanceof ScalarMap.Affine
                        ? new Outputs(
                                new int[] {1, 0},
                                new double[] {1, 1},
                                new double[] {0, Outputs.softplusInverseOfOne(0)})
                        : spline(of, 1);
        new MaskedNetWeights(weights, linears, Outputs.inOrder(features), map)
                .take(copy, layers, layer);
    }
}
