package org.djlflows.examples.serve;

import ai.djl.Device;

import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Serves model folders over HTTP at the addresses of DJL Serving: {@code GET /ping}, {@code GET
 * /models} and {@code POST /predictions/NAME}, where a model has the name of its folder.
 *
 * <p>Whoever reaches the address may ask; there is no password and no encryption.
 */
public final class ModelServer implements AutoCloseable {

    private static final int SECONDS_TO_FINISH = 10;
    private static final int SECONDS_IDLE = 30;

    /** Threads that accept connections and wait for bytes. */
    private static final int MORE_THREADS = 6;

    private final Map<String, ServedModel> models;
    private final Server server;
    private final ServerConnector connector;

    /**
     * How to serve.
     *
     * @param host the name or address to listen at
     * @param port the port, 0 for any that is free
     * @param maxRequest the most bytes of a request
     * @param threads the most requests of a model that are answered at the same time
     * @param maxSamples the most samples of a request, or what {@code FlowServingTranslator} says
     * @param device where to compute
     */
    public record Settings(
            String host,
            int port,
            int maxRequest,
            int threads,
            Optional<Integer> maxSamples,
            Device device) {

        /**
         * Checks the settings.
         *
         * @param host the name or address to listen at
         * @param port the port
         * @param maxRequest the most bytes of a request
         * @param threads the most requests that are answered at the same time
         * @param maxSamples the most samples of a request
         * @param device where to compute
         * @throws IllegalArgumentException if one is out of its range
         */
        public Settings {
            require(port >= 0 && port <= 65_535, "a port from 0 to 65535", port);
            // A byte more than that is read, to tell requests that are too large.
            require(
                    maxRequest >= 1 && maxRequest < Integer.MAX_VALUE - 16,
                    "requests of 1 byte to 2 GB",
                    maxRequest);
            require(threads >= 1, "at least 1 thread", threads);
            require(maxSamples.orElse(1) >= 1, "at least 1 sample", maxSamples.orElse(1));
        }

        private static void require(boolean holds, String expected, int got) {
            if (!holds) {
                throw new IllegalArgumentException(
                        "ModelServer: expected " + expected + ", got " + got);
            }
        }
    }

    private ModelServer(Map<String, ServedModel> models, Settings settings) {
        this.models = models;
        server = new Server(new QueuedThreadPool(settings.threads() + MORE_THREADS));
        HttpConfiguration http = new HttpConfiguration();
        http.setSendServerVersion(false);
        connector = new ServerConnector(server, 1, 1, new HttpConnectionFactory(http));
        connector.setHost(settings.host());
        connector.setPort(settings.port());
        connector.setIdleTimeout(1000L * SECONDS_IDLE);
        server.addConnector(connector);
        // Requests that have begun are answered before the server stops.
        server.setHandler(new GracefulHandler(new Endpoints(models, settings.maxRequest())));
        server.setErrorHandler(new JsonErrors());
        server.setStopTimeout(1000L * SECONDS_TO_FINISH);
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
        try {
            for (Path folder : folders) {
                ServedModel model =
                        ServedModel.load(
                                folder,
                                settings.device(),
                                settings.threads(),
                                settings.maxSamples());
                if (models.putIfAbsent(model.name(), model) != null) {
                    model.close();
                    throw new IllegalArgumentException(
                            "ModelServer: expected folders of different names, got "
                                    + model.name()
                                    + " twice");
                }
            }
            ModelServer started = new ModelServer(models, settings);
            started.listen();
            return started;
        } catch (IOException | RuntimeException e) {
            models.values().forEach(ServedModel::close);
            throw e;
        }
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
            text.append("Serving ").append(model.name()).append(": ");
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
     * Stops to listen, waits for the answers that have begun, and frees the models.
     *
     * @throws IOException if an answer took too long
     */
    @Override
    public void close() throws IOException {
        try {
            server.stop();
        } catch (Exception e) {
            throw new IOException("ModelServer: expected an end of all requests, got " + e, e);
        } finally {
            models.values().forEach(ServedModel::close);
        }
    }
}
