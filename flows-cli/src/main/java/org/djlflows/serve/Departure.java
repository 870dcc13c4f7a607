package org.djlflows.serve;

import org.eclipse.jetty.io.AbstractEndPoint;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CancellationException;

/**
 * Notices that a client leaves while its request is worked on. The server reads nothing meanwhile,
 * so that it would hear of it only when it answers.
 */
final class Departure implements Callback {

    private final AbstractEndPoint client;
    private final Connection connection;
    private final Runnable left;

    /** The begin of a next request, which a client may send before it has its answer. */
    private final ByteBuffer ahead = BufferUtil.allocate(1);

    private boolean watching = true;

    private Departure(Request request, Runnable left) {
        connection = request.getConnectionMetaData().getConnection();
        client = (AbstractEndPoint) connection.getEndPoint();
        this.left = left;
    }

    /** Watches the client of a request that was received as a whole. */
    static Departure watch(Request request, Runnable left) {
        Departure departure = new Departure(request, left);
        departure.client.tryFillInterested(departure);
        return departure;
    }

    /** Called when the client has sent something, or its end. */
    @Override
    public void succeeded() {
        synchronized (this) {
            if (!watching) {
                return;
            }
            int read = read();
            if (read == 0) {
                client.tryFillInterested(this);
                return;
            }
            watching = false;
            if (read > 0) {
                return;
            }
        }
        left.run();
    }

    private int read() {
        try {
            return client.fill(ahead);
        } catch (IOException e) {
            return -1;
        }
    }

    /** Called when the connection is closed. */
    @Override
    public void failed(Throwable x) {
        synchronized (this) {
            if (!watching) {
                return;
            }
            watching = false;
        }
        left.run();
    }

    @Override
    public InvocationType getInvocationType() {
        return InvocationType.NON_BLOCKING;
    }

    /** Ends the watch, before the answer is written: then the server reads again. */
    synchronized void end() {
        if (watching) {
            watching = false;
            client.getFillInterest().onFail(new CancellationException());
        }
        if (ahead.hasRemaining()) {
            // The one public way to put bytes before what HttpConnection reads next, made for
            // another purpose; the tests hold the version of Jetty in the pom to it.
            ((Connection.UpgradeTo) connection).onUpgradeTo(ahead);
        }
    }
}
