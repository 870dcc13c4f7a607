package org.djlflows.runtime;

import org.djlflows.format.FlowConfig;
import org.djlflows.spec.Column;
import org.djlflows.spec.TableFlow;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
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
        density.logProb(rows(x, given, n), n, logProb);
    }

    private float[] rows(float[] x, float[] given, int n) {
        return context == 0 ? x : RowEncoding.joined(given, context, x, features, n);
    }

    @Override
    public double[] logClasses(float[] x, float[] given, int n, int column) {
        return density.logClasses(rows(x, given, n), n, column);
    }

    @Override
    public LogParts logParts(float[] x, float[] given, int n, int column, float[] values) {
        return density.logParts(rows(x, given, n), n, column, values);
    }

    @Override
    public float[] quantiles(float[] x, float[] given, int n, int column, double[] levels) {
        return density.quantiles(rows(x, given, n), n, column, levels);
    }

    @Override
    public float[] sample(float[] given, SplittableRandom[] random) {
        float[] unknown = new float[Math.multiplyExact(random.length, features)];
        Arrays.fill(unknown, Float.NaN);
        return complete(unknown, given, IntStream.range(0, features).toArray(), random);
    }

    /**
     * Draws cells, as {@link AnyOrder#complete} does.
     *
     * @param x the columns that are modelled, one row after the other
     * @param given the columns that are given, likewise
     * @param wanted the columns that are drawn
     * @param random where the randomness of each row comes from
     * @return the columns that are modelled, with what was drawn
     */
    float[] complete(float[] x, float[] given, int[] wanted, SplittableRandom[] random) {
        int n = random.length;
        float[] rows = RowEncoding.joined(given, context, x, features, n);
        boolean[] drawn = new boolean[features];
        Arrays.stream(wanted).forEach(column -> drawn[column] = true);
        density.complete(rows, drawn, random);
        float[] completed = new float[x.length];
        for (int i = 0; i < n; i++) {
            int at = i * (context + features) + context;
            System.arraycopy(rows, at, completed, i * features, features);
        }
        return completed;
    }
}
