package org.djlflows.serve;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.modality.Input;
import ai.djl.modality.Output;

import org.djlflows.anomaly.Conformal;
import org.djlflows.format.FlowConfig;
import org.djlflows.spec.Presets;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** What the metrics of a server say of rows that drift. */
class DriftMetricsTest {

    private static final Conformal CONFORMAL = Conformal.of(new Random(1).doubles(499).toArray());

    /** A model whose rows have the scores that are asked. */
    private static final class Scoring implements ServedModel.Answering {

        @Override
        public Output answer(Input request) {
            String[] scores = request.getData().getAsString().replaceAll("[\\[\\]]", "").split(",");
            Output output = new Output();
            output.addProperty("Scored-Rows", "" + scores.length);
            output.add(
                    Arrays.stream(scores)
                            .map(score -> CONFORMAL.pValue(Double.parseDouble(score)))
                            .map(p -> "{\"logDensity\":\"-Infinity\",\"pValue\":" + p + "}")
                            .collect(Collectors.joining(",", "[", "]")));
            return output;
        }

        @Override
        public void close() {}
    }

    private final HttpClient client = HttpClient.newHttpClient();

    private String send(HttpRequest request) throws Exception {
        return client.send(request, BodyHandlers.ofString()).body();
    }

    private void score(ModelServer server, List<Double> scores) throws Exception {
        send(
                HttpRequest.newBuilder(URI.create(server.address() + "/predictions/m"))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(scores.toString()))
                        .build());
    }

    private double metric(ModelServer server, String name) throws Exception {
        String all =
                send(HttpRequest.newBuilder(URI.create(server.address() + "/metrics")).build());
        String begin = name + "{model=\"m\"} ";
        return all.lines()
                .filter(line -> line.startsWith(begin))
                .mapToDouble(line -> Double.parseDouble(line.substring(begin.length())))
                .findFirst()
                .orElseThrow(() -> new AssertionError(all));
    }

    private static List<Double> scores(Random random, int n, double shift) {
        return IntStream.range(0, n).mapToObj(i -> random.nextDouble() + shift).toList();
    }

    private static ModelServer server() throws IOException {
        FlowConfig config = new FlowConfig(Presets.realNvp(), List.of("x", "y"), List.of());
        ServedModel model = new ServedModel("m", config, Optional.of(CONFORMAL), new Scoring());
        return ModelServer.start(
                Map.of("m", model),
                new ModelServer.Settings(
                        "127.0.0.1",
                        0,
                        ModelServer.Limits.of(1 << 20, 1),
                        Optional.empty(),
                        Device.cpu()));
    }

    @Test
    void theLastRowsTellOfDrift() throws Exception {
        try (ModelServer server = server()) {
            assertTrue(Double.isNaN(metric(server, "flows_drift_p_value")));
            assertEquals(0, metric(server, "flows_anomalies_total"));
            Random random = new Random(2);
            score(server, scores(random, 3000, 0));
            assertTrue(metric(server, "flows_drift_p_value") > 0.05);
            assertTrue(metric(server, "flows_drift_distance") < 0.1);
            double usual = metric(server, "flows_anomalies_total");
            assertTrue(usual > 0 && usual < 90, () -> usual + " of 3,000");
            score(server, scores(random, 1000, 0.2));
            assertTrue(metric(server, "flows_drift_p_value") < 0.001);
            assertTrue(metric(server, "flows_anomalies_total") > usual + 100);
            // Another 2,000 usual rows, and what was before does not count any more.
            score(server, scores(random, 2000, 0));
            assertTrue(metric(server, "flows_drift_p_value") > 0.05);
            assertEquals(6000, metric(server, "flows_rows_scored_total"));
        }
    }

    @Test
    void pValuesAreReadFromAnswersOfAnyKind() {
        assertArrayEquals(
                new double[] {0.25, 1},
                pValues("[{\"pValue\":0.25,\"x\":[{}]},{\"logDensity\":1},{\"pValue\":1}]"));
        assertArrayEquals(new double[] {0.5}, pValues("{\"logDensity\":-1,\"pValue\":0.5}"));
        assertEquals(0, pValues("[]").length);
        assertEquals(0, pValues("[[1,2],[3,4]]").length);
        assertEquals(0, pValues("3").length);
    }

    private static double[] pValues(String answer) {
        return DriftWindow.pValues(answer.getBytes(StandardCharsets.UTF_8));
    }
}
