package org.djlflows.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.modality.Input;
import ai.djl.modality.Output;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;

import com.google.gson.Gson;
import com.google.gson.JsonObject;

import org.djlflows.format.FlowConfig;
import org.djlflows.kernel.Chunks;
import org.djlflows.spec.Presets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Clients that are slow, many, gone or hostile, before a model that works as long as a test says.
 */
@Timeout(120)
class ServerUnderLoadTest {

    private static final Duration LONG = Duration.ofMinutes(10);
    private static final Duration SHORT = Duration.ofMillis(300);
    private static final int SECONDS = 60;

    /** Answers "done"; what says "wait" waits until it is let go. */
    private static final class Waiting implements ServedModel.Answering {

        private final Semaphore begun = new Semaphore(0);
        private final CountDownLatch go = new CountDownLatch(1);

        @Override
        public Output answer(Input request) throws InterruptedException {
            begun.release();
            if (request.getData().getAsString().contains("wait")) {
                assertTrue(go.await(SECONDS, TimeUnit.SECONDS), "let go in time");
            }
            Output output = new Output();
            output.add("\"done\"");
            return output;
        }

        @Override
        public void close() {}
    }

    @TempDir private Path folder;

    private final HttpClient client =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(Duration.ofSeconds(SECONDS))
                    .build();
    private final Waiting waiting = new Waiting();
    private final List<Socket> sockets = new ArrayList<>();
    private ModelServer server;

    private static FlowConfig config(String first, String second) {
        return new FlowConfig(Presets.realNvp(), List.of(first, second), List.of());
    }

    private void serve(ServedModel.Answering answering, ModelServer.Limits limits)
            throws IOException {
        ServedModel model = new ServedModel("model", config("x", "y"), Optional.empty(), answering);
        serve(model, limits);
    }

    private void serve(ServedModel model, ModelServer.Limits limits) throws IOException {
        server =
                ModelServer.start(
                        Map.of(model.name(), model),
                        new ModelServer.Settings(
                                "127.0.0.1", 0, limits, Optional.empty(), Device.cpu()));
    }

    private static ModelServer.Limits limits(int threads, Duration receive, Duration answer) {
        return new ModelServer.Limits(1000, threads, 1, 1 << 20, 500, receive, answer);
    }

    @AfterEach
    void close() throws IOException {
        waiting.go.countDown();
        for (Socket socket : sockets) {
            socket.close();
        }
        if (server != null) {
            server.close();
        }
    }

    private String get(String path) throws Exception {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(server.address() + path))
                        .timeout(Duration.ofSeconds(SECONDS))
                        .build();
        HttpResponse<String> answer = client.send(request, BodyHandlers.ofString());
        assertEquals(200, answer.statusCode(), answer.body());
        return answer.body();
    }

    private CompletableFuture<HttpResponse<String>> post(String content) {
        return post(URI.create(server.address() + "/predictions/model"), content);
    }

    private CompletableFuture<HttpResponse<String>> post(URI address, String content) {
        HttpRequest request =
                HttpRequest.newBuilder(address)
                        .timeout(Duration.ofSeconds(SECONDS))
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(content))
                        .build();
        return client.sendAsync(request, BodyHandlers.ofString());
    }

    private static void assertDone(CompletableFuture<HttpResponse<String>> answer)
            throws Exception {
        HttpResponse<String> got = answer.get(SECONDS, TimeUnit.SECONDS);
        assertEquals(200, got.statusCode(), got.body());
        assertEquals("\"done\"", got.body());
    }

    private static HttpResponse<String> assertRefused(
            int code, String part, CompletableFuture<HttpResponse<String>> answer)
            throws Exception {
        HttpResponse<String> got = answer.get(SECONDS, TimeUnit.SECONDS);
        assertEquals(code, got.statusCode(), got.body());
        assertTrue(got.body().contains(part), got.body());
        return got;
    }

    /** Asks until the metrics have a line. */
    private void awaitMetric(String line) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        String metrics = get("/metrics");
        while (metrics.lines().noneMatch(line::equals)) {
            assertTrue(System.nanoTime() < end, line + " not in " + metrics);
            metrics = get("/metrics");
        }
    }

    private Socket open(String text) throws IOException {
        URI address = URI.create(server.address());
        Socket socket = new Socket(address.getHost(), address.getPort());
        sockets.add(socket);
        socket.setSoTimeout(1000 * SECONDS);
        write(socket, text);
        return socket;
    }

    private static void write(Socket socket, String text) throws IOException {
        OutputStream out = socket.getOutputStream();
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    private static String head(int length) {
        return "POST /predictions/model HTTP/1.1\r\nHost: localhost\r\n"
                + "Content-Type: application/json\r\nContent-Length: "
                + length
                + "\r\n\r\n";
    }

    private static String readAll(Socket socket) throws IOException {
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    @Test
    void slowClientsHoldNobodyUp() throws Exception {
        serve(waiting, limits(2, LONG, LONG));
        for (int i = 0; i < 100; i++) {
            open(head(100) + "[[1,");
        }
        awaitMetric("flows_requests_held_bytes 400.0");
        assertTrue(get("/ping").contains("Healthy"));
        assertDone(post("[[1, 2]]"));
    }

    /** A client that sends its content late sees why it is refused, and keeps its connection. */
    @Test
    void aRefusalWaitsForASmallContent() throws Exception {
        serve(waiting, limits(2, LONG, LONG));
        Socket socket = open(head(5).replace("application/json", "text/csv"));
        socket.setSoTimeout(300);
        assertThrows(SocketTimeoutException.class, () -> socket.getInputStream().read());
        socket.setSoTimeout(1000 * SECONDS);
        write(socket, "1,2,3");
        write(socket, "GET /ping HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        String answers = readAll(socket);
        assertTrue(answers.startsWith("HTTP/1.1 415 "), answers);
        assertTrue(answers.contains("HTTP/1.1 200 "), answers);
    }

    @Test
    void slowContentIsRefused() throws Exception {
        serve(waiting, limits(2, SHORT, LONG));
        String answer = readAll(open(head(100) + "[[1,"));
        assertTrue(answer.startsWith("HTTP/1.1 408 "), answer);
        assertTrue(answer.contains("Connection: close"), answer);
        assertTrue(answer.contains("expected the content within"), answer);
        awaitMetric("flows_requests_held_bytes 0.0");
    }

    /** A byte now and then keeps no connection open: it would never be idle. */
    @Test
    void tricklingHeadersAreCutOff() throws Exception {
        serve(waiting, limits(2, SHORT, LONG));
        Socket socket = open("GET /ping HTTP/1.1\r\nHost: localhost\r\nX: ");
        socket.setSoTimeout(20);
        InputStream in = socket.getInputStream();
        boolean open = true;
        for (int bytes = 0; open; bytes++) {
            assertTrue(bytes < 2000, "cut off in time");
            try {
                open = in.read() >= 0;
            } catch (SocketTimeoutException e) {
                try {
                    write(socket, "x");
                } catch (IOException cut) {
                    open = false;
                }
            } catch (IOException reset) {
                open = false;
            }
        }
        assertTrue(get("/ping").contains("Healthy"));
    }

    @Test
    void manyConnectionsGiveWayToNewOnes() throws Exception {
        serve(waiting, new ModelServer.Limits(1000, 1, 1, 1000, 20, LONG, LONG));
        List<Socket> idle = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            idle.add(open(i % 2 == 0 ? "" : "GET /"));
        }
        assertTrue(get("/ping").contains("Healthy"));
        // Which are the oldest is decided by the order in which the server accepts them.
        int closed = 0;
        int open = 0;
        for (Socket socket : idle) {
            socket.setSoTimeout(200);
            try {
                assertEquals(-1, socket.getInputStream().read());
                closed++;
            } catch (SocketTimeoutException e) {
                open++;
            }
        }
        assertTrue(closed >= 40, closed + " closed, " + open + " open");
    }

    @Test
    void aFullQueueRefuses() throws Exception {
        serve(waiting, limits(1, LONG, LONG));
        CompletableFuture<HttpResponse<String>> works = post("wait");
        assertTrue(waiting.begun.tryAcquire(SECONDS, TimeUnit.SECONDS));
        CompletableFuture<HttpResponse<String>> waits = post("[]");
        awaitMetric("executor_queued_tasks{name=\"predictions\"} 1.0");
        HttpResponse<String> refused = assertRefused(503, "at most 1 requests", post("[]"));
        assertEquals("1", refused.headers().firstValue("Retry-After").orElseThrow());
        assertTrue(get("/ping").contains("Healthy"));
        waiting.go.countDown();
        assertDone(works);
        assertDone(waits);
        assertDone(post("[]"));
    }

    @Test
    void whoLeavesTheQueueMakesRoom() throws Exception {
        serve(waiting, limits(1, LONG, LONG));
        CompletableFuture<HttpResponse<String>> works = post("wait");
        assertTrue(waiting.begun.tryAcquire(SECONDS, TimeUnit.SECONDS));
        Socket leaves = open(head(2) + "[]");
        awaitMetric("executor_queued_tasks{name=\"predictions\"} 1.0");
        leaves.close();
        awaitMetric("executor_queued_tasks{name=\"predictions\"} 0.0");
        CompletableFuture<HttpResponse<String>> next = post("[]");
        awaitMetric("executor_queued_tasks{name=\"predictions\"} 1.0");
        waiting.go.countDown();
        assertDone(works);
        assertDone(next);
        assertEquals(1, waiting.begun.availablePermits(), "the one that left was never begun");
    }

    @Test
    void workOfAClientThatLeftEndsBeforeTheNextChunk() throws Exception {
        AtomicInteger chunks = new AtomicInteger();
        AtomicReference<Throwable> end = new AtomicReference<>();
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch ended = new CountDownLatch(1);
        serve(
                new ServedModel.Answering() {
                    @Override
                    public Output answer(Input request) {
                        try (NDManager manager = NDManager.newBaseManager()) {
                            Shape event = new Shape(16);
                            NDList x = new NDList(manager.zeros(new Shape(100_000, 16)));
                            Chunks.map(
                                    x,
                                    event,
                                    false,
                                    (store, in) -> {
                                        chunks.incrementAndGet();
                                        begun.countDown();
                                        await(waiting.go);
                                        return new NDList(in.get(0).duplicate());
                                    });
                        } catch (CancellationException e) {
                            end.set(e);
                            throw e;
                        } finally {
                            ended.countDown();
                        }
                        return new Output();
                    }

                    @Override
                    public void close() {}
                },
                limits(1, LONG, LONG));
        Socket leaves = open(head(2) + "[]");
        await(begun);
        leaves.close();
        awaitMetric(
                "http_server_requests_seconds_count"
                        + "{endpoint=\"predictions\",model=\"model\",status=\"499\"} 1");
        waiting.go.countDown();
        await(ended);
        assertEquals(1, chunks.get());
        assertTrue(end.get() instanceof CancellationException, String.valueOf(end.get()));
    }

    private static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(SECONDS, TimeUnit.SECONDS), "in time");
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void workThatTakesTooLongIsGivenUp() throws Exception {
        serve(waiting, limits(1, LONG, SHORT));
        CompletableFuture<HttpResponse<String>> slow = post("wait");
        assertRefused(503, "expected an answer within", slow);
        waiting.go.countDown();
        HttpResponse<String> next = post("[]").get(SECONDS, TimeUnit.SECONDS);
        assertTrue(next.statusCode() == 200 || next.statusCode() == 503, next.body());
    }

    @Test
    void contentsThatDoNotFitInMemoryAreRefused() throws Exception {
        serve(waiting, new ModelServer.Limits(1000, 1, 1, 1000, 500, LONG, LONG));
        Socket slow = open(head(1000) + " ".repeat(900));
        awaitMetric("flows_requests_held_bytes 900.0");
        assertRefused(503, "fewer or smaller requests", post(" ".repeat(200)));
        assertTrue(get("/ping").contains("Healthy"));
        slow.close();
        awaitMetric("flows_requests_held_bytes 0.0");
        assertDone(post(" ".repeat(200)));
    }

    @Test
    void theNextRequestMayComeBeforeTheAnswer() throws Exception {
        serve(waiting, limits(1, LONG, LONG));
        Socket socket = open(head(4) + "wait");
        assertTrue(waiting.begun.tryAcquire(SECONDS, TimeUnit.SECONDS));
        write(socket, head(2) + "[]GET /ping HTTP/1.1\r\nHost: localhost\r\n");
        write(socket, "Connection: close\r\n\r\n");
        // Had the server not taken the first byte yet, the test would be true of less.
        get("/ping");
        waiting.go.countDown();
        String answers = readAll(socket);
        assertEquals(4, answers.split("HTTP/1.1 200 OK", -1).length, answers);
        assertTrue(answers.contains("Healthy"), answers);
    }

    @Test
    void theEndAnswersWhatHasBegun() throws Exception {
        serve(waiting, limits(1, LONG, LONG));
        CompletableFuture<HttpResponse<String>> works = post("wait");
        assertTrue(waiting.begun.tryAcquire(SECONDS, TimeUnit.SECONDS));
        Socket part = open(head(100) + "[[1,");
        awaitMetric("flows_requests_held_bytes 8.0");
        int port = URI.create(server.address()).getPort();
        CompletableFuture<Void> end =
                CompletableFuture.runAsync(
                        () -> {
                            try {
                                server.close();
                            } catch (IOException e) {
                                throw new IllegalStateException(e);
                            }
                        });
        String dropped = readAll(part);
        assertTrue(dropped.startsWith("HTTP/1.1 408 "), dropped);
        waiting.go.countDown();
        assertDone(works);
        end.get(SECONDS, TimeUnit.SECONDS);
        assertThrows(IOException.class, () -> new Socket(InetAddress.getLoopbackAddress(), port));
        server = null;
    }

    /** What is printed moves no cursor, and its command runs as it is, with nothing but curl. */
    @Test
    void namesAreOnlyText() throws Exception {
        String name = "it's $(touch m) `touch m` \"q\"; touch m\n\u001b[31m*?[1]{2}\u202e\u0085";
        FlowConfig config = config("a'b\"c\\\n$(touch m)", "\u001b]0;x\u0007 \u2028\u009b é");
        serve(new ServedModel(name, config, Optional.empty(), waiting), limits(1, LONG, LONG));
        String text = server.description();
        String line = text.substring(0, text.length() - System.lineSeparator().length());
        assertTrue(line.codePoints().allMatch(c -> c >= ' ' && c != 0x7f), line);
        assertFalse(line.matches("(?s).*[\\p{C}\\p{Zl}\\p{Zp}].*"), line);
        String command = line.substring(line.lastIndexOf(": curl ") + 2);
        String script = "curl() { for a in \"$@\"; do printf '%s\\n' \"$a\"; done; }; " + command;
        Process shell =
                new ProcessBuilder("sh", "-c", script)
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .start();
        String output = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, shell.waitFor(), output);
        List<String> words = output.lines().toList();
        assertEquals(5, words.size(), output);
        JsonObject row = new Gson().fromJson(words.get(3), JsonObject[].class)[0];
        assertEquals(List.copyOf(config.columns()), List.copyOf(row.keySet()));
        try (var files = Files.list(folder)) {
            assertEquals(0, files.count(), "nothing but curl was run");
        }
        assertDone(post(URI.create(words.get(4)), "[]"));
    }
}
