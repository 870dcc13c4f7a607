package org.djlflows.interchange;

import org.djlflows.NormalizingFlow;
import org.djlflows.bijection.MaskedAutoregressive;
import org.djlflows.bijection.Permutation;
import org.djlflows.spec.Activation;
import org.djlflows.spec.BernsteinTails;
import org.djlflows.spec.FeatureOrder;
import org.djlflows.spec.Mixing;
import org.djlflows.spec.Network;
import org.djlflows.spec.PolynomialBasis;
import org.djlflows.spec.ScalarMap;
import org.djlflows.spec.ScaleMap;
import org.djlflows.spec.Specs;
import org.djlflows.spec.SplineConstraint;
import org.djlflows.spec.Transform;
import org.djlflows.spec.VectorFlow;
import org.djlflows.univariate.SumOfSquares;
import org.djlflows.weights.StateDict;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/**
 * The weights of flows of zuko 1.6.0 in the presets: of {@code zuko.flows.MAF} in {@link
 * org.djlflows.spec.Presets#maskedAutoregressiveFlow}, of {@code zuko.flows.NSF} in {@link
 * org.djlflows.spec.Presets#autoregressiveSplineFlow}, with or without context, with any number of
 * passes, in alternating orders or in random ones, which become permutations between the layers; of
 * {@code zuko.flows.NCSF}, likewise, over angles; of {@code zuko.flows.CNF} in {@link
 * org.djlflows.spec.Presets#continuousFlow}; of {@code zuko.flows.GF} in {@link
 * org.djlflows.spec.Presets#gaussianizationFlow}; and of {@code zuko.flows.SOSPF}, {@code NAF},
 * {@code UNAF} and, where the map is given, of {@code BPF}.
 *
 * <pre>{@code
 * StateDict weights = StateDict.read(file);
 * FoundFlow found = ZukoWeights.find(weights, Activation.RELU, 5);
 * FlowConfig config = found.config(columns, List.of());
 * FlowModel model = FlowModel.create(config, means, deviations, manager);
 * System.out.print(ZukoWeights.importInto(model.flow(), found, weights));
 * }</pre>
 *
 * <p>No tensor tells the non-linearity, another bound of splines than that of {@code NSF}, 5, or
 * another {@code slope} than 0.001, another degree of {@code SOSPF} than 4 or another non-linearity
 * of the integrand of {@code UNAF} than ELU: with wrong ones all is imported without a complaint
 * and densities are wrong. So compare a density with that of zuko. Beyond the bound {@code BPF} of
 * zuko moves its identity by 1e-6 of the interval, and the polynomials of {@code SOSPF} go on; here
 * they are the identity and a line.
 *
 * <p>Between transforms {@code SOSPF}, {@code NAF} and {@code UNAF} of zuko clip softly to (-11,
 * 11), so that they are no maps onto all of the space: {@link Mixing#SOFT_CLIP}. There {@code NAF}
 * and {@code UNAF} are inverted between -10 and 10 alone, here everywhere.
 */
public final class ZukoWeights {

    /** The ends of the base of {@code NCSF}. */
    private static final double END_OF_CIRCLE = Math.PI + 1e-5;

    /** Where soft clips end: beyond it no polynomial behind one is asked. */
    private static final double END_OF_SOFT_CLIP = 11;

    /** The maps of {@code SOSPF} where nothing else is said. */
    public static final ScalarMap.SumOfSquares SQUARES =
            new ScalarMap.SumOfSquares(3, 4, END_OF_SOFT_CLIP, PolynomialBasis.POWERS);

    /** What polynomials are of: multiples of it. */
    private static final double UNIT_OF_POLYNOMIALS = 10;

    /** The non-linearity of the integrand of a {@code UNAF} that is told none. */
    private static final Activation USUAL_INTEGRAND = Activation.ELU;

    private final StateDict weights;
    private final List<String> transforms;
    private final boolean circles;

    /** Whether soft clips lie between the transforms. */
    private final boolean clipped;

    private final int features;
    private final int passes;

    /** For each transform its features, the first one first. */
    private final List<int[]> inOrder = new ArrayList<>();

    private ZukoWeights(StateDict weights) throws IOException {
        this.weights = weights;
        circles = Tensors.has(weights, "base.lower");
        Tensors.requireStandard(weights, "base.loc", 0);
        Tensors.requireStandard(weights, "base.scale", 1);
        requireAll("base.lower", -END_OF_CIRCLE);
        requireAll("base.upper", END_OF_CIRCLE);
        int count = Tensors.count(weights, "transform\\.transforms\\.(\\d+)\\..*");
        // Soft clips have no tensors, but numbers.
        clipped = count > 1 && Tensors.below(weights, "transform.transforms.1.").isEmpty();
        transforms =
                IntStream.range(0, count)
                        .mapToObj(i -> "transform.transforms." + (clipped ? 2 * i : i) + ".")
                        .toList();
        if (transforms.isEmpty()) {
            throw refusal("transform.transforms.0.order and others", weights.names());
        }
        for (String transform : transforms) {
            if (!Tensors.has(weights, transform + "order")) {
                throw refusal(transform + "order", "none");
            }
        }
        int[] ranks = Tensors.places(weights, transforms.get(0) + "order");
        features = ranks.length;
        passes = Math.max(1, 1 + Arrays.stream(ranks).max().orElse(0));
        for (String transform : transforms) {
            inOrder.add(inOrder(transform + "order"));
        }
    }

    /** Requires a base on circles, where it is one, to be that of the constructor. */
    private void requireAll(String name, double value) throws IOException {
        if (circles
                && !Arrays.stream(Tensors.values(weights, name))
                        .allMatch(x -> Math.abs(x - value) < 1e-6)) {
            throw Tensors.refusal(
                    weights, "a uniform base, with " + value + " as " + name, "other values");
        }
    }

    private IOException refusal(String expected, Object got) {
        return Tensors.refusal(weights, expected + " of a MAF or an NSF of zuko", got);
    }

    /** Sorts the features by their ranks, which groups of them share where passes are fewer. */
    private int[] inOrder(String name) throws IOException {
        int[] ranks = Tensors.places(weights, name);
        int[] sorted =
                IntStream.range(0, ranks.length)
                        .boxed()
                        .sorted(Comparator.comparingInt(feature -> ranks[feature]))
                        .mapToInt(feature -> feature)
                        .toArray();
        int size = (features + passes - 1) / passes;
        boolean grouped =
                ranks.length == features
                        && IntStream.range(0, features)
                                .allMatch(place -> ranks[sorted[place]] == place / size);
        if (!grouped) {
            throw refusal(
                    "an order of " + features + " features in " + passes + " groups",
                    Arrays.toString(ranks) + " in " + name);
        }
        return sorted;
    }

    /**
     * Returns the non-linearity that flows of zuko have where none is named.
     *
     * @param weights the tensors
     * @return ELU of a {@code CNF}, ReLU of others
     */
    public static Activation usualActivation(StateDict weights) {
        return ZukoContinuousWeights.fits(weights) ? Activation.ELU : Activation.RELU;
    }

    /**
     * Finds the flow that the tensors are those of.
     *
     * @param weights the tensors
     * @param activation the non-linearity of the networks
     * @param bound the bound of splines; of no meaning to affine maps
     * @return the flow
     * @throws IOException if the tensors are not those of such a flow
     * @throws IllegalArgumentException if the flow is out of its ranges
     */
    public static FoundFlow find(StateDict weights, Activation activation, double bound)
            throws IOException {
        if (ZukoContinuousWeights.fits(weights)) {
            return ZukoContinuousWeights.find(weights, activation);
        }
        if (GaussianizationWeights.are(weights)) {
            return new GaussianizationWeights(weights).find(activation);
        }
        ZukoWeights source = new ZukoWeights(weights);
        if (source.networks()) {
            return source.find(activation, source.ofNetworks(USUAL_INTEGRAND));
        }
        if (source.clipped) {
            return find(weights, activation, SQUARES);
        }
        int rows = source.outputs();
        int count =
                FoundFlow.parameters(rows, source.features)
                        .orElseThrow(
                                () ->
                                        source.refusal(
                                                FoundFlow.PARAMETERS,
                                                rows
                                                        + " outputs for "
                                                        + source.features
                                                        + " features"));
        return source.find(
                activation,
                count == 2 && !source.circles
                        ? new ScalarMap.Affine(ScaleMap.SOFT_CLIP)
                        : new ScalarMap.RationalQuadraticSpline(
                                FoundFlow.bins(count), bound, SplineConstraint.SOFT_CLIP));
    }

    /**
     * Finds the flow that the tensors are those of, with scalar maps that no tensor tells.
     *
     * @param weights the tensors
     * @param activation the non-linearity of the networks
     * @param map the scalar maps: of {@code BPF} a {@link ScalarMap.Bernstein}, of {@code SOSPF} a
     *     {@link ScalarMap.SumOfSquares} of its degree, of {@code NAF} a {@link
     *     ScalarMap.MonotonicNetwork}, of {@code UNAF} a {@link ScalarMap.UnconstrainedMonotonic}
     *     of its integrand. Their other fields are of no meaning
     * @return the flow
     * @throws IOException if the tensors are not those of such a flow
     * @throws IllegalArgumentException if the flow is out of its ranges
     */
    public static FoundFlow find(StateDict weights, Activation activation, ScalarMap map)
            throws IOException {
        ZukoWeights source = new ZukoWeights(weights);
        return source.find(activation, source.completed(map));
    }

    /** Tells whether the scalar maps are networks. */
    private boolean networks() {
        return ZukoNetworks.has(weights, transforms.get(0));
    }

    private ScalarMap ofNetworks(Activation integrand) throws IOException {
        ZukoNetworks networks = new ZukoNetworks(weights, transforms.get(0));
        int each = networks.parameters().size();
        if (outputs() != each * features) {
            throw refusal(
                    each + " outputs for each feature, of which networks have so many signals,",
                    outputs() + " outputs for " + features + " features");
        }
        return networks.map(integrand);
    }

    /** Says of a map what tensors and the constructors of zuko say. */
    private ScalarMap completed(ScalarMap map) throws IOException {
        boolean integral = map instanceof ScalarMap.UnconstrainedMonotonic;
        if (networks() != (integral || map instanceof ScalarMap.MonotonicNetwork)) {
            throw refusal(
                    Specs.name(map.getClass()) + " as scalar maps",
                    networks() ? "networks of features" : "no networks of features");
        }
        if (networks()) {
            ScalarMap own =
                    ofNetworks(
                            integral
                                    ? ((ScalarMap.UnconstrainedMonotonic) map).integrand()
                                    : USUAL_INTEGRAND);
            if (own.getClass() != map.getClass()) {
                throw refusal(
                        Specs.name(map.getClass()) + " as scalar maps", Specs.name(own.getClass()));
            }
            return own;
        }
        int count = outputs() / features;
        if (map instanceof ScalarMap.Bernstein) {
            return new ScalarMap.Bernstein(count + 4, 5, BernsteinTails.IDENTITY);
        }
        if (map instanceof ScalarMap.SumOfSquares squares) {
            int each = squares.degree() + 1;
            if (count % each != 1) {
                throw refusal(
                        "for each feature one output and K times as many as degree "
                                + squares.degree()
                                + " has coefficients",
                        outputs() + " outputs for " + features + " features");
            }
            return new ScalarMap.SumOfSquares(
                    count / each, squares.degree(), END_OF_SOFT_CLIP, PolynomialBasis.POWERS);
        }
        return map;
    }

    private FoundFlow find(Activation activation, ScalarMap map) throws IOException {
        int context = Tensors.size(weights, transforms.get(0) + "hyper.0.weight", 1) - features;
        List<String> linears = linears(transforms.get(0));
        int[] hidden = new int[linears.size() - 1];
        for (int i = 0; i < hidden.length; i++) {
            hidden[i] = Tensors.size(weights, linears.get(i) + ".weight", 0);
        }
        List<FeatureOrder> orders =
                FoundFlow.period(alternating().orElse(List.of(FeatureOrder.ASCENDING)));
        Network network = FoundFlow.network(false, activation, hidden);
        int groups = passes == features ? 0 : passes;
        VectorFlow flow =
                new VectorFlow(
                        new Transform.Autoregressive(map, network, orders, groups),
                        transforms.size(),
                        mixing());
        return new FoundFlow(flow, features, context, circles);
    }

    private Mixing mixing() {
        if (alternating().isPresent()) {
            return clipped ? Mixing.SOFT_CLIP : Mixing.NONE;
        }
        return clipped ? Mixing.PERMUTATION_AND_SOFT_CLIP : Mixing.PERMUTATION;
    }

    /** Returns the names of the linear layers, of as many as the first transform has. */
    private List<String> linears(String transform) throws IOException {
        String first = transforms.get(0) + "hyper.";
        int count = Tensors.count(weights, "\\Q" + first + "\\E(\\d+)\\.weight");
        if (count < 2) {
            throw refusal("a hidden layer under " + first, "none");
        }
        // The activations between them have numbers too.
        return IntStream.range(0, count).mapToObj(i -> transform + "hyper." + 2 * i).toList();
    }

    /** Returns the number of outputs of each network. */
    private int outputs() throws IOException {
        List<String> linears = linears(transforms.get(0));
        return Tensors.size(weights, linears.get(linears.size() - 1) + ".weight", 0);
    }

    /**
     * How the parameters of a scalar map differ: squares begin apart here, and alike in zuko, and
     * are of multiples of the bound, which is not the unit of zuko.
     */
    private Outputs parameters(ScalarMap map) throws IOException {
        if (networks()) {
            return new ZukoNetworks(weights, transforms.get(0)).parameters();
        }
        int count = outputs() / features;
        double[] scale = new double[count];
        double[] offset = new double[count];
        Arrays.fill(scale, 1);
        if (map instanceof ScalarMap.SumOfSquares squares) {
            int n = squares.degree() + 1;
            double[] begin = SumOfSquares.begin(squares.polynomials(), squares.degree());
            for (int i = 0; i < Math.min(count, begin.length); i++) {
                offset[i] = begin[i] - (i % n == 0 ? 1 : 0);
                scale[i] = Math.pow(squares.bound() / UNIT_OF_POLYNOMIALS, i % n);
            }
        }
        return new Outputs(Outputs.inOrder(count), scale, offset);
    }

    /** Returns for each transform whether it ascends or descends, if all do. */
    private Optional<List<FeatureOrder>> alternating() {
        List<FeatureOrder> orders = new ArrayList<>();
        for (int[] sorted : inOrder) {
            if (sameGroups(sorted, place -> place)) {
                orders.add(FeatureOrder.ASCENDING);
            } else if (sameGroups(sorted, place -> features - 1 - place)) {
                orders.add(FeatureOrder.DESCENDING);
            } else {
                return Optional.empty();
            }
        }
        return Optional.of(orders);
    }

    /** Tells whether the features at each place of an order are in the same group as in another. */
    private boolean sameGroups(int[] sorted, IntUnaryOperator other) {
        int size = (features + passes - 1) / passes;
        int[] group = new int[features];
        IntStream.range(0, features).forEach(place -> group[sorted[place]] = place / size);
        return IntStream.range(0, features)
                .allMatch(place -> group[other.applyAsInt(place)] == place / size);
    }

    /**
     * Overwrites the parameters of a flow; nothing is changed if anything disagrees.
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
        if (found.flow().transform() instanceof Transform.ContinuousFlow) {
            return ZukoContinuousWeights.importInto(flow, found, weights);
        }
        if (GaussianizationWeights.are(weights)) {
            GaussianizationWeights source = new GaussianizationWeights(weights);
            found.requireEqual(weights, source.find(found.activation()));
            return source.importInto(flow, found);
        }
        ZukoWeights source = new ZukoWeights(weights);
        found.requireEqual(weights, source.find(found.activation(), map(found)));
        return source.importInto(flow, found);
    }

    private ImportReport importInto(NormalizingFlow flow, FoundFlow found) throws IOException {
        Layers layers = new Layers(flow, found);
        Outputs parameters = parameters(map(found));
        WeightImport copy =
                new WeightImport(weights)
                        .ignore("base.loc", "base.scale", "base.lower", "base.upper");
        boolean permuted = alternating().isEmpty();
        int[] ascending = Outputs.inOrder(features);
        int[] before = ascending;
        int transform = 0;
        for (int layer = 0; layer < layers.count(); layer++) {
            boolean last = transform == transforms.size();
            int[] order = permuted && !last ? inOrder.get(transform) : ascending;
            if (layers.get(layer) instanceof MaskedAutoregressive) {
                String prefix = transforms.get(transform);
                new MaskedNetWeights(weights, linears(prefix), order, parameters)
                        .take(copy, layers, layer);
                copy.ignore(prefix + "order");
                if (networks()) {
                    new ZukoNetworks(weights, prefix).take(copy, prefix, layers, layer, order);
                }
                before = order;
                transform++;
            } else if (layers.get(layer) instanceof Permutation) {
                double[] places = places(before, order);
                copy.compute(layers.path(layer, "places"), none -> places);
            }
        }
        layers.keepOthers(copy);
        return copy.into(flow);
    }

    private static ScalarMap map(FoundFlow found) {
        return (ScalarMap) Specs.value(found.flow(), "map").orElseThrow();
    }

    /** Returns where in one order each feature of another lies. */
    private static double[] places(int[] before, int... after) {
        double[] places = new double[after.length];
        for (int i = 0; i < places.length; i++) {
            for (int j = 0; j < before.length; j++) {
                if (before[j] == after[i]) {
                    places[i] = j;
                }
            }
        }
        return places;
    }
}
