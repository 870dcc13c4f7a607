package org.djlflows.runtime;

import org.djlflows.spec.Direction;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * A flow over vectors: bijections from data to noise, which is uniform on circles and standard
 * normal on lines, given what the embedding makes of a context.
 */
final class VectorDensity implements Density {

    /**
     * So many rows go through the layers together: what is computed on the way stays in the cache.
     */
    static final int TILE = 32;

    /** A little wider than a circle, for what is rounded beyond its ends. */
    private static final double HALF_TURN = (float) (Math.PI + 1e-5);

    private static final float LOG_UNIFORM = (float) -Math.log(2 * HALF_TURN);

    /** What it is in a graph. */
    private static final String NOISE = "noise, standard normal, on circles uniform";

    private final Bijection[] layers;
    private final boolean[] circles;
    private final Optional<Standardize> embedding;
    private final int features;
    private final int context;

    VectorDensity(
            List<Bijection> layers,
            boolean[] circles,
            Optional<Standardize> embedding,
            int context) {
        this.layers = layers.toArray(Bijection[]::new);
        this.circles = circles;
        this.embedding = embedding;
        this.context = context;
        features = circles.length;
    }

    @Override
    public void logProb(float[] x, float[] given, int n, double[] logProb) {
        Workspace workspace = Workspace.ofThread();
        long mark = workspace.mark();
        try {
            for (int first = 0; first < n; first += TILE) {
                logProb(workspace, x, given, first, n, logProb);
                workspace.release(mark);
            }
        } finally {
            workspace.release(mark);
        }
    }

    private void logProb(
            Workspace workspace, float[] x, float[] given, int first, int n, double[] logProb) {
        int count = Math.min(TILE, n - first);
        int rows = padded(count, n);
        float[] tile = columns(workspace, x, features, first, count, rows);
        float[] embedded = embedded(workspace, given, first, count, rows);
        float[] log = workspace.take(rows);
        Arrays.fill(log, 0, rows, 0);
        for (Bijection layer : layers) {
            layer.forward(workspace, tile, embedded, log, rows);
        }
        addBase(tile, log, rows);
        for (int r = 0; r < count; r++) {
            logProb[first + r] = log[r];
        }
    }

    /** The only row stays alone; among others it has company, so that all go the same way. */
    private static int padded(int count, int n) {
        int lanes = Workspace.LANES;
        return n == 1 ? 1 : (count + lanes - 1) / lanes * lanes;
    }

    /** Features of a tile, each with all rows; those that are too many repeat the first. */
    private static float[] columns(
            Workspace workspace, float[] values, int width, int first, int count, int rows) {
        float[] columns = workspace.take(width * rows);
        for (int j = 0; j < width; j++) {
            for (int r = 0; r < rows; r++) {
                int row = first + (r < count ? r : 0);
                columns[j * rows + r] = values[row * width + j];
            }
        }
        return columns;
    }

    private float[] embedded(Workspace workspace, float[] given, int first, int count, int rows) {
        if (embedding.isEmpty()) {
            return given;
        }
        float[] embedded = columns(workspace, given, context, first, count, rows);
        embedding.get().forward(workspace, embedded, embedded, workspace.take(rows), rows);
        return embedded;
    }

    private void addBase(float[] z, float[] log, int rows) {
        for (int j = 0; j < features; j++) {
            for (int r = 0; r < rows; r++) {
                float value = z[j * rows + r];
                if (circles[j]) {
                    boolean on = Math.abs(value) <= HALF_TURN;
                    log[r] += on ? LOG_UNIFORM : Float.NEGATIVE_INFINITY;
                } else {
                    log[r] -= 0.5f * value * value + (float) Normal.HALF_LOG_TWO_PI;
                }
            }
        }
    }

    @Override
    public float[] sample(float[] given, SplittableRandom[] random) {
        float[] z = new float[Math.multiplyExact(random.length, features)];
        for (int i = 0; i < z.length; i++) {
            SplittableRandom own = random[i / features];
            z[i] =
                    (float)
                            (circles[i % features]
                                    ? Math.PI * (2 * own.nextDouble() - 1)
                                    : own.nextGaussian());
        }
        return toData(z, given, random.length);
    }

    /** Returns the data of noise, row by row. */
    float[] toData(float[] z, float[] given, int n) {
        return toData(z, given, n, new float[n]);
    }

    /** Adds the log-determinants of the inverse of each row too. */
    float[] toData(float[] z, float[] given, int n, float[] logDet) {
        Workspace workspace = Workspace.ofThread();
        long mark = workspace.mark();
        float[] x = new float[Math.multiplyExact(n, features)];
        try {
            for (int first = 0; first < n; first += TILE) {
                toData(workspace, z, given, first, n, x, logDet);
                workspace.release(mark);
            }
        } finally {
            workspace.release(mark);
        }
        return x;
    }

    private void toData(
            Workspace workspace,
            float[] z,
            float[] given,
            int first,
            int n,
            float[] x,
            float[] logDet) {
        int count = Math.min(TILE, n - first);
        int rows = padded(count, n);
        float[] tile = columns(workspace, z, features, first, count, rows);
        float[] embedded = embedded(workspace, given, first, count, rows);
        float[] log = workspace.take(rows);
        Arrays.fill(log, 0, rows, 0);
        for (int i = layers.length - 1; i >= 0; i--) {
            layers[i].inverse(workspace, tile, embedded, log, rows);
        }
        for (int r = 0; r < count; r++) {
            logDet[first + r] += log[r];
            for (int j = 0; j < features; j++) {
                x[(first + r) * features + j] = tile[j * rows + r];
            }
        }
    }

    /**
     * Writes the way in a direction as a graph.
     *
     * @param direction to noise, with log-densities, or to data, with log-determinants
     * @param columns what the features are
     * @param contextColumns what the features of the context are
     * @return the graph
     * @throws UnsupportedFlowException if a layer takes a loop there
     */
    OnnxGraph graph(Direction direction, String columns, String contextColumns) {
        boolean forward = direction == Direction.DATA_TO_NOISE;
        OnnxGraph graph = new OnnxGraph();
        OnnxTensor input =
                forward ? graph.input("x", features, columns) : graph.input("z", features, NOISE);
        OnnxTensor given = context > 0 ? graph.input("context", context, contextColumns) : input;
        if (embedding.isPresent()) {
            OnnxRows embedded = new OnnxRows(given, context, given);
            embedding.get().forward(embedded);
            given = embedded.x;
        }
        OnnxRows rows = new OnnxRows(input, features, given);
        if (forward) {
            for (Bijection layer : layers) {
                layer.forward(rows);
            }
            addBase(rows);
            graph.output("log_prob", rows.logDet().ofRows(input), 0, "log-density, in nats");
            graph.output("z", rows.x, features, NOISE);
        } else {
            for (int i = layers.length - 1; i >= 0; i--) {
                layers[i].inverse(rows);
            }
            graph.output("x", rows.x, features, columns);
            graph.output("log_det", rows.logDet().ofRows(input), 0, "log |det dx/dz|");
        }
        return graph;
    }

    private void addBase(OnnxRows rows) {
        int[] onCircles = IntStream.range(0, features).filter(j -> circles[j]).toArray();
        int[] onLines = IntStream.range(0, features).filter(j -> !circles[j]).toArray();
        if (onCircles.length > 0) {
            OnnxTensor on = rows.x.at(1, onCircles).abs().isAtMost(HALF_TURN);
            OnnxTensor log = rows.graph.constant(LOG_UNIFORM);
            rows.add(on.choose(log, Double.NEGATIVE_INFINITY).sum(1));
        }
        OnnxTensor z = rows.x.at(1, onLines);
        rows.add(z.times(z).times(-0.5).sum(1));
        rows.add(-onLines.length * Normal.HALF_LOG_TWO_PI);
    }
}
