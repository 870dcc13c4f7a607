package org.djlflows.model;

import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;

import org.djlflows.Bijection;
import org.djlflows.Distribution;
import org.djlflows.NormalizingFlow;
import org.djlflows.SequentialBijection;
import org.djlflows.bijection.ActNorm;
import org.djlflows.bijection.BatchNorm;
import org.djlflows.bijection.BlockNeuralAutoregressive;
import org.djlflows.bijection.CausalTransformer;
import org.djlflows.bijection.ContinuousFlow;
import org.djlflows.bijection.Coupling;
import org.djlflows.bijection.DenseLinear;
import org.djlflows.bijection.Elementwise;
import org.djlflows.bijection.Identity;
import org.djlflows.bijection.LearnedPrior;
import org.djlflows.bijection.Logit;
import org.djlflows.bijection.LuLinear;
import org.djlflows.bijection.Mask;
import org.djlflows.bijection.MaskedAutoregressive;
import org.djlflows.bijection.MaskedNet;
import org.djlflows.bijection.MultiScale;
import org.djlflows.bijection.Order;
import org.djlflows.bijection.Partial;
import org.djlflows.bijection.Patchify;
import org.djlflows.bijection.Permutation;
import org.djlflows.bijection.Planar;
import org.djlflows.bijection.PluLinear;
import org.djlflows.bijection.Pointwise;
import org.djlflows.bijection.Radial;
import org.djlflows.bijection.RadialCoupling;
import org.djlflows.bijection.Regression;
import org.djlflows.bijection.Rescale;
import org.djlflows.bijection.ResidualFlow;
import org.djlflows.bijection.Rotation;
import org.djlflows.bijection.Squeeze;
import org.djlflows.bijection.Standardize;
import org.djlflows.bijection.TransformerAutoregressive;
import org.djlflows.bijection.Unbounded;
import org.djlflows.bijection.VisionTransformer;
import org.djlflows.distribution.AnyOrder;
import org.djlflows.distribution.ClassConditionalNormal;
import org.djlflows.distribution.DiagonalNormal;
import org.djlflows.distribution.FullNormal;
import org.djlflows.distribution.GaussianMixture;
import org.djlflows.distribution.Laplace;
import org.djlflows.distribution.LowRankNormal;
import org.djlflows.distribution.Product;
import org.djlflows.distribution.Resampled;
import org.djlflows.distribution.StandardNormal;
import org.djlflows.distribution.StudentT;
import org.djlflows.distribution.UniformBox;
import org.djlflows.distribution.VonMises;
import org.djlflows.format.FlowConfig;
import org.djlflows.format.Preparation;
import org.djlflows.nn.ConvNet;
import org.djlflows.nn.ConvResidualNet;
import org.djlflows.nn.GlowNet;
import org.djlflows.nn.Mlp;
import org.djlflows.nn.PeriodicInputs;
import org.djlflows.nn.RealNvpNet;
import org.djlflows.nn.ResidualNet;
import org.djlflows.nn.StandardScaler;
import org.djlflows.nn.ZeroConv;
import org.djlflows.runtime.TableCells;
import org.djlflows.spec.Base;
import org.djlflows.spec.Column;
import org.djlflows.spec.Direction;
import org.djlflows.spec.Domain;
import org.djlflows.spec.FeatureOrder;
import org.djlflows.spec.Glow;
import org.djlflows.spec.ImageShape;
import org.djlflows.spec.Jet;
import org.djlflows.spec.Mixing;
import org.djlflows.spec.Network;
import org.djlflows.spec.PublishedGlow;
import org.djlflows.spec.PublishedRealNvp;
import org.djlflows.spec.RealNvpImages;
import org.djlflows.spec.ScalarMap;
import org.djlflows.spec.ScaleMap;
import org.djlflows.spec.Spec;
import org.djlflows.spec.Specs;
import org.djlflows.spec.SplineConstraint;
import org.djlflows.spec.TableFlow;
import org.djlflows.spec.TarFlow;
import org.djlflows.spec.Transform;
import org.djlflows.spec.VectorFlow;
import org.djlflows.univariate.Additive;
import org.djlflows.univariate.Affine;
import org.djlflows.univariate.AnalyticMap;
import org.djlflows.univariate.Bernstein;
import org.djlflows.univariate.CircularSpline;
import org.djlflows.univariate.CubicSpline;
import org.djlflows.univariate.DeepDenseSigmoidal;
import org.djlflows.univariate.DeepSigmoidal;
import org.djlflows.univariate.IntegratedNetwork;
import org.djlflows.univariate.LinearRationalSpline;
import org.djlflows.univariate.LinearSpline;
import org.djlflows.univariate.MixtureCdf;
import org.djlflows.univariate.MonotonicNetwork;
import org.djlflows.univariate.PerFeature;
import org.djlflows.univariate.QuadraticSpline;
import org.djlflows.univariate.RationalQuadraticSpline;
import org.djlflows.univariate.SinhArcsinh;
import org.djlflows.univariate.SumOfSquares;
import org.djlflows.univariate.UnconstrainedMonotonic;
import org.djlflows.univariate.Univariate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Makes the blocks of a flow that is described by a value. What somebody else describes makes its
 * own block: {@link OwnMap}, {@link OwnNetwork}, {@link OwnTransform}.
 */
public final class Flows {

    /** The slopes of a spline that is clipped as zuko's. */
    private static final double SMALLEST_SLOPE = 1e-3;

    /** Where values are clipped between layers, as in zuko. */
    private static final double SOFT_CLIP_BOUND = 11;

    /** The logit of images, as Real NVP's. */
    private static final double ALPHA = 0.05;

    /** The factor by which a transformer's inner layer is wider. */
    private static final int EXPANSION = 4;

    /** The bins of splines on circles, where those on lines have none. */
    private static final int BINS_ON_CIRCLE = 8;

    /** The end of the base on circles: a little beyond, for what is rounded, as zuko has it. */
    private static final double END_OF_CIRCLE = (float) (Math.PI + 1e-5);

    /** A family of scalar maps of somebody's own. */
    public interface OwnMap extends ScalarMap.Own {

        /**
         * Makes the family.
         *
         * @return a block of its own for each layer
         */
        Univariate newMap();
    }

    /** A network of somebody's own, for couplings. */
    public interface OwnNetwork extends Network.Own {

        /**
         * Makes the network.
         *
         * @return a block from (batch, features) and the context to (batch, hidden features)
         */
        Block newNetwork();
    }

    /** Layers of somebody's own. */
    public interface OwnTransform extends Transform.Own {

        /**
         * Makes a layer.
         *
         * @param place the place of the layer, counted from 0
         * @param features the number of features
         * @param context the number of features of the context, 0 for none
         * @return the layer
         */
        Bijection newLayer(int place, int features, int context);
    }

    private Flows() {}

    /**
     * Makes the flow of a configuration: over columns what is done to data first, then the layers.
     *
     * @param config the configuration
     * @return a flow that is not initialised yet
     */
    public static NormalizingFlow of(FlowConfig config) {
        if (config.images().isPresent()) {
            return ofImages(config, config.images().get());
        }
        if (config.flow() instanceof TableFlow table) {
            return new NormalizingFlow(new Identity(), anyOrder(table, config));
        }
        Preparation preparation = config.preparation();
        List<Domain> domains = domains(config);
        List<Bijection> steps = new ArrayList<>(unbounded(domains));
        steps.add(new Standardize(preparation.tails()));
        if (preparation.regression()) {
            steps.add(new Regression());
        }
        boolean[] circles = new boolean[domains.size()];
        for (int i = 0; i < circles.length; i++) {
            circles[i] = domains.get(i) instanceof Domain.Circle;
        }
        VectorFlow flow = (VectorFlow) config.flow();
        steps.addAll(layers(flow, circles, config.context()));
        Bijection bijection = new SequentialBijection(steps);
        Distribution base = base(flow, circles);
        return config.context() == 0
                ? new NormalizingFlow(bijection, base)
                : new NormalizingFlow(bijection, base, new StandardScaler(preparation.tails()));
    }

    private static AnyOrder anyOrder(TableFlow flow, FlowConfig config) {
        List<String> varying =
                Stream.concat(config.contextColumns().stream(), config.columns().stream())
                        .filter(column -> !config.preparation().constants().containsKey(column))
                        .toList();
        List<Column> columns = TableCells.encoding(config, varying).encoded();
        return new AnyOrder(flow, map(flow.map()), columns, config.context());
    }

    /** Returns the domains of the features: of the columns that are modelled and vary. */
    static List<Domain> domains(FlowConfig config) {
        Preparation preparation = config.preparation();
        return config.columns().stream()
                .filter(column -> !preparation.constants().containsKey(column))
                .map(preparation::domain)
                .toList();
    }

    /** Takes half lines and intervals to the line. */
    private static List<Bijection> unbounded(List<Domain> domains) {
        int[] bounded =
                IntStream.range(0, domains.size())
                        .filter(
                                i ->
                                        domains.get(i) instanceof Domain.HalfLine
                                                || domains.get(i) instanceof Domain.Interval)
                        .toArray();
        double[] widths =
                Arrays.stream(bounded)
                        .mapToObj(domains::get)
                        .mapToDouble(
                                domain ->
                                        domain instanceof Domain.Interval interval
                                                ? interval.most() - interval.least()
                                                : Double.POSITIVE_INFINITY)
                        .toArray();
        return bounded.length == 0
                ? List.of()
                : List.of(new Partial(new Unbounded(widths), bounded));
    }

    /** On circles it is uniform, or von Mises where that is asked for. */
    private static Distribution base(VectorFlow flow, boolean[] circles) {
        int turning = places(circles, true).length;
        flow.requireBaseFits(turning > 0, turning == circles.length);
        if (turning == 0) {
            return base(flow.base());
        }
        Distribution onCircles =
                flow.base() instanceof Base.VonMises
                        ? new VonMises()
                        : new UniformBox(-END_OF_CIRCLE, END_OF_CIRCLE);
        return turning == circles.length
                ? onCircles
                : new Product(onCircles, base(flow.base()), circles);
    }

    private static Distribution base(Base base) {
        if (base instanceof Base.LowRankNormal normal) {
            return new LowRankNormal(normal.rank());
        }
        if (base instanceof Base.StudentT student) {
            return student.ownDegrees() ? new StudentT() : StudentT.ofCommonDegrees();
        }
        if (base instanceof Base.GaussianMixture mixture) {
            return GaussianMixture.fitted(mixture.clusters());
        }
        if (base instanceof Base.Resampled resampled) {
            return new Resampled(resampled.proposals(), new Mlp(widths(resampled.acceptance())));
        }
        if (base instanceof Base.DiagonalNormal) {
            return new DiagonalNormal();
        }
        if (base instanceof Base.ClassConditionalNormal) {
            return new ClassConditionalNormal();
        }
        if (base instanceof Base.FullNormal) {
            return new FullNormal();
        }
        // Beside a von Mises base too, which is that of the circles.
        return base instanceof Base.Laplace ? new Laplace() : new StandardNormal();
    }

    private static int[] places(boolean[] values, boolean wanted) {
        return IntStream.range(0, values.length).filter(i -> values[i] == wanted).toArray();
    }

    /**
     * Makes a flow over vectors that are standardised or nearly so.
     *
     * @param flow the flow
     * @param features the number of features
     * @param context the number of features of the context, 0 for none
     * @return a flow that is not initialised yet
     * @throws IllegalArgumentException if there is no such flow over so many features
     */
    public static NormalizingFlow of(VectorFlow flow, int features, int context) {
        return of(flow, new boolean[features], context);
    }

    /**
     * Makes a flow over vectors of which some features are angles from \(-\pi\) to \(\pi\), with a
     * uniform base, and the others are standardised or nearly so.
     *
     * @param flow the flow
     * @param circles for each feature, whether it is an angle
     * @param context the number of features of the context, 0 for none
     * @return a flow that is not initialised yet
     * @throws IllegalArgumentException if there is no such flow over such features
     */
    public static NormalizingFlow of(VectorFlow flow, boolean[] circles, int context) {
        flow.requireFits(circles.length, context);
        boolean allTurn = places(circles, false).length == 0;
        if (places(circles, true).length > 0 && !flow.fitsCircles(allTurn)) {
            throw new IllegalArgumentException(
                    "Flows: expected a flow that turns circles, got " + flow);
        }
        return new NormalizingFlow(
                new SequentialBijection(layers(flow, circles, context)), base(flow, circles));
    }

    /** Makes the layers over features of which some are on circles. */
    private static List<Bijection> layers(VectorFlow flow, boolean[] circles, int context) {
        List<Bijection> layers = new ArrayList<>();
        for (int i = 0; i < flow.transforms(); i++) {
            layers.addAll(before(flow, i, circles));
            layers.add(layer(flow, i, circles, context));
            if (flow.transform() instanceof Transform.Coupling coupling
                    && coupling.unconditional()) {
                layers.add(unconditional(coupling, i, circles));
            }
        }
        layers.addAll(before(flow, flow.transforms(), circles));
        return layers;
    }

    /**
     * What mixes the features before a layer, or after the last one; no linear map mixes circles.
     */
    private static List<Bijection> before(VectorFlow flow, int place, boolean[] circles) {
        int[] lines = places(circles, false);
        if (lines.length == 0 && flow.mixing() == Mixing.LU_LINEAR) {
            return List.of();
        }
        List<Bijection> mixing = mixing(flow, place);
        return lines.length == 0 || lines.length == circles.length
                ? mixing
                : mixing.stream().<Bijection>map(layer -> new Partial(layer, lines)).toList();
    }

    private static List<Bijection> mixing(VectorFlow flow, int place) {
        boolean between = place > 0 && place < flow.transforms();
        return switch (flow.mixing()) {
            case NONE -> List.of();
            case REVERSAL -> between ? List.of(Permutation.reverse()) : List.of();
            case LU_LINEAR -> between ? List.of(new LuLinear()) : List.of();
            case ROTATION -> between ? List.of(Rotation.fitted()) : List.of();
            case PERMUTATION -> List.of(Permutation.random(place));
            case PERMUTATION_AND_LU_LINEAR -> List.of(Permutation.random(place), new LuLinear());
            case DENSE_LINEAR -> List.of(new DenseLinear());
            case SOFT_CLIP -> between ? List.of(softClip()) : List.of();
            case PERMUTATION_AND_SOFT_CLIP ->
                    between
                            ? List.of(Permutation.random(place), softClip())
                            : List.of(Permutation.random(place));
        };
    }

    private static Bijection softClip() {
        return Pointwise.softClip(SOFT_CLIP_BOUND);
    }

    private static Bijection layer(VectorFlow flow, int place, boolean[] circles, int context) {
        Transform transform = flow.transform();
        int features = circles.length;
        if (transform instanceof Transform.Coupling coupling) {
            return coupling(coupling, inTurn(coupling.masks(), place).of(features), circles);
        }
        if (transform instanceof Transform.Autoregressive layer) {
            boolean ascending = inTurn(layer.orders(), place) == FeatureOrder.ASCENDING;
            Order order = ascending ? Order.ASCENDING : Order.DESCENDING;
            MaskedNet network = maskedNet(layer.network());
            boolean[] angles = angles(layer.map(), circles);
            return new MaskedAutoregressive(
                    map(layer.map(), circles),
                    order.inPasses(layer.passes() == 0 ? features : layer.passes()),
                    places(angles, true).length == 0 ? network : network.withAngles(angles));
        }
        if (transform instanceof Transform.Elementwise layer) {
            Univariate map = map(layer.map());
            return context == 0
                    ? new Elementwise(map)
                    : new Elementwise(map, network(layer.network()));
        }
        if (transform instanceof Transform.BlockNeuralAutoregressive layer) {
            boolean last = place == flow.transforms() - 1;
            return new BlockNeuralAutoregressive(
                    last ? layer.lastResidual() : layer.residual(), widths(layer.hidden()));
        }
        if (transform instanceof Transform.Planar layer) {
            Planar.Function tanh = Planar.Function.TANH;
            return directed(
                    layer.direction(),
                    context == 0 ? new Planar(tanh) : new Planar(tanh, network(layer.network())));
        }
        if (transform instanceof Transform.Radial layer) {
            return directed(
                    layer.direction(),
                    context == 0 ? new Radial() : new Radial(network(layer.network())));
        }
        if (transform instanceof Transform.RadialCoupling layer) {
            return layer.directional()
                    ? new RadialCoupling(map(layer.map()), network(layer.network()))
                    : new RadialCoupling(map(layer.map()));
        }
        if (transform instanceof Transform.ContinuousFlow layer) {
            return new ContinuousFlow(layer);
        }
        if (transform instanceof Transform.ResidualFlow layer) {
            return new ResidualFlow(layer);
        }
        return own(transform, OwnTransform.class).newLayer(place, features, context);
    }

    /** Which features networks see by cosine and sine: circles, but where splines are as zuko's. */
    private static boolean[] angles(ScalarMap map, boolean[] circles) {
        return isClipped(map) ? new boolean[circles.length] : circles;
    }

    private static boolean isClipped(ScalarMap map) {
        return map instanceof ScalarMap.RationalQuadraticSpline spline
                && spline.constraint() == SplineConstraint.SOFT_CLIP;
    }

    private static Bijection coupling(Transform.Coupling spec, boolean[] kept, boolean[] circles) {
        boolean[] passing = taken(angles(spec.map(), circles), places(kept, true));
        Univariate map = map(spec.map(), taken(circles, places(kept, false)));
        Block network = network(spec.network());
        if (places(passing, true).length > 0) {
            network = new PeriodicInputs(network, passing);
        }
        return new Coupling(Mask.of(kept), map, network);
    }

    private static Bijection unconditional(Transform.Coupling spec, int place, boolean[] circles) {
        int[] kept = places(inTurn(spec.masks(), place).of(circles.length), true);
        return new Partial(new Elementwise(map(spec.map(), taken(circles, kept))), kept);
    }

    /** The maps of features that are moved, those of circles by splines on the circle. */
    private static Univariate map(ScalarMap spec, boolean[] circles) {
        Univariate map = map(spec);
        if (places(circles, true).length == 0) {
            return map;
        }
        int bins = (int) Specs.value(spec, "bins").orElse(BINS_ON_CIRCLE);
        Univariate onCircle =
                isClipped(spec)
                        ? CircularSpline.clipped(bins, SMALLEST_SLOPE)
                        : new CircularSpline(bins);
        int[] choice = IntStream.range(0, circles.length).map(i -> circles[i] ? 1 : 0).toArray();
        return new PerFeature(List.of(map, onCircle), choice);
    }

    private static boolean[] taken(boolean[] values, int[] places) {
        boolean[] taken = new boolean[places.length];
        for (int i = 0; i < taken.length; i++) {
            taken[i] = values[places[i]];
        }
        return taken;
    }

    /** Turns a layer whose {@code inverse} has the closed form. */
    private static Bijection directed(Direction direction, Bijection layer) {
        return direction == Direction.NOISE_TO_DATA ? layer : layer.inverted();
    }

    private static <T> T inTurn(List<T> values, int place) {
        return values.get(place % values.size());
    }

    private static int[] widths(List<Integer> hidden) {
        return hidden.stream().mapToInt(i -> i).toArray();
    }

    private static Univariate map(ScalarMap spec) {
        if (spec instanceof ScalarMap.Additive) {
            return new Additive();
        }
        if (spec instanceof ScalarMap.Affine affine) {
            return new Affine(affine.scale());
        }
        if (spec instanceof ScalarMap.RationalQuadraticSpline spline) {
            return spline(spline);
        }
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
        if (spec instanceof ScalarMap.DeepSigmoidal map) {
            return new DeepSigmoidal(map.units(), map.layers());
        }
        if (spec instanceof ScalarMap.DeepDenseSigmoidal map) {
            return new DeepDenseSigmoidal(map.units(), map.layers());
        }
        if (spec instanceof ScalarMap.Bernstein map) {
            return new Bernstein(map.degree(), map.bound(), map.tails());
        }
        if (spec instanceof ScalarMap.SumOfSquares map) {
            return new SumOfSquares(map.polynomials(), map.degree(), map.bound(), map.basis());
        }
        if (spec instanceof ScalarMap.IntegratedNetwork map) {
            return new IntegratedNetwork(map.signal(), map.units(), map.points(), map.bound());
        }
        if (spec instanceof ScalarMap.MonotonicNetwork map) {
            return new MonotonicNetwork(map.signal(), widths(map.widths()));
        }
        if (spec instanceof ScalarMap.UnconstrainedMonotonic map) {
            return new UnconstrainedMonotonic(
                    map.signal(), map.integrand(), map.points(), map.bound(), widths(map.widths()));
        }
        if (spec instanceof ScalarMap.MixtureCdf map) {
            return new MixtureCdf(map.components(), map.shape(), map.form());
        }
        if (spec instanceof ScalarMap.AnalyticMap map) {
            return new AnalyticMap(map.family(), map.layers());
        }
        if (spec instanceof ScalarMap.SinhArcsinh) {
            return new SinhArcsinh();
        }
        return own(spec, OwnMap.class).newMap();
    }

    private static Univariate spline(ScalarMap.RationalQuadraticSpline spec) {
        return isClipped(spec)
                ? RationalQuadraticSpline.clipped(spec.bins(), spec.bound(), SMALLEST_SLOPE)
                : new RationalQuadraticSpline(spec.bins(), spec.bound());
    }

    private static Block network(Network spec) {
        if (spec instanceof Network.Mlp mlp) {
            return new Mlp(mlp.activation(), widths(mlp.hidden()));
        }
        if (spec instanceof Network.ResidualNet net) {
            return new ResidualNet(net.activation(), net.width(), net.blocks());
        }
        return own(spec, OwnNetwork.class).newNetwork();
    }

    /** Somebody else's value, which {@code Kinds} lets in without the block that it describes. */
    private static <T> T own(Spec spec, Class<T> form) {
        if (!form.isInstance(spec)) {
            throw new IllegalArgumentException(
                    String.format(
                            "Flows: expected %s to implement Flows.%s, by which it is made",
                            Specs.name(spec.getClass()), form.getSimpleName()));
        }
        return form.cast(spec);
    }

    private static MaskedNet maskedNet(Network spec) {
        return spec instanceof Network.ResidualNet net
                ? MaskedNet.residual(net.activation(), net.width(), net.blocks())
                : MaskedNet.mlp(
                        ((Network.Mlp) spec).activation(), widths(((Network.Mlp) spec).hidden()));
    }

    private static NormalizingFlow ofImages(FlowConfig config, ImageShape images) {
        if (config.flow() instanceof TarFlow flow) {
            return tarFlow(flow, images);
        }
        if (config.flow() instanceof Jet flow) {
            return jet(flow);
        }
        if (config.flow() instanceof PublishedGlow flow) {
            return publishedGlow(flow, images.channels());
        }
        if (config.flow() instanceof PublishedRealNvp flow) {
            return publishedRealNvp(flow, images.channels());
        }
        return config.flow() instanceof Glow flow
                ? glow(flow, images)
                : realNvp((RealNvpImages) config.flow());
    }

    /** Puts scales, the first one to the image, behind what is done to pixels. */
    private static NormalizingFlow multiScale(Bijection pixels, List<Bijection> scales) {
        Bijection flow = scales.get(scales.size() - 1);
        for (int i = scales.size() - 2; i >= 0; i--) {
            flow = new MultiScale(scales.get(i), flow);
        }
        return new NormalizingFlow(new SequentialBijection(pixels, flow), new StandardNormal());
    }

    private static NormalizingFlow glow(Glow flow, ImageShape images) {
        List<Bijection> scales = new ArrayList<>();
        int squeezed = 4 * images.channels();
        for (int i = 0; i < flow.scales(); i++) {
            List<Bijection> layers = new ArrayList<>();
            layers.add(new Squeeze());
            for (int k = 0; k < flow.steps(); k++) {
                layers.add(new ActNorm());
                layers.add(new LuLinear());
                layers.add(Permutation.random((long) i * flow.steps() + k));
                // As many outputs as a shift and a scale of half of the channels take.
                ConvNet network = new ConvNet(flow.filters(), squeezed);
                Affine affine = new Affine(ScaleMap.SOFT_CLIP);
                layers.add(new Coupling(Mask.KEEP_FIRST_HALF, affine, network));
            }
            scales.add(new SequentialBijection(layers));
            squeezed *= 2;
        }
        return multiScale(new Logit(ALPHA), scales);
    }

    private static NormalizingFlow publishedGlow(PublishedGlow flow, int channels) {
        List<Bijection> scales = new ArrayList<>();
        for (int i = 0; i < flow.scales(); i++) {
            // A shift and a scale, or a mean and a deviation, of half of the channels.
            int parameters = channels << (i + 2);
            List<Bijection> layers = new ArrayList<>();
            layers.add(new Squeeze());
            for (int k = 0; k < flow.steps(); k++) {
                layers.add(new ActNorm());
                layers.add(new PluLinear());
                Affine affine = new Affine(ScaleMap.SHIFTED_SIGMOID);
                GlowNet network = new GlowNet(flow.filters(), parameters);
                layers.add(Coupling.direct(Mask.KEEP_FIRST_HALF, affine, network));
            }
            boolean last = i == flow.scales() - 1;
            layers.add(last ? new LearnedPrior() : priorOfHalf(parameters));
            scales.add(new SequentialBijection(layers));
        }
        return multiScale(new Rescale(1, -0.5), scales);
    }

    /** Makes the second half of channels standard normal: x is mean + deviation times z. */
    private static Bijection priorOfHalf(int parameters) {
        Affine affine = new Affine(ScaleMap.EXPONENTIAL);
        return Coupling.direct(Mask.KEEP_FIRST_HALF, affine, new ZeroConv(parameters)).inverted();
    }

    private static NormalizingFlow realNvp(RealNvpImages flow) {
        return realNvp(
                flow.scales(),
                (mask, scale, factor) ->
                        new Coupling(
                                mask,
                                new Affine(ScaleMap.BOUNDED_TANH),
                                new ConvResidualNet(
                                        (factor * flow.filters()) << scale, flow.blocks())));
    }

    private static NormalizingFlow publishedRealNvp(PublishedRealNvp flow, int channels) {
        return realNvp(
                flow.scales(),
                (mask, scale, factor) -> {
                    int width = (factor * flow.filters()) << scale;
                    // Twice as many as pixels of a checkerboard have, and as channels when
                    // squeezed.
                    int parameters = (2 * factor * channels) << scale;
                    RealNvpNet network =
                            factor == 1
                                    ? RealNvpNet.ofPixels(
                                            mask == Mask.KEEP_ODD_PIXELS,
                                            width,
                                            flow.blocks(),
                                            parameters)
                                    : new RealNvpNet(width, flow.blocks(), parameters);
                    return Coupling.direct(mask, new Affine(ScaleMap.BOUNDED_TANH), network);
                });
    }

    /** A coupling of Real NVP. */
    private interface ImageCoupling {

        /**
         * Makes it.
         *
         * @param mask what passes
         * @param scale the scale, counted from 0
         * @param factor 1 for pixels and 2 for channels, whose networks are twice as wide
         */
        Coupling of(Mask mask, int scale, int factor);
    }

    private static NormalizingFlow realNvp(int count, ImageCoupling coupling) {
        List<Bijection> scales = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            boolean last = i == count - 1;
            List<Bijection> steps = new ArrayList<>();
            for (int k = 0; k < (last ? 4 : 3); k++) {
                Mask mask = k % 2 == 0 ? Mask.KEEP_ODD_PIXELS : Mask.KEEP_EVEN_PIXELS;
                steps.addAll(List.of(coupling.of(mask, i, 1), new BatchNorm(mask)));
            }
            if (!last) {
                steps.add(new Squeeze());
                for (int k = 0; k < 3; k++) {
                    Mask mask = k % 2 == 0 ? Mask.KEEP_FIRST_HALF : Mask.KEEP_SECOND_HALF;
                    steps.addAll(List.of(coupling.of(mask, i, 2), new BatchNorm(mask)));
                }
                steps.add(new Squeeze().inverted());
                steps.add(Squeeze.ordered());
            }
            scales.add(new SequentialBijection(steps));
        }
        return multiScale(new Logit(ALPHA), scales);
    }

    private static NormalizingFlow jet(Jet flow) {
        CausalTransformer form =
                new CausalTransformer(
                        flow.hidden(), flow.layers(), flow.widthOfHeads(), EXPANSION, false);
        List<Bijection> steps = new ArrayList<>();
        steps.add(new Rescale(2, -1));
        for (int side = 1; side < flow.patch(); side *= 2) {
            steps.add(new Squeeze());
        }
        for (int i = 0; i < flow.couplings(); i++) {
            Affine affine = new Affine(ScaleMap.DOUBLE_SIGMOID);
            steps.add(new Coupling(jetMask(i), affine, new VisionTransformer(form)));
        }
        return new NormalizingFlow(new SequentialBijection(steps), new StandardNormal());
    }

    /** Channels four times, then a checkerboard, whose colours come in turn. */
    private static Mask jetMask(int place) {
        if (place % 5 != 4) {
            return Mask.keepRandomHalf(place);
        }
        return place % 10 == 4 ? Mask.KEEP_ODD_PIXELS : Mask.KEEP_EVEN_PIXELS;
    }

    private static NormalizingFlow tarFlow(TarFlow flow, ImageShape images) {
        CausalTransformer network =
                new CausalTransformer(
                        flow.hidden(),
                        flow.layers(),
                        flow.widthOfHeads(),
                        EXPANSION,
                        flow.bfloat16());
        List<Bijection> stack = new ArrayList<>();
        stack.add(new Rescale(2, -1));
        Shape shape = new Shape(images.channels(), images.height(), images.width());
        stack.add(new Patchify(shape, flow.patch()));
        for (int i = 0; i < flow.blocks(); i++) {
            Order order = i % 2 == 0 ? Order.ASCENDING : Order.DESCENDING;
            stack.add(
                    flow.volumePreserving()
                            ? TransformerAutoregressive.volumePreserving(order, network)
                            : new TransformerAutoregressive(order, network));
        }
        Distribution base = flow.volumePreserving() ? new DiagonalNormal() : new StandardNormal();
        return new NormalizingFlow(new SequentialBijection(stack), base);
    }
}
