package org.djlflows.interchange;

import static org.djlflows.testing.Fixtures.assertClose;
import static org.djlflows.testing.Fixtures.assertRefused;
import static org.djlflows.testing.Fixtures.doubles;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

import org.djlflows.Bijection;
import org.djlflows.NormalizingFlow;
import org.djlflows.format.FlowConfig;
import org.djlflows.kernel.ParameterNames;
import org.djlflows.model.FlowModel;
import org.djlflows.spec.Activation;
import org.djlflows.spec.BernsteinTails;
import org.djlflows.spec.Direction;
import org.djlflows.spec.FeatureOrder;
import org.djlflows.spec.Kept;
import org.djlflows.spec.LipschitzActivation;
import org.djlflows.spec.Mixing;
import org.djlflows.spec.MixtureForm;
import org.djlflows.spec.Network;
import org.djlflows.spec.PolynomialBasis;
import org.djlflows.spec.Presets;
import org.djlflows.spec.Residual;
import org.djlflows.spec.ScalarMap;
import org.djlflows.spec.ScaleMap;
import org.djlflows.spec.SmoothActivation;
import org.djlflows.spec.Specs;
import org.djlflows.spec.SplineConstraint;
import org.djlflows.spec.SplineEnds;
import org.djlflows.spec.VectorFlow;
import org.djlflows.testing.Fixtures;
import org.djlflows.testing.Subject;
import org.djlflows.weights.StateDict;
import org.djlflows.weights.Weights;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Flows of other libraries, imported, give the numbers of these libraries.
 *
 * <p>The files hold random weights, the state of a flow or of its transforms, inputs in float32 and
 * what nflows 0.14, zuko 1.6.0, normflows 1.7.3 or the code of the authors of BNAF make of them in
 * float64: z and the log-determinant of x, or of normflows x and the log-determinant of z. Those
 * that are named {@code flow-} were made by {@code make_flows.py} beside them and hold whole flows
 * of the constructors of these libraries, with their densities.
 */
class ImportedFlowsTest {

    private static final String UNAF = "transform.transforms.0.univariate.integrand.";

    @TempDir private Path folder;

    private NDManager manager;

    /** Finds a preset. */
    @FunctionalInterface
    interface PresetOf {
        FoundFlow of(StateDict weights) throws IOException;
    }

    /** Imports weights. */
    @FunctionalInterface
    interface Import {
        ImportReport into(NormalizingFlow flow, FoundFlow preset, StateDict weights)
                throws IOException;
    }

    /** A file, and the preset that it is. */
    record Subject(String file, FoundFlow preset, PresetOf found, Import copy) {

        @Override
        public String toString() {
            return file;
        }

        StateDict all() throws IOException {
            return ImportedFlowsTest.file(file);
        }

        StateDict weights() throws IOException {
            return all().under("state.");
        }
    }

    static StateDict file(String name) throws IOException {
        String resource = "/org/djlflows/parity/" + name + ".safetensors";
        try {
            return StateDict.read(Path.of(ImportedFlowsTest.class.getResource(resource).toURI()));
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    static Stream<Subject> subjects() {
        VectorFlow sigmoid = residual(Presets.realNvp()).with("scale", ScaleMap.SHIFTED_SIGMOID);
        VectorFlow alone = sigmoid.withMixing(Mixing.NONE);
        VectorFlow odd = alone.with("masks", List.of(Kept.ODD, Kept.EVEN));
        VectorFlow even = alone.with("masks", List.of(Kept.EVEN, Kept.ODD));
        VectorFlow halves = sigmoid.with("masks", List.of(Kept.SECOND_HALF, Kept.FIRST_HALF));
        return Stream.of(
                nflows("realnvp-nflows", with(odd, 5, 0, 3, 16)),
                nflows("realnvp-conditional-nflows", with(odd, 5, 3, 3, 16)),
                nflows("flow-realnvp-nflows", with(even, 5, 0, 4, 10, 10)),
                nflows("flow-halves-nflows", with(halves, 4, 0, 3, 8)),
                nflows(
                        "nsf-coupling-nflows",
                        with(nsf(2.5, 6).withMixing(Mixing.NONE), 5, 0, 3, 16),
                        Activation.RELU,
                        2.5),
                nflows(
                        "flow-nsf-nflows",
                        with(
                                nsf(3, 4)
                                        .with("activation", Activation.TANH)
                                        .withMixing(Mixing.PERMUTATION_AND_LU_LINEAR),
                                5,
                                2,
                                3,
                                10,
                                10),
                        Activation.TANH,
                        3),
                nflows(
                        "flow-nsf-after-nflows",
                        with(
                                nsf(3, 4)
                                        .with("activation", Activation.TANH)
                                        .withMixing(Mixing.PERMUTATION_AND_LU_LINEAR),
                                5,
                                0,
                                2,
                                10,
                                10),
                        Activation.TANH,
                        3),
                nflows(
                        "flow-svd-nflows",
                        with(
                                nsf(3, 4)
                                        .with("activation", Activation.TANH)
                                        .withMixing(Mixing.DENSE_LINEAR),
                                5,
                                0,
                                3,
                                10,
                                10),
                        Activation.TANH,
                        3),
                new Subject(
                        "flow-quadratic-autoregressive-nflows",
                        with(
                                residual(
                                        Presets.autoregressiveSplineFlow()
                                                .with("orders", List.of(FeatureOrder.ASCENDING))
                                                .withMap(quadratic(4))
                                                .withMixing(Mixing.DENSE_LINEAR)),
                                4,
                                0,
                                2,
                                12),
                        weights -> NflowsWeights.find(weights, Activation.RELU, quadratic(9)),
                        NflowsWeights::importInto),
                splines("flow-linear-nflows", new ScalarMap.LinearSpline(4, 3), 0),
                splines(
                        "flow-quadratic-nflows",
                        new ScalarMap.QuadraticSpline(4, 3, SplineEnds.HALVED),
                        0),
                splines("flow-cubic-nflows", new ScalarMap.CubicSpline(4, 3), 2),
                nflows("maf-nflows", with(nflowsMaf(), 5, 0, 3, 16, 16, 16)),
                nflows("maf-residual-nflows", with(residual(nflowsMaf()), 4, 0, 2, 12, 12)),
                nflows("flow-maf-nflows", with(residual(nflowsMaf()), 5, 0, 3, 10)),
                nflows(
                        "flow-nsf-autoregressive-nflows",
                        with(
                                Presets.autoregressiveSplineFlow()
                                        .with("orders", List.of(FeatureOrder.ASCENDING))
                                        .with("bins", 4)
                                        .with("bound", 3.0)
                                        .withMixing(Mixing.PERMUTATION),
                                4,
                                0,
                                2,
                                12,
                                12),
                        Activation.RELU,
                        3),
                zuko("maf-zuko", with(zukoMaf(), 5, 0, 3, 16, 16)),
                zuko("maf-passes-zuko", with(zukoMaf().with("passes", 2), 5, 0, 3, 12, 12)),
                zuko("nsf-autoregressive-zuko", with(zukoNsf(6), 5, 3, 3, 16, 16)),
                zuko(
                        "flow-maf-zuko",
                        with(
                                zukoMaf()
                                        .with("orders", List.of(FeatureOrder.ASCENDING))
                                        .withMixing(Mixing.PERMUTATION),
                                5,
                                2,
                                3,
                                12,
                                20)),
                zuko("flow-nsf-zuko", with(zukoNsf(4).with("passes", 2), 6, 0, 3, 12, 10)),
                zuko("flow-ncsf-zuko", onCircles(with(zukoNsf(4), 3, 2, 3, 8, 6))),
                zuko(
                        "flow-ncsf-permuted-zuko",
                        onCircles(
                                with(
                                        zukoNsf(3)
                                                .with("orders", List.of(FeatureOrder.ASCENDING))
                                                .withMixing(Mixing.PERMUTATION),
                                        4,
                                        0,
                                        2,
                                        8))),
                zuko(
                        "flow-squares-zuko",
                        with(
                                zukoMaf()
                                        .withMap(
                                                new ScalarMap.SumOfSquares(
                                                        2, 3, 11, PolynomialBasis.POWERS)),
                                3,
                                2,
                                2,
                                8,
                                6)),
                zuko(
                        "flow-squares-alone-zuko",
                        with(
                                zukoMaf()
                                        .withMap(
                                                new ScalarMap.SumOfSquares(
                                                        3, 2, 11, PolynomialBasis.POWERS))
                                        .with("orders", List.of(FeatureOrder.ASCENDING)),
                                3,
                                0,
                                1,
                                8,
                                6)),
                zuko(
                        "flow-squares-clipped-zuko",
                        with(
                                zukoMaf()
                                        .withMap(
                                                new ScalarMap.SumOfSquares(
                                                        2, 4, 11, PolynomialBasis.POWERS))
                                        .withMixing(Mixing.SOFT_CLIP),
                                3,
                                2,
                                3,
                                8,
                                6)),
                zuko(
                        "flow-squares-permuted-zuko",
                        with(
                                zukoMaf()
                                        .withMap(
                                                new ScalarMap.SumOfSquares(
                                                        3, 2, 11, PolynomialBasis.POWERS))
                                        .with("orders", List.of(FeatureOrder.ASCENDING))
                                        .withMixing(Mixing.PERMUTATION_AND_SOFT_CLIP),
                                4,
                                0,
                                2,
                                8)),
                zuko(
                        "flow-bernstein-zuko",
                        with(
                                zukoMaf()
                                        .withMap(
                                                new ScalarMap.Bernstein(
                                                        10, 5, BernsteinTails.IDENTITY)),
                                3,
                                0,
                                3,
                                8,
                                6)),
                zuko(
                        "flow-naf-zuko",
                        with(
                                zukoMaf()
                                        .withMap(new ScalarMap.MonotonicNetwork(4, List.of(7, 5)))
                                        .withMixing(Mixing.SOFT_CLIP),
                                3,
                                2,
                                2,
                                9,
                                8)),
                zuko(
                        "flow-naf-permuted-zuko",
                        with(
                                zukoMaf()
                                        .withMap(new ScalarMap.MonotonicNetwork(3, List.of(6)))
                                        .with("orders", List.of(FeatureOrder.ASCENDING))
                                        .withMixing(Mixing.PERMUTATION_AND_SOFT_CLIP),
                                4,
                                0,
                                3,
                                8)),
                zuko(
                        "flow-unaf-zuko",
                        with(
                                zukoMaf()
                                        .withMap(integrated(4, Activation.ELU, 7, 5))
                                        .withMixing(Mixing.SOFT_CLIP),
                                3,
                                2,
                                2,
                                9,
                                8)),
                zuko(
                        "flow-unaf-permuted-zuko",
                        with(
                                zukoMaf()
                                        .withMap(integrated(3, Activation.TANH, 6))
                                        .with("orders", List.of(FeatureOrder.ASCENDING))
                                        .with("passes", 2)
                                        .withMixing(Mixing.PERMUTATION_AND_SOFT_CLIP),
                                4,
                                0,
                                3,
                                8)),
                zuko(
                        "flow-gaussianization-zuko",
                        new FoundFlow(
                                Presets.gaussianizationFlow()
                                        .with("components", 6)
                                        .withTransforms(3),
                                3,
                                0)),
                zuko(
                        "flow-gaussianization-conditional-zuko",
                        with(gaussianization(6), 3, 2, 3, 7, 6)),
                new Subject(
                        "flow-gaussianization-alone-zuko",
                        with(gaussianization(5).with("activation", Activation.ELU), 2, 1, 1, 5),
                        weights -> ZukoWeights.find(weights, Activation.ELU, 5),
                        ZukoWeights::importInto),
                normflows(
                        "flow-nsf-normflows",
                        with(
                                nsf(3, 4)
                                        .with("masks", List.of(Kept.EVEN, Kept.ODD))
                                        .with("unconditional", true)
                                        .withMixing(Mixing.PERMUTATION_AND_LU_LINEAR),
                                5,
                                0,
                                3,
                                10,
                                10)),
                new Subject(
                        "flow-nsf-alone-normflows",
                        with(
                                nsf(4, 5)
                                        .with("masks", List.of(Kept.EVEN, Kept.ODD))
                                        .with("unconditional", true)
                                        .with("activation", Activation.TANH)
                                        .withMixing(Mixing.NONE),
                                4,
                                2,
                                2,
                                8),
                        weights -> NormflowsWeights.find(weights, Activation.TANH, 4),
                        NormflowsWeights::importInto),
                nflows(
                        "flow-nsf-unconditional-nflows",
                        with(
                                nsf(3, 4).with("unconditional", true).withMixing(Mixing.LU_LINEAR),
                                5,
                                0,
                                2,
                                10),
                        Activation.RELU,
                        3),
                normflows("planar-normflows", planar(5)),
                normflows("flow-planar-normflows", planar(3)),
                normflows("radial-normflows", radial(5)),
                normflows("flow-radial-normflows", radial(3)),
                new Subject(
                        "flow-residual-normflows",
                        with(
                                normflowsResidual().withMixing(Mixing.PERMUTATION_AND_LU_LINEAR),
                                2,
                                0,
                                3,
                                8,
                                6),
                        NormflowsWeights::find,
                        (flow, found, weights) ->
                                NormflowsWeights.importInto(flow, found, weights, 0.9)),
                normflows(
                        "flow-residual-alone-normflows",
                        with(normflowsResidual().withMixing(Mixing.NONE), 3, 0, 3, 7)),
                bnaf("bnaf-plain-official", Residual.NONE, 5, 2, 4, 4),
                bnaf("bnaf-gated-official", Residual.GATED, 5, 2, 4, 4),
                bnaf("bnaf-normal-official", Residual.NORMAL, 3, 3, 4, 4, 4));
    }

    private static VectorFlow nsf(double bound, int bins) {
        return residual(Presets.neuralSplineFlow())
                .with("masks", List.of(Kept.ODD, Kept.EVEN))
                .with("bins", bins)
                .with("bound", bound);
    }

    private static VectorFlow nflowsMaf() {
        return Presets.maskedAutoregressiveFlow()
                .with("scale", ScaleMap.SOFTPLUS)
                .with("orders", List.of(FeatureOrder.ASCENDING))
                .withMixing(Mixing.PERMUTATION);
    }

    private static VectorFlow zukoMaf() {
        return Presets.maskedAutoregressiveFlow().withMixing(Mixing.NONE);
    }

    private static VectorFlow zukoNsf(int bins) {
        return Presets.autoregressiveSplineFlow()
                .with("constraint", SplineConstraint.SOFT_CLIP)
                .with("bins", bins)
                .withMixing(Mixing.NONE);
    }

    private static ScalarMap integrated(int signal, Activation integrand, Integer... widths) {
        return new ScalarMap.UnconstrainedMonotonic(
                signal, List.of(widths), integrand, 32, Float.MAX_VALUE);
    }

    private static ScalarMap quadratic(int bins) {
        return new ScalarMap.QuadraticSpline(bins, 3, SplineEnds.HALVED);
    }

    private static VectorFlow gaussianization(int components) {
        return Presets.gaussianizationFlow()
                .with("components", components)
                .with("form", MixtureForm.SHIFTS);
    }

    private static FoundFlow onCircles(FoundFlow found) {
        return new FoundFlow(found.flow(), found.features(), found.context(), true);
    }

    private static FoundFlow planar(int features) {
        return new FoundFlow(
                Presets.planarFlow().with("direction", Direction.NOISE_TO_DATA).withTransforms(4),
                features,
                0);
    }

    private static FoundFlow radial(int features) {
        return new FoundFlow(
                Presets.radialFlow().with("direction", Direction.NOISE_TO_DATA).withTransforms(4),
                features,
                0);
    }

    private static VectorFlow normflowsResidual() {
        return Presets.residualFlow()
                .with("activation", LipschitzActivation.LIP_SWISH)
                .with("activatesInput", true)
                .with("coefficient", 0.999);
    }

    private static VectorFlow residual(VectorFlow flow) {
        return flow.withNetwork(new Network.ResidualNet(1, 1, Activation.RELU));
    }

    private static FoundFlow with(
            VectorFlow flow, int features, int context, int transforms, int... hidden) {
        VectorFlow wide =
                Specs.value(flow, "network").orElse(null) instanceof Network.ResidualNet net
                        ? flow.withNetwork(
                                new Network.ResidualNet(hidden[0], hidden.length, net.activation()))
                        : flow.withHidden(hidden);
        return new FoundFlow(wide.withTransforms(transforms), features, context);
    }

    private static Subject nflows(String file, FoundFlow preset) {
        return nflows(file, preset, Activation.RELU, 1);
    }

    private static Subject nflows(
            String file, FoundFlow preset, Activation activation, double bound) {
        return new Subject(
                file,
                preset,
                weights -> NflowsWeights.find(weights, activation, bound),
                NflowsWeights::importInto);
    }

    private static Subject splines(String file, ScalarMap map, int context) {
        VectorFlow flow = nsf(3, 4).withMap(map).withMixing(Mixing.NONE);
        // Its other fields say nothing.
        ScalarMap found =
                map instanceof ScalarMap.QuadraticSpline
                        ? new ScalarMap.QuadraticSpline(9, 3, SplineEnds.SMOOTH)
                        : map;
        return new Subject(
                file,
                with(flow, 5, context, 2, 10),
                weights -> NflowsWeights.find(weights, Activation.RELU, found),
                NflowsWeights::importInto);
    }

    private static Subject zuko(String file, FoundFlow preset) {
        return new Subject(
                file,
                preset,
                weights -> {
                    ScalarMap map = (ScalarMap) Specs.value(preset.flow(), "map").orElseThrow();
                    if (map instanceof ScalarMap.Bernstein) {
                        ScalarMap other = Specs.defaults(ScalarMap.Bernstein.class);
                        return ZukoWeights.find(weights, Activation.RELU, other);
                    }
                    if (map instanceof ScalarMap.UnconstrainedMonotonic integral
                            && integral.integrand() == Activation.TANH) {
                        ScalarMap other = Specs.defaults(ScalarMap.UnconstrainedMonotonic.class);
                        return ZukoWeights.find(
                                weights,
                                Activation.RELU,
                                Specs.with(other, "integrand", Activation.TANH));
                    }
                    boolean usual =
                            preset.flow().mixing() == Mixing.SOFT_CLIP
                                    || !(map instanceof ScalarMap.SumOfSquares);
                    return usual
                            ? ZukoWeights.find(weights, Activation.RELU, 5)
                            : ZukoWeights.find(
                                    weights, Activation.RELU, Specs.with(map, "polynomials", 9));
                },
                ZukoWeights::importInto);
    }

    private static Subject normflows(String file, FoundFlow preset) {
        return new Subject(file, preset, NormflowsWeights::find, NormflowsWeights::importInto);
    }

    private static Subject bnaf(
            String file, Residual residual, int features, int transforms, int... hidden) {
        VectorFlow builder =
                Presets.blockNeuralAutoregressiveFlow()
                        .with("residual", residual)
                        .with("lastResidual", Residual.NONE);
        return new Subject(
                file,
                with(builder, features, 0, transforms, hidden),
                weights -> BnafWeights.find(weights, residual),
                BnafWeights::importInto);
    }

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
    }

    @AfterEach
    void close() {
        manager.close();
    }

    /** Returns an array of the file and the context, if it has one. */
    private NDList inputs(Subject subject, String name, DataType type) throws IOException {
        StateDict all = subject.all();
        NDList inputs = new NDList(all.get(name, manager).toType(type, false));
        if (all.names().contains("context")) {
            inputs.add(all.get("context", manager).toType(type, false));
        }
        return inputs;
    }

    private NormalizingFlow flow(FoundFlow preset, DataType type) {
        NormalizingFlow flow = preset.newFlow();
        Shape x = new Shape(1, preset.features());
        Shape context = new Shape(1, preset.context());
        flow.initialize(
                manager, type, preset.context() == 0 ? new Shape[] {x} : new Shape[] {x, context});
        return flow;
    }

    private NormalizingFlow imported(Subject subject, DataType type) throws IOException {
        NormalizingFlow flow = flow(subject.preset, type);
        Fixtures.randomise(flow);
        subject.copy.into(flow, subject.preset, subject.weights());
        return flow;
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void presetsAreFound(Subject subject) throws IOException {
        assertEquals(subject.preset, subject.found.of(subject.weights()));
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void numbersAreThoseOfTheLibrary(Subject subject) throws IOException {
        Bijection flow = imported(subject, DataType.FLOAT64).getBijection();
        StateDict all = subject.all();
        boolean toData = subject.file.contains("normflows");
        NDArray logDet = all.get("logdet", manager);
        NDList z = inputs(subject, "z", DataType.FLOAT64);
        NDList x = inputs(subject, "x", DataType.FLOAT64);
        NDList forward = flow.forward(Fixtures.store(manager), x, false);
        assertClose(z.get(0), forward.get(0), toData ? 1e-9 : 1e-10);
        assertClose(toData ? logDet.neg() : logDet, forward.get(1), toData ? 1e-9 : 1e-10);
        NDList inverse = flow.inverse(Fixtures.store(manager), z, false);
        assertClose(x.get(0), inverse.get(0), toData ? 1e-10 : 1e-9);
        assertClose(toData ? logDet : logDet.neg(), inverse.get(1), toData ? 1e-10 : 1e-9);
    }

    /** Its numbers are those of zuko's network by a solver that is exact; so is ours here. */
    @Test
    void continuousFlowsAreThoseOfTheLibrary() throws IOException {
        StateDict all = file("flow-cnf-zuko");
        StateDict weights = all.under("state.");
        assertEquals(Activation.ELU, ZukoWeights.usualActivation(weights));
        FoundFlow found = ZukoWeights.find(weights, Activation.TANH, 5);
        VectorFlow usual =
                Presets.continuousFlow()
                        .withHidden(8, 6)
                        .with("activation", SmoothActivation.TANH)
                        .with("frequencies", 2);
        assertEquals(new FoundFlow(usual, 3, 0), found);
        FoundFlow exact = new FoundFlow(usual.with("tolerance", 1e-13), 3, 0);
        NormalizingFlow flow = flow(exact, DataType.FLOAT64);
        ZukoWeights.importInto(flow, exact, weights);
        NDList x = new NDList(all.get("x", manager).toType(DataType.FLOAT64, false));
        NDList z = flow.getBijection().forward(Fixtures.store(manager), x, false);
        assertClose(all.get("z", manager), z.get(0), 1e-10);
        assertClose(all.get("logdet", manager), z.get(1), 1e-10);
        assertArrayEquals(doubles(all.get("log_prob", manager)), doubles(logProb(flow, x)), 1e-9);
        assertRefused(
                IllegalArgumentException.class,
                "expected an activation of [TANH, GELU, ELU] for CNF, got RELU",
                () -> ZukoWeights.find(weights, Activation.RELU, 5));
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void modelFoldersKeepThem(Subject subject) throws IOException {
        FoundFlow preset = subject.preset;
        FlowConfig config =
                preset.config(names("x", preset.features()), names("c", preset.context()));
        int columns = preset.features() + preset.context();
        double[] means = IntStream.range(0, columns).mapToDouble(i -> i).toArray();
        double[] deviations = IntStream.range(0, columns).mapToDouble(i -> 2).toArray();
        FlowModel model = FlowModel.create(config, means, deviations, manager);
        ImportReport report = subject.copy.into(model.flow(), preset, subject.weights());
        assertEquals(
                ParameterNames.paths(model.flow()).keys(),
                report.rows().stream().map(ImportReport.Row::parameter).distinct().toList());
        model.save(folder.resolve("model"), nothing -> {});
        FlowModel loaded = FlowModel.load(folder.resolve("model"), manager);
        assertEquals(config, loaded.config());

        NDList x = inputs(subject, "x", DataType.FLOAT32);
        NDList wide = inputs(subject, "x", DataType.FLOAT64);
        double[] expected = doubles(logProb(imported(subject, DataType.FLOAT64), wide));
        if (subject.all().names().contains("log_prob")) {
            assertArrayEquals(doubles(subject.all().get("log_prob", manager)), expected, 1e-9);
        }
        // In the units of the data its density is that of the data; angles have no others.
        NDList data = new NDList();
        int first = 0;
        for (NDArray array : x) {
            int end = first + (int) array.getShape().get(1);
            NDArray shift = manager.arange(first, end).toType(DataType.FLOAT32, false);
            boolean angles = preset.circles() && first == 0;
            data.add(angles ? array : array.add(array).add(shift));
            first = end;
        }
        double[] got = doubles(logProb(model.flow(), data));
        double volume = preset.circles() ? 0 : preset.features() * Math.log(2);
        double[] standardised = Arrays.stream(got).map(value -> value + volume).toArray();
        assertArrayEquals(expected, standardised, 1e-4);
        assertArrayEquals(got, doubles(logProb(loaded.flow(), data)));
    }

    private static NDArray logProb(NormalizingFlow flow, NDList in) {
        return in.size() == 1 ? flow.logProb(in.get(0)) : flow.logProb(in.get(0), in.get(1));
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void disagreementsAreRefusedAndChangeNothing(Subject subject) throws IOException {
        NormalizingFlow flow = flow(subject.preset, DataType.FLOAT32);
        StateDict whole = subject.weights();
        String bias = bias(subject.copy.into(flow, subject.preset, whole));
        Fixtures.randomise(flow);
        NDList before = Weights.copy(flow, manager);
        refuses(subject, flow, "expected no more, got one", adding("more"));
        refuses(subject, flow, "expected " + bias, without(bias));
        refuses(subject, flow, "expected " + bias, changing(bias, a -> a.reshape(-1, 1, 1)));
        for (NDArray array : before) {
            NDArray now = ParameterNames.paths(flow).get(array.getName()).getArray();
            assertArrayEquals(doubles(array), doubles(now), array.getName());
        }
    }

    /** Returns a tensor of which no preset is made. */
    private static String bias(ImportReport report) {
        List<String> names = report.rows().stream().flatMap(row -> row.name().stream()).toList();
        List<String> biases = names.stream().filter(name -> name.endsWith("bias")).toList();
        return biases.isEmpty() ? names.get(0) : biases.get(biases.size() - 1);
    }

    private void refuses(
            Subject subject, NormalizingFlow flow, String message, UnaryOperator<NDList> edit)
            throws IOException {
        StateDict edited = edited(subject, edit);
        assertRefused(
                IOException.class, message, () -> subject.copy.into(flow, subject.preset, edited));
    }

    private static UnaryOperator<NDList> adding(String name) {
        return tensors -> {
            NDArray more = tensors.get(0).duplicate();
            more.setName(name);
            return new NDList(tensors).addAll(new NDList(more));
        };
    }

    private static UnaryOperator<NDList> without(String name) {
        return tensors ->
                new NDList(tensors.stream().filter(a -> !a.getName().equals(name)).toList());
    }

    private static UnaryOperator<NDList> changing(String name, UnaryOperator<NDArray> change) {
        return tensors -> {
            NDList changed = new NDList();
            for (NDArray array : tensors) {
                boolean itself = array.getName().equals(name);
                NDArray now = itself ? change.apply(array) : array;
                now.setName(array.getName());
                changed.add(now);
            }
            return changed;
        };
    }

    /** Writes a changed copy of a file. */
    private StateDict edited(Subject subject, UnaryOperator<NDList> edit) throws IOException {
        StateDict whole = subject.weights();
        NDList tensors = new NDList();
        for (String name : whole.names()) {
            tensors.add(whole.get(name, manager));
        }
        Path file = folder.resolve("edited.safetensors");
        Weights.write(edit.apply(tensors), file);
        return StateDict.read(file);
    }

    private static Subject subject(String file) {
        return subjects().filter(s -> s.file.equals(file)).findAny().orElseThrow();
    }

    private void refusesPreset(String file, String message, UnaryOperator<NDList> edit)
            throws IOException {
        Subject subject = subject(file);
        StateDict edited = edited(subject, edit);
        assertRefused(IOException.class, message, () -> subject.found.of(edited));
    }

    @Test
    void filesOfOtherLibrariesAreRefused() throws IOException {
        Map<String, String> expected =
                Map.of(
                        "realnvp-nflows", "expected couplings with a ResidualNet",
                        "maf-zuko", "expected transform.transforms.0.order",
                        "planar-normflows", "expected Planar, Radial, Residual or Coupled",
                        "bnaf-gated-official", "expected 0.0._weight, 0.2._weight");
        for (Map.Entry<String, String> library : expected.entrySet()) {
            for (String other : expected.keySet()) {
                if (!other.equals(library.getKey())) {
                    Subject subject = subject(library.getKey());
                    StateDict weights = subject(other).weights();
                    assertRefused(
                            IOException.class, library.getValue(), () -> subject.found.of(weights));
                }
            }
        }
    }

    @Test
    void anotherPresetOrFlowIsRefused() throws IOException {
        Subject subject = subject("realnvp-nflows");
        Subject other = subject("flow-realnvp-nflows");
        StateDict weights = subject.weights();
        NormalizingFlow flow = flow(subject.preset, DataType.FLOAT32);
        assertRefused(
                IOException.class,
                "masks=[EVEN, ODD], unconditional=false], transforms=4, mixing=NONE, base=StandardNormal[]], features=5,"
                        + " context=0, circles=false], got those",
                () -> NflowsWeights.importInto(flow, other.preset, weights));
        NormalizingFlow longer = flow(other.preset, DataType.FLOAT32);
        assertRefused(
                IllegalArgumentException.class,
                "masks=[ODD, EVEN], unconditional=false], transforms=3, mixing=NONE, base=StandardNormal[]], features=5,"
                        + " context=0, circles=false], got one of",
                () -> NflowsWeights.importInto(longer, subject.preset, weights));
        NormalizingFlow fresh = subject.preset.newFlow();
        assertRefused(
                IllegalStateException.class,
                "initialised",
                () -> NflowsWeights.importInto(fresh, subject.preset, weights));
    }

    @Test
    void basesThatAreNotStandardNormalAreRefused() throws IOException {
        UnaryOperator<NDArray> plusOne = a -> a.add(1);
        String standard = "expected a base that is standard normal";
        refusesPreset("maf-zuko", standard, changing("base.loc", plusOne));
        refusesPreset("maf-zuko", standard, changing("base.scale", plusOne));
        refusesPreset("flow-ncsf-zuko", "expected a uniform base", changing("base.lower", plusOne));
        refusesPreset("flow-planar-normflows", standard, changing("q0.loc", plusOne));
        refusesPreset("flow-radial-normflows", standard, changing("q0.log_scale", plusOne));
        refusesPreset(
                "flow-realnvp-nflows",
                "expected a Flow over a StandardNormal, without an embedding, of nflows, got"
                        + " [_distribution.mean_]",
                adding("_distribution.mean_"));
        refusesPreset(
                "flow-realnvp-nflows",
                "got [_embedding_net.weight]",
                adding("_embedding_net.weight"));
    }

    /** A buffer that some versions save says nothing. */
    @Test
    void theConstantOfTheBaseIsIgnored() throws IOException {
        Subject subject = subject("flow-realnvp-nflows");
        NormalizingFlow flow = flow(subject.preset, DataType.FLOAT32);
        StateDict edited = edited(subject, adding("_distribution._log_z"));
        assertEquals(subject.preset, subject.found.of(edited));
        subject.copy.into(flow, subject.preset, edited);
    }

    @Test
    void otherArchitecturesAreRefused() throws IOException {
        String maf = "_transforms.0.autoregressive_net.";
        refusesPreset(
                "maf-nflows",
                "expected masked autoregressive transforms without context",
                adding(maf + "context_layer.weight"));
        refusesPreset(
                "realnvp-nflows",
                "expected 2 outputs for each feature that is moved, of an affine map, or 3 K - 1",
                changing(
                        "_transforms.0.transform_net.final_layer.weight",
                        a -> a.get(new NDIndex("0:3"))));
        refusesPreset(
                "realnvp-nflows",
                "expected couplings that keep one of [FIRST_HALF, SECOND_HALF, EVEN, ODD]",
                changing(
                        "_transforms.1.identity_features",
                        a -> manager.create(new float[] {1, 2})));
        refusesPreset(
                "realnvp-nflows",
                "expected couplings that keep one of",
                changing(
                        "_transforms.1.transform_features",
                        array -> manager.create(new float[] {0, 2, 4})));
        refusesPreset(
                "flow-maf-nflows",
                "to hold each place once, got [0, 1, 2, 2, 4]",
                changing(
                        "_transform._transforms.0._permutation",
                        array -> manager.create(new float[] {0, 1, 2, 2, 4})));
        refusesPreset(
                "maf-zuko",
                "to hold whole numbers, got [0.5",
                changing("transform.transforms.0.order", a -> a.add(manager.create(0.5f))));
        refusesPreset(
                "realnvp-nflows",
                "SVDLinear, NaiveLinear, HouseholderSequence or ActNorm, of nflows, got [_scale]"
                        + " under \"_transforms.3.\"",
                adding("_transforms.3._scale"));
        String third = "_transform._transforms.2.";
        // A transform without tensors.
        refusesPreset(
                "flow-maf-nflows",
                "got [] under \"_transform._transforms.2.\"",
                tensors -> exchanged(tensors, third, "_transform._transforms.9."));
        refusesPreset(
                "maf-zuko",
                "expected an order of 5 features in 5 groups",
                changing(
                        "transform.transforms.1.order",
                        a -> manager.create(new float[] {0, 0, 1, 1, 2})));
        refusesPreset(
                "maf-zuko",
                "expected 2 outputs for each feature",
                changing("transform.transforms.0.hyper.4.weight", a -> a.get(new NDIndex("0:5"))));
        refusesPreset(
                "flow-squares-clipped-zuko",
                "expected hidden layers of the networks of a NAF or a UNAF of zuko",
                adding("transform.transforms.0.univariate.network.0.weight"));
        refusesPreset(
                "flow-unaf-zuko",
                "not normalised, got [0.bias, 0.weight, 3.bias, 3.weight, 4.bias, 4.weight] under",
                tensors -> exchanged(tensors, UNAF + "2.", UNAF + "3."));
        refusesPreset(
                "flow-naf-zuko",
                "univariate.network.0.weight to have 3 axes, got (7, 5)",
                changing(
                        "transform.transforms.0.univariate.network.0.weight",
                        a -> a.get(new NDIndex("0"))));
        refusesPreset(
                "flow-naf-zuko",
                "expected 4 outputs for each feature, of which networks have so many signals,",
                changing("transform.transforms.0.hyper.4.weight", a -> a.get(new NDIndex("0:9"))));
        StateDict squares = subject("flow-squares-clipped-zuko").weights();
        ScalarMap ofDegree5 = new ScalarMap.SumOfSquares(1, 5, 1, PolynomialBasis.POWERS);
        assertRefused(
                IOException.class,
                "K times as many as degree 5 has coefficients",
                () -> ZukoWeights.find(squares, Activation.RELU, ofDegree5));
        assertRefused(
                IOException.class,
                "expected monotonic-network as scalar maps of a MAF or an NSF of zuko, got no"
                        + " networks of features",
                () ->
                        ZukoWeights.find(
                                squares,
                                Activation.RELU,
                                Specs.defaults(ScalarMap.MonotonicNetwork.class)));
        StateDict networks = subject("flow-naf-zuko").weights();
        assertRefused(
                IOException.class,
                "expected sum-of-squares as scalar maps of a MAF or an NSF of zuko, got networks",
                () -> ZukoWeights.find(networks, Activation.RELU, ofDegree5));
        Subject gated = subject("bnaf-gated-official");
        Subject plain = subject("bnaf-plain-official");
        StateDict withGate = gated.weights();
        StateDict withoutGate = plain.weights();
        assertRefused(
                IOException.class,
                "expected the residual GATED, which has gates, got NONE",
                () -> BnafWeights.find(withGate, Residual.NONE));
        assertRefused(
                IOException.class,
                "expected a residual without gates, got GATED",
                () -> BnafWeights.find(withoutGate, Residual.GATED));
    }

    @Test
    void splinesOfAnotherKindAreRefused() throws IOException {
        StateDict cubic = subject("flow-cubic-nflows").weights();
        assertRefused(
                IOException.class,
                "2 K - 1, of a quadratic, or 2 K + 2, of a cubic one, of nflows, got 30 outputs of"
                        + " _transform._transforms.0.transform_net. for 3 features and quadratic",
                () ->
                        NflowsWeights.find(
                                cubic,
                                Activation.RELU,
                                new ScalarMap.QuadraticSpline(4, 3, SplineEnds.HALVED)));
        StateDict masked = subject("flow-nsf-autoregressive-nflows").weights();
        assertRefused(
                IOException.class,
                "expected linear and cubic splines in couplings, where they have tails",
                () ->
                        NflowsWeights.find(
                                masked, Activation.RELU, new ScalarMap.LinearSpline(11, 3)));
    }

    @Test
    void residualFlowsThatDoNotFitAreRefused() throws IOException {
        Subject subject = subject("flow-residual-normflows");
        refusesPreset(
                subject.file,
                "at most one ActNorm between each two of them, got [data_dep_init_done",
                tensors -> exchanged(tensors, "flows.2.", "flows.5."));
        NormalizingFlow flow = flow(subject.preset, DataType.FLOAT32);
        StateDict weights = subject.weights();
        assertRefused(
                IllegalArgumentException.class,
                "to have a norm of at most 0.99 when divided by that of its u and v, got",
                () -> NormflowsWeights.importInto(flow, subject.preset, weights, 1.0));
        StateDict wide = edited(subject, changing("flows.3.s", a -> a.add(7)));
        assertRefused(
                IllegalArgumentException.class,
                "expected flows.3.s below 6.908, got",
                () -> NormflowsWeights.importInto(flow, subject.preset, wide, 0.9));
    }

    private static NDList exchanged(NDList tensors, String one, String other) {
        for (NDArray array : tensors) {
            String name = array.getName();
            if (name.startsWith(one)) {
                array.setName(other + name.substring(one.length()));
            } else if (name.startsWith(other)) {
                array.setName(one + name.substring(other.length()));
            }
        }
        return tensors;
    }

    @Test
    void otherMasksAreRefused() throws IOException {
        String nflows = "_transforms.0.autoregressive_net.blocks.0.linear.mask";
        String zuko = "transform.transforms.1.hyper.4.mask";
        String bnaf = "2.2.mask_o";
        Map<String, String> masks =
                Map.of("maf-nflows", nflows, "maf-zuko", zuko, "bnaf-plain-official", bnaf);
        for (Map.Entry<String, String> mask : masks.entrySet()) {
            Subject subject = subject(mask.getKey());
            refuses(
                    subject,
                    flow(subject.preset, DataType.FLOAT32),
                    "expected " + mask.getValue() + " to hold what the flow has",
                    changing(mask.getValue(), NDArray::onesLike));
        }
    }

    private static List<String> names(String letter, int count) {
        return IntStream.rangeClosed(1, count).mapToObj(i -> letter + i).toList();
    }
}
