package org.djlflows.runtime;

import org.djlflows.format.FlowConfig;
import org.djlflows.format.Preparation;
import org.djlflows.spec.Activation;
import org.djlflows.spec.Base;
import org.djlflows.spec.Direction;
import org.djlflows.spec.Domain;
import org.djlflows.spec.FeatureOrder;
import org.djlflows.spec.Mixing;
import org.djlflows.spec.MixtureForm;
import org.djlflows.spec.MixtureShape;
import org.djlflows.spec.Network.Mlp;
import org.djlflows.spec.Network.ResidualNet;
import org.djlflows.spec.Residual;
import org.djlflows.spec.ScalarMap;
import org.djlflows.spec.ScaleMap;
import org.djlflows.spec.Spec;
import org.djlflows.spec.Specs;
import org.djlflows.spec.SplineConstraint;
import org.djlflows.spec.Transform;
import org.djlflows.spec.VectorFlow;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;

/** Makes the evaluator of a flow over vectors from its description and its weights. */
final class Evaluators {

    /** The bins of splines on circles, where those on lines have none. */
    private static final int BINS_ON_CIRCLE = 8;

    /** Where values are clipped between layers, as in zuko. */
    private static final float SOFT_CLIP_BOUND = 11;

    private final VectorFlow flow;
    private final boolean[] circles;
    private final int context;

    /** The features that mixing mixes: those on lines, or circles where there are only such. */
    private final int[] mixed;

    /** Which features networks see by cosine and sine: circles, but where splines are as zuko's. */
    private final boolean[] angles;

    private Evaluators(VectorFlow flow, boolean[] circles, int context) {
        this.flow = flow;
        this.circles = circles;
        this.context = context;
        int[] lines = IntStream.range(0, circles.length).filter(i -> !circles[i]).toArray();
        boolean permuted = lines.length == 0 && flow.mixing() != Mixing.LU_LINEAR;
        mixed = permuted ? IntStream.range(0, circles.length).toArray() : lines;
        boolean clipped =
                Specs.value(flow, "constraint").orElse(null) == SplineConstraint.SOFT_CLIP;
        angles = clipped ? new boolean[circles.length] : circles;
    }

    /**
     * Makes a flow.
     *
     * @param config its configuration, of a {@link VectorFlow}
     * @param weights its weights
     * @return the flow
     * @throws UnsupportedFlowException if a layer, a map or a network has no evaluator, as those of
     *     somebody's own
     * @throws IllegalArgumentException if weights are missing, left over or of other shapes
     */
    static VectorDensity of(FlowConfig config, StoredWeights weights) {
        Preparation preparation = config.preparation();
        List<Domain> domains =
                config.columns().stream()
                        .filter(column -> !preparation.constants().containsKey(column))
                        .map(preparation::domain)
                        .toList();
        int features = domains.size();
        boolean[] circles = new boolean[features];
        for (int i = 0; i < features; i++) {
            circles[i] = domains.get(i) instanceof Domain.Circle;
        }
        int context = config.context();
        VectorFlow flow = (VectorFlow) config.flow();
        if (!(flow.base() instanceof Base.StandardNormal)) {
            throw unsupported(flow.base());
        }
        Evaluators makes = new Evaluators(flow, circles, context);
        Steps steps = new Steps(weights.of("bijection"));
        unbounded(domains).ifPresent(steps::add);
        steps.add(standardize(steps.next().of("statistics"), features, preparation));
        if (preparation.regression()) {
            StoredWeights own = steps.next();
            Linear plane = own.linear("slopes", "intercept", features, context);
            steps.add(new Regression(plane, own.takePositive("deviation", features)));
        }
        makes.addLayers(steps);
        Optional<Standardize> embedding =
                context == 0
                        ? Optional.empty()
                        : Optional.of(standardize(weights.of("embedding"), context, preparation));
        return new VectorDensity(steps.layers, circles, embedding, context);
    }

    /** The layers so far; each has the weights under the number of its step. */
    private static final class Steps {

        private final StoredWeights weights;
        private final List<Bijection> layers = new ArrayList<>();

        Steps(StoredWeights weights) {
            this.weights = weights;
        }

        StoredWeights next() {
            return weights.of("step" + layers.size());
        }

        void add(Bijection layer) {
            layers.add(layer);
        }
    }

    private static Standardize standardize(
            StoredWeights weights, int features, Preparation preparation) {
        return new Standardize(
                weights.take("mean", features),
                weights.takePositive("deviation", features),
                preparation.tails());
    }

    private static Optional<Bijection> unbounded(List<Domain> domains) {
        int[] bounded =
                IntStream.range(0, domains.size())
                        .filter(
                                i ->
                                        domains.get(i) instanceof Domain.HalfLine
                                                || domains.get(i) instanceof Domain.Interval)
                        .toArray();
        if (bounded.length == 0) {
            return Optional.empty();
        }
        float[] perWidth = new float[bounded.length];
        for (int i = 0; i < bounded.length; i++) {
            if (domains.get(bounded[i]) instanceof Domain.Interval interval) {
                perWidth[i] = (float) (1 / (interval.most() - interval.least()));
            }
        }
        return Optional.of(new Partial(new Unbounded(perWidth), bounded));
    }

    private void addLayers(Steps steps) {
        for (int i = 0; i < flow.transforms(); i++) {
            addMixing(steps, i);
            steps.add(layer(i, steps.next()));
        }
        addMixing(steps, flow.transforms());
    }

    /**
     * What mixes the features before a layer, or after the last one; no linear map mixes circles.
     */
    private void addMixing(Steps steps, int place) {
        boolean between = place > 0 && place < flow.transforms();
        if (mixed.length == 0) {
            return;
        }
        switch (flow.mixing()) {
            case NONE -> {}
            case REVERSAL -> {
                if (between) {
                    steps.add(ofLines(permutation(part(steps.next()))));
                }
            }
            case LU_LINEAR -> {
                if (between) {
                    steps.add(ofLines(luLinear(part(steps.next()))));
                }
            }
            case ROTATION -> {
                if (between) {
                    throw unsupported("rotations between layers");
                }
            }
            case DENSE_LINEAR -> throw unsupported("linear maps of any matrix");
            case PERMUTATION -> steps.add(ofLines(permutation(part(steps.next()))));
            case SOFT_CLIP -> addSoftClip(steps, between);
            case PERMUTATION_AND_SOFT_CLIP -> {
                steps.add(permutation(steps.next()));
                addSoftClip(steps, between);
            }
            case PERMUTATION_AND_LU_LINEAR -> {
                steps.add(ofLines(permutation(part(steps.next()))));
                steps.add(ofLines(luLinear(part(steps.next()))));
            }
        }
    }

    private void addSoftClip(Steps steps, boolean between) {
        if (between) {
            steps.add(new SoftClip(SOFT_CLIP_BOUND, circles.length));
        }
    }

    private StoredWeights part(StoredWeights step) {
        return mixed.length == circles.length ? step : step.of("bijection");
    }

    private Bijection ofLines(Bijection layer) {
        return mixed.length == circles.length ? layer : new Partial(layer, mixed);
    }

    private Bijection permutation(StoredWeights weights) {
        return new Permutation(weights.takeOrder("places", mixed.length));
    }

    private Bijection luLinear(StoredWeights weights) {
        int n = mixed.length;
        return new LuLinear(weights.take("lu", n, n), weights.take("bias", n));
    }

    private Bijection layer(int place, StoredWeights weights) {
        Transform transform = flow.transform();
        if (transform instanceof Transform.Coupling coupling) {
            return coupling(coupling, place, weights);
        }
        if (transform instanceof Transform.Autoregressive layer) {
            return autoregressive(layer, place, weights);
        }
        if (transform instanceof Transform.BlockNeuralAutoregressive layer) {
            return blockNeural(layer, place, weights);
        }
        if (transform instanceof Transform.Planar layer) {
            return directed(layer.direction(), weights, of -> planar(layer, of));
        }
        if (transform instanceof Transform.Radial layer) {
            return directed(layer.direction(), weights, of -> radial(layer, of));
        }
        if (transform instanceof Transform.RadialCoupling layer) {
            return radialCoupling(layer, weights);
        }
        throw unsupported(transform);
    }

    private static UnsupportedFlowException unsupported(Spec spec) {
        return unsupported(Specs.name(spec.getClass()));
    }

    private static UnsupportedFlowException unsupported(String what) {
        return new UnsupportedFlowException(
                "expected bases, layers, maps and networks that are made without DJL, got "
                        + what
                        + ", which flows-core scores");
    }

    private Bijection coupling(Transform.Coupling spec, int place, StoredWeights weights) {
        if (spec.unconditional()) {
            throw unsupported("couplings with unconditional maps");
        }
        boolean[] kept = spec.masks().get(place % spec.masks().size()).of(circles.length);
        int[] moved = IntStream.range(0, kept.length).filter(i -> !kept[i]).toArray();
        Univariate map = map(spec.map(), moved, weights.of("univariate"));
        int passing = kept.length - moved.length;
        int seenTwice =
                (int) IntStream.range(0, kept.length).filter(i -> kept[i] && angles[i]).count();
        StoredWeights conditioner = weights.of("conditioner");
        Network network =
                network(
                        spec.network(),
                        seenTwice > 0 ? conditioner.of("network") : conditioner,
                        passing + seenTwice,
                        context);
        int parameters = map.parameters() * moved.length;
        Linear last = weights.linear("weight", "bias", parameters, network.width());
        return new Coupling(kept, angles, map, network, last, context);
    }

    /** The maps of features that are moved, those of circles by splines on the circle. */
    private Univariate map(ScalarMap spec, int[] moved, StoredWeights weights) {
        if (IntStream.of(moved).noneMatch(i -> circles[i])) {
            return map(spec, weights);
        }
        int bins = (int) Specs.value(spec, "bins").orElse(BINS_ON_CIRCLE);
        SplineConstraint constraint =
                spec instanceof ScalarMap.RationalQuadraticSpline spline
                        ? spline.constraint()
                        : SplineConstraint.SOFTPLUS;
        Univariate ofCircle = new CircularSpline(bins, constraint);
        Univariate ofLine = map(spec, weights.of("family0"));
        return new PerFeature(
                IntStream.of(moved)
                        .mapToObj(i -> circles[i] ? ofCircle : ofLine)
                        .toArray(Univariate[]::new));
    }

    private Bijection autoregressive(
            Transform.Autoregressive spec, int place, StoredWeights weights) {
        int features = circles.length;
        boolean ascending =
                spec.orders().get(place % spec.orders().size()) == FeatureOrder.ASCENDING;
        int passes = spec.passes() == 0 ? features : spec.passes();
        int[][] groups = groups(features, ascending, passes);
        int[] all = IntStream.range(0, features).toArray();
        Univariate map = map(spec.map(), all, weights.of("univariate"));
        boolean residual = spec.network() instanceof ResidualNet;
        int[] widths = maskedWidths(spec.network());
        Linear[] layers = new Linear[widths.length];
        int[][] units = new int[widths.length][];
        int seenTwice = (int) IntStream.range(0, features).filter(i -> angles[i]).count();
        int inputs = features + seenTwice + context;
        for (int i = 0; i < widths.length; i++) {
            layers[i] = masked(weights, i, widths[i], inputs);
            units[i] = units(widths[i], groups.length);
            inputs = widths[i];
        }
        Linear last = masked(weights, widths.length, map.parameters() * features, inputs);
        MaskedNet network = new MaskedNet(layers, residual, activation(spec.network()), units);
        return new MaskedAutoregressive(groups, map, network, last, angles, context);
    }

    private static Linear masked(StoredWeights weights, int i, int outputs, int inputs) {
        float[] weight = weights.take("weight" + i, outputs, inputs).clone();
        float[] mask = weights.take("mask" + i, outputs, inputs);
        for (int k = 0; k < weight.length; k++) {
            weight[k] *= mask[k];
        }
        return new Linear(weight, weights.take("bias" + i, outputs), inputs);
    }

    private static int[][] groups(int features, boolean ascending, int passes) {
        int size = (features + passes - 1) / passes;
        int[][] groups = new int[(features + size - 1) / size][];
        for (int g = 0; g < groups.length; g++) {
            groups[g] =
                    IntStream.range(g * size, Math.min(features, (g + 1) * size))
                            .map(i -> ascending ? i : features - 1 - i)
                            .toArray();
        }
        return groups;
    }

    /** How many units of a layer see no more than the features of the first groups. */
    private int[] units(int width, int groups) {
        int lowest = context > 0 || groups == 1 ? 0 : 1;
        int different = groups - lowest;
        int[] units = new int[groups];
        for (int unit = 0; unit < width; unit++) {
            int degree = lowest + (width < different ? unit * different / width : unit % different);
            for (int step = degree; step < groups; step++) {
                units[step]++;
            }
        }
        return units;
    }

    private static int[] maskedWidths(org.djlflows.spec.Network spec) {
        if (spec instanceof ResidualNet net) {
            int[] widths = new int[1 + 2 * net.blocks()];
            Arrays.fill(widths, net.width());
            return widths;
        }
        return spec.widths().stream().mapToInt(Integer::intValue).toArray();
    }

    private static Activation activation(org.djlflows.spec.Network spec) {
        if (spec instanceof ResidualNet net) {
            return net.activation();
        }
        if (spec instanceof Mlp mlp) {
            return mlp.activation();
        }
        throw unsupported(spec);
    }

    private Bijection blockNeural(
            Transform.BlockNeuralAutoregressive spec, int place, StoredWeights weights) {
        int features = circles.length;
        List<Integer> hidden = spec.hidden();
        BlockLayer[] layers = new BlockLayer[hidden.size() + 1];
        for (int i = 0; i < layers.length; i++) {
            int in = i == 0 ? 1 : hidden.get(i - 1);
            int rows = features * (i == hidden.size() ? 1 : hidden.get(i));
            int given = i == 0 ? context : 0;
            int columns = given + features * in;
            requireMask(weights, "mask" + i, features, rows, given, in);
            layers[i] =
                    new BlockLayer(
                            weights.take("weight" + i, rows, columns),
                            weights.take("log_scale" + i, rows),
                            weights.take("bias" + i, rows),
                            features,
                            given,
                            in);
        }
        boolean isLast = place == flow.transforms() - 1;
        Residual residual = isLast ? spec.lastResidual() : spec.residual();
        double gate = residual == Residual.GATED ? weights.take("gate", 1)[0] : 0;
        return new BlockNeuralAutoregressive(features, context, layers, residual, gate);
    }

    /** What is below the diagonal follows from the sizes. */
    private static void requireMask(
            StoredWeights weights, String name, int features, int rows, int given, int in) {
        int columns = given + features * in;
        float[] mask = weights.take(name, rows, columns);
        for (int k = 0; k < mask.length; k++) {
            int own = given + k / columns / (rows / features) * in;
            if (mask[k] != (k % columns < own ? 1 : 0)) {
                throw new IllegalArgumentException(
                        "expected 1 below the diagonal of "
                                + name
                                + " and 0 elsewhere, got others");
            }
        }
    }

    /** Makes the layer of weights, and turns it where its {@code inverse} has the closed form. */
    private static Bijection directed(
            Direction direction, StoredWeights weights, Function<StoredWeights, Bijection> layer) {
        return direction == Direction.NOISE_TO_DATA
                ? layer.apply(weights)
                : new Inverted(layer.apply(weights.of("bijection")));
    }

    private Bijection planar(Transform.Planar spec, StoredWeights weights) {
        int features = circles.length;
        return new Planar(
                features, rowParameters(spec.network(), weights, 2 * features + 1, context));
    }

    private Bijection radial(Transform.Radial spec, StoredWeights weights) {
        int features = circles.length;
        return new Radial(features, rowParameters(spec.network(), weights, features + 2, context));
    }

    private Bijection radialCoupling(Transform.RadialCoupling spec, StoredWeights weights) {
        int features = circles.length;
        Univariate map = map(spec.map(), weights.of("univariate"));
        int seen = spec.directional() ? features + context : 0;
        return new RadialCoupling(
                weights.take("center", features),
                weights.take("log_scale", features),
                map,
                rowParameters(spec.network(), weights, map.parameters(), seen),
                context);
    }

    /** Those of each row, by what a network sees of it, if it sees anything. */
    private static RowParameters rowParameters(
            org.djlflows.spec.Network spec, StoredWeights weights, int count, int seen) {
        StoredWeights own = weights.of("parameters");
        if (seen == 0) {
            Linear constant = new Linear(new float[0], own.take("theta", count), 0);
            return new RowParameters(Optional.empty(), constant);
        }
        Network network = network(spec, own.of("network"), seen, 0);
        Linear last = own.linear("weight", "bias", count, network.width());
        return new RowParameters(Optional.of(network), last);
    }

    private static Network network(
            org.djlflows.spec.Network spec, StoredWeights weights, int features, int context) {
        int inputs = features + context;
        if (spec instanceof Mlp mlp) {
            Linear[] layers = new Linear[mlp.hidden().size()];
            for (int i = 0; i < layers.length; i++) {
                int width = mlp.hidden().get(i);
                layers[i] =
                        weights.linear(
                                "layer" + i + "_weight", "layer" + i + "_bias", width, inputs);
                inputs = width;
            }
            return new Network.Mlp(layers, mlp.activation());
        }
        if (spec instanceof ResidualNet net) {
            int width = net.width();
            Linear first = weights.linear("first_weight", "first_bias", width, inputs);
            Linear[] blocks = new Linear[2 * net.blocks()];
            Linear[] gates = new Linear[context > 0 ? net.blocks() : 0];
            for (int i = 0; i < net.blocks(); i++) {
                String block = "block" + i;
                blocks[2 * i] =
                        weights.linear(
                                block + "_first_weight", block + "_first_bias", width, width);
                blocks[2 * i + 1] =
                        weights.linear(
                                block + "_second_weight", block + "_second_bias", width, width);
            }
            for (int i = 0; i < gates.length; i++) {
                gates[i] =
                        weights.linear(
                                "gate" + i + "_weight", "gate" + i + "_bias", width, context);
            }
            return new Network.ResidualNet(first, blocks, gates, net.activation());
        }
        throw unsupported(spec);
    }

    /** Makes a family of scalar maps. */
    static Univariate map(ScalarMap spec, StoredWeights weights) {
        if (spec instanceof ScalarMap.Additive) {
            return new Univariate.Additive();
        }
        if (spec instanceof ScalarMap.Affine affine) {
            boolean ranged = affine.scale() == ScaleMap.BOUNDED_TANH;
            return new Affine(affine.scale(), ranged ? weights.take("range", 1)[0] : 1);
        }
        if (spec instanceof ScalarMap.RationalQuadraticSpline spline) {
            return new RationalQuadraticSpline(
                    spline.bins(), spline.bound(), spline.constraint(), false);
        }
        return formula(spec, weights);
    }

    private static Univariate formula(ScalarMap spec, StoredWeights weights) {
        if (spec instanceof ScalarMap.LinearSpline spline) {
            return new LinearSpline(spline.bins(), spline.bound());
        }
        if (spec instanceof ScalarMap.QuadraticSpline spline) {
            return new QuadraticSpline(spline.bins(), spline.bound(), spline.ends());
        }
        if (spec instanceof ScalarMap.CubicSpline spline) {
            return new CubicSpline(spline.bins(), spline.bound());
        }
        if (spec instanceof ScalarMap.LinearRationalSpline spline) {
            return new LinearRationalSpline(spline.bins(), spline.bound());
        }
        if (spec instanceof ScalarMap.AnalyticMap map) {
            return new AnalyticMap(map.family(), map.layers());
        }
        if (spec instanceof ScalarMap.SinhArcsinh) {
            return new SinhArcsinh();
        }
        if (spec instanceof ScalarMap.Bernstein map) {
            return new Bernstein(map.degree(), map.bound(), map.tails());
        }
        if (spec instanceof ScalarMap.DeepSigmoidal map) {
            return new DeepSigmoidal(map.units(), map.layers());
        }
        if (spec instanceof ScalarMap.SumOfSquares map) {
            return new SumOfSquares(map);
        }
        if (spec instanceof ScalarMap.IntegratedNetwork map) {
            return IntegratedNetwork.of(map, weights);
        }
        if (spec instanceof ScalarMap.MixtureCdf map) {
            if (map.shape() != MixtureShape.LOGISTIC || map.form() != MixtureForm.PLACES) {
                throw unsupported(
                        "a mixture-cdf of other than logistic components, told by their places");
            }
            return new MixtureCdf(map.components());
        }
        throw unsupported(spec);
    }
}
