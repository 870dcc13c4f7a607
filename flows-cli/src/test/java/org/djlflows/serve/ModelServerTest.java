package org.djlflows.serve;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;

import com.google.gson.Gson;
import com.google.gson.JsonObject;

import org.djlflows.format.FlowConfig;
import org.djlflows.model.FlowModel;
import org.djlflows.spec.ImageShape;
import org.djlflows.spec.Presets;
import org.djlflows.spec.RealNvpImages;
import org.djlflows.spec.VectorFlow;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.awt.image.BufferedImage;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import javax.imageio.ImageIO;

/** The server, asked over sockets. */
class ModelServerTest {

    private static final Gson GSON = new Gson();
    private static final int MAX_REQUEST = 100_000;

    @TempDir private Path folder;

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private NDManager manager;
    private FlowModel table;
    private ModelServer server;

    @BeforeEach
    void serve() throws IOException {
        manager = NDManager.newBaseManager();
        VectorFlow flow = Presets.neuralSplineFlow().withTransforms(2).withHidden(6);
        manager.getEngine().setRandomSeed(1);
        NDList rows = new NDList(manager.randomNormal(new Shape(50, 2)));
        rows.add(manager.randomNormal(new Shape(50, 1)));
        FlowConfig config = new FlowConfig(flow, List.of("x", "the y"), List.of("hour"));
        table = FlowModel.create(config, rows, manager);
        table.save(folder.resolve("a table"), report -> {});
        FlowConfig ofImages =
                new FlowConfig(new RealNvpImages(2, 4, 2), new ImageShape(1, 4, 4), List.of());
        FlowModel.create(ofImages, new NDList(), manager)
                .save(folder.resolve("images"), report -> {});
        server = start("a table", "images");
    }

    private ModelServer start(String... names) throws IOException {
        return start(0, names);
    }

    private ModelServer start(int port, String... names) throws IOException {
        ModelServer.Limits limits = ModelServer.Limits.of(MAX_REQUEST, 2);
        return ModelServer.start(
                Stream.of(names).map(folder::resolve).toList(),
                new ModelServer.Settings(
                        "127.0.0.1", port, limits, Optional.of(100), Device.cpu()));
    }

    @AfterEach
    void close() throws IOException {
        server.close();
        manager.close();
    }

    private HttpRequest.Builder at(String path) {
        return HttpRequest.newBuilder(URI.create(server.address() + path));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return client.send(request.build(), BodyHandlers.ofString());
    }

    /** Asks the model of the table. */
    private HttpResponse<String> ask(String content) throws Exception {
        return post("/predictions/a%20table", content);
    }

    private HttpResponse<String> post(String path, String content) throws Exception {
        return send(json(at(path)).POST(BodyPublishers.ofString(content)));
    }

    private static HttpRequest.Builder json(HttpRequest.Builder request) {
        return request.setHeader("Content-Type", "application/json");
    }

    private static <T> T json(HttpResponse<String> response, Class<T> type) {
        assertEquals(200, response.statusCode(), response.body());
        String contentType = response.headers().firstValue("Content-Type").orElseThrow();
        assertEquals("application/json", contentType);
        return GSON.fromJson(response.body(), type);
    }

    private static float[] scores(HttpResponse<String> response) {
        JsonObject[] rows = json(response, JsonObject[].class);
        float[] scores = new float[rows.length];
        for (int i = 0; i < scores.length; i++) {
            scores[i] = rows[i].get("logDensity").getAsFloat();
        }
        return scores;
    }

    private static HttpResponse<String> refused(
            int code, HttpResponse<String> response, String... parts) {
        assertEquals(code, response.statusCode(), response.body());
        JsonObject error = GSON.fromJson(response.body(), JsonObject.class);
        assertEquals(code, error.get("code").getAsInt());
        for (String part : parts) {
            assertTrue(error.get("message").getAsString().contains(part), response.body());
        }
        return response;
    }

    @Test
    void rowsGetTheirLogDensities() throws Exception {
        NDArray x = manager.create(new float[][] {{0.5f, 1}, {-2, 0.25f}});
        NDArray hour = manager.create(new float[][] {{3}, {-1}});
        float[] expected = table.flow().logProb(x, hour).toFloatArray();
        String rows = "[[0.5, 1, 3], {\"hour\": -1, \"the y\": 0.25, \"x\": -2}]";
        float[] got = scores(ask(rows));
        assertArrayEquals(expected, got);
    }

    @Test
    void samplesFollowTheirSeed() throws Exception {
        String request = "{\"samples\": 5, \"given\": {\"hour\": 2}, \"seed\": 1}";
        HttpResponse<String> first = ask(request);
        assertEquals(5, json(first, float[][].class).length);
        assertEquals(first.body(), ask(request).body());
        refused(400, ask("101"), "from 0 to 100", "got 101");
        refused(400, ask("[[1, 2]]"), "3 values", "got 2");
        refused(400, ask(""), "no content");
    }

    @Test
    void imagesGoBothWays() throws Exception {
        BufferedImage picture = new BufferedImage(4, 4, BufferedImage.TYPE_BYTE_GRAY);
        picture.getRaster().setSample(1, 2, 0, 200);
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(picture, "png", png);
        float score =
                json(post("/predictions/images", png), JsonObject.class)
                        .get("logDensity")
                        .getAsFloat();
        assertTrue(Float.isFinite(score));
        String[] drawn = json(post("/predictions/images", "2"), String[].class);
        assertEquals(2, drawn.length);
        byte[] bytes = Base64.getDecoder().decode(drawn[0]);
        assertEquals(4, ImageIO.read(new ByteArrayInputStream(bytes)).getHeight());
        refused(400, post("/predictions/images?class=dog", png), "a class of []", "got dog");
    }

    private HttpResponse<String> post(String path, ByteArrayOutputStream png) throws Exception {
        return send(
                at(path).header("Content-Type", "image/png")
                        .POST(BodyPublishers.ofByteArray(png.toByteArray())));
    }

    @Test
    void modelsAreListed() throws Exception {
        JsonObject health = json(send(at("/ping")), JsonObject.class);
        assertEquals("{\"status\":\"Healthy\"}", health.get("a table").toString());
        assertEquals(2, health.size());
        for (String path : List.of("/models", "/")) {
            JsonObject list = json(send(at(path)), JsonObject.class);
            JsonObject first = list.getAsJsonArray("models").get(0).getAsJsonObject();
            assertEquals("a table", first.get("modelName").getAsString());
            assertEquals("[\"x\",\"the y\"]", first.get("columns").toString());
            assertEquals("[\"hour\"]", first.get("contextColumns").toString());
            assertEquals(
                    "curl -H 'Content-Type: application/json' -d '[{\"x\": 0, \"the y\": 0,"
                            + " \"hour\": 0}]' "
                            + server.address()
                            + "/predictions/a%20table",
                    first.get("example").getAsString());
        }
        assertTrue(server.description().contains("Serving images: curl"), server.description());
    }

    @Test
    void onlyModelsAndTheirMethodsAreThere() throws Exception {
        refused(404, post("/predictions/other", "1"), "[a table, images]", "got other");
        refused(404, post("/predictions/", "1"), "got ");
        refused(404, post("/predictions/a%20table/config.json", "1"), "got a table/config.json");
        refused(404, send(at("/config.json")), "got /config.json");
        HttpResponse<String> get = refused(405, send(at("/predictions/images")), "expected POST");
        assertEquals("POST", get.headers().firstValue("Allow").orElseThrow());
        refused(405, post("/models", "1"), "expected GET");
        refused(405, send(at("/ping").DELETE()), "got DELETE");
    }

    /** A client would tidy the path up, so this goes over a socket. */
    @Test
    void pathsLeadNowhere() throws Exception {
        String name = folder.getFileName().toString();
        List<String> paths =
                List.of(
                        "/predictions/../" + name,
                        "/predictions/..%2f" + name,
                        "/predictions/%2e%2e/" + name,
                        "/predictions/images/../../x",
                        "/predictions/images;x=../y",
                        "/predictions/images%00",
                        "/predictions/%ff%fe",
                        "//etc/passwd",
                        "/predictions/images%2fconfig.json");
        for (String path : paths) {
            String answer = rawPost(path);
            assertTrue(answer.matches("(?s)HTTP/1.1 40[045] .*"), path + ": " + answer);
            assertTrue(answer.contains("\"message\""), path + ": " + answer);
        }
        assertTrue(raw("nonsense\r\n\r\n").startsWith("HTTP/1.1 400 "));
    }

    private String rawPost(String path) throws IOException {
        return raw(
                "POST "
                        + path
                        + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                        + "Content-Length: 1\r\nConnection: close\r\n\r\n1");
    }

    private String raw(String request) throws IOException {
        URI address = URI.create(server.address());
        try (Socket socket = new Socket(address.getHost(), address.getPort())) {
            socket.setSoTimeout(10_000);
            OutputStream out = socket.getOutputStream();
            out.write(request.getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void largeRequestsAreRefused() throws Exception {
        String fits = "[[1, 2, 3]" + " ".repeat(MAX_REQUEST - 11) + "]";
        assertEquals(1, scores(ask(fits)).length);
        refused(413, ask(fits + " "), "at most 100000 bytes");
        refused(413, ask(" ".repeat(3_000_000)), "at most");
        byte[] many = " ".repeat(MAX_REQUEST + 1).getBytes(StandardCharsets.UTF_8);
        HttpRequest.Builder chunked =
                json(at("/predictions/a%20table"))
                        .POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(many)));
        refused(413, send(chunked), "at most");
        assertEquals(1, scores(ask(fits)).length);
    }

    /** A page of the web may reach this server through a browser, by a name of its own. */
    @Test
    void onlyLocalNamesOfALocalServer() throws Exception {
        for (String host : List.of("localhost", "127.0.0.1:1", "[::1]:8080", "LOCALHOST")) {
            assertTrue(raw(get("/ping", host)).startsWith("HTTP/1.1 200 "), host);
        }
        for (String host : List.of("evil.example", "127.0.0.1.evil.example:80", "10.0.0.1")) {
            String answer = raw(get("/ping", host));
            assertTrue(answer.startsWith("HTTP/1.1 421 "), answer);
            assertTrue(answer.contains("expected a request to a host of"), answer);
        }
    }

    private static String get(String path, String host) {
        return "GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n";
    }

    /** What a page of another site sends without being asked for leave. */
    @Test
    void contentHasItsType() throws Exception {
        HttpRequest.Builder untyped = at("/predictions/images").POST(BodyPublishers.ofString("1"));
        refused(415, send(untyped), "application/json or image/...", "got null");
        for (String type : List.of("text/plain", "application/x-www-form-urlencoded", "json")) {
            refused(415, send(untyped.setHeader("Content-Type", type)), "got " + type);
        }
        untyped.setHeader("Content-Type", "Application/JSON; charset=utf-8");
        assertEquals(1, json(send(untyped), String[].class).length);
        untyped.setHeader("Content-Type", "image/png");
        refused(400, send(untyped), "an image");
    }

    @Test
    void nestingHasAnEnd() throws Exception {
        String deep = "[".repeat(MAX_REQUEST);
        refused(400, ask(deep), "row 0");
        String ignored = "[{\"x\": 1, \"the y\": 1, \"hour\": 1, \"note\": " + "[".repeat(90_000);
        refused(400, ask(ignored), "no JSON");
        refused(400, ask("{\"a\":".repeat(10_000)), "no JSON");
        refused(400, post("/predictions/images", "{\"a\":".repeat(10_000)), "no JSON");
    }

    @Test
    void oneObjectIsARow() throws Exception {
        String row = "{\"hour\": -1, \"the y\": 0.25, \"note\": {\"a\": [1]}, \"x\": -2}";
        JsonObject one = json(ask(row), JsonObject.class);
        float[] same = scores(ask("[[-2, 0.25, -1]]"));
        assertEquals(same[0], one.get("logDensity").getAsFloat());
        refused(400, ask("{\"x\": 1, \"hour\": 2}"), "without [the y]");
    }

    @Test
    void percentilesStandBesideLogDensities() throws Exception {
        NDList heldOut = new NDList(manager.randomNormal(new Shape(100, 2)));
        heldOut.add(manager.randomNormal(new Shape(100, 1)));
        FlowModel measured = table.measuredOn(heldOut);
        measured.save(folder.resolve("measured"), report -> {});
        try (ModelServer other = start("measured")) {
            URI address = URI.create(other.address() + "/predictions/measured");
            HttpRequest.Builder request = json(HttpRequest.newBuilder(address));
            HttpResponse<String> answer =
                    send(request.POST(BodyPublishers.ofString("[[0, 0, 0], [60, 60, 60]]")));
            JsonObject[] rows = json(answer, JsonObject[].class);
            double usual =
                    measured.config()
                            .percentile(rows[0].get("logDensity").getAsFloat())
                            .orElseThrow();
            assertEquals(usual, rows[0].get("percentile").getAsDouble(), 1e-3);
            assertEquals(0, rows[1].get("percentile").getAsDouble());
        }
    }

    @Test
    void metricsCountWhatWasDone() throws Exception {
        ask("[[1, 2, 3], [4, 5, 6]]");
        ask("[[1, 2]]");
        post("/predictions/images", "2");
        post("/predictions/x" + "y".repeat(100), "2");
        send(at("/ping"));
        HttpResponse<String> answer = send(at("/metrics"));
        assertEquals(200, answer.statusCode());
        String type = answer.headers().firstValue("Content-Type").orElseThrow();
        assertEquals("text/plain; version=0.0.4; charset=utf-8", type);
        Map<String, Double> metrics = new HashMap<>();
        for (String line : answer.body().lines().filter(l -> !l.startsWith("#")).toList()) {
            assertTrue(line.matches("[a-z_]+(\\{.*\\})? [-+.0-9EINa-f]+"), line);
            int end = line.lastIndexOf(' ');
            metrics.put(line.substring(0, end), Double.valueOf(line.substring(end + 1)));
        }
        String requests = "http_server_requests_seconds_";
        String table = "{endpoint=\"predictions\",model=\"a table\",status=\"%s\"";
        assertEquals(1, metrics.get(requests + "count" + table.formatted("200") + "}"));
        assertEquals(1, metrics.get(requests + "count" + table.formatted("400") + "}"));
        String all = requests + "bucket" + table.formatted("200") + ",le=\"+Inf\"}";
        assertEquals(1, metrics.get(all));
        assertTrue(metrics.get(requests + "sum" + table.formatted("200") + "}") > 0);
        String unknown = "{endpoint=\"predictions\",model=\"none\",status=\"404\"}";
        assertEquals(1, metrics.get(requests + "count" + unknown));
        String ping = "{endpoint=\"ping\",model=\"none\",status=\"200\"}";
        assertEquals(1, metrics.get(requests + "count" + ping));
        assertEquals(2, metrics.get("flows_rows_scored_total{model=\"a table\"}"));
        assertEquals(0, metrics.get("executor_queued_tasks{name=\"predictions\"}"));
        assertFalse(answer.body().contains("yyy"), "labels are no place for what clients make up");
    }

    @Test
    void brokenParametersAreNoFault() throws Exception {
        String answer = rawPost("/predictions/images?class=%zz");
        assertTrue(answer.startsWith("HTTP/1.1 400 "), answer);
    }

    @Test
    void manyClientsGetTheirOwnAnswers() throws Exception {
        int clients = 40;
        float[] expected = new float[clients];
        for (int i = 0; i < clients; i++) {
            NDArray x = manager.create(new float[][] {{0.05f * i, 1}});
            expected[i] = table.flow().logProb(x, manager.create(new float[][] {{i}})).getFloat(0);
        }
        List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
        for (int call = 0; call < 10 * clients; call++) {
            int i = call % clients;
            String row = String.format(Locale.ROOT, "[[%.2f, 1, %d]]", 0.05 * i, i);
            HttpRequest.Builder request =
                    json(at("/predictions/a%20table")).POST(BodyPublishers.ofString(row));
            answers.add(client.sendAsync(request.build(), BodyHandlers.ofString()));
        }
        for (int call = 0; call < answers.size(); call++) {
            float[] got = scores(answers.get(call).get(60, TimeUnit.SECONDS));
            assertEquals(expected[call % clients], got[0], 1e-4);
        }
    }

    @Test
    void whatCannotBeServedIsSaid() throws Exception {
        IOException missing = assertThrows(IOException.class, () -> start("a table", "none"));
        assertTrue(missing.getMessage().contains("expected a model folder"), missing.toString());
        Exception twice =
                assertThrows(IllegalArgumentException.class, () -> start("images", "x/../images"));
        assertTrue(twice.getMessage().contains("images twice"), twice.toString());
        IOException root = assertThrows(IOException.class, () -> start("/"));
        assertEquals("/: expected a folder with a name, got a root", root.getMessage());
        int port = URI.create(server.address()).getPort();
        IOException busy = assertThrows(IOException.class, () -> start(port, "images"));
        assertTrue(busy.getMessage().contains("127.0.0.1:" + port + ": expected"), busy.toString());
    }

    /** The command, in a process of its own, which a signal ends. */
    @Test
    void theCommandServesUntilASignal() throws Exception {
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx256m",
                                "-Djava.net.preferIPv6Addresses=true",
                                "-cp",
                                System.getProperty("java.class.path"),
                                "org.djlflows.cli.Flows",
                                "serve",
                                folder.resolve("images").toString(),
                                "--port",
                                "0",
                                "--max-request",
                                "1KB")
                        .redirectError(folder.resolve("errors").toFile())
                        .start();
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            String first = lines.readLine();
            assertTrue(first.matches("Listening at http://127.0.0.1:\\d+ .*"), first);
            String address = first.split(" ", -1)[2];
            String example = lines.readLine();
            assertTrue(example.endsWith(address + "/predictions/images"), example);
            HttpRequest.Builder request =
                    json(HttpRequest.newBuilder(URI.create(address + "/predictions/images")));
            HttpResponse<String> answer = send(request.POST(BodyPublishers.ofString("3")));
            assertEquals(3, json(answer, String[].class).length);
            refused(413, send(request.POST(BodyPublishers.ofString(" ".repeat(2000)))), "1024");
            process.toHandle().destroy();
            assertEquals("Ended", lines.readLine());
            assertTrue(process.waitFor(20, TimeUnit.SECONDS), "ends in time");
            assertFalse(process.isAlive());
            String errors = Files.readString(folder.resolve("errors"));
            assertFalse(errors.contains("flows serve:"), errors);
        } finally {
            process.destroyForcibly();
        }
    }
}
