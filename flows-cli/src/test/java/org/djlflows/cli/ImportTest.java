package org.djlflows.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;

import org.djlflows.format.ModelFolder;
import org.djlflows.weights.StateDict;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Flows that other libraries made score as there, from the command line. */
class ImportTest {

    @TempDir private Path folder;

    @RegisterExtension private final Terminal terminal = new Terminal();

    private static Path file(String name) {
        try {
            return Path.of(ImportTest.class.getResource(name + ".safetensors").toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    private Object[] words(String file, String options) {
        return new Object[] {"import", file(file), "--prefix state. --out", model(), options};
    }

    private Path model() {
        return folder.resolve("model");
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

    /** Returns the log-densities that the command gives for rows. */
    private double[] scores(List<String> header, NDArray rows) throws IOException {
        Number[] values = rows.toArray();
        List<String> lines = new ArrayList<>(List.of(String.join(",", header)));
        for (int i = 0; i < values.length; i += header.size()) {
            List<Number> row = Arrays.asList(values).subList(i, i + header.size());
            lines.add(String.join(",", row.stream().map(Number::toString).toList()));
        }
        Path data = Files.write(folder.resolve("data.csv"), lines);
        Path scores = folder.resolve("scores.csv");
        terminal.runs("score", model(), data, "--out", scores);
        return Csv.column(scores, 4);
    }

    @Test
    void theFolderOfARunIsLeftToIt() throws IOException {
        try (ModelFolder other = ModelFolder.reserve(model())) {
            terminal.refuses(
                    1,
                    "expected a folder that no other run writes to",
                    words("flow-maf-zuko", "--from zuko"));
            assertTrue(Files.notExists(other.checkpoint()));
        }
        assertTrue(Files.notExists(model()));
    }

    @ParameterizedTest
    @CsvSource({
        "flow-nsf-nflows, --from nflows --activation tanh --bound 3, RationalQuadraticSpline, 5, 2",
        "flow-cubic-nflows, --from nflows --map cubic-spline --bound 3, CubicSpline, 5, 2",
        "flow-maf-zuko, --from zuko, Autoregressive, 5, 2",
        "flow-ncsf-zuko, --from zuko, RationalQuadraticSpline, 3, 2",
        "flow-squares-permuted-zuko, --from zuko --map sum-of-squares --degree 2, SumOfSquares, 4, 0",
        "flow-naf-zuko, --from zuko, MonotonicNetwork, 3, 2",
        "flow-unaf-permuted-zuko, --from zuko --integrand tanh, UnconstrainedMonotonic, 4, 0",
        "flow-gaussianization-conditional-zuko, --from zuko, MixtureCdf, 3, 2",
        "flow-svd-nflows, --from nflows --activation tanh --bound 3, RationalQuadraticSpline, 5, 0",
        "flow-nsf-alone-normflows, --from normflows --activation tanh --bound 4, Coupling, 4, 2",
        "flow-radial-normflows, --from normflows, Radial, 3, 0",
        "flow-residual-normflows, --from normflows --lipschitz 0.9, ResidualFlow, 2, 0",
        "bnaf-gated-official, --from bnaf, BlockNeuralAutoregressive, 5, 0"
    })
    void scoresAreThoseOfTheLibrary(
            String name, String options, String part, int features, int context)
            throws IOException {
        terminal.prints(part + "[", words(name, options));
        terminal.shows(" tensors became ");
        try (NDManager manager = NDManager.newBaseManager()) {
            StateDict file = StateDict.read(file(name));
            List<String> header = new ArrayList<>();
            IntStream.rangeClosed(1, features).forEach(i -> header.add("x" + i));
            IntStream.rangeClosed(1, context).forEach(i -> header.add("c" + i));
            NDArray rows = file.get("x", manager);
            if (context > 0) {
                rows = rows.concat(file.get("context", manager), 1);
            }
            assertArrayEquals(densities(file, manager), scores(header, rows), 1e-4);
        }
    }

    @Test
    void columnsAndStatisticsCanBeGiven() throws IOException {
        String options = "--from normflows --columns a,b,c --mean 1,2,3 --deviation 2,2,0.5";
        terminal.prints("over [a, b, c]", words("flow-radial-normflows", options));
        try (NDManager manager = NDManager.newBaseManager()) {
            StateDict file = StateDict.read(file("flow-radial-normflows"));
            double[] x = file.get("x", manager).toDoubleArray();
            double[] mean = {1, 2, 3};
            double[] deviation = {2, 2, 0.5};
            Arrays.setAll(x, i -> x[i] * deviation[i % 3] + mean[i % 3]);
            NDArray rows = manager.create(x, file.shape("x"));
            double[] expected = densities(file, manager);
            Arrays.setAll(expected, i -> expected[i] - Math.log(2 * 2 * 0.5));
            assertArrayEquals(expected, scores(List.of("a", "b", "c"), rows), 1e-4);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "flow-nsf-nflows | --from nflows | expected --bound, the tail_bound",
                "flow-nsf-nflows | --from nflows --map cubic-spline --bound 3 | of a cubic one",
                "flow-nsf-nflows | --from nflows --map affine --bound 3 | --map: expected a spline",
                "flow-nsf-nflows | --from nflows --map bernstein --bound 3 | --map: expected a spline",
                "flow-nsf-nflows | --from nflows --map cube --bound 3 | --map: expected map of",
                "flow-maf-zuko | --from zuko --map cubic-spline | --map: expected bernstein",
                "flow-maf-zuko | --from zuko --map sum-of-squares | as many as degree 4 has",
                "flow-squares-permuted-zuko | --from zuko --degree 2 | as many as degree 4 has",
                "flow-maf-zuko | --from zuko --degree 2 | expected no --degree for this flow",
                "flow-squares-permuted-zuko | --from zuko --map sum-of-squares --degree 2 --bound 5"
                        + " | expected no --bound for this flow",
                "flow-radial-normflows | --from normflows --map bernstein | expected no --map for",
                "flow-nsf-nflows | --from zuko | expected transform.transforms.0.order",
                "flow-naf-zuko | --from zuko --integrand tanh | maps of a MAF or an NSF of zuko, got monotonic-network",
                "flow-maf-zuko | --from zuko --integrand tanh | got no networks of features",
                "flow-naf-zuko | --from zuko --bound 5 | expected no --bound for this flow of zuko",
                "flow-radial-normflows | --from normflows --activation tanh | expected no --activation",
                "flow-radial-normflows | --from normflows --bound 3 | expected no --bound",
                "flow-nsf-nflows | --from nflows --residual none | expected no --residual",
                "flow-maf-zuko | --from zuko --bound 5 | expected no --bound for this flow of zuko",
                "flow-ncsf-zuko | --from zuko --bound 5 | expected no --bound for this flow of zuko",
                "flow-ncsf-zuko | --from zuko --mean 1,0,0,2,2 | expected --mean 0 of angles",
                "flow-radial-normflows | --from normflows --lipschitz 0.9 | expected no --lipschitz",
                "flow-residual-normflows | --from normflows --lipschitz 1 | norm of at most 0.99",
                "bnaf-gated-official | --from bnaf --activation relu | expected no --activation",
                "bnaf-gated-official | --from bnaf --residual none | expected the residual GATED",
                "bnaf-gated-official | --from bnaf --mean 1,2 | a mean and a deviation of each",
                "bnaf-gated-official | --from bnaf --columns a,b | expected 5 columns"
            })
    void whatDoesNotFitIsRefused(String name, String options, String message) {
        int code = message.contains("--") ? 2 : 1;
        terminal.refuses(code, message, words(name, options));
        assertTrue(Files.notExists(model()));
    }
}
