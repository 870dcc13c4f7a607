package org.djlflows.model;

import static org.djlflows.Fixtures.assertClose;
import static org.djlflows.Fixtures.assertRefused;
import static org.djlflows.Fixtures.doubles;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

import org.djlflows.Bijection;
import org.djlflows.Fixtures;
import org.djlflows.NormalizingFlow;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
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

    static Stream<Preset> presets() {
        return Stream.of(
                RealNvp.builder()
                        .optMasks(Kept.EVEN, Kept.ODD, Kept.SECOND_HALF)
                        .optMixing(Mixing.NONE)
                        .setFeatures(5)
                        .build(),
                NeuralSplineFlow.builder()
                        .optMasks(Kept.ODD)
                        .optConstraint(SplineConstraint.SOFT_CLIP)
                        .optResidual(true)
                        .optMixing(Mixing.PERMUTATION_AND_LU_LINEAR)
                        .setFeatures(5)
                        .optContext(2)
                        .optHidden(9, 9)
                        .build(),
                MaskedAutoregressiveFlow.builder()
                        .optOrders(FeatureOrder.DESCENDING)
                        .optPasses(2)
                        .optMixing(Mixing.PERMUTATION)
                        .setFeatures(5)
                        .build(),
                AutoregressiveSplineFlow.builder()
                        .optOrders(FeatureOrder.DESCENDING, FeatureOrder.ASCENDING)
                        .optPasses(3)
                        .optConstraint(SplineConstraint.SOFT_CLIP)
                        .optResidual(true)
                        .setFeatures(5)
                        .optHidden(9)
                        .build(),
                PlanarFlow.builder().optDirection(Direction.NOISE_TO_DATA).setFeatures(5).build(),
                RadialFlow.builder().optDirection(Direction.NOISE_TO_DATA).setFeatures(5).build());
    }

    @ParameterizedTest
    @MethodSource("presets")
    void configurationsKeepThem(Preset preset) {
        FlowConfig config = config(preset);
        assertEquals(config, FlowConfig.fromJson(config.toJson()));
    }

    private static FlowConfig config(Preset preset) {
        List<String> columns = List.of("a", "b", "c", "d", "e");
        return new FlowConfig(
                preset,
                columns.subList(0, preset.features()),
                List.of("f", "g").subList(0, preset.context()));
    }

    @ParameterizedTest
    @MethodSource("presets")
    void bothDirectionsAreThoseOfOneMap(Preset preset) {
        Bijection flow = preset.newFlow().getBijection();
        NDList in = new NDList(manager.randomNormal(new Shape(6, 5), DataType.FLOAT64));
        if (preset.context() > 0) {
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
    @EnumSource(Mixing.class)
    void mixingLiesWhereItSays(Mixing mixing) {
        RealNvp preset =
                RealNvp.builder().optMixing(mixing).setFeatures(4).optTransforms(2).build();
        List<String> kinds =
                preset.newFlow().getBijection().getSteps().stream()
                        .map(step -> step.getClass().getSimpleName())
                        .toList();
        List<String> around =
                switch (mixing) {
                    case NONE, LU_LINEAR -> List.of();
                    case PERMUTATION -> List.of("Permutation");
                    case PERMUTATION_AND_LU_LINEAR -> List.of("Permutation", "LuLinear");
                };
        List<String> expected = new ArrayList<>(around);
        expected.add("Coupling");
        expected.addAll(mixing == Mixing.LU_LINEAR ? List.of("LuLinear") : around);
        expected.add("Coupling");
        expected.addAll(around);
        assertEquals(expected, kinds);
    }

    @ParameterizedTest
    @EnumSource(Kept.class)
    void couplingsKeepWhatTheySay(Kept kept) {
        int features = 5;
        RealNvp.Builder builder = RealNvp.builder().optMasks(kept).optMixing(Mixing.NONE);
        Bijection flow =
                builder.setFeatures(features).optTransforms(1).build().newFlow().getBijection();
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
    void hyperParametersOutOfRangeAreRefused() {
        refuses(
                "RealNvp: expected masks or orders, at least one, got []",
                RealNvp.builder().optMasks().setFeatures(2));
        refuses(
                "RealNvp: expected residual blocks of one width, got [4, 5]",
                RealNvp.builder().optResidual(true).setFeatures(2).optHidden(4, 5));
        refuses(
                "NeuralSplineFlow: expected a mixing, got null",
                NeuralSplineFlow.builder().optMixing(null).setFeatures(2));
        refuses(
                "NeuralSplineFlow: expected a constraint, got null",
                NeuralSplineFlow.builder().optConstraint(null).setFeatures(2));
        refuses(
                "MaskedAutoregressiveFlow: expected masks or orders, at least one, got []",
                MaskedAutoregressiveFlow.builder().optOrders().setFeatures(2));
        refuses(
                "MaskedAutoregressiveFlow: expected 1 to 2 passes, got 3",
                MaskedAutoregressiveFlow.builder().optPasses(3).setFeatures(2));
        refuses(
                "AutoregressiveSplineFlow: expected 1 to 2 passes, got 0",
                AutoregressiveSplineFlow.builder().optPasses(0).setFeatures(2));
        refuses(
                "PlanarFlow: expected a direction, got null",
                PlanarFlow.builder().optDirection(null).setFeatures(2));
        List<Kept> withNull = Collections.singletonList(null);
        RealNvp p = RealNvp.builder().setFeatures(2).build();
        assertRefused(
                IllegalArgumentException.class,
                "got [null]",
                () ->
                        new RealNvp(
                                2,
                                0,
                                1,
                                p.hidden(),
                                p.activation(),
                                p.scaleMap(),
                                withNull,
                                false,
                                p.mixing()));
    }

    private static void refuses(String message, VectorPresetBuilder<?> builder) {
        assertRefused(IllegalArgumentException.class, message, builder::build);
    }

    @Test
    void modelsStandardiseByGivenStatistics() {
        RealNvp preset = RealNvp.builder().setFeatures(2).optContext(1).optTransforms(1).build();
        double[] means = {10, -3, 7};
        double[] deviations = {0.5, 4, 2};
        FlowModel model = FlowModel.create(config(preset), means, deviations, manager);
        NormalizingFlow base = (NormalizingFlow) model.flow().getBase();
        Fixtures.randomise(base);
        NDArray z = manager.randomNormal(new Shape(4, 2));
        NDArray c = manager.randomNormal(new Shape(4, 1));
        NDArray x = z.mul(row(deviations, 0, 2)).add(row(means, 0, 2));
        NDArray given = c.mul(row(deviations, 2, 3)).add(row(means, 2, 3));
        NDArray expected = base.logProb(z, c).sub(manager.create((float) Math.log(0.5 * 4)));
        assertClose(expected, model.flow().logProb(x, given), 1e-5);
    }

    private NDArray row(double[] values, int from, int to) {
        double[] part = Arrays.copyOfRange(values, from, to);
        return manager.create(part).toType(DataType.FLOAT32, false);
    }

    @Test
    void statisticsThatDoNotFitAreRefused() {
        FlowConfig config = config(RealNvp.builder().setFeatures(2).build());
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
        FlowConfig images =
                new FlowConfig(
                        Glow.builder().setImages(1, 4, 4).optScales(1).build(),
                        List.of(),
                        List.of());
        refusesStatistics(images, "expected columns", new double[0], new double[0]);
    }

    private void refusesStatistics(
            FlowConfig config, String message, double[] means, double[] deviations) {
        assertRefused(
                IllegalArgumentException.class,
                message,
                () -> FlowModel.create(config, means, deviations, manager));
    }
}
