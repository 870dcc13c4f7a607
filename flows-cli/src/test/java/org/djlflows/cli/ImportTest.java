package org.djlflows.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;

import org.djlflows.format.ModelFolder;
import org.djlflows.weights.StateDict;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Flows that other libraries made score as there, from the command line. */
class ImportTest {

    @TempDir private Path folder;

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private PrintStream out;
    private PrintStream err;

    @BeforeEach
    void capture() {
        out = System.out;
        err = System.err;
        PrintStream all = new PrintStream(printed, true, StandardCharsets.UTF_8);
        System.setOut(all);
        System.setErr(all);
    }

    @AfterEach
    void restore() {
        System.setOut(out);
        System.setErr(err);
    }

    private static Path file(String name) {
        try {
            return Path.of(ImportTest.class.getResource(name + ".safetensors").toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    private int run(String file, String options) {
        List<String> arguments = new ArrayList<>(List.of("import", file(file).toString()));
        arguments.addAll(List.of("--prefix", "state.", "--out", model().toString()));
        arguments.addAll(Arrays.asList(options.split(" ")));
        return Flows.run(arguments.toArray(String[]::new));
    }

    private Path model() {
        return folder.resolve("model");
    }

    private String printed() {
        return printed.toString(StandardCharsets.UTF_8);
    }

    /** Files without densities have z and the log-determinant. */
    private static double[] densities(StateDict file, NDManager manager) throws IOException {
        if (file.names().contains("log_prob")) {
            return file.get("log_prob", manager).toDoubleArray();
        }
        double[] densities = file.get("logdet", manager).toDoubleArray();
        double[] z = file.get("z", manager).toDoubleArray();
        for (int i = 0; i < z.length; i++) {
            densities[i * densities.length / z.length] -= (z[i] * z[i] + Math.log(2 * Math.PI)) / 2;
        }
        return densities;
    }

    private Path table(List<String> header, List<List<String>> columns) throws IOException {
        List<String> lines = new ArrayList<>(List.of(String.join(",", header)));
        for (int row = 0; row < columns.get(0).size(); row++) {
            int i = row;
            lines.add(String.join(",", columns.stream().map(column -> column.get(i)).toList()));
        }
        return Files.write(folder.resolve("data.csv"), lines);
    }

    private static void addColumns(List<List<String>> columns, NDArray array) {
        int width = (int) array.getShape().get(1);
        Number[] values = array.toArray();
        for (int column = 0; column < width; column++) {
            int first = column;
            columns.add(
                    IntStream.range(0, values.length / width)
                            .mapToObj(row -> values[row * width + first].toString())
                            .toList());
        }
    }

    @Test
    void theFolderOfARunIsLeftToIt() throws IOException {
        try (ModelFolder other = ModelFolder.reserve(model())) {
            assertEquals(1, run("flow-maf-zuko", "--from zuko"));
            assertTrue(
                    printed().contains("expected a folder that no other run writes to"), printed());
            assertTrue(Files.notExists(other.checkpoint()));
        }
        assertTrue(Files.notExists(model()));
    }

    @ParameterizedTest
    @CsvSource({
        "flow-nsf-nflows, --from nflows --activation tanh --bound 3, RationalQuadraticSpline, 5, 2",
        "flow-maf-zuko, --from zuko, Autoregressive, 5, 2",
        "flow-radial-normflows, --from normflows, Radial, 3, 0",
        "bnaf-gated-official, --from bnaf, BlockNeuralAutoregressive, 5, 0"
    })
    void scoresAreThoseOfTheLibrary(
            String name, String options, String part, int features, int context)
            throws IOException {
        assertEquals(0, run(name, options), printed());
        assertTrue(printed().contains(part + "["), printed());
        assertTrue(printed().contains(" tensors became "), printed());
        try (NDManager manager = NDManager.newBaseManager()) {
            StateDict file = StateDict.read(file(name));
            List<String> header = new ArrayList<>();
            IntStream.rangeClosed(1, features).forEach(i -> header.add("x" + i));
            IntStream.rangeClosed(1, context).forEach(i -> header.add("c" + i));
            List<List<String>> columns = new ArrayList<>();
            addColumns(columns, file.get("x", manager));
            if (context > 0) {
                addColumns(columns, file.get("context", manager));
            }
            Path data = table(header, columns);
            Path scores = folder.resolve("scores.csv");
            String[] score = {
                "score", model().toString(), data.toString(), "--out", scores.toString()
            };
            assertEquals(0, Flows.run(score), printed());
            List<String> lines = Files.readAllLines(scores);
            double[] expected = densities(file, manager);
            assertEquals(1 + expected.length, lines.size());
            for (int row = 0; row < expected.length; row++) {
                assertEquals(expected[row], logDensity(lines.get(1 + row)), 1e-4);
            }
        }
    }

    @Test
    void columnsAndStatisticsCanBeGiven() throws IOException {
        String options = "--from normflows --columns a,b,c --mean 1,2,3 --deviation 2,2,0.5";
        assertEquals(0, run("flow-radial-normflows", options), printed());
        assertTrue(printed().contains("over [a, b, c]"), printed());
        try (NDManager manager = NDManager.newBaseManager()) {
            StateDict file = StateDict.read(file("flow-radial-normflows"));
            double[] x = file.get("x", manager).toDoubleArray();
            double[] mean = {1, 2, 3};
            double[] deviation = {2, 2, 0.5};
            Arrays.setAll(x, i -> x[i] * deviation[i % 3] + mean[i % 3]);
            List<List<String>> columns = new ArrayList<>();
            addColumns(columns, manager.create(x, file.shape("x")));
            Path data = table(List.of("a", "b", "c"), columns);
            Path scores = folder.resolve("scores.csv");
            String[] score = {
                "score", model().toString(), data.toString(), "--out", scores.toString()
            };
            assertEquals(0, Flows.run(score), printed());
            double first = logDensity(Files.readAllLines(scores).get(1));
            double expected = densities(file, manager)[0] - Math.log(2 * 2 * 0.5);
            assertEquals(expected, first, 1e-4);
        }
    }

    /** Returns the second field of a line of scores. */
    private static double logDensity(String line) {
        return Double.parseDouble(line.split(",", -1)[1]);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "flow-nsf-nflows | --from nflows | expected --bound, the tail_bound",
                "flow-nsf-nflows | --from zuko | expected transform.transforms.0.order",
                "flow-nsf-nflows | --from nflows --residual none | expected no --residual",
                "flow-maf-zuko | --from zuko --bound 5 | expected no --bound for this flow of zuko",
                "bnaf-gated-official | --from bnaf --activation relu | expected no --activation",
                "bnaf-gated-official | --from bnaf --residual none | expected the residual GATED",
                "bnaf-gated-official | --from bnaf --mean 1,2 | a mean and a deviation of each",
                "bnaf-gated-official | --from bnaf --columns a,b | expected 5 columns"
            })
    void whatDoesNotFitIsRefused(String name, String options, String message) {
        int code = message.contains(" --") ? 2 : 1;
        assertEquals(code, run(name, options), printed());
        assertTrue(printed().contains(message), printed());
        assertTrue(Files.notExists(model()));
    }
}
