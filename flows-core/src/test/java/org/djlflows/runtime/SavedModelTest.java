package org.djlflows.runtime;

import static org.djlflows.testing.Fixtures.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;

import org.djlflows.anomaly.RowScore;
import org.djlflows.estimator.DensityEstimator;
import org.djlflows.estimator.TableEstimator;
import org.djlflows.model.FlowModel;
import org.djlflows.model.RowScorer;
import org.djlflows.model.SmallPresets;
import org.djlflows.model.TableModel;
import org.djlflows.spec.Presets;
import org.djlflows.spec.VectorFlow;
import org.djlflows.table.Table;
import org.djlflows.table.TableColumn;
import org.djlflows.testing.Fixtures;
import org.djlflows.training.MaximumLikelihood;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Model folders of trained flows say the same with DJL and without. */
class SavedModelTest {

    private static final int ROWS = 300;

    @TempDir private Path folder;
    private NDManager manager;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager(null, "PyTorch");
        Fixtures.seed(2);
    }

    @AfterEach
    void close() {
        System.clearProperty(RowScorer.PROPERTY);
        manager.close();
    }

    /** Those that are evaluated without DJL. */
    static Collection<String> presets() {
        Set<String> names = new TreeSet<>(Presets.of(VectorFlow.class).keySet());
        names.removeAll(SmallPresets.OF_PYTORCH);
        return names;
    }

    /** Three columns that depend on each other, and one that is constant. */
    private static double[][] rows(int n, long seed) {
        Random random = new Random(seed);
        double[][] rows = new double[n][];
        for (int i = 0; i < n; i++) {
            double a = 20 + 3 * random.nextGaussian();
            rows[i] = new double[] {a, a * a / 10 + random.nextGaussian(), random.nextDouble(), 5};
        }
        return rows;
    }

    private void saveNumbers(String preset) throws IOException {
        VectorFlow flow = Presets.named(preset, VectorFlow.class).withTransforms(2);
        MaximumLikelihood.Builder few = MaximumLikelihood.builder().optEpochs(2).optBatchSize(64);
        try (DensityEstimator estimator =
                DensityEstimator.builder()
                        .optFlow(flow)
                        .optTraining(few)
                        .optSeed(1)
                        .fit(rows(ROWS, 1))) {
            estimator.save(folder.resolve("model"));
        }
    }

    @ParameterizedTest
    @MethodSource("presets")
    void scoresOfNumbersAgree(String preset) throws IOException {
        saveNumbers(preset);
        FlowModel model = FlowModel.load(folder.resolve("model"), manager);
        Scorer scorer = Scorer.load(folder.resolve("model"));
        double[][] others = rows(100, 2);
        others[3][0] = 1e6;
        others[4][3] = 6;
        assertAgree(model.rowScores(others), scorer.scores(others));
    }

    @Test
    void whatIsNotEvaluatedWithoutDjlIsRefusedByName() throws IOException {
        saveNumbers("ffjord");
        assertRefused(
                IOException.class,
                "that are made without DJL, got continuous-flow",
                () -> Scorer.load(folder.resolve("model")));
        FlowModel model = FlowModel.load(folder.resolve("model"), manager);
        double[][] others = rows(3, 2);
        assertArrayEquals(model.score(others), RowScorer.of(model).score(others), 0);
    }

    @Test
    void explanationsOfNumbersAgree() throws IOException {
        saveNumbers("nsf");
        FlowModel model = FlowModel.load(folder.resolve("model"), manager);
        Scorer scorer = Scorer.load(folder.resolve("model"));
        double[][] others = rows(20, 2);
        others[3][0] = 1e6;
        others[4][3] = 6;
        System.setProperty(RowScorer.PROPERTY, "pytorch");
        assertSame(RowScorer.of(model).explainer().explain(others), scorer.explain(others));
    }

    private static void assertSame(List<Explanation> expected, List<Explanation> got) {
        assertEquals(expected.size(), got.size());
        for (int i = 0; i < got.size(); i++) {
            assertAgree(List.of(expected.get(i).score()), List.of(got.get(i).score()));
            Map<String, Explanation.Cell> cells = byColumn(expected.get(i));
            assertEquals(cells.keySet(), byColumn(got.get(i)).keySet());
            byColumn(got.get(i)).forEach((column, cell) -> assertSame(cells.get(column), cell));
        }
    }

    private static Map<String, Explanation.Cell> byColumn(Explanation explanation) {
        return explanation.cells().stream()
                .collect(Collectors.toMap(Explanation.Cell::column, cell -> cell));
    }

    private static void assertSame(Explanation.Cell expected, Explanation.Cell got) {
        assertEquals(expected.came(), got.came());
        assertClose(expected.share(), got.share());
        assertWritten(expected.expected(), got.expected());
        assertWritten(expected.low(), got.low());
        assertWritten(expected.high(), got.high());
        assertEquals(expected.probability(), got.probability(), 1e-4);
    }

    private static void assertWritten(String expected, String got) {
        if (!expected.equals(got)) {
            double number = Double.parseDouble(expected);
            assertEquals(number, Double.parseDouble(got), 1e-4 * Math.max(1, Math.abs(number)));
        }
    }

    private static void assertAgree(List<RowScore> expected, List<RowScore> got) {
        assertEquals(expected.size(), got.size());
        for (int i = 0; i < got.size(); i++) {
            RowScore one = expected.get(i);
            RowScore other = got.get(i);
            assertClose(one.logDensity(), other.logDensity());
            assertClose(one.score().orElseThrow(), other.score().orElseThrow());
            assertEquals(one.pValue(), other.pValue());
            assertEquals(one.percentile(), other.percentile());
        }
    }

    private static void assertClose(double expected, double got) {
        if (Double.isInfinite(expected)) {
            assertEquals(expected, got);
        } else {
            assertEquals(expected, got, 2e-5 * Math.max(1, Math.abs(expected)));
        }
    }

    private static Table table(int n, long seed) {
        Random random = new Random(seed);
        double[] amount = new double[n];
        String[] kind = new String[n];
        for (int i = 0; i < n; i++) {
            boolean large = random.nextInt(3) == 0;
            kind[i] = large ? "large" : "small";
            amount[i] = large ? 100 + 9 * random.nextGaussian() : random.nextInt(4);
            if (random.nextInt(10) == 0) {
                amount[i] = Double.NaN;
            }
        }
        return Table.of(
                List.of(
                        new TableColumn.Numbers("amount", amount),
                        new TableColumn.Texts("kind", kind)));
    }

    private void saveMixedTable() throws IOException {
        MaximumLikelihood.Builder few = TableEstimator.training(ROWS).optEpochs(8);
        try (TableEstimator estimator =
                TableEstimator.builder().optTraining(few).optSeed(1).fit(table(ROWS, 1))) {
            estimator.save(folder.resolve("model"));
        }
    }

    @Test
    void scoresAndSamplesOfMixedTablesAgree() throws IOException {
        saveMixedTable();
        FlowModel model = FlowModel.load(folder.resolve("model"), manager);
        Scorer scorer = Scorer.load(folder.resolve("model"));
        Table others = table(80, 2);
        System.setProperty(RowScorer.PROPERTY, "pytorch");
        assertAgree(
                new TableModel(model).rowScores(others, cell -> {}),
                scorer.scores(others, cell -> {}));

        int n = 4000;
        Table drawn = scorer.sampleTable(n, 1);
        Table expected = new TableModel(model).sample(n);
        assertEquals(share(expected), share(drawn), 0.04);
        assertArrayEquals(cells(drawn), cells(scorer.sampleTable(n, 1)));
        assertEquals(mean(expected), mean(drawn), 3);
    }

    @Test
    void conditionalsAndWhatIsDrawnAgree() throws IOException {
        saveMixedTable();
        FlowModel model = FlowModel.load(folder.resolve("model"), manager);
        Scorer scorer = Scorer.load(folder.resolve("model"));
        Table others = table(80, 2);
        System.setProperty(RowScorer.PROPERTY, "pytorch");
        TableModel expected = new TableModel(model);
        assertAgree(
                expected.conditional("amount", others), scorer.conditional("amount", others), true);
        Table without = others.select(List.of("amount"));
        assertAgree(
                expected.conditional("kind", others), scorer.conditional("kind", without), false);
        // Where rows are few enough, DJL leaves it to Java.
        System.setProperty(RowScorer.PROPERTY, "runtime");
        assertArrayEquals(
                new TableModel(model).conditional("amount", others).logTails(),
                scorer.conditional("amount", others).logTails());

        Table known = table(3000, 3);
        Table drawn = scorer.complete(known.select(List.of("kind")), 7);
        assertEquals(known.column("kind"), drawn.column("kind"));
        Table wanted = expected.complete(known.select(List.of("kind")));
        assertEquals(mean(wanted), mean(drawn), 3);
        assertEquals(missing(wanted), missing(drawn), 0.03);
        // What is missing in the table gets a value, what is there stays.
        Table whole = scorer.complete(known, List.of("amount"), 7);
        assertEquals(List.of("amount"), whole.names());
        assertEquals(0, missing(whole));
        for (int i = 0; i < known.rows(); i++) {
            double before = cells(known)[i];
            assertTrue(Double.isNaN(before) || before == cells(whole)[i]);
        }
        assertEquals(whole, scorer.complete(known, List.of("amount"), 7));
        assertNotEquals(whole, scorer.complete(known, List.of("amount"), 8));
    }

    @Test
    void explanationsOfMixedTablesAgree() throws IOException {
        saveMixedTable();
        FlowModel model = FlowModel.load(folder.resolve("model"), manager);
        Scorer scorer = Scorer.load(folder.resolve("model"));
        Table others =
                Table.of(
                        List.of(
                                new TableColumn.Numbers(
                                        "amount", new double[] {102, 2, Double.NaN, 900, 1}),
                                new TableColumn.Texts(
                                        "kind",
                                        new String[] {"small", "small", "large", "large", "big"})));
        System.setProperty(RowScorer.PROPERTY, "pytorch");
        List<Explanation> expected = RowScorer.of(model).explainer().explain(others);
        assertSame(expected, scorer.explain(others));
        assertEquals("amount", scorer.explain(others).get(3).cells().get(0).column());
    }

    private static void assertAgree(Conditional expected, Conditional got, boolean numbers) {
        assertArrayEquals(expected.missing(), got.missing(), 1e-5);
        if (numbers) {
            assertArrayEquals(expected.cdf(), got.cdf(), 1e-5);
            assertArrayEquals(expected.pit(), got.pit(), 1e-5);
            double[] tails = expected.logTails();
            double[] others = got.logTails();
            for (int i = 0; i < tails.length; i++) {
                assertClose(tails[i], others[i]);
            }
            List<TableColumn> quantiles = expected.quantiles(0.05, 0.5, 0.95);
            for (int k = 0; k < quantiles.size(); k++) {
                TableColumn found = got.quantiles(0.05, 0.5, 0.95).get(k);
                assertEquals(quantiles.get(k).name(), found.name());
                assertArrayEquals(values(quantiles.get(k)), values(found), 0.01);
            }
        } else {
            assertEquals(expected.levels(), got.levels());
            for (int i = 0; i < expected.probabilities().length; i++) {
                assertArrayEquals(expected.probabilities()[i], got.probabilities()[i], 1e-5);
            }
        }
    }

    private static double[] values(TableColumn column) {
        return ((TableColumn.Doubles) column).values();
    }

    private static double missing(Table table) {
        return Arrays.stream(cells(table)).filter(Double::isNaN).count() / (double) table.rows();
    }

    private static double[] cells(Table table) {
        return ((TableColumn.Numbers) table.column("amount")).values();
    }

    private static double mean(Table table) {
        return Arrays.stream(cells(table)).filter(Double::isFinite).average().orElseThrow();
    }

    private static double share(Table table) {
        String[] kinds = ((TableColumn.Texts) table.column("kind")).values();
        return (double) Arrays.stream(kinds).filter("large"::equals).count() / kinds.length;
    }
}
