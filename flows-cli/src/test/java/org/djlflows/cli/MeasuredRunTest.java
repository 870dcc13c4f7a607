package org.djlflows.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;

import org.djlflows.anomaly.Conformal;
import org.djlflows.data.Split;
import org.djlflows.format.FlowConfig;
import org.djlflows.model.FlowModel;
import org.djlflows.training.NllNats;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/** {@code flows train} on a table of four columns, two of them given: what it says it measured. */
class MeasuredRunTest {

    private static final int ROWS = 145;

    @TempDir private Path folder;

    @RegisterExtension private final Terminal terminal = new Terminal();

    private final float[][] table = new float[ROWS][4];
    private NDManager manager;
    private Path model;
    private Path data;

    @BeforeEach
    void open() throws IOException {
        manager = NDManager.newBaseManager(null, "PyTorch");
        Random random = new Random(3);
        List<String> lines = new ArrayList<>(List.of("hour,price,day,size"));
        for (float[] row : table) {
            row[0] = (float) (12 + 5 * random.nextGaussian());
            row[1] = (float) (300 + 40 * random.nextGaussian());
            row[2] = (float) (180 + 90 * random.nextGaussian());
            row[3] = (float) (0.2 * random.nextGaussian());
            lines.add(row[0] + "," + row[1] + "," + row[2] + "," + row[3]);
        }
        data = Files.write(folder.resolve("data.csv"), lines);
        model = folder.resolve("model");
        train("--split modulo");
    }

    private void train(String options) {
        terminal.runs(
                "train --context day,hour --flow realnvp --transforms 2 --hidden 8 --epochs 3"
                        + " --batch-size 32",
                data,
                "--out",
                model,
                options);
    }

    @AfterEach
    void close() {
        manager.close();
    }

    /** Returns price and size, and as their context day and hour, of some rows. */
    private NDList arrays(int[] rows) {
        NDArray all = manager.create(new Shape(rows.length, 4));
        for (int i = 0; i < rows.length; i++) {
            all.set(new NDIndex("{}", i), manager.create(table[rows[i]]));
        }
        return new NDList(all.get(":, 1::2"), all.get(":, 2:3").concat(all.get(":, 0:1"), 1));
    }

    @Test
    void eachMeasureIsOfItsRowsAndUnits() throws IOException {
        FlowModel loaded = FlowModel.load(model, manager);
        FlowConfig config = loaded.config();
        assertEquals(List.of("price", "size"), config.columns());
        assertEquals(List.of("day", "hour"), config.contextColumns());
        Split split = Split.modulo(ROWS);
        double nll = NllNats.mean(loaded.flow(), arrays(split.test()));
        double validation = NllNats.mean(loaded.flow(), arrays(split.validation()));
        assertNotEquals(nll, validation, 1e-3);
        Map<String, Double> metrics = config.metrics();
        assertEquals(nll, metrics.get("testNll"), 1e-5);
        assertEquals(validation, metrics.get("validationNll"), 1e-5);
        // A density in standardised units is larger by the deviations of the training rows.
        double logScale = 0;
        for (int column : new int[] {1, 3}) {
            logScale += Math.log(deviation(column, split.training()));
        }
        assertTrue(logScale > 1, "no difference");
        assertEquals(nll - logScale, metrics.get("testNllStandardised"), 1e-4);
        assertEquals(3, metrics.get("epochs"));
        assertTrue(metrics.get("bestEpoch") >= 1 && metrics.get("bestEpoch") <= 3);
        assertEquals(loaded.measuredOn(arrays(split.test())).config().toJson(), config.toJson());
    }

    @Test
    void theSeedDecidesTheSplit() throws IOException {
        train("--seed 4");
        FlowModel loaded = FlowModel.load(model, manager);
        NDList test = arrays(Split.random(ROWS, 4).test());
        double nll = NllNats.mean(loaded.flow(), test);
        assertEquals(nll, loaded.config().metrics().get("testNll"), 1e-5);
    }

    private double deviation(int column, int[] rows) {
        double mean =
                Arrays.stream(rows).mapToDouble(i -> table[i][column]).average().orElseThrow();
        return Math.sqrt(
                Arrays.stream(rows)
                        .mapToDouble(i -> Math.pow(table[i][column] - mean, 2))
                        .average()
                        .orElseThrow());
    }

    @Test
    void scoresAreThoseOfTheRowsWhateverTheOrderOfColumns() throws IOException {
        FlowModel loaded = FlowModel.load(model, manager);
        double[] expected = loaded.score(arrays(IntStream.range(0, ROWS).toArray()));
        List<String> turned = new ArrayList<>(List.of("size,day,note,hour,price"));
        for (float[] row : table) {
            turned.add(row[3] + "," + row[2] + ",?," + row[0] + "," + row[1]);
        }
        Path other = Files.write(folder.resolve("other.csv"), turned);
        for (Path rows : List.of(data, other)) {
            Path scores = folder.resolve("scores.csv");
            terminal.runs("score", model, rows, "--out", scores);
            assertArrayEquals(expected, Csv.column(scores, 4), 1e-4);
            Conformal conformal = loaded.anomalies().orElseThrow().conformal();
            double[] percentiles =
                    Arrays.stream(Csv.column(scores, 1)).map(conformal::percentile).toArray();
            // Scores are written with four decimals, which can be on the other side of a row's.
            assertArrayEquals(percentiles, Csv.column(scores, 3), 100.0 / 14);
        }
    }

    /** Values that are given by name reach the flow in the order of its context. */
    @Test
    void samplesAreThoseGivenTheirContext() throws IOException {
        FlowModel loaded = FlowModel.load(model, manager);
        int n = 50;
        Path samples = folder.resolve("samples.csv");
        terminal.runs("sample", model, "--seed 5 --given hour=3,day=200 -n", n, "--out", samples);
        assertEquals("hour,price,day,size", Files.readAllLines(samples).get(0));
        NDArray context = manager.create(new float[] {200, 3}, new Shape(1, 2)).repeat(0, n);
        manager.getEngine().setRandomSeed(5);
        float[] expected = loaded.flow().sample(context).toFloatArray();
        for (int column = 0; column < 2; column++) {
            int at = column;
            // Values beyond those of the table are not written.
            DoubleSummaryStatistics seen =
                    Arrays.stream(table).mapToDouble(row -> row[1 + 2 * at]).summaryStatistics();
            IntToDoubleFunction value =
                    i -> Math.max(seen.getMin(), Math.min(seen.getMax(), expected[2 * i + at]));
            assertArrayEquals(
                    IntStream.range(0, n).mapToDouble(value).toArray(),
                    Csv.column(samples, 1 + 2 * column),
                    1e-3);
        }
    }
}
