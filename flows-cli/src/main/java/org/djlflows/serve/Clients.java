package org.djlflows.serve;

import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.util.thread.Scheduler;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The connections at which the server waits for a client: for bytes of a request or of its content,
 * or until the client takes an answer that took no work. It waits so long and no longer, however
 * the bytes trickle; and of too many connections the one that it has waited for the longest is
 * given up, so that new ones are always taken.
 */
final class Clients implements Connection.Listener {

    /** Whether it waits for the client to send something, and what else would end the waiting. */
    private record Wait(boolean sends, Runnable end, Scheduler.Task timeout) {}

    private final Scheduler scheduler;
    private final Duration longest;
    private final int most;

    /** In the order in which the waiting began. */
    private final Map<EndPoint, Wait> waits = new LinkedHashMap<>();

    private boolean stopped;

    Clients(Scheduler scheduler, Duration longest, int most) {
        this.scheduler = scheduler;
        this.longest = longest;
        this.most = most;
    }

    @Override
    public void onOpened(Connection connection) {
        expectRequest(connection.getEndPoint());
    }

    @Override
    public void onClosed(Connection connection) {
        received(connection.getEndPoint());
    }

    /** Begins to wait for the next request. */
    void expectRequest(EndPoint client) {
        expect(client, client::close);
    }

    /** Begins to wait for a content; what ends the request runs if that takes too long. */
    void expect(EndPoint client, Runnable end) {
        expect(client, true, end);
    }

    /** Begins to wait until a client takes its answer, which the end of the server lets it do. */
    void expectReader(EndPoint client) {
        expect(client, false, client::close);
    }

    private void expect(EndPoint client, boolean sends, Runnable end) {
        Runnable given = null;
        synchronized (this) {
            received(client);
            if (stopped && sends) {
                given = end;
            } else {
                long milliseconds = longest.toMillis();
                Scheduler.Task timeout =
                        scheduler.schedule(
                                () -> giveUp(client, end), milliseconds, TimeUnit.MILLISECONDS);
                waits.put(client, new Wait(sends, end, timeout));
                if (waits.size() > most) {
                    EndPoint oldest = waits.keySet().iterator().next();
                    given = waits.get(oldest).end();
                    received(oldest);
                }
            }
        }
        if (given != null) {
            given.run();
        }
    }

    private void giveUp(EndPoint client, Runnable end) {
        synchronized (this) {
            Wait wait = waits.get(client);
            if (wait == null || wait.end() != end) {
                return;
            }
            waits.remove(client);
        }
        end.run();
    }

    /** Ends the waiting for a client. */
    synchronized void received(EndPoint client) {
        Wait wait = waits.remove(client);
        if (wait != null) {
            wait.timeout().cancel();
        }
    }

    /** Gives up all that have not sent their request, now and later. */
    void stop() {
        List<Wait> all;
        synchronized (this) {
            stopped = true;
            all = waits.values().stream().filter(Wait::sends).toList();
            waits.values().removeAll(all);
        }
        for (Wait wait : all) {
            wait.timeout().cancel();
            wait.end().run();
        }
    }
}
