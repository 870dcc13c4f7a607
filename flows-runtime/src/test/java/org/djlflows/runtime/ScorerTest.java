package org.djlflows.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.sun.management.ThreadMXBean;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Model folders that were saved with DJL, where there is none. */
class ScorerTest {

    @TempDir private Path folder;

    private static Path stored(String name) {
        try {
            return Path.of(
                    ScorerTest.class.getResource("/org/djlflows/model/formats/" + name).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static double[] numbers(JsonElement list) {
        return list.getAsJsonArray().asList().stream()
                .mapToDouble(JsonElement::getAsDouble)
                .toArray();
    }

    private static JsonObject expected(String name) throws IOException {
        String text = Files.readString(stored(name).resolve("expected.json"));
        return JsonParser.parseString(text).getAsJsonObject();
    }

    private static double[][] rows(String name) throws IOException {
        return expected(name).get("rows").getAsJsonArray().asList().stream()
                .map(ScorerTest::numbers)
                .toArray(double[][]::new);
    }

    @Test
    void thereIsNoDjl() {
        assertThrows(ClassNotFoundException.class, () -> Class.forName("ai.djl.ndarray.NDArray"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"format1-quantiles", "format1", "format1-paths", "format2"})
    void foldersOfAllFormatsScoreAsWithDjl(String name) throws IOException {
        Scorer scorer = Scorer.load(stored(name));
        double[][] rows = rows(name);
        double[] wanted = numbers(expected(name).get("logDensities"));
        double[] found = scorer.logDensities(rows);
        for (int i = 0; i < rows.length; i++) {
            assertEquals(wanted[i], found[i], 1e-5 * Math.max(1, Math.abs(wanted[i])));
            // Alone as among others, to the last bit.
            assertEquals(found[i], scorer.logDensity(rows[i]));
            assertEquals(found[i], scorer.score(rows[i]).logDensity());
        }
    }

    @Test
    void imagesAreRefusedByName() {
        IOException refusal =
                assertThrows(IOException.class, () -> Scorer.load(stored("format1-images")));
        assertTrue(
                refusal.getMessage()
                        .endsWith(
                                "expected a flow over a table, which alone is scored without DJL,"
                                        + " got glow"),
                refusal.getMessage());
    }

    @Test
    void rowsThatDoNotFitAreRefused() throws IOException {
        Scorer scorer = Scorer.load(stored("format2"));
        double[] row = rows("format2")[0];
        assertEquals(
                "RowEncoding: expected rows of 5 values [x, time, seven, c0, c1], got 2 values in row 0",
                assertThrows(IllegalArgumentException.class, () -> scorer.logDensity(1, 2))
                        .getMessage());
        double[] wild = row.clone();
        wild[0] = Double.NaN;
        assertThrows(IllegalArgumentException.class, () -> scorer.logDensity(wild));
        // A constant column with another value.
        double[] other = row.clone();
        other[2] = 8;
        assertEquals(Double.NEGATIVE_INFINITY, scorer.logDensity(other));
    }

    @Test
    void damagedWeightsAreRefused() throws IOException {
        try (Stream<Path> files = Files.list(stored("format2"))) {
            for (Path file : files.toList()) {
                Files.copy(file, folder.resolve(file.getFileName()));
            }
        }
        byte[] bytes = Files.readAllBytes(folder.resolve("model.safetensors"));
        bytes[bytes.length - 2] ^= 1;
        Files.write(folder.resolve("model.safetensors"), bytes);
        IOException refusal = assertThrows(IOException.class, () -> Scorer.load(folder));
        assertTrue(refusal.getMessage().contains("sha256"), refusal.getMessage());
    }

    @Test
    void noRowsAreNone() throws IOException {
        Scorer scorer = Scorer.load(stored("format1"));
        assertEquals(0, scorer.logDensities(new double[0][]).length);
        assertEquals(List.of(), scorer.scores(new double[0][]));
        assertEquals(0, scorer.sample(new double[0][], 1).length);
        assertThrows(IllegalArgumentException.class, () -> scorer.sample(-1, 1));
    }

    @Test
    void aRowAllocatesNothing() throws IOException {
        Scorer scorer = Scorer.load(stored("format2"));
        double[] row = rows("format2")[1];
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        double sum = 0;
        // Before they are compiled to the end, loops in vectors do allocate.
        for (int i = 0; i < 300_000; i++) {
            sum += scorer.logDensity(row);
        }
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < 20_000; i++) {
            sum += scorer.logDensity(row);
        }
        long bytes = threads.getCurrentThreadAllocatedBytes() - before;
        assertTrue(Double.isFinite(sum));
        // What the measurement itself and a late compilation allocate is far less than a row each.
        assertTrue(bytes < 20_000, bytes + " bytes");
    }

    @Test
    void threadsShareAScorer() throws IOException {
        Scorer scorer = Scorer.load(stored("format1"));
        double[][] rows = rows("format1");
        double[] alone = scorer.logDensities(rows);
        List<CompletableFuture<double[]>> threads =
                IntStream.range(0, 8)
                        .mapToObj(
                                i ->
                                        CompletableFuture.supplyAsync(
                                                () -> {
                                                    double[] found = new double[0];
                                                    for (int k = 0; k < 200; k++) {
                                                        found = scorer.logDensities(rows);
                                                    }
                                                    return found;
                                                }))
                        .toList();
        threads.forEach(thread -> assertArrayEquals(alone, thread.join()));
    }

    @Test
    void aSeedDecidesSamples() throws IOException {
        Scorer scorer = Scorer.load(stored("format1"));
        double[][] given = new double[50][scorer.config().contextColumns().size()];
        double[][] one = scorer.sample(given, 3);
        assertArrayEquals(one, scorer.sample(given, 3));
        assertEquals(scorer.config().columns().size(), one[0].length);
        assertTrue(one[0][0] != scorer.sample(given, 4)[0][0]);
    }
}
