package org.djlflows.model;

import static org.djlflows.testing.Fixtures.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

import org.djlflows.format.FlowConfig;
import org.djlflows.kernel.Chunks;
import org.djlflows.spec.Base;
import org.djlflows.spec.Column;
import org.djlflows.spec.ColumnFlow;
import org.djlflows.spec.MixtureForm;
import org.djlflows.spec.MixtureShape;
import org.djlflows.spec.Presets;
import org.djlflows.spec.ScalarMap;
import org.djlflows.spec.Specs;
import org.djlflows.spec.Transform;
import org.djlflows.spec.VectorFlow;
import org.djlflows.table.Table;
import org.djlflows.testing.Fixtures;
import org.djlflows.univariate.Univariate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;

class RowScorerTest {

    /** More than one range, and a part of one. */
    private static final int ROWS = 2500;

    private NDManager manager;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager(null, "PyTorch");
        Fixtures.seed(3);
    }

    @AfterEach
    void close() {
        manager.close();
        System.clearProperty(RowScorer.PROPERTY);
    }

    private static RowScorer by(String choice, FlowModel model) {
        System.setProperty(RowScorer.PROPERTY, choice);
        return RowScorer.of(model);
    }

    private static double[][] rows(int n) {
        Random random = new Random(4);
        double[][] rows = new double[n][3];
        for (double[] row : rows) {
            Arrays.setAll(row, j -> 5 + 2 * random.nextGaussian());
        }
        return rows;
    }

    private NDArray wide(int columns) {
        return manager.randomNormal(5, 4, new Shape(40, columns), DataType.FLOAT32);
    }

    private FlowModel model(ColumnFlow flow, List<String> given) {
        List<String> columns = List.of("a", "b", "c").subList(0, 3 - given.size());
        // Wide, since noise is added to the deviations, which have to stay positive.
        NDList arrays = new NDList(wide(columns.size()));
        if (!given.isEmpty()) {
            arrays.add(wide(given.size()));
        }
        FlowModel model = FlowModel.create(new FlowConfig(flow, columns, given), arrays, manager);
        Fixtures.randomise(model.flow());
        return model;
    }

    /** Of random weights, which are steeper than trained ones, a few rows are further apart. */
    private static void assertClose(double[] expected, double... got) {
        assertEquals(expected.length, got.length);
        double sum = 0;
        for (int i = 0; i < got.length; i++) {
            double scale = Math.max(1, Math.abs(expected[i]));
            assertEquals(expected[i], got[i], 1e-4 * scale);
            sum += expected[i] == got[i] ? 0 : Math.abs(expected[i] - got[i]) / scale;
        }
        assertTrue(sum <= 2e-6 * got.length, "on average apart by " + sum / got.length);
    }

    /** Those whose maps Java alone does not evaluate. */
    static Set<String> presetsOfPyTorch() {
        return SmallPresets.OF_PYTORCH;
    }

    static Stream<String> presets() {
        return Presets.of(VectorFlow.class).keySet().stream()
                .filter(preset -> !presetsOfPyTorch().contains(preset));
    }

    @ParameterizedTest
    @MethodSource("presetsOfPyTorch")
    void pyTorchScoresWhatJavaDoesNot(String preset) {
        VectorFlow flow = Presets.named(preset, VectorFlow.class).withTransforms(2);
        boolean layersAreKnown =
                flow.transform() instanceof Transform.Coupling
                        || flow.transform() instanceof Transform.Autoregressive;
        onlyPyTorchScores(
                flow, layersAreKnown ? Specs.value(flow, "map").orElseThrow() : flow.transform());
    }

    @Test
    void pyTorchScoresOtherBases() {
        VectorFlow flow = Presets.neuralSplineFlow().withTransforms(2);
        onlyPyTorchScores(flow.withBase(new Base.Laplace()), new Base.Laplace());
    }

    private void onlyPyTorchScores(VectorFlow flow, Object part) {
        FlowModel model = model(flow, List.of("c"));
        double[][] rows = rows(5);
        assertArrayEquals(model.score(rows), by("auto", model).score(rows));
        assertRefused(
                IllegalArgumentException.class,
                "that are made without DJL, got " + Specs.name(part.getClass()),
                () -> by("runtime", model));
    }

    @ParameterizedTest
    @MethodSource("presets")
    void javaAndPyTorchAgree(String preset) {
        VectorFlow flow = Presets.named(preset, VectorFlow.class).withTransforms(2);
        double[][] rows = rows(ROWS);
        for (List<String> given : List.of(List.<String>of(), List.of("c"))) {
            FlowModel model = model(flow, given);
            RowScorer java = by("runtime", model);
            double[] expected = by("pytorch", model).score(rows);
            assertArrayEquals(model.score(rows), expected);
            double[] found = java.score(rows);
            assertClose(expected, found);
            // Whatever range a row is in.
            assertArrayEquals(
                    Arrays.copyOfRange(found, 900, 1300),
                    java.score(Arrays.copyOfRange(rows, 900, 1300)));
            assertEquals(found[2400], java.score(new double[][] {rows[2400]})[0]);
            assertClose(expected, by("auto", model).score(rows));
            assertEquals(0, java.score(new double[0][]).length);
        }
    }

    @Test
    void javaAndPyTorchAgreeOverColumnsOfAnyKind() {
        Map<String, Column> kinds =
                Map.of(
                        "x", new Column.Real(List.of(0.0), -9, 9, true, 0),
                        "kind", new Column.Category(List.of("p", "q"), 0.01, false));
        FlowConfig config = TableModel.config(Presets.anyOrder(), kinds, Map.of());
        Random random = new Random(1);
        Table table =
                Table.ofMaps(
                        random.ints(300, 0, 4)
                                .mapToObj(
                                        k ->
                                                Map.<String, Object>of(
                                                        "x",
                                                        k == 0 ? 0 : random.nextGaussian(),
                                                        "kind",
                                                        k == 1 ? "p" : "q"))
                                .toList());
        NDList arrays = TableModel.arrays(config, manager, table, cell -> {});
        FlowModel model = FlowModel.create(config, arrays, manager);
        System.setProperty(RowScorer.PROPERTY, "pytorch");
        double[] expected = new TableModel(model).score(table);
        assertArrayEquals(expected, model.score(arrays));
        System.setProperty(RowScorer.PROPERTY, "runtime");
        assertClose(expected, new TableModel(model).score(table));
    }

    @Test
    void otherChoicesAreRefused() {
        FlowModel model = model(Presets.realNvp(), List.of());
        assertRefused(
                IllegalArgumentException.class,
                "RowScorer: expected -Dflows.scoring=auto, runtime or pytorch, got java",
                () -> by("java", model));
    }

    /** As a provider of Kinds may have it. */
    record Shift() implements Flows.OwnMap {

        @Override
        public Univariate newMap() {
            return new org.djlflows.univariate.Additive();
        }
    }

    @Test
    void pyTorchComputesLayersOfOthers() {
        FlowModel model = model(Presets.realNvp().withMap(new Shift()), List.of());
        double[][] rows = rows(5);
        assertArrayEquals(model.score(rows), by("auto", model).score(rows));
        assertRefused(
                IllegalArgumentException.class,
                "networks that are made without DJL, got shift, which",
                () -> by("runtime", model));
    }

    @ParameterizedTest
    @MethodSource("mapsWithoutEvaluator")
    void pyTorchComputesMapsWithoutAnEvaluator(ScalarMap map) {
        FlowModel model = model(Presets.neuralSplineFlow().withMap(map), List.of());
        double[][] rows = rows(5);
        assertArrayEquals(model.score(rows), by("auto", model).score(rows));
        assertRefused(
                IllegalArgumentException.class,
                Specs.name(map.getClass()),
                () -> by("runtime", model));
    }

    static Stream<ScalarMap> mapsWithoutEvaluator() {
        return Stream.of(
                new ScalarMap.MixtureCdf(4, MixtureShape.NORMAL),
                new ScalarMap.MixtureCdf(4, MixtureShape.LOGISTIC, MixtureForm.SHIFTS),
                Specs.defaults(ScalarMap.DeepDenseSigmoidal.class));
    }

    @Test
    void weightsAreThoseOfTheBeginningUnlessTheyAreUnfrozen() {
        FlowModel model = model(Presets.realNvp(), List.of());
        double[][] rows = rows(5);
        RowScorer before = by("runtime", model);
        model.flow().freezeParameters(true);
        RowScorer frozen = by("runtime", model);
        double[] expected = before.score(rows);
        Fixtures.randomise(model.flow());
        assertArrayEquals(expected, before.score(rows));
        assertArrayEquals(expected, frozen.score(rows));
        assertNotEquals(expected[0], model.score(rows)[0], 1e-3);
        // As the trainers of DJL do.
        model.flow().freezeParameters(false);
        assertArrayEquals(model.score(rows), frozen.score(rows));
    }

    @Test
    void workThatNobodyWaitsForEnds() {
        RowScorer java = by("runtime", model(Presets.realNvp(), List.of()));
        assertRefused(
                CancellationException.class,
                "nobody waits",
                () -> Chunks.cancellable(() -> true, () -> java.score(rows(ROWS))));
    }
}
