package org.djlflows.model;

import ai.djl.nn.Parameter;

import org.djlflows.kernel.Chunks;
import org.djlflows.runtime.RowDensity;

import java.util.Arrays;
import java.util.List;

/**
 * The density of a model by Java where rows are few enough for it to be faster, else by PyTorch;
 * log-densities of many rows on several threads. A model that DJL loaded can be trained further,
 * which unfreezes its weights; from then on PyTorch computes, which sees what they become.
 */
final class FasterDensity implements RowDensity {

    /** Enough to be worth a thread, few enough to spread over the cores. */
    private static final int ROWS_OF_RANGE = 1 << 10;

    private final RowDensity java;

    /** The most rows that are computed in Java. */
    private final int most;

    private final RowDensity pytorch;

    /** Parameters that were not to be trained when this was made. */
    private final List<Parameter> frozen;

    FasterDensity(RowDensity java, int most, FlowModel model) {
        this.java = java;
        this.most = most;
        pytorch = new FlowDensity(model);
        frozen =
                model.flow().getParameters().values().stream()
                        .filter(parameter -> !parameter.requiresGradient())
                        .toList();
    }

    private RowDensity of(int n) {
        if (n > most) {
            return pytorch;
        }
        for (Parameter parameter : frozen) {
            if (parameter.requiresGradient()) {
                return pytorch;
            }
        }
        return java;
    }

    @Override
    public double[] logDensities(float[] x, float[] given, int n) {
        RowDensity chosen = of(n);
        if (n <= ROWS_OF_RANGE || chosen != java) {
            return chosen.logDensities(x, given, n);
        }
        int features = x.length / n;
        int context = given.length / n;
        double[] logs = new double[n];
        Chunks.ranges(
                n,
                ROWS_OF_RANGE,
                (from, to) -> {
                    double[] some =
                            java.logDensities(
                                    Arrays.copyOfRange(x, from * features, to * features),
                                    Arrays.copyOfRange(given, from * context, to * context),
                                    to - from);
                    System.arraycopy(some, 0, logs, from, some.length);
                });
        return logs;
    }

    @Override
    public double[] logClasses(float[] x, float[] given, int n, int column) {
        return of(n).logClasses(x, given, n, column);
    }

    @Override
    public LogParts logParts(float[] x, float[] given, int n, int column, float[] values) {
        return of(n).logParts(x, given, n, column, values);
    }

    @Override
    public float[] quantiles(float[] x, float[] given, int n, int column, double[] levels) {
        return of(n).quantiles(x, given, n, column, levels);
    }
}
