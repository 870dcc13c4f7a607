package org.djlflows.serve;

import ai.djl.Device;

import org.djlflows.console.Console;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.HostPort;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Serves model folders over HTTP at the addresses of DJL Serving: {@code GET /ping}, {@code GET
 * /models} and {@code POST /predictions/NAME}, where a model has the name of its folder; and
 * measures itself at {@code GET /metrics}, in the format of Prometheus.
 *
 * <p>Clients that are slow, many, or gone take nothing from the others but their share of {@link
 * Limits}, and health is always answered.
 *
 * <p>Whoever reaches the address may ask; there is no password and no encryption.
 */
public final class ModelServer implements AutoCloseable {

    private static final int SECONDS_TO_FINISH = 10;

    /** None of them waits for a client or for a model, so these few are enough. */
    private static final int THREADS_OF_CONNECTIONS = 16;

    /** Connections that the system takes while the server is busy. */
    private static final int BACKLOG = 1024;

    private final Map<String, ServedModel> models;
    private final Clients clients;
    private final ThreadPoolExecutor workers;
    private final Server server;
    private final ServerConnector connector;

    /**
     * What clients may ask of the server, so that none takes it from the others.
     *
     * @param request the most bytes of a request; more are refused by 413
     * @param threads the most requests that are worked on at the same time
     * @param queue the most requests that wait for that; more are refused by 503
     * @param memory the most bytes of all contents and answers at a time; more are refused by 503
     * @param connections the most connections at which the server waits for a request, or until a
     *     client takes an answer that took no work; of more the oldest are closed
     * @param receive the longest time from the begin of a connection, or the last answer, until the
     *     next headers have come, and from these until the content has come, which 408 refuses; and
     *     until a client has taken an answer that took no work
     * @param answer the longest time from the last byte of a request until the last byte of its
     *     answer is sent; work that takes longer is given up by 503, and a connection whose client
     *     takes its answer more slowly is closed
     */
    public record Limits(
            int request,
            int threads,
            int queue,
            int memory,
            int connections,
            Duration receive,
            Duration answer) {

        /**
         * Checks the limits.
         *
         * @param request the most bytes of a request
         * @param threads the most requests that are worked on at the same time
         * @param queue the most requests that wait for that
         * @param memory the most bytes of all contents and answers
         * @param connections the most connections at which the server waits
         * @param receive the longest time until a request has come
         * @param answer the longest time until it is answered
         * @throws IllegalArgumentException if one is out of its range
         */
        public Limits {
            require(request >= 1, "requests of 1 byte or more", request);
            require(threads >= 1, "at least 1 thread", threads);
            require(queue >= 1, "a queue of at least 1 request", queue);
            require(memory >= request, "memory for a request of " + request + " bytes", memory);
            require(connections >= 1, "at least 1 connection", connections);
            require(receive.toMillis() > 0, "a positive time to receive", receive);
            require(answer.toMillis() > 0, "a positive time to answer", answer);
        }

        /**
         * Returns usual limits: 500 requests wait, contents and answers take a quarter of Java's
         * memory, 1,000 connections wait, for a minute, and an answer takes five minutes.
         *
         * @param request the most bytes of a request
         * @param threads the most requests that are worked on at the same time
         * @return limits
         * @throws IllegalArgumentException if one is not positive
         */
        public static Limits of(int request, int threads) {
            long quarter = Math.min(Integer.MAX_VALUE, Runtime.getRuntime().maxMemory() / 4);
            return new Limits(
                    request,
                    threads,
                    500,
                    Math.max(request, (int) quarter),
                    1000,
                    Duration.ofMinutes(1),
                    Duration.ofMinutes(5));
        }
    }

    /**
     * How to serve.
     *
     * @param host the name or address to listen at
     * @param port the port, 0 for any that is free
     * @param limits what clients may ask
     * @param maxSamples the most samples of a request, or what {@code FlowServingTranslator} says
     * @param device where to compute
     */
    public record Settings(
            String host, int port, Limits limits, Optional<Integer> maxSamples, Device device) {

        /**
         * Checks the settings.
         *
         * @param host the name or address to listen at
         * @param port the port
         * @param limits what clients may ask
         * @param maxSamples the most samples of a request
         * @param device where to compute
         * @throws IllegalArgumentException if one is out of its range
         */
        public Settings {
            require(port >= 0 && port <= 65_535, "a port from 0 to 65535", port);
            require(maxSamples.orElse(1) >= 1, "at least 1 sample", maxSamples.orElse(1));
        }
    }

    private static void require(boolean holds, String expected, Object got) {
        if (!holds) {
            throw new IllegalArgumentException(
                    "ModelServer: expected " + expected + ", got " + got);
        }
    }

    private ModelServer(Map<String, ServedModel> models, Settings settings) {
        this.models = models;
        Limits limits = settings.limits();
        server = new Server(new QueuedThreadPool(THREADS_OF_CONNECTIONS));
        HttpConfiguration http = new HttpConfiguration();
        http.setSendServerVersion(false);
        // Folders may have such names, which are only looked up.
        http.setUriCompliance(
                UriCompliance.DEFAULT.with(
                        "names of models",
                        UriCompliance.Violation.SUSPICIOUS_PATH_CHARACTERS,
                        UriCompliance.Violation.AMBIGUOUS_PATH_ENCODING));
        connector = new ServerConnector(server, 1, 1, new HttpConnectionFactory(http));
        connector.setHost(settings.host());
        connector.setPort(settings.port());
        connector.setAcceptQueueSize(BACKLOG);
        connector.setIdleTimeout(limits.receive().toMillis());
        clients = new Clients(server.getScheduler(), limits.receive(), limits.connections());
        connector.addBean(clients, false);
        server.addConnector(connector);
        workers =
                new ThreadPoolExecutor(
                        limits.threads(),
                        limits.threads(),
                        0,
                        TimeUnit.SECONDS,
                        new ArrayBlockingQueue<>(limits.queue()));
        Semaphore memory = new Semaphore(limits.memory());
        Metrics metrics = new Metrics();
        metrics.watch(workers, memory);
        models.values().forEach(metrics::watch);
        Prediction.Shared shared =
                new Prediction.Shared(
                        limits, clients, workers, server.getScheduler(), memory, metrics);
        // Requests that have begun are answered before the server stops.
        Handler endpoints = new Endpoints(models, hosts(settings.host()), shared);
        server.setHandler(new GracefulHandler(endpoints));
        server.setErrorHandler(new JsonErrors());
        server.setStopTimeout(1000L * SECONDS_TO_FINISH);
    }

    /**
     * Returns the hosts that requests may name. Only this machine reaches its loopback address, but
     * its browser does so for pages of any name whose server says that it is 127.0.0.1.
     */
    private static Set<String> hosts(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress()
                    ? new TreeSet<>(
                            List.of(
                                    "localhost",
                                    "127.0.0.1",
                                    "[::1]",
                                    HostPort.normalizeHost(host).toLowerCase(Locale.ROOT)))
                    : Set.of();
        } catch (UnknownHostException e) {
            // Nor can it be listened at, which is said then.
            return Set.of();
        }
    }

    /**
     * Loads models and begins to serve them.
     *
     * @param folders the model folders, at least one, of different names
     * @param settings how to serve
     * @return the server, which runs
     * @throws IOException if a model cannot be loaded or the address not be taken
     * @throws IllegalArgumentException if two folders have the same name
     */
    public static ModelServer start(List<Path> folders, Settings settings) throws IOException {
        Map<String, ServedModel> models = new LinkedHashMap<>();
        boolean started = false;
        try {
            for (Path folder : folders) {
                ServedModel model =
                        ServedModel.load(
                                folder,
                                settings.device(),
                                settings.limits().threads(),
                                settings.maxSamples());
                if (models.putIfAbsent(model.name(), model) != null) {
                    model.close();
                    throw new IllegalArgumentException(
                            "ModelServer: expected folders of different names, got "
                                    + model.name()
                                    + " twice");
                }
            }
            rehearse(models, settings);
            ModelServer server = start(models, settings);
            started = true;
            return server;
        } finally {
            if (!started) {
                models.values().forEach(ServedModel::close);
            }
        }
    }

    /**
     * Answers a request at a port that nobody knows, so that the first client does not wait until
     * Java has read all classes; models have warmed up when they were loaded.
     */
    private static void rehearse(Map<String, ServedModel> models, Settings settings) {
        Settings local =
                new Settings(
                        "127.0.0.1",
                        0,
                        settings.limits(),
                        settings.maxSamples(),
                        settings.device());
        try {
            ModelServer rehearsal = start(models, local);
            try {
                rehearsal.askOnce();
            } finally {
                rehearsal.stop();
            }
        } catch (IOException e) {
            // The first client waits a little longer, no more.
            System.err.println(Console.printable("flows serve: no rehearsal: " + e));
        }
    }

    private void askOnce() throws IOException {
        try (Socket socket = new Socket(connector.getHost(), connector.getLocalPort())) {
            socket.setSoTimeout(1000 * SECONDS_TO_FINISH);
            String model = models.keySet().iterator().next();
            String request =
                    "POST "
                            + Endpoints.path(model)
                            + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                            + "Content-Length: 1\r\nConnection: close\r\n\r\n0";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            socket.getInputStream().readAllBytes();
        }
    }

    /** Begins to serve models, which the server closes at its end. */
    static ModelServer start(Map<String, ServedModel> models, Settings settings)
            throws IOException {
        ModelServer started = new ModelServer(models, settings);
        started.listen();
        return started;
    }

    private void listen() throws IOException {
        try {
            server.start();
        } catch (Exception e) {
            String reason = e.getCause() == null ? e.getMessage() : e.getCause().getMessage();
            IOException failure =
                    new IOException(
                            String.format(
                                    "%s:%d: expected an address to listen at, got %s",
                                    connector.getHost(), connector.getPort(), reason),
                            e);
            workers.shutdown();
            try {
                server.stop();
            } catch (Exception stopping) {
                failure.addSuppressed(stopping);
            }
            throw failure;
        }
    }

    /**
     * Returns the address.
     *
     * @return it with the port that is listened at
     */
    public String address() {
        String host = connector.getHost();
        return "http://"
                + (host.contains(":") ? "[" + host + "]" : host)
                + ":"
                + connector.getLocalPort();
    }

    /**
     * Returns what is served, a text with an example for each model.
     *
     * @return lines
     */
    public String description() {
        Collection<ServedModel> all = models.values();
        StringBuilder text = new StringBuilder();
        for (ServedModel model : all) {
            text.append("Serving ").append(Console.printable(model.name())).append(": ");
            text.append(Endpoints.example(address(), model)).append(System.lineSeparator());
        }
        return text.toString();
    }

    /**
     * Waits until the server is closed.
     *
     * @throws InterruptedException if the thread is interrupted
     */
    public void join() throws InterruptedException {
        server.join();
    }

    /**
     * Stops to listen, drops requests of which a part has come, waits some seconds for the answers
     * of all others, drops what is left, and frees the models.
     *
     * @throws IOException if an answer took too long
     */
    @Override
    public void close() throws IOException {
        try {
            stop();
        } finally {
            // Models that are still in use cannot be freed.
            if (workers.isTerminated()) {
                models.values().forEach(ServedModel::close);
            }
        }
    }

    private void stop() throws IOException {
        clients.stop();
        IOException failure = null;
        try {
            server.stop();
        } catch (Exception e) {
            failure = new IOException("ModelServer: expected an end of all requests, got " + e, e);
        }
        // Connections are closed by now, so what is still worked on ends with its chunk.
        workers.shutdown();
        if (!ended()) {
            throw new IOException("ModelServer: expected an end of all work, got none", failure);
        }
        if (failure != null) {
            throw failure;
        }
    }

    private boolean ended() {
        try {
            return workers.awaitTermination(SECONDS_TO_FINISH, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
