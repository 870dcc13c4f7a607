package org.djlflows.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.util.Pair;
import ai.onnxruntime.OrtException;

import org.djlflows.NormalizingFlow;
import org.djlflows.format.FlowConfig;
import org.djlflows.format.Preparation;
import org.djlflows.kernel.ParameterNames;
import org.djlflows.model.FlowModel;
import org.djlflows.model.Flows;
import org.djlflows.spec.Activation;
import org.djlflows.spec.AnalyticFamily;
import org.djlflows.spec.BernsteinTails;
import org.djlflows.spec.Direction;
import org.djlflows.spec.Domain;
import org.djlflows.spec.FeatureOrder;
import org.djlflows.spec.Kept;
import org.djlflows.spec.Mixing;
import org.djlflows.spec.MixtureShape;
import org.djlflows.spec.Network;
import org.djlflows.spec.Network.Mlp;
import org.djlflows.spec.Network.ResidualNet;
import org.djlflows.spec.PolynomialBasis;
import org.djlflows.spec.Residual;
import org.djlflows.spec.ScalarMap;
import org.djlflows.spec.ScalarMap.Affine;
import org.djlflows.spec.ScalarMap.CubicSpline;
import org.djlflows.spec.ScalarMap.DeepSigmoidal;
import org.djlflows.spec.ScalarMap.RationalQuadraticSpline;
import org.djlflows.spec.ScaleMap;
import org.djlflows.spec.Specs;
import org.djlflows.spec.SplineConstraint;
import org.djlflows.spec.SplineEnds;
import org.djlflows.spec.Transform;
import org.djlflows.spec.Transform.Autoregressive;
import org.djlflows.spec.Transform.BlockNeuralAutoregressive;
import org.djlflows.spec.Transform.Coupling;
import org.djlflows.spec.Transform.Planar;
import org.djlflows.spec.Transform.Radial;
import org.djlflows.spec.VectorFlow;
import org.djlflows.tensors.SavedArray;
import org.djlflows.testing.Fixtures;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.stream.IntStream;

/** Flows over vectors in Java alone, and in ONNX Runtime, are those of the kernels. */
class VectorDensityTest {

    /** Rows that fill no tile, and one alone. */
    private static final int[] BATCHES = {1, 70};

    private static final Network MLP = new Mlp(List.of(17, 20), Activation.RELU);
    private static final Network RESIDUAL = new ResidualNet(18, 2, Activation.ELU);
    private static final List<Kept> HALVES = List.of(Kept.FIRST_HALF, Kept.SECOND_HALF);
    private static final List<FeatureOrder> ORDERS =
            List.of(FeatureOrder.ASCENDING, FeatureOrder.DESCENDING);
    private static final RationalQuadraticSpline SPLINE =
            new RationalQuadraticSpline(6, 4, SplineConstraint.SOFTPLUS);

    private NDManager manager;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager(null, "PyTorch");
        Fixtures.seed(8);
    }

    @AfterEach
    void close() {
        manager.close();
    }

    /** Of a flow whose columns are on a line, a half line, an interval and a circle in turn. */
    record Subject(VectorFlow flow, int features, int context, Preparation preparation) {

        static Subject of(Transform transform, Mixing mixing, int features, int context) {
            Preparation preparation =
                    new Preparation(
                            Map.of(),
                            Map.of(),
                            context > 0 ? OptionalDouble.of(4) : OptionalDouble.empty(),
                            context > 2,
                            Map.of(),
                            Map.of());
            return new Subject(
                    new VectorFlow(transform, 3, mixing), features, context, preparation);
        }

        Subject onDomains(Domain... domains) {
            Map<String, Domain> named = new LinkedHashMap<>();
            for (int i = 0; i < domains.length; i++) {
                named.put("x" + i, domains[i]);
            }
            Preparation p = preparation;
            return new Subject(
                    flow,
                    features,
                    context,
                    new Preparation(
                            p.constants(),
                            p.offsets(),
                            p.tails(),
                            p.regression(),
                            named,
                            p.kinds()));
        }

        FlowConfig config() {
            return new FlowConfig(flow, names("x", features), names("c", context))
                    .withPreparation(preparation);
        }

        private static List<String> names(String prefix, int count) {
            return IntStream.range(0, count).mapToObj(i -> prefix + i).toList();
        }
    }

    static List<Subject> subjects() {
        List<Subject> subjects = new ArrayList<>();
        List<ScalarMap> maps = new ArrayList<>(List.of(new ScalarMap.Additive(), SPLINE));
        maps.add(new RationalQuadraticSpline(5, 3, SplineConstraint.SOFT_CLIP));
        for (ScaleMap scale : ScaleMap.values()) {
            maps.add(new Affine(scale));
        }
        for (ScalarMap map : maps) {
            subjects.add(Subject.of(new Coupling(map, MLP, HALVES), Mixing.LU_LINEAR, 5, 0));
            subjects.add(
                    Subject.of(new Autoregressive(map, MLP, ORDERS, 0), Mixing.REVERSAL, 5, 2));
        }
        for (ScalarMap map : formulas()) {
            subjects.add(Subject.of(new Coupling(map, MLP, HALVES), Mixing.LU_LINEAR, 5, 2));
        }
        for (ScalarMap map : List.of(new CubicSpline(5, 4), new DeepSigmoidal(3, 1))) {
            subjects.add(
                    Subject.of(new Autoregressive(map, MLP, ORDERS, 0), Mixing.REVERSAL, 4, 2));
        }
        for (Activation activation : Activation.values()) {
            Network network = new ResidualNet(21, 2, activation);
            subjects.add(
                    Subject.of(
                            new Coupling(SPLINE, network, List.of(Kept.EVEN, Kept.ODD)),
                            Mixing.PERMUTATION_AND_LU_LINEAR,
                            7,
                            3));
            subjects.add(
                    Subject.of(
                            new Autoregressive(SPLINE, network, ORDERS, 3),
                            Mixing.PERMUTATION,
                            7,
                            0));
        }
        subjects.add(
                Subject.of(new Autoregressive(SPLINE, RESIDUAL, ORDERS, 0), Mixing.NONE, 1, 2));
        // More features than hidden units, and a coupling that keeps nothing.
        Affine affine = new Affine(ScaleMap.BOUNDED_TANH);
        subjects.add(
                Subject.of(new Autoregressive(affine, RESIDUAL, ORDERS, 0), Mixing.NONE, 24, 0));
        subjects.add(Subject.of(new Autoregressive(affine, MLP, ORDERS, 4), Mixing.NONE, 24, 1));
        subjects.add(Subject.of(new Coupling(SPLINE, MLP, HALVES), Mixing.NONE, 1, 2));
        for (Residual residual : Residual.values()) {
            Transform layer =
                    new BlockNeuralAutoregressive(List.of(4, 3), Residual.GATED, residual);
            subjects.add(Subject.of(layer, Mixing.REVERSAL, 4, 0));
            subjects.add(Subject.of(layer, Mixing.REVERSAL, 3, 2));
        }
        for (Direction direction : Direction.values()) {
            subjects.add(Subject.of(new Planar(MLP, direction), Mixing.NONE, 4, 0));
            subjects.add(Subject.of(new Planar(RESIDUAL, direction), Mixing.LU_LINEAR, 4, 2));
            subjects.add(Subject.of(new Radial(MLP, direction), Mixing.NONE, 4, 0));
            subjects.add(Subject.of(new Radial(RESIDUAL, direction), Mixing.LU_LINEAR, 4, 2));
        }
        ScalarMap smooth = new ScalarMap.AnalyticMap(AnalyticFamily.CUBIC_RATIONAL, 2);
        for (ScalarMap map : List.of(smooth, new DeepSigmoidal(3, 1))) {
            Transform layer = new Transform.RadialCoupling(map, true, MLP);
            subjects.add(Subject.of(layer, Mixing.NONE, 4, 0));
            subjects.add(Subject.of(layer, Mixing.LU_LINEAR, 3, 2));
        }
        for (ScalarMap map : List.of(smooth, new CubicSpline(4, 6))) {
            Transform layer = new Transform.RadialCoupling(map, false, RESIDUAL);
            subjects.add(Subject.of(layer, Mixing.NONE, 4, 2));
        }
        for (Mixing mixing : List.of(Mixing.SOFT_CLIP, Mixing.PERMUTATION_AND_SOFT_CLIP)) {
            subjects.add(Subject.of(new Coupling(SPLINE, MLP, HALVES), mixing, 4, 0));
        }
        Domain circle = new Domain.Circle(0, 7);
        ScalarMap clipped = new RationalQuadraticSpline(5, 3, SplineConstraint.SOFT_CLIP);
        for (ScalarMap map : List.of(SPLINE, clipped, new Affine(ScaleMap.SOFT_CLIP))) {
            Transform layer = new Coupling(map, MLP, HALVES);
            subjects.add(
                    Subject.of(layer, Mixing.LU_LINEAR, 5, 2)
                            .onDomains(
                                    circle,
                                    new Domain.HalfLine(1),
                                    new Domain.Line(),
                                    new Domain.Interval(-1, 3),
                                    circle));
            subjects.add(Subject.of(layer, Mixing.NONE, 2, 0).onDomains(circle, circle));
            subjects.add(
                    Subject.of(layer, Mixing.PERMUTATION, 3, 0).onDomains(circle, circle, circle));
            subjects.add(Subject.of(layer, Mixing.LU_LINEAR, 2, 0).onDomains(circle, circle));
            subjects.add(
                    Subject.of(new Autoregressive(map, MLP, ORDERS, 0), Mixing.LU_LINEAR, 5, 2)
                            .onDomains(
                                    circle,
                                    new Domain.HalfLine(1),
                                    circle,
                                    new Domain.Line(),
                                    new Domain.Line()));
            subjects.add(
                    Subject.of(new Autoregressive(map, RESIDUAL, ORDERS, 2), Mixing.NONE, 4, 0)
                            .onDomains(new Domain.Line(), circle, circle, circle));
        }
        return subjects;
    }

    /** Maps that are written once for arrays and graphs. */
    private static List<ScalarMap> formulas() {
        List<ScalarMap> maps = new ArrayList<>();
        maps.add(new ScalarMap.LinearSpline(6, 4));
        for (SplineEnds ends : SplineEnds.values()) {
            maps.add(new ScalarMap.QuadraticSpline(2, 4, ends));
            maps.add(new ScalarMap.QuadraticSpline(6, 4, ends));
        }
        maps.add(new CubicSpline(6, 4));
        maps.add(new ScalarMap.LinearRationalSpline(6, 4));
        for (AnalyticFamily family : AnalyticFamily.values()) {
            maps.add(new ScalarMap.AnalyticMap(family, 2));
        }
        maps.add(new ScalarMap.SinhArcsinh());
        for (BernsteinTails tails : BernsteinTails.values()) {
            maps.add(new ScalarMap.Bernstein(7, 4, tails));
        }
        maps.add(new DeepSigmoidal(3, 2));
        for (PolynomialBasis basis : PolynomialBasis.values()) {
            maps.add(new ScalarMap.SumOfSquares(3, 4, 4, basis));
        }
        maps.add(new ScalarMap.IntegratedNetwork(4, 5, 6, 4));
        maps.add(new ScalarMap.MixtureCdf(3, MixtureShape.LOGISTIC));
        return maps;
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void densitiesAndDataAreThoseOfTheKernels(Subject subject) throws OrtException {
        FlowConfig config = subject.config();
        int context = subject.context();
        NormalizingFlow flow = randomFlow(config, manager);
        VectorDensity density = Evaluators.of(config, weights(flow));

        NormalizingFlow exact = inDoubles(flow, config);

        Random random = new Random(3);
        for (int n : BATCHES) {
            float[] given = normal(random, n * context);
            float[] z = noise(random, config, n);
            float[] logDet = new float[n];
            float[] data = density.toData(z, given, n, logDet);
            double[] exactData = toData(exact, DataType.FLOAT64, z, given, n);
            double[] kernelData = toData(flow, DataType.FLOAT32, z, given, n);
            assertClose(exactData, kernelData, Fixtures.widen(data));
            double[] exactDet = logDet(exact, DataType.FLOAT64, z, given, n);
            double[] kernelDet = logDet(flow, DataType.FLOAT32, z, given, n);
            assertClose(exactDet, kernelDet, Fixtures.widen(logDet));
            for (int i = 0; i < data.length; i++) {
                // As the encoding of rows does: ONNX Runtime takes subnormal numbers for 0.
                boolean subnormal = data[i] > 0 && data[i] < Float.MIN_NORMAL;
                data[i] = subnormal ? Float.MIN_NORMAL : data[i];
            }
            double[] logProb = new double[n];
            density.logProb(data, given, n, logProb);
            double[] exactProb = logProb(exact, DataType.FLOAT64, data, given, n);
            double[] kernelProb = logProb(flow, DataType.FLOAT32, data, given, n);
            assertClose(exactProb, kernelProb, logProb);

            if (hasGraph(subject, Direction.DATA_TO_NOISE)) {
                byte[] model = graph(density, Direction.DATA_TO_NOISE);
                Map<String, float[]> got = OnnxFiles.run(model, "x", data, given, n);
                assertClose(exactProb, kernelProb, Fixtures.widen(got.get("log_prob")));
            }
            if (hasGraph(subject, Direction.NOISE_TO_DATA)) {
                byte[] model = graph(density, Direction.NOISE_TO_DATA);
                Map<String, float[]> got = OnnxFiles.run(model, "z", z, given, n);
                assertClose(exactData, kernelData, Fixtures.widen(got.get("x")));
                assertClose(exactDet, kernelDet, Fixtures.widen(got.get("log_det")));
            }
        }
    }

    private static byte[] graph(VectorDensity density, Direction direction) {
        return density.graph(direction, "", "").model("", "");
    }

    /** Whether a direction takes no loop, or one of few steps. */
    private static boolean hasGraph(Subject subject, Direction direction) {
        Transform transform = subject.flow().transform();
        if (direction == Direction.NOISE_TO_DATA && isInvertedNumerically(transform)) {
            return false;
        }
        if (transform instanceof Planar planar) {
            return planar.direction() == direction;
        }
        if (transform instanceof Autoregressive layer) {
            int steps = layer.passes() == 0 ? subject.features() : layer.passes();
            return direction == Direction.DATA_TO_NOISE || steps <= 16;
        }
        return direction == Direction.DATA_TO_NOISE
                || !(transform instanceof BlockNeuralAutoregressive);
    }

    private static boolean isInvertedNumerically(Transform transform) {
        return Specs.value(transform, "map")
                .filter(
                        map ->
                                List.of(
                                                ScalarMap.Bernstein.class,
                                                ScalarMap.DeepSigmoidal.class,
                                                ScalarMap.SumOfSquares.class,
                                                ScalarMap.IntegratedNetwork.class,
                                                ScalarMap.MixtureCdf.class)
                                        .contains(map.getClass()))
                .isPresent();
    }

    /** Makes a flow with random weights. */
    private static NormalizingFlow randomFlow(FlowConfig config, NDManager manager) {
        double[] means = new double[config.features() + config.context()];
        double[] deviations = new double[means.length];
        for (int i = 0; i < means.length; i++) {
            means[i] = 0.3 * i - 0.5;
            // Noise is added, and they have to stay positive.
            deviations[i] = 2.5 + 0.2 * i;
        }
        NormalizingFlow flow = FlowModel.create(config, means, deviations, manager).flow();
        Fixtures.randomise(flow);
        return flow;
    }

    private double[] toData(NormalizingFlow flow, DataType type, float[] z, float[] given, int n) {
        NDArray noise = array(z, n, type);
        return Fixtures.doubles(
                given.length > 0 ? flow.toData(noise, array(given, n, type)) : flow.toData(noise));
    }

    private double[] logDet(NormalizingFlow flow, DataType type, float[] z, float[] given, int n) {
        NDList inputs = new NDList(array(z, n, type));
        if (given.length > 0) {
            inputs.add(flow.embed(array(given, n, type)));
        }
        return Fixtures.doubles(
                flow.getBijection().inverse(Fixtures.store(manager), inputs, false).get(1));
    }

    private double[] logProb(
            NormalizingFlow flow, DataType type, float[] data, float[] given, int n) {
        NDArray x = array(data, n, type);
        return Fixtures.doubles(
                given.length > 0 ? flow.logProb(x, array(given, n, type)) : flow.logProb(x));
    }

    private NDArray array(float[] values, int rows, DataType type) {
        return manager.create(values, new Shape(rows, values.length / rows)).toType(type, true);
    }

    /** The same flow in float64, which tells what is rounding. */
    private NormalizingFlow inDoubles(NormalizingFlow flow, FlowConfig config) {
        NormalizingFlow exact = Flows.of(config);
        Shape x = new Shape(1, config.features());
        Shape[] shapes = {x, new Shape(1, config.context())};
        exact.initialize(
                manager, DataType.FLOAT64, config.context() > 0 ? shapes : new Shape[] {x});
        List<Pair<String, Parameter>> from = new ArrayList<>();
        ParameterNames.paths(flow).forEach(from::add);
        List<Pair<String, Parameter>> to = new ArrayList<>();
        ParameterNames.paths(exact).forEach(to::add);
        for (int i = 0; i < to.size(); i++) {
            NDArray wide = from.get(i).getValue().getArray().toType(DataType.FLOAT64, true);
            wide.copyTo(to.get(i).getValue().getArray());
        }
        return exact;
    }

    /**
     * Relative to the numbers, or where these are small to 1. Where the kernel itself rounds more,
     * as at the steep places of a spline, so may the runtime: as much as it does at the worst of
     * them.
     */
    private static void assertClose(double[] exact, double[] kernel, double[] got) {
        assertEquals(exact.length, got.length);
        double rounding = 0;
        int overflows = 0;
        for (int i = 0; i < exact.length; i++) {
            if (Double.isFinite(exact[i]) && Double.isFinite(kernel[i])) {
                rounding = Math.max(rounding, error(exact[i], kernel[i]));
            } else if (Double.isFinite(exact[i])) {
                overflows++;
            }
        }
        assertTrue(overflows * 10 < exact.length, "the kernel overflows " + overflows + " times");
        assertTrue(rounding < 1e-3, "the kernel rounds by " + rounding);
        for (int i = 0; i < exact.length; i++) {
            if (Double.isFinite(exact[i]) && Double.isFinite(kernel[i])) {
                assertEquals(
                        0, error(exact[i], got[i]), Math.max(1e-5, 10 * rounding), "place " + i);
            } else if (!Double.isFinite(exact[i])) {
                assertEquals(kernel[i], got[i], "place " + i);
            }
        }
    }

    private static double error(double exact, double got) {
        return Math.abs(exact - got) / Math.max(1, Math.abs(exact));
    }

    /** Some of it far out. */
    private static float[] noise(Random random, FlowConfig config, int n) {
        float[] z = normal(random, n * config.features());
        for (int i = 0; i < z.length; i++) {
            Domain domain = config.preparation().domain("x" + i % config.features());
            if (domain instanceof Domain.Circle) {
                z[i] = (float) (Math.PI * (2 * random.nextDouble() - 1));
            } else if (random.nextInt(20) == 0) {
                z[i] *= 6;
            }
        }
        return z;
    }

    private static float[] normal(Random random, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    static StoredWeights weights(Block block) {
        List<SavedArray> arrays = new ArrayList<>();
        for (Pair<String, Parameter> path : ParameterNames.paths(block)) {
            NDArray array = path.getValue().getArray();
            assertEquals(DataType.FLOAT32, array.getDataType());
            FloatBuffer values = FloatBuffer.wrap(array.toFloatArray());
            arrays.add(new SavedArray(path.getKey(), array.getShape().getShape(), values));
        }
        return new StoredWeights(arrays);
    }
}
