package org.djlflows.serve;

import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntPredicate;

/** Reads the content of a request as it comes; no thread waits for it. */
final class Body implements Runnable {

    /** Why a content is not read to its end. */
    static final class Refused extends RuntimeException {

        private static final long serialVersionUID = 1;

        private final int code;

        Refused(int code, String expected) {
            super(expected);
            this.code = code;
        }

        int code() {
            return code;
        }
    }

    private final Request request;
    private final int most;
    private final IntPredicate reserve;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final CompletableFuture<byte[]> content = new CompletableFuture<>();

    private Body(Request request, int most, IntPredicate reserve) {
        this.request = request;
        this.most = most;
        this.reserve = reserve;
    }

    /**
     * Begins to read.
     *
     * @param request the request
     * @param most the most bytes that it may have
     * @param reserve takes memory for so many bytes, if there is some
     * @return the content, or a {@link Refused} that says what was expected
     */
    static CompletableFuture<byte[]> read(Request request, int most, IntPredicate reserve) {
        Body body = new Body(request, most, reserve);
        if (request.getLength() > most) {
            body.refuseLength();
        } else {
            body.run();
        }
        return body.content;
    }

    /** Takes what has come, and asks to be called when more comes. */
    @Override
    public void run() {
        while (!content.isDone()) {
            Content.Chunk chunk = request.read();
            if (chunk == null) {
                request.demand(this);
                return;
            }
            if (Content.Chunk.isFailure(chunk)) {
                content.completeExceptionally(chunk.getFailure());
                return;
            }
            try {
                take(chunk.getByteBuffer());
            } finally {
                chunk.release();
            }
            if (chunk.isLast()) {
                content.complete(bytes.toByteArray());
            }
        }
    }

    private void take(ByteBuffer piece) {
        if (piece.remaining() > most - bytes.size()) {
            refuseLength();
        } else if (!reserve.test(piece.remaining())) {
            content.completeExceptionally(
                    new Refused(HttpStatus.SERVICE_UNAVAILABLE_503, Prediction.NO_MEMORY));
        } else {
            byte[] copy = new byte[piece.remaining()];
            piece.get(copy);
            bytes.writeBytes(copy);
        }
    }

    private void refuseLength() {
        content.completeExceptionally(
                new Refused(
                        HttpStatus.PAYLOAD_TOO_LARGE_413, "at most " + most + " bytes, got more"));
    }
}
