package org.djlflows.examples.serve;

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

import org.djlflows.model.FlowConfig;
import org.djlflows.model.FlowModel;
import org.djlflows.model.NeuralSplineFlow;
import org.djlflows.model.RealNvpImages;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.awt.image.BufferedImage;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

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
        NeuralSplineFlow preset =
                NeuralSplineFlow.builder()
                        .setFeatures(2)
                        .optContext(1)
                        .optTransforms(2)
                        .optHidden(6)
                        .build();
        manager.getEngine().setRandomSeed(1);
        NDList rows = new NDList(manager.randomNormal(new Shape(50, 2)));
        rows.add(manager.randomNormal(new Shape(50, 1)));
        FlowConfig config = new FlowConfig(preset, List.of("x", "the y"), List.of("hour"));
        table = FlowModel.create(config, rows, manager);
        table.save(folder.resolve("a table"), report -> {});
        RealNvpImages images = RealNvpImages.builder().setImages(1, 4, 4).optFilters(4).build();
        FlowConfig ofImages = new FlowConfig(images, List.of(), List.of());
        FlowModel.create(ofImages, new NDList(), manager)
                .save(folder.resolve("images"), report -> {});
        server = start("a table", "images");
    }

    private ModelServer start(String... names) throws IOException {
        List<Path> folders = new ArrayList<>();
        for (String name : names) {
            folders.add(folder.resolve(name));
        }
        return ModelServer.start(
                folders,
                new ModelServer.Settings(
                        "127.0.0.1", 0, MAX_REQUEST, 2, Optional.of(100), Device.cpu()));
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

    private HttpResponse<String> post(String path, String content) throws Exception {
        return send(at(path).POST(BodyPublishers.ofString(content)));
    }

    private static <T> T json(HttpResponse<String> response, Class<T> type) {
        assertEquals(200, response.statusCode(), response.body());
        String contentType = response.headers().firstValue("Content-Type").orElseThrow();
        assertEquals("application/json", contentType);
        return GSON.fromJson(response.body(), type);
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
        float[] got = json(post("/predictions/a%20table", rows), float[].class);
        assertArrayEquals(expected, got);
    }

    @Test
    void samplesFollowTheirSeed() throws Exception {
        String request = "{\"samples\": 5, \"given\": {\"hour\": 2}, \"seed\": 1}";
        HttpResponse<String> first = post("/predictions/a%20table", request);
        assertEquals(5, json(first, float[][].class).length);
        assertEquals(first.body(), post("/predictions/a%20table", request).body());
        refused(400, post("/predictions/a%20table", "101"), "from 0 to 100", "got 101");
        refused(400, post("/predictions/a%20table", "[[1, 2]]"), "3 values", "got 2");
        refused(400, post("/predictions/a%20table", ""), "no content");
    }

    @Test
    void imagesGoBothWays() throws Exception {
        BufferedImage picture = new BufferedImage(4, 4, BufferedImage.TYPE_BYTE_GRAY);
        picture.getRaster().setSample(1, 2, 0, 200);
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(picture, "png", png);
        HttpRequest.Builder image =
                at("/predictions/images")
                        .header("Content-Type", "image/png")
                        .POST(BodyPublishers.ofByteArray(png.toByteArray()));
        assertTrue(Float.isFinite(json(send(image), Float.class)));
        String[] drawn = json(post("/predictions/images", "2"), String[].class);
        assertEquals(2, drawn.length);
        byte[] bytes = Base64.getDecoder().decode(drawn[0]);
        assertEquals(4, ImageIO.read(new ByteArrayInputStream(bytes)).getHeight());
        HttpRequest.Builder ofClass =
                at("/predictions/images?class=dog")
                        .header("Content-Type", "image/png")
                        .POST(BodyPublishers.ofByteArray(png.toByteArray()));
        refused(400, send(ofClass), "a class of []", "got dog");
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
            String answer =
                    raw(
                            "POST "
                                    + path
                                    + " HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n"
                                    + "Connection: close\r\n\r\n1");
            assertTrue(answer.matches("(?s)HTTP/1.1 40[045] .*"), path + ": " + answer);
            assertTrue(answer.contains("\"message\""), path + ": " + answer);
        }
        assertTrue(raw("nonsense\r\n\r\n").startsWith("HTTP/1.1 400 "));
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
        assertEquals(1, json(post("/predictions/a%20table", fits), float[].class).length);
        refused(413, post("/predictions/a%20table", fits + " "), "at most 100000 bytes");
        refused(413, post("/predictions/a%20table", " ".repeat(3_000_000)), "at most");
        byte[] many = " ".repeat(MAX_REQUEST + 1).getBytes(StandardCharsets.UTF_8);
        HttpRequest.Builder chunked =
                at("/predictions/a%20table")
                        .POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(many)));
        refused(413, send(chunked), "at most");
        assertEquals(1, json(post("/predictions/a%20table", fits), float[].class).length);
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
                    at("/predictions/a%20table").POST(BodyPublishers.ofString(row));
            answers.add(client.sendAsync(request.build(), BodyHandlers.ofString()));
        }
        for (int call = 0; call < answers.size(); call++) {
            float[] got = json(answers.get(call).get(60, TimeUnit.SECONDS), float[].class);
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
        int port = URI.create(server.address()).getPort();
        ModelServer.Settings taken =
                new ModelServer.Settings("127.0.0.1", port, 10, 1, Optional.empty(), Device.cpu());
        IOException busy =
                assertThrows(
                        IOException.class,
                        () -> ModelServer.start(List.of(folder.resolve("images")), taken));
        assertTrue(busy.getMessage().contains("127.0.0.1:" + port + ": expected"), busy.toString());
    }

    /** The command, in a process of its own, which a signal ends. */
    @Test
    void theCommandServesUntilASignal() throws Exception {
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx256m",
                                "-cp",
                                System.getProperty("java.class.path"),
                                "org.djlflows.examples.cli.Flows",
                                "serve",
                                folder.resolve("images").toString(),
                                "--port",
                                "0",
                                "--max-request",
                                "1KB")
                        .redirectError(folder.resolve("errors").toFile())
                        .start();
        try (BufferedReader lines =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            String first = lines.readLine();
            assertTrue(first.matches("Listening at http://127.0.0.1:\\d+ .*"), first);
            String address = first.split(" ", -1)[2];
            String example = lines.readLine();
            assertTrue(example.endsWith(address + "/predictions/images"), example);
            HttpRequest.Builder request =
                    HttpRequest.newBuilder(URI.create(address + "/predictions/images"));
            HttpResponse<String> answer = send(request.POST(BodyPublishers.ofString("3")));
            assertEquals(3, json(answer, String[].class).length);
            refused(413, send(request.POST(BodyPublishers.ofString(" ".repeat(2000)))), "1024");
            process.toHandle().destroy();
            assertEquals("Ended", lines.readLine());
            assertTrue(process.waitFor(20, TimeUnit.SECONDS), "ends in time");
            assertFalse(process.isAlive());
        } finally {
            process.destroyForcibly();
        }
    }
}
