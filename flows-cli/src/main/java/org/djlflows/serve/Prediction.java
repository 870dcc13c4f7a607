package org.djlflows.serve;

import ai.djl.modality.Input;
import ai.djl.modality.Output;

import org.djlflows.console.Console;
import org.djlflows.kernel.Chunks;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.Fields;
import org.eclipse.jetty.util.thread.Scheduler;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * A request to a model, in steps that end in time: its content comes, it waits for a worker, it is
 * worked on, its answer goes. Only the work takes a thread.
 */
final class Prediction {

    /**
     * What all requests share.
     *
     * @param memory the bytes that contents and answers may still take
     */
    record Shared(
            ModelServer.Limits limits,
            Clients clients,
            ThreadPoolExecutor workers,
            Scheduler scheduler,
            Semaphore memory,
            Metrics metrics) {}

    static final String NO_MEMORY = "fewer or smaller requests at a time, got too many";

    private final Shared shared;
    private final ServedModel model;
    private final Exchange exchange;
    private final Fields parameters;

    private volatile FutureTask<Void> work;
    private volatile Departure departure;

    private Scheduler.Task deadline;
    private int held;
    private boolean gone;

    Prediction(Shared shared, ServedModel model, Exchange exchange) {
        this.shared = shared;
        this.model = model;
        this.exchange = exchange;
        parameters = Request.extractQueryParameters(exchange.request());
    }

    /** Begins; returns without waiting for anything. */
    void start() {
        exchange.whenGone(this::release);
        shared.clients().expect(exchange.client(), this::tooSlow);
        CompletableFuture<byte[]> unused =
                Body.read(exchange.request(), shared.limits().request(), this::reserve)
                        .whenComplete(
                                (content, failure) -> {
                                    shared.clients().received(exchange.client());
                                    if (failure == null) {
                                        queue(content);
                                    } else {
                                        notReceived(failure);
                                    }
                                });
    }

    /** Takes memory for so many bytes, which it gives back when the answer is gone. */
    private synchronized boolean reserve(int bytes) {
        if (gone || !shared.memory().tryAcquire(bytes)) {
            return false;
        }
        held += bytes;
        return true;
    }

    private synchronized void release() {
        gone = true;
        shared.memory().release(held);
        held = 0;
        if (deadline != null) {
            deadline.cancel();
        }
    }

    private void tooSlow() {
        refuseUnread(
                HttpStatus.REQUEST_TIMEOUT_408,
                "the content within " + shared.limits().receive().toSeconds() + " s, got a part");
    }

    private void notReceived(Throwable failure) {
        if (failure instanceof Body.Refused refused) {
            refuseUnread(refused.code(), refused.getMessage());
        } else if (exchange.claim()) {
            exchange.abandon();
        }
    }

    private void refuseUnread(int code, String expected) {
        if (exchange.claim()) {
            exchange.closeAfterwards();
            exchange.expectReader();
            exchange.refuse(code, "expected " + expected);
        }
    }

    private void queue(byte[] content) {
        Request request = exchange.request();
        work = new FutureTask<>(() -> answer(content), null);
        // The connection is not idle, however long the work takes.
        request.addIdleTimeoutListener(timeout -> false);
        synchronized (this) {
            if (gone) {
                // Refused when the last bytes came; the client may have sent its next request.
                return;
            }
            long milliseconds = shared.limits().answer().toMillis();
            deadline = shared.scheduler().schedule(this::late, milliseconds, TimeUnit.MILLISECONDS);
        }
        departure = Departure.watch(request, this::left);
        try {
            shared.workers().execute(work);
        } catch (RejectedExecutionException e) {
            int most = shared.limits().queue();
            refuse(
                    HttpStatus.SERVICE_UNAVAILABLE_503,
                    "at most " + most + " requests that wait, got more");
        }
    }

    private void answer(byte[] content) {
        try {
            Input input = input(content);
            Output output = Chunks.cancellable(work::isCancelled, () -> model.answer(input));
            byte[] bytes = output.getData().getAsBytes();
            if (!reserve(bytes.length)) {
                refuse(HttpStatus.SERVICE_UNAVAILABLE_503, NO_MEMORY);
                return;
            }
            int scored = Integer.parseInt(output.getProperty("Scored-Rows", "0"));
            shared.metrics().scored(model.name(), scored, bytes);
            if (end()) {
                exchange.answer(output.getCode(), Exchange.JSON, bytes);
            }
        } catch (Exception | Error e) {
            // Whoever cancelled the work has ended the request.
            if (!work.isCancelled()) {
                System.err.println(Console.printable("flows serve: " + model.name() + ": " + e));
                refuse(
                        HttpStatus.INTERNAL_SERVER_ERROR_500,
                        "an answer of " + model.name() + ", got an error; see the server's output");
            }
        }
    }

    private Input input(byte[] content) {
        Input input = new Input();
        String type = exchange.request().getHeaders().get(HttpHeader.CONTENT_TYPE);
        input.addProperty("Content-Type", type);
        input.add("data", content);
        for (Fields.Field field : parameters) {
            input.add(field.getName(), field.getValue());
        }
        return input;
    }

    /** Gives up work that takes too long, or a client that takes its answer too slowly. */
    private void late() {
        cancel();
        if (end()) {
            long seconds = shared.limits().answer().toSeconds();
            exchange.refuse(
                    HttpStatus.SERVICE_UNAVAILABLE_503,
                    "expected an answer within " + seconds + " s, got none; ask for fewer rows");
        } else {
            closeUnlessGone();
        }
    }

    /** A connection whose answer is gone is healthy, and may carry the next request already. */
    private synchronized void closeUnlessGone() {
        if (!gone) {
            exchange.client().close();
        }
    }

    private void left() {
        cancel();
        if (end()) {
            exchange.abandon();
        }
    }

    /** Work that waits is dropped, work in progress ends before its next chunk of rows. */
    private void cancel() {
        work.cancel(false);
        shared.workers().remove(work);
    }

    private void refuse(int code, String expected) {
        if (end()) {
            exchange.refuse(code, "expected " + expected);
        }
    }

    private boolean end() {
        if (!exchange.claim()) {
            return false;
        }
        Departure watched = departure;
        if (watched != null) {
            watched.end();
        }
        return true;
    }
}
