package org.djlflows.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Of what noise rows are made. */
class SampleNoiseTest {

    private static final String SMALL = "--flow realnvp --transforms 2 --hidden 8";

    @TempDir private static Path shared;

    private static Path data;
    private static Path model;

    @TempDir private Path folder;

    @RegisterExtension private final Terminal terminal = new Terminal();

    /** Two classes, the second of which has x about 10 higher. */
    @BeforeAll
    static void train() throws IOException {
        model = shared.resolve("model");
        Random random = new Random(1);
        List<String> lines = new ArrayList<>(List.of("a,b,x,y"));
        for (int i = 0; i < 600; i++) {
            int second = i % 2;
            double x = 3 + 10 * second + random.nextGaussian();
            lines.add((1 - second) + "," + second + "," + x + "," + random.nextGaussian());
        }
        data = Files.write(shared.resolve("data.csv"), lines);
        Terminal once = new Terminal();
        once.beforeEach(null);
        try {
            once.runs("train", data, "--epochs 2 --columns x,y --out", model, SMALL);
        } finally {
            once.afterEach(null);
        }
    }

    private double[] column(String name, Path from, String options) throws IOException {
        Path out = folder.resolve("out.csv");
        terminal.runs("sample", from, options, "--out", out);
        List<String> lines = Files.readAllLines(out);
        int at = List.of(lines.get(0).split(",")).indexOf(name);
        return lines.stream()
                .skip(1)
                .mapToDouble(line -> Double.parseDouble(line.split(",", -1)[at]))
                .toArray();
    }

    private static double range(double... values) {
        return Arrays.stream(values).max().orElseThrow()
                - Arrays.stream(values).min().orElseThrow();
    }

    @Test
    void coldOrTruncatedNoiseMakesRowsThatVaryLess() throws IOException {
        double all = range(column("y", model, "-n 300 --seed 1"));
        double cold = range(column("y", model, "-n 300 --seed 1 --temperature 0.01"));
        double truncated = range(column("y", model, "-n 300 --seed 1 --truncation 0.1"));
        assertTrue(cold < 0.05 * all, cold + " of " + all);
        assertTrue(truncated < 0.3 * all, truncated + " of " + all);
        double both =
                range(column("y", model, "-n 300 --seed 1 --temperature 0.1 --truncation 0.1"));
        assertTrue(both < 0.3 * truncated, both + " of " + truncated);
    }

    @Test
    void sobolRowsAreThoseOfTheirSeed() throws IOException {
        double[] rows = column("x", model, "-n 256 --seed 1 --sobol");
        assertEquals(256, rows.length);
        assertEquals(
                Arrays.toString(rows),
                Arrays.toString(column("x", model, "-n 256 --seed 1 --sobol")));
        assertNotEquals(
                Arrays.toString(rows),
                Arrays.toString(column("x", model, "-n 256 --seed 2 --sobol")));
        // Means of other sequences are nearly the same; of random rows they would differ by 0.3.
        double mean = Arrays.stream(rows).average().orElseThrow();
        for (int seed = 3; seed < 6; seed++) {
            double[] others = column("x", model, "-n 256 --sobol --seed " + seed);
            assertEquals(mean, Arrays.stream(others).average().orElseThrow(), 0.15);
        }
    }

    @Test
    void classesHaveNoiseOfTheirOwn() throws IOException {
        Path classes = folder.resolve("classes");
        terminal.runs(
                "train --epochs 8 --learning-rate 0.03 --base class-conditional-normal --context a,b",
                data,
                "--out",
                classes,
                SMALL);
        double first =
                Arrays.stream(column("x", classes, "-n 200 --given a=1,b=0"))
                        .average()
                        .orElseThrow();
        double second =
                Arrays.stream(column("x", classes, "-n 200 --given a=0,b=1 --sobol"))
                        .average()
                        .orElseThrow();
        assertEquals(3, first, 2);
        assertEquals(13, second, 2);
        terminal.refuses(
                1,
                "ClassConditionalNormal: expected a context with a column for each class",
                "train --base class-conditional-normal",
                data,
                SMALL);
    }

    @Test
    void whatHasNoSuchNoiseIsRefused() {
        Path resampled = folder.resolve("resampled");
        terminal.runs("train --epochs 1 --base resampled --out", resampled, data, SMALL);
        terminal.refuses(
                2,
                "--sobol: expected a base whose noise is a function of uniform numbers, got Resampled",
                "sample -n 4 --sobol",
                resampled);
        terminal.refuses(
                2,
                "--truncation: NormalizingFlow: expected a StandardNormal base to be"
                        + " truncated, got Resampled",
                "sample -n 4 --truncation 2",
                resampled);
        terminal.refuses(
                2,
                "--temperature: NormalizingFlow: expected a positive and finite temperature, got 0.0",
                "sample -n 4 --temperature 0",
                model);
        terminal.refuses(
                2, "--sobol: expected no --where", "sample -n 4 --sobol --where x>0", model);
        Path any = folder.resolve("any");
        terminal.runs(
                "train --epochs 1 --flow any-order --width 16 --blocks 1 --orders 1 --out",
                any,
                data);
        terminal.refuses(
                2,
                "--temperature, --truncation, --sobol: expected a flow that makes rows of noise, got"
                        + " any-order",
                "sample -n 4 --temperature 2",
                any);
    }
}
