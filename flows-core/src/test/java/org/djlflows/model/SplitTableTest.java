package org.djlflows.model;

import static org.djlflows.testing.Fixtures.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Model;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;

import org.djlflows.data.RowFile;
import org.djlflows.data.Split;
import org.djlflows.format.FlowConfig;
import org.djlflows.format.Preparation;
import org.djlflows.spec.Presets;
import org.djlflows.training.History;
import org.djlflows.training.MaximumLikelihood;
import org.djlflows.training.RandomAccessRows;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

class SplitTableTest {

    private static final List<String> COLUMNS = List.of("u", "c", "t");
    private static final List<String> GIVEN = List.of("d", "e");

    /** Columns u: uniform, c: always 7, t: milliseconds; given d: always -1, e: uniform. */
    private static double[][] rows(int n) {
        SplittableRandom random = new SplittableRandom(5);
        double[][] rows = new double[n][];
        Arrays.setAll(
                rows,
                i ->
                        new double[] {
                            10 * random.nextDouble(),
                            7,
                            1.5e12 + Math.rint(1e8 * random.nextDouble()),
                            -1,
                            random.nextDouble()
                        });
        return rows;
    }

    private static SplitTable table(double[][] rows) {
        return new SplitTable(rows, COLUMNS, GIVEN, Split.modulo(rows.length));
    }

    @Test
    void theConfigurationSaysWhatIsDoneToRows() {
        FlowConfig config = table(rows(100)).config(Presets.realNvp());
        assertEquals(2, config.features());
        assertEquals(1, config.context());
        assertEquals(COLUMNS, config.columns());
        assertEquals(GIVEN, config.contextColumns());
        Preparation preparation = config.preparation();
        assertEquals(Map.of("c", 7.0, "d", -1.0), preparation.constants());
        assertEquals(List.of("t"), List.copyOf(preparation.offsets().keySet()));
        double offset = preparation.offsets().get("t");
        assertEquals(1.5e12 + 5e7, offset, 2e7);
        assertEquals(Math.rint(offset), offset);
    }

    @Test
    void rowsBecomeArraysAndBack() {
        double[][] rows = rows(100);
        SplitTable table = table(rows);
        FlowConfig config = table.config(Presets.realNvp());
        double offset = config.preparation().offsets().get("t");
        Encoding encoding = new Encoding(config);
        assertEquals(5, encoding.cells().width());
        assertEquals(List.of("u", "t \u2212 " + offset), encoding.cells().featureLabels());
        assertEquals(List.of("e"), encoding.cells().contextLabels());
        try (NDManager manager = NDManager.newBaseManager()) {
            NDList arrays = encoding.arrays(manager, rows);
            float[] x = arrays.get(0).toFloatArray();
            assertEquals((float) rows[3][0], x[6]);
            assertEquals((float) (rows[3][2] - offset), x[7]);
            assertEquals((float) rows[3][4], arrays.get(1).toFloatArray()[3]);
            double[][] given = {{-1, 0.25}};
            assertArrayEquals(
                    new float[] {0.25f}, encoding.context(manager, given).get(0).toFloatArray());
            double[][] back = encoding.cells().rows(x);
            for (int i = 0; i < rows.length; i++) {
                assertEquals(rows[i][0], back[i][0], 1e-6);
                assertEquals(7, back[i][1]);
                // Float32 alone would be off by a minute.
                assertEquals(rows[i][2], back[i][2], 4);
                assertTrue(encoding.cells().isPossible(rows[i]));
            }
            double[] other = rows[0].clone();
            other[1] = 7 + 1e-9;
            assertTrue(!encoding.cells().isPossible(other));
            // What is given is not modelled.
            double[] otherContext = rows[0].clone();
            otherContext[3] = 5;
            assertTrue(encoding.cells().isPossible(otherContext));
        }
    }

    /** The flow is fresh, so that its density is about that of a normal in standardised columns. */
    @Test
    void newModelsStandardiseAndScoreRows() {
        double[][] rows = rows(1000);
        SplitTable table = table(rows);
        FlowConfig config = table.config(Presets.realNvp());
        try (NDManager manager = NDManager.newBaseManager()) {
            manager.getEngine().setRandomSeed(1);
            FlowModel model = table.newModel(config, manager);
            double[] scores = model.score(rows);
            double mean = Arrays.stream(scores).average().orElseThrow();
            double expected = -Math.log(2 * Math.PI) - 1 - table.logVolume();
            assertEquals(expected, mean, 0.3);
            double[][] odd = {rows[0].clone(), rows[0].clone()};
            odd[1][1] = 8;
            double[] got = model.score(odd);
            assertEquals(scores[0], got[0], 1e-4);
            assertEquals(Double.NEGATIVE_INFINITY, got[1]);
            assertRefused(
                    IllegalArgumentException.class,
                    "rows of 5 values [u, c, t, d, e], got 2 values in row 0",
                    () -> model.score(new double[][] {{1, 2}}));
        }
    }

    /** A column that is the context and little more, another one that has nothing to do with it. */
    @Test
    void newModelsKnowWhatTheContextExplainsLinearly() {
        SplittableRandom random = new SplittableRandom(4);
        double[][] rows = new double[2000][];
        Arrays.setAll(
                rows,
                i -> {
                    double given = 200 * random.nextDouble() - 100;
                    return new double[] {
                        3 * given + 0.1 * random.nextGaussian(), random.nextGaussian(), given
                    };
                });
        // Neither does a wild value change it.
        rows[20][0] = 1e30;
        SplitTable table =
                new SplitTable(rows, List.of("x", "y"), List.of("c"), Split.modulo(rows.length));
        FlowConfig config = table.config(Presets.realNvp());
        assertTrue(config.preparation().regression());
        double entropy = Math.log(2 * Math.PI * Math.E) + Math.log(0.1);
        try (NDManager manager = NDManager.newBaseManager()) {
            FlowModel model = table.newModel(config, manager);
            double mean =
                    Arrays.stream(model.score(table.test().toArray(double[][]::new)))
                            .average()
                            .orElseThrow();
            assertEquals(-entropy, mean, 0.15);
        }
    }

    @Test
    void rowsWithWildValuesAreLeftOut() {
        double[][] rows = rows(1000);
        rows[8][0] = 1e5; // validation
        rows[19][0] = -1e36; // test
        rows[20][4] = 4e4; // training, in the context
        rows[29][1] = 6; // test, of a column that is constant in training
        SplitTable table = table(rows);
        assertEquals(799, table.training().size());
        assertEquals(99, table.validation().size());
        assertEquals(98, table.test().size());
        assertEquals(4, table.notes().size());
        String u = table.notes().get(0);
        assertTrue(
                u.matches("u: 2 of 1,000 values lie 3\\d,\\d{3} to 3e\\+35 deviations away; .*"),
                u);
        assertEquals(
                "c: always 7.0 in training; a row with another value is impossible; 1 of 1,000"
                        + " values are others, and their rows are left out",
                table.notes().get(1));
        assertEquals(
                "d: always -1.0 in training; it explains nothing and is not looked at",
                table.notes().get(2));
        String e = table.notes().get(3);
        assertTrue(e.matches("e: 1 of 1,000 values lies 1\\d\\d,\\d{3} deviations away; .*"), e);
    }

    /** What varies in rows alone that are left out does not vary. */
    @Test
    void constancyIsThatOfTheRowsThatAreLeft() {
        double[][] rows = rows(1000);
        for (int i = 0; i < 4; i++) {
            rows[10 * i][0] = 1e9;
            rows[10 * i][1] = i;
        }
        FlowConfig config = table(rows).config(Presets.realNvp());
        assertEquals(Map.of("c", 7.0, "d", -1.0), config.preparation().constants());
    }

    @Test
    void rareValuesAreToldOf() {
        double[][] rows = rows(1000);
        for (int i = 0; i < 5; i++) {
            rows[100 * i][1] = 8;
        }
        assertEquals(
                "c: nearly always 7.0, with 5 others among 1,000 values",
                table(rows).notes().get(0));
    }

    /** Of a large table a part says what is usual, and all of it is looked through. */
    @Test
    void wildValuesAreFoundAmongAllRowsOfALargeTable() {
        SplittableRandom random = new SplittableRandom(6);
        int n = 400_000;
        double[][] rows = new double[n][];
        Arrays.setAll(rows, i -> new double[] {7 + 2 * random.nextGaussian()});
        for (int i = 0; i < 100; i++) {
            rows[i][0] = 1e6;
        }
        SplitTable table = new SplitTable(rows, List.of("x"), List.of(), Split.modulo(n));
        assertEquals(320_000 - 80, table.training().size());
        assertEquals(40_000 - 10, table.test().size());
        assertTrue(table.notes().get(0).startsWith("x: 100 of 400,000 values lie 5"));
        try (NDManager manager = NDManager.newBaseManager()) {
            FlowModel model = table.newModel(table.config(Presets.realNvp()), manager);
            double[] scores = model.score(table.test().toArray(double[][]::new));
            double entropy = Math.log(2 * Math.sqrt(2 * Math.PI * Math.E));
            assertEquals(-entropy, Arrays.stream(scores).average().orElseThrow(), 0.02);
        }
    }

    @Test
    void rowsInAFileGiveTheSameModel() throws IOException {
        double[][] rows = rows(1000);
        rows[20][4] = 4e4;
        History expected = trained(Arrays.asList(rows), true);
        assertEquals(expected, trained(Arrays.asList(rows), false));
        try (RowFile file =
                RowFile.ofDoubles(5, rows.length, to -> Arrays.stream(rows).forEach(to))) {
            assertEquals(expected, trained(file, false));
        }
    }

    /** Trains for two epochs, with rows that are encoded before or when they are taken. */
    private static History trained(List<double[]> rows, boolean before) throws IOException {
        SplitTable table =
                new SplitTable(rows, COLUMNS, GIVEN, Map.of(), Split.random(rows.size(), 3));
        FlowConfig config = table.config(Presets.realNvp());
        Encoding encoding = new Encoding(config);
        MaximumLikelihood training =
                MaximumLikelihood.builder().optEpochs(2).optBatchSize(100).build();
        try (NDManager manager = NDManager.newBaseManager();
                Model model = Model.newInstance("flow", "PyTorch")) {
            manager.getEngine().setRandomSeed(1);
            FlowModel flow = table.newModel(config, manager);
            model.setBlock(flow.objective());
            RandomAccessRows inPlace = encoding.inPlace(table.training());
            return training.fit(
                    model,
                    before ? RandomAccessRows.of(inPlace.all(manager)) : inPlace,
                    encoding.arrays(manager, table.validation()));
        }
    }

    @Test
    void refusals() {
        double[][] tiny = rows(50);
        for (double[] row : tiny) {
            row[0] *= 1e-50;
        }
        assertRefused(
                IllegalArgumentException.class,
                "expected columns whose deviation float32 can hold",
                () -> table(tiny));
        double[][] constant = rows(50);
        for (double[] row : constant) {
            row[0] = 3;
            row[2] = 4;
        }
        assertRefused(
                IllegalArgumentException.class,
                "expected a column that varies among the training rows, got only constant ones",
                () -> table(constant));
        double[][] missing = rows(50);
        missing[7][4] = Double.NaN;
        assertRefused(
                IllegalArgumentException.class, "got NaN in row 7, column e", () -> table(missing));
        double[][] heldOut = rows(50);
        for (int i = 9; i < 50; i += 10) {
            heldOut[i][1] = 8;
        }
        assertRefused(
                IllegalArgumentException.class,
                "expected rows for test without wild values, got none among 5. c: always 7.0",
                () -> table(heldOut));
    }
}
