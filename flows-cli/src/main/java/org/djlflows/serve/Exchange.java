package org.djlflows.serve;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;

import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.EofException;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A request and its one end. Its answer may be ready, its deadline may pass, and its client may
 * leave, all at about the same time on different threads: the first of them ends the exchange, and
 * the others do nothing.
 */
final class Exchange {

    static final String JSON = "application/json";

    static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();

    /** What others write into their logs for a client that left. */
    private static final int CLIENT_LEFT = 499;

    /** The most bytes of a content that is read only so that its client sees a refusal. */
    private static final int MOST_UNREAD = 1 << 16;

    private final long start = System.nanoTime();
    private final AtomicBoolean ended = new AtomicBoolean();
    private final Request request;
    private final Response response;
    private final Callback callback;
    private final Clients clients;
    private final Metrics metrics;
    private final String endpoint;
    private final String model;
    private volatile Runnable gone = () -> {};

    Exchange(
            Request request,
            Response response,
            Callback callback,
            Prediction.Shared shared,
            String endpoint,
            String model) {
        this.request = request;
        this.response = response;
        clients = shared.clients();
        this.callback =
                Callback.from(
                        () -> {
                            gone.run();
                            clients.expectRequest(client());
                        },
                        callback);
        metrics = shared.metrics();
        this.endpoint = endpoint;
        this.model = model;
    }

    Request request() {
        return request;
    }

    EndPoint client() {
        return request.getConnectionMetaData().getConnection().getEndPoint();
    }

    /** Has something run when the answer is gone, or will never be. */
    void whenGone(Runnable action) {
        gone = action;
    }

    /** Takes the right to end the exchange, which one has. */
    boolean claim() {
        return ended.compareAndSet(false, true);
    }

    /** Answers at once with a text, if nobody else has claimed the exchange. */
    void end(String type, String content) {
        if (claim()) {
            expectReader();
            answer(HttpStatus.OK_200, type, content.getBytes(StandardCharsets.UTF_8));
        }
    }

    /**
     * Answers with an error, if nobody else claims the exchange. A small content is read before,
     * since a client that is still sending may not see an answer that ends the connection.
     */
    void end(int code, String message) {
        clients.expect(client(), client()::close);
        CompletableFuture<byte[]> unused =
                Body.read(request, MOST_UNREAD, bytes -> true)
                        .whenComplete(
                                (content, failure) -> {
                                    clients.received(client());
                                    if (claim()) {
                                        if (failure != null) {
                                            closeAfterwards();
                                        }
                                        expectReader();
                                        refuse(code, message);
                                    }
                                });
    }

    /** Begins to wait for the client to take its answer; one that took work has a deadline. */
    void expectReader() {
        clients.expectReader(client());
    }

    /** Answers, by who has claimed the exchange. */
    void answer(int code, String type, byte[] content) {
        metrics.answered(endpoint, model, code, System.nanoTime() - start);
        response.setStatus(code);
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, type);
        response.getHeaders().put(HttpHeader.CONTENT_LENGTH, content.length);
        response.write(true, ByteBuffer.wrap(content), callback);
    }

    /** Answers with an error, by who has claimed the exchange. */
    void refuse(int code, String message) {
        if (code == HttpStatus.SERVICE_UNAVAILABLE_503) {
            response.getHeaders().put(HttpHeader.RETRY_AFTER, 1);
        }
        answer(code, JSON, error(code, message).getBytes(StandardCharsets.UTF_8));
    }

    /** Says that the connection ends with the answer, since not all of the request is read. */
    void closeAfterwards() {
        response.getHeaders().put(HttpHeader.CONNECTION, "close");
    }

    /** Ends the exchange with a client that has left, by who has claimed it. */
    void abandon() {
        metrics.answered(endpoint, model, CLIENT_LEFT, System.nanoTime() - start);
        callback.failed(new EofException("the client left"));
    }

    /** Returns an error in the form of DJL Serving. */
    static String error(int code, String message) {
        JsonObject error = new JsonObject();
        error.addProperty("code", code);
        error.addProperty("type", HttpStatus.getMessage(code).replace(" ", "") + "Exception");
        error.addProperty("message", "flows serve: " + message);
        return GSON.toJson(error);
    }
}
