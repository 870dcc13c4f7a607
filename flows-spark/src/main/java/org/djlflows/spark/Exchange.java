package org.djlflows.spark;

import org.apache.spark.BarrierTaskContext;
import org.djlflows.training.Peers;

import java.io.Closeable;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * How the tasks of a barrier stage exchange numbers: by a connection between any two. Spark's own
 * {@code allGather}, by which they find each other, takes most of a second a call, since each task
 * waits by sleeping.
 *
 * <p>Sums are made in two rounds, in which each task sends and receives about as many bytes as the
 * array has, however many tasks there are: each adds up its part of the places in the order of
 * ranks, and sends the sums to all.
 *
 * <p>Who connects has to know a number that Spark handed to the tasks. What is sent is not
 * encrypted: gradients, and encoded cells of rows for validation and test.
 */
final class Exchange implements Peers, Closeable {

    private static final int GREETING_MILLIS = 10_000;

    private final int rank;
    private final SocketChannel[] channels;
    private final ExecutorService sender;

    /** Takes connections to all others by their rank. */
    private Exchange(int rank, SocketChannel... channels) {
        this.rank = rank;
        this.channels = channels;
        sender =
                Executors.newSingleThreadExecutor(
                        task -> {
                            Thread thread = new Thread(task, "flows-exchange-" + rank);
                            thread.setDaemon(true);
                            return thread;
                        });
    }

    /**
     * Connects the tasks of a stage.
     *
     * @param context the context of this one
     * @return the connections, to be closed
     * @throws IOException if another task cannot be reached
     */
    static Exchange of(BarrierTaskContext context) throws IOException {
        int own = context.partitionId();
        int count = context.getTaskInfos().length;
        String host = context.getTaskInfos()[own].address().replaceFirst(":\\d+$", "");
        UUID secret = UUID.randomUUID();
        try (ServerSocketChannel server = ServerSocketChannel.open()) {
            server.bind(new InetSocketAddress(host, 0), count);
            int port = ((InetSocketAddress) server.getLocalAddress()).getPort();
            String[] addresses = context.allGather(host + ' ' + port + ' ' + secret);
            return new Exchange(own, connect(own, server, secret, addresses));
        }
    }

    /** Connects to those before this one, and waits for those behind it. */
    private static SocketChannel[] connect(
            int own, ServerSocketChannel server, UUID secret, String... addresses)
            throws IOException {
        SocketChannel[] channels = new SocketChannel[addresses.length];
        try {
            for (int other = 0; other < own; other++) {
                String[] address = addresses[other].split(" ", -1);
                int port = Integer.parseInt(address[1]);
                channels[other] = SocketChannel.open(new InetSocketAddress(address[0], port));
                greet(channels[other], UUID.fromString(address[2]), own);
            }
            for (int missing = addresses.length - 1 - own; missing > 0; ) {
                SocketChannel channel = server.accept();
                int other = greeted(channel, secret);
                if (other > own && other < channels.length && channels[other] == null) {
                    channels[other] = channel;
                    missing--;
                } else {
                    channel.close();
                }
            }
            for (SocketChannel channel : channels) {
                if (channel != null) {
                    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
                }
            }
            return channels;
        } catch (IOException | RuntimeException e) {
            close(channels);
            throw e;
        }
    }

    private static void greet(SocketChannel channel, UUID secret, int own) throws IOException {
        ByteBuffer greeting = ByteBuffer.allocate(2 * Long.BYTES + Integer.BYTES);
        greeting.putLong(secret.getMostSignificantBits());
        greeting.putLong(secret.getLeastSignificantBits());
        greeting.putInt(own);
        write(channel, greeting.flip());
    }

    /** Returns the rank of one that connects, -1 for a stranger. */
    private static int greeted(SocketChannel channel, UUID secret) throws IOException {
        channel.socket().setSoTimeout(GREETING_MILLIS);
        try {
            DataInputStream in = new DataInputStream(channel.socket().getInputStream());
            UUID said = new UUID(in.readLong(), in.readLong());
            int other = in.readInt();
            return said.equals(secret) ? other : -1;
        } catch (IOException e) {
            return -1;
        }
    }

    @Override
    public int rank() {
        return rank;
    }

    @Override
    public int count() {
        return channels.length;
    }

    @Override
    public void sum(float[] values) {
        byte[][] parts = new byte[count()][];
        for (int i = 0; i < parts.length; i++) {
            parts[i] = bytes(values, first(values.length, i), first(values.length, i + 1));
        }
        float[] sums = new float[parts[rank].length / Float.BYTES];
        for (byte[] part : all(parts)) {
            FloatBuffer numbers = ByteBuffer.wrap(part).asFloatBuffer();
            for (int i = 0; i < sums.length; i++) {
                sums[i] += numbers.get(i);
            }
        }
        int next = 0;
        for (byte[] part : gather(bytes(sums, 0, sums.length))) {
            FloatBuffer numbers = ByteBuffer.wrap(part).asFloatBuffer();
            int length = numbers.remaining();
            numbers.get(values, next, length);
            next += length;
        }
    }

    /** Returns the first of the places that a task adds up. */
    private int first(int places, int task) {
        return (int) ((long) places * task / count());
    }

    private static byte[] bytes(float[] values, int from, int to) {
        byte[] bytes = new byte[(to - from) * Float.BYTES];
        ByteBuffer.wrap(bytes).asFloatBuffer().put(values, from, to - from);
        return bytes;
    }

    @Override
    public double[][] gather(double... own) {
        byte[] bytes = new byte[Math.multiplyExact(own.length, Double.BYTES)];
        ByteBuffer.wrap(bytes).asDoubleBuffer().put(own);
        byte[][] all = gather(bytes);
        double[][] numbers = new double[all.length][];
        for (int i = 0; i < all.length; i++) {
            numbers[i] = new double[all[i].length / Double.BYTES];
            ByteBuffer.wrap(all[i]).asDoubleBuffer().get(numbers[i]);
        }
        return numbers;
    }

    /**
     * Gives bytes of each task to all.
     *
     * @param own those of this one, as many as it likes
     * @return those of each, by their rank
     */
    byte[][] gather(byte[] own) {
        byte[][] same = new byte[count()][];
        Arrays.fill(same, own);
        return all(same);
    }

    /**
     * Gives bytes of each task to the first.
     *
     * @param own those of this one
     * @return those of each, by their rank, at the first task; nothing of the others elsewhere
     */
    byte[][] gatherAtFirst(byte[] own) {
        byte[][] toEach = new byte[count()][0];
        toEach[0] = own;
        return all(toEach);
    }

    /**
     * Sends something to each task, and receives something from each.
     *
     * <p>All send to those that follow them and read from those before them, nearest first, so that
     * nobody waits in a circle.
     */
    private byte[][] all(byte[]... toEach) {
        byte[][] received = new byte[count()][];
        received[rank] = toEach[rank];
        Future<?> sent =
                sender.submit(
                        () -> {
                            for (int i = 1; i < count(); i++) {
                                int other = (rank + i) % count();
                                send(other, toEach[other]);
                            }
                            return null;
                        });
        for (int i = 1; i < count(); i++) {
            int other = Math.floorMod(rank - i, count());
            received[other] = receive(other);
        }
        try {
            sent.get();
            return received;
        } catch (ExecutionException e) {
            throw new IllegalStateException(
                    "FlowEstimator: expected to send numbers to other tasks, could not",
                    e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw lost(-1, new IOException(e));
        }
    }

    private void send(int other, byte[] bytes) {
        ByteBuffer header = ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).flip();
        try {
            write(channels[other], header, ByteBuffer.wrap(bytes));
        } catch (IOException e) {
            throw lost(other, e);
        }
    }

    private byte[] receive(int other) {
        try {
            ByteBuffer header = ByteBuffer.allocate(Integer.BYTES);
            read(channels[other], header);
            int length = header.getInt(0);
            byte[] bytes = new byte[length];
            read(channels[other], ByteBuffer.wrap(bytes));
            return bytes;
        } catch (IOException e) {
            throw lost(other, e);
        }
    }

    private static void write(SocketChannel channel, ByteBuffer... parts) throws IOException {
        while (Arrays.stream(parts).anyMatch(ByteBuffer::hasRemaining)) {
            channel.write(parts);
        }
    }

    private static void read(SocketChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            if (channel.read(bytes) < 0) {
                throw new EOFException("the connection was closed");
            }
        }
    }

    private static UncheckedIOException lost(int other, IOException e) {
        return new UncheckedIOException(
                "FlowEstimator: expected numbers of task "
                        + other
                        + ", got none: it has ended or cannot be reached; its own log says why",
                e);
    }

    private static void close(SocketChannel... channels) throws IOException {
        for (SocketChannel channel : channels) {
            if (channel != null) {
                channel.close();
            }
        }
    }

    /** Ends the connections, by which the others learn that this task is over. */
    @Override
    public void close() throws IOException {
        sender.shutdownNow();
        close(channels);
    }
}
