package org.djlflows.model;

import static org.djlflows.testing.Fixtures.assertClose;
import static org.djlflows.testing.Fixtures.assertRefused;
import static org.djlflows.testing.Fixtures.doubles;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.tracker.Tracker;

import org.djlflows.Bijection;
import org.djlflows.Distribution;
import org.djlflows.NormalizingFlow;
import org.djlflows.data.Toys;
import org.djlflows.format.FlowConfig;
import org.djlflows.spec.Activation;
import org.djlflows.spec.Base;
import org.djlflows.spec.Direction;
import org.djlflows.spec.FeatureOrder;
import org.djlflows.spec.Glow;
import org.djlflows.spec.ImageShape;
import org.djlflows.spec.Kept;
import org.djlflows.spec.Mixing;
import org.djlflows.spec.Network;
import org.djlflows.spec.Presets;
import org.djlflows.spec.ScalarMap;
import org.djlflows.spec.SolverGradient;
import org.djlflows.spec.Specs;
import org.djlflows.spec.SplineConstraint;
import org.djlflows.spec.Transform;
import org.djlflows.spec.VectorFlow;
import org.djlflows.testing.Fixtures;
import org.djlflows.testing.PlaneDensity;
import org.djlflows.training.FusedAdam;
import org.djlflows.training.TrainingStep;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;

class VectorPresetsTest {

    private NDManager manager;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
        Fixtures.seed(8);
    }

    @AfterEach
    void close() {
        manager.close();
    }

    static Stream<FlowConfig> presets() {
        Network residual = new Network.ResidualNet(9, 2, Activation.RELU);
        return Stream.of(
                config(
                        Presets.realNvp()
                                .with("masks", List.of(Kept.EVEN, Kept.ODD, Kept.SECOND_HALF))
                                .withMixing(Mixing.NONE),
                        5,
                        0),
                config(
                        Presets.neuralSplineFlow()
                                .withNetwork(residual)
                                .with("masks", List.of(Kept.ODD))
                                .with("constraint", SplineConstraint.SOFT_CLIP)
                                .withMixing(Mixing.PERMUTATION_AND_LU_LINEAR),
                        5,
                        2),
                config(
                        Presets.maskedAutoregressiveFlow()
                                .with("orders", List.of(FeatureOrder.DESCENDING))
                                .with("passes", 2)
                                .withMixing(Mixing.PERMUTATION),
                        5,
                        0),
                config(
                        Presets.autoregressiveSplineFlow()
                                .withNetwork(residual)
                                .with(
                                        "orders",
                                        List.of(FeatureOrder.DESCENDING, FeatureOrder.ASCENDING))
                                .with("passes", 3)
                                .with("constraint", SplineConstraint.SOFT_CLIP),
                        5,
                        0),
                config(Presets.neuralSplineFlow().withMap(new ScalarMap.Additive()), 5, 2),
                config(Presets.planarFlow().with("direction", Direction.NOISE_TO_DATA), 5, 0),
                config(Presets.radialFlow().with("direction", Direction.NOISE_TO_DATA), 5, 0),
                config(
                        Presets.continuousFlow()
                                .with("gradient", SolverGradient.ADJOINT)
                                .with("tolerance", 1e-12),
                        5,
                        2));
    }

    @ParameterizedTest
    @MethodSource("presets")
    void configurationsKeepThem(FlowConfig config) {
        assertEquals(config, FlowConfig.fromJson(config.toJson()));
    }

    private static FlowConfig config(VectorFlow flow, int features, int context) {
        List<String> columns = List.of("a", "b", "c", "d", "e");
        return new FlowConfig(
                flow, columns.subList(0, features), List.of("f", "g").subList(0, context));
    }

    @ParameterizedTest
    @MethodSource("presets")
    void bothDirectionsAreThoseOfOneMap(FlowConfig config) {
        VectorFlow described = (VectorFlow) config.flow();
        Bijection flow = Flows.of(described, 5, config.context()).getBijection();
        NDList in = new NDList(manager.randomNormal(new Shape(6, 5), DataType.FLOAT64));
        if (config.context() > 0) {
            in.add(manager.randomNormal(new Shape(6, 2), DataType.FLOAT64));
        }
        flow.initialize(manager, DataType.FLOAT64, in.getShapes());
        Fixtures.randomise(flow);
        NDList out = flow.forward(Fixtures.store(manager), in, false);
        NDList noise = new NDList(out.get(0)).addAll(in.subNDList(1));
        NDList back = flow.inverse(Fixtures.store(manager), noise, false);
        assertClose(in.get(0), back.get(0), 1e-7);
        assertClose(out.get(1).neg(), back.get(1), 1e-7);
    }

    @ParameterizedTest
    @CsvSource({
        "standard-normal, StandardNormal",
        "diagonal-normal, DiagonalNormal",
        "full-normal, FullNormal",
        "low-rank-normal, LowRankNormal",
        "laplace, Laplace",
        "student-t, StudentT",
        "gaussian-mixture, GaussianMixture",
        "resampled, Resampled",
        "class-conditional-normal, ClassConditionalNormal"
    })
    void theBaseIsTheOneAskedFor(String kind, String block) {
        VectorFlow flow = Presets.realNvp().withBase((Base) Specs.parse("base", Base.class, kind));
        assertEquals(block, Flows.of(flow, 4, 3).getBase().getClass().getSimpleName());
    }

    @Test
    void basesThatDoNotFitAreRefused() {
        refuses(
                "ClassConditionalNormal: expected a context with a column for each class, got none",
                new Base.ClassConditionalNormal(),
                new boolean[3]);
        refuses(
                "expected layers of at most 16777216 weights, got one of 65536 inputs and 65536",
                new Base.FullNormal(),
                new boolean[65_536]);
        refuses("weights, got", new Base.GaussianMixture(65_536), new boolean[300]);
        refuses("weights, got", new Base.LowRankNormal(65_536), new boolean[300]);
        refuses("weights, got", new Base.Resampled(List.of(5000, 5000), 2), new boolean[3]);
        refuses(
                "VectorFlow: expected a feature on a line for a laplace base, got none",
                new Base.Laplace(),
                new boolean[] {true, true});
    }

    private static void refuses(String message, Base base, boolean[] circles) {
        VectorFlow flow = Presets.realNvp().withMixing(Mixing.NONE).withBase(base);
        assertRefused(IllegalArgumentException.class, message, () -> Flows.of(flow, circles, 0));
    }

    @Test
    void aVonMisesBaseIsForCircles() {
        VectorFlow flow = Presets.neuralSplineFlow().withBase(new Base.VonMises());
        assertRefused(
                IllegalArgumentException.class,
                "VectorFlow: expected a feature on a circle for a von-mises base, got none",
                () -> Flows.of(flow, 4, 0));
    }

    @ParameterizedTest
    @EnumSource(Mixing.class)
    void mixingLiesWhereItSays(Mixing mixing) {
        VectorFlow preset = Presets.realNvp().withMixing(mixing).withTransforms(2);
        List<String> kinds =
                Flows.of(preset, 4, 0).getBijection().getSteps().stream()
                        .map(step -> step.getClass().getSimpleName())
                        .toList();
        List<String> around =
                switch (mixing) {
                    case NONE, LU_LINEAR, ROTATION, REVERSAL, SOFT_CLIP -> List.of();
                    case PERMUTATION, PERMUTATION_AND_SOFT_CLIP -> List.of("Permutation");
                    case PERMUTATION_AND_LU_LINEAR -> List.of("Permutation", "LuLinear");
                    case DENSE_LINEAR -> List.of("DenseLinear");
                };
        List<String> expected = new ArrayList<>(around);
        expected.add("Coupling");
        expected.addAll(
                switch (mixing) {
                    case LU_LINEAR -> List.of("LuLinear");
                    case ROTATION -> List.of("Rotation");
                    case REVERSAL -> List.of("Permutation");
                    case SOFT_CLIP -> List.of("Pointwise");
                    case PERMUTATION_AND_SOFT_CLIP -> List.of("Permutation", "Pointwise");
                    default -> around;
                });
        expected.add("Coupling");
        expected.addAll(around);
        assertEquals(expected, kinds);
    }

    @ParameterizedTest
    @EnumSource(Kept.class)
    void couplingsKeepWhatTheySay(Kept kept) {
        int features = 5;
        VectorFlow coupling =
                Presets.realNvp()
                        .with("masks", List.of(kept))
                        .withMixing(Mixing.NONE)
                        .withTransforms(1);
        Bijection flow = Flows.of(coupling, features, 0).getBijection();
        NDList x = new NDList(manager.randomNormal(new Shape(1, features)));
        flow.initialize(manager, DataType.FLOAT32, x.getShapes());
        Fixtures.randomise(flow);
        double[] before = doubles(x.get(0));
        double[] after = doubles(flow.forward(Fixtures.store(manager), x, false).get(0));
        boolean[] same = new boolean[features];
        for (int i = 0; i < features; i++) {
            same[i] = before[i] == after[i];
        }
        assertArrayEquals(kept.of(features), same);
    }

    @Test
    void theFirstHalfIsTheSmallerOne() {
        assertArrayEquals(new boolean[] {true, false, false}, Kept.FIRST_HALF.of(3));
        assertArrayEquals(new boolean[] {false, true, true}, Kept.SECOND_HALF.of(3));
        assertArrayEquals(new boolean[] {true, false, true}, Kept.EVEN.of(3));
        assertArrayEquals(new boolean[] {false, true, false}, Kept.ODD.of(3));
        assertArrayEquals(new boolean[] {false}, Kept.FIRST_HALF.of(1));
        assertArrayEquals(new boolean[] {false}, Kept.SECOND_HALF.of(1));
    }

    @Test
    void fieldsOutOfRangeAreRefused() {
        VectorFlow realNvp = Presets.realNvp();
        refuses("Coupling: expected masks of 1 to 1000 values, got 0", realNvp, "masks", List.of());
        refuses("expected mixing", realNvp, "mixing", null);
        refuses(
                "Coupling: expected masks without null, got one",
                realNvp,
                "masks",
                Collections.singletonList(null));
        VectorFlow nsf = Presets.neuralSplineFlow();
        refuses("RationalQuadraticSpline: expected constraint, got null", nsf, "constraint", null);
        refuses("expected bins of at least 2 and at most 999, got 1", nsf, "bins", 1);
        refuses("expected bound above 0 and finite in float32, got 0.0", nsf, "bound", 0.0);
        refuses(
                "expected hidden of at least 1 and at most 65536, got 0",
                nsf,
                "hidden",
                List.of(0));
        refuses("expected transforms of at least 1 and at most 1000, got 0", nsf, "transforms", 0);
        VectorFlow maf = Presets.maskedAutoregressiveFlow();
        refuses("Autoregressive: expected orders of 1 to 1000", maf, "orders", List.of());
        refuses("expected passes of at least 0", maf, "passes", -1);
        refuses("Planar: expected direction, got null", Presets.planarFlow(), "direction", null);
        refuses("got bins", realNvp, "bins", 4);
        assertRefused(
                IllegalArgumentException.class,
                "Autoregressive: expected passes of at most 2, the number of features, got 3",
                () -> Flows.of(maf.with("passes", 3), 2, 0));
        assertRefused(
                IllegalArgumentException.class,
                "expected layers of at most 16777216 weights",
                () -> Flows.of(realNvp.withHidden(60_000, 60_000), 2, 0));
    }

    private static void refuses(String message, VectorFlow flow, String field, Object value) {
        assertRefused(IllegalArgumentException.class, message, () -> flow.with(field, value));
    }

    /** As a provider of Kinds may have them that knows the format alone. */
    @Test
    void whatDoesNotSayHowItIsMadeIsRefusedByItsName() {
        record Sinh() implements ScalarMap.Own {}
        record Fourier() implements Network.Own {
            @Override
            public List<Integer> widths() {
                return List.of(3);
            }
        }
        record Mirrored() implements Transform.Own {}
        VectorFlow flow = Presets.realNvp();
        refusesToMake("sinh to implement Flows.OwnMap", flow.withMap(new Sinh()));
        refusesToMake("fourier to implement Flows.OwnNetwork", flow.withNetwork(new Fourier()));
        refusesToMake(
                "mirrored to implement Flows.OwnTransform", flow.with("transform", new Mirrored()));
    }

    private static void refusesToMake(String what, VectorFlow flow) {
        assertRefused(
                IllegalArgumentException.class,
                "Flows: expected " + what + ", by which it is made",
                () -> Flows.of(flow, 2, 0));
    }

    @Test
    void modelsStandardiseByGivenStatistics() {
        double[] means = {10, -3, 7};
        double[] deviations = {0.5, 4, 2};
        FlowConfig config = config(Presets.realNvp().withTransforms(1), 2, 1);
        FlowModel model = FlowModel.create(config, means, deviations, manager);
        Bijection layers = model.flow().getBijection().getSteps().get(1);
        Fixtures.randomise(layers);
        NDArray z = manager.randomNormal(new Shape(4, 2));
        NDArray c = manager.randomNormal(new Shape(4, 1));
        NDArray x = z.mul(row(deviations, 0, 2)).add(row(means, 0, 2));
        NDArray given = c.mul(row(deviations, 2, 3)).add(row(means, 2, 3));
        Distribution alone = new NormalizingFlow(layers, model.flow().getBase());
        alone.initialize(manager, DataType.FLOAT32, z.getShape(), c.getShape());
        NDArray volume = manager.create((float) Math.log(0.5 * 4));
        NDArray expected = alone.logProb(z, c).sub(volume);
        assertClose(expected, model.flow().logProb(x, given), 1e-5);
    }

    private NDArray row(double[] values, int from, int to) {
        double[] part = Arrays.copyOfRange(values, from, to);
        return manager.create(part).toType(DataType.FLOAT32, false);
    }

    @Test
    void statisticsThatDoNotFitAreRefused() {
        FlowConfig config = config(Presets.realNvp(), 2, 0);
        double[] fit = {1, 2};
        refusesStatistics(
                config,
                "a mean and a deviation of each, got 2 columns with 1 and 2",
                new double[1],
                fit);
        refusesStatistics(config, "got 2 columns with 2 and 3", fit, new double[3]);
        refusesStatistics(
                config,
                "positive deviations, got [1.0, 2.0] and [1.0, 0.0]",
                fit,
                new double[] {1, 0});
        refusesStatistics(config, "expected 2 finite means", new double[] {1, Double.NaN}, fit);
        FlowConfig images = new FlowConfig(new Glow(1, 8, 64), new ImageShape(1, 4, 4), List.of());
        refusesStatistics(images, "expected columns", new double[0], new double[0]);
    }

    private void refusesStatistics(
            FlowConfig config, String message, double[] means, double[] deviations) {
        assertRefused(
                IllegalArgumentException.class,
                message,
                () -> FlowModel.create(config, means, deviations, manager));
    }

    static Stream<VectorFlow> small() {
        return Stream.of(
                        Presets.realNvp(),
                        Presets.neuralSplineFlow(),
                        Presets.maskedAutoregressiveFlow(),
                        Presets.autoregressiveSplineFlow(),
                        Presets.blockNeuralAutoregressiveFlow(),
                        Presets.planarFlow(),
                        Presets.radialFlow(),
                        Presets.neuralAutoregressiveFlow(),
                        Presets.unconstrainedNeuralAutoregressiveFlow().with("units", 8),
                        Presets.sumOfSquaresFlow(),
                        Presets.bernsteinFlow())
                .map(flow -> flow.withTransforms(4));
    }

    /** At first, and trained on a density with sharp edges. */
    @ParameterizedTest
    @MethodSource("small")
    void massOfPresetsIsOne(VectorFlow preset) {
        NormalizingFlow flow = Flows.of(preset, 2, 0);
        NDArray x = manager.create(Toys.twoMoons(500, 1), new Shape(500, 2));
        flow.initialize(manager, DataType.FLOAT32, x.getShape());
        assertEquals(1, mass(flow), 0.01, "untrained");
        for (Parameter parameter : flow.getParameters().values()) {
            parameter.getArray().setRequiresGradient(parameter.requiresGradient());
        }
        try (FusedAdam adam = FusedAdam.builder().optLearningRate(Tracker.fixed(0.01f)).build()) {
            TrainingStep step = TrainingStep.of(flow, adam, 5).orElseThrow();
            for (int i = 0; i < 100; i++) {
                step.take(new NDList(x));
            }
        }
        assertEquals(1, mass(flow), 0.01, "trained");
    }

    private double mass(NormalizingFlow flow) {
        return PlaneDensity.around(flow.sample(manager, 20_000), flow::logProb).mass();
    }
}
