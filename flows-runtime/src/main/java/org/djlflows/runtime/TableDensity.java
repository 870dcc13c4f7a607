package org.djlflows.runtime;

import org.djlflows.format.FlowConfig;
import org.djlflows.spec.Column;
import org.djlflows.spec.TableFlow;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/** The density of columns of any kind, {@link AnyOrder}, which takes the context before them. */
final class TableDensity implements Density {

    private final AnyOrder density;
    private final int features;
    private final int context;

    TableDensity(FlowConfig config, StoredWeights weights) {
        List<String> names =
                Stream.concat(config.contextColumns().stream(), config.columns().stream())
                        .filter(column -> !config.preparation().constants().containsKey(column))
                        .toList();
        List<Column> columns = TableCells.encoding(config, names).encoded();
        context = config.context();
        features = columns.size() - context;
        density = new AnyOrder((TableFlow) config.flow(), columns, context, weights.of("base"));
    }

    @Override
    public void logProb(float[] x, float[] given, int n, double[] logProb) {
        Workspace workspace = Workspace.ofThread();
        long mark = workspace.mark();
        try {
            density.logProb(rows(x, given, n), n, logProb);
        } finally {
            workspace.release(mark);
        }
    }

    private float[] rows(float[] x, float[] given, int n) {
        return context == 0 ? x : RowEncoding.joined(given, context, x, features, n);
    }

    @Override
    public float[] sample(int n, float[] given, SplittableRandom random) {
        Workspace workspace = Workspace.ofThread();
        long mark = workspace.mark();
        float[] rows;
        try {
            rows = density.sample(given, n, random);
        } finally {
            workspace.release(mark);
        }
        float[] x = new float[Math.multiplyExact(n, features)];
        for (int i = 0; i < n; i++) {
            System.arraycopy(rows, i * (context + features) + context, x, i * features, features);
        }
        return x;
    }
}
