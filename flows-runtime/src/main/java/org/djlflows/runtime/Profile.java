package org.djlflows.runtime;

import org.djlflows.format.FlowConfig;
import org.djlflows.spec.Column;
import org.djlflows.spec.Domain;
import org.djlflows.table.CellTexts;
import org.djlflows.table.Rounding;
import org.djlflows.table.Table;
import org.djlflows.table.TableColumn;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * The distribution of each number of rows given the others, of any density: \(p(x_j \mid x_{-j})
 * \propto p(x_j, x_{-j})\) along a grid, which is refined where the density is. All rows of a grid
 * are one batch; there are two to four grids of 48 points a column.
 */
final class Profile {

    private static final int POINTS = 48;
    private static final int REFINEMENTS = 3;

    /** So many points of a grid where the density is tell enough of it. */
    private static final int ENOUGH = 32;

    /** Nats below the greatest density, where next to nothing is left. */
    private static final double NEGLIGIBLE = 14;

    private final FlowConfig config;
    private final RowDensity density;
    private final RowEncoding encoding;
    private final float[][] reference;
    private final float[] x;
    private final float[] context;
    private final int width;

    /**
     * Creates the profiles of rows.
     *
     * @param config the configuration of a model of numbers
     * @param density its density
     * @param reference features of rows of training, each ascending
     * @param rows the rows
     */
    Profile(FlowConfig config, RowDensity density, float[][] reference, List<double[]> rows) {
        this.config = config;
        this.density = density;
        this.reference = reference;
        encoding = new RowEncoding(config);
        x = encoding.features(rows);
        context = encoding.context(rows);
        width = reference.length;
    }

    /** Returns what was expected in feature j of each row. */
    List<Expectation> of(int j) {
        int n = x.length / width;
        List<NavigableMap<Float, Double>> logs = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            logs.add(new TreeMap<>());
        }
        float[] sorted = reference[j];
        Domain domain = config.preparation().domain(encoding.varying().get(j));
        // A turn further is the same place again.
        double furthest =
                domain instanceof Domain.Circle circle
                        ? Math.PI * circle.radius()
                        : Double.POSITIVE_INFINITY;
        float[][] grids = new float[n][];
        for (int i = 0; i < n; i++) {
            float own = x[i * width + j];
            grids[i] = new float[POINTS];
            for (int k = 0; k < POINTS - 1; k++) {
                grids[i][k] = sorted[(int) ((long) k * (sorted.length - 1) / (POINTS - 2))];
            }
            grids[i][POINTS - 1] = own;
        }
        int[] open = IntStream.range(0, n).toArray();
        evaluate(j, open, grids, logs);
        for (int r = 0; r < REFINEMENTS && open.length > 0; r++) {
            for (int i : open) {
                grids[i] = refined(sorted, furthest, logs.get(i));
            }
            evaluate(j, open, grids, logs);
            open = Arrays.stream(open).filter(i -> !isResolved(grids[i], logs.get(i))).toArray();
        }
        return IntStream.range(0, n)
                .mapToObj(i -> expectation(j, x[i * width + j], logs.get(i)))
                .toList();
    }

    /** Points between those around all that is not negligible. */
    private static float[] refined(
            float[] sorted, double furthest, NavigableMap<Float, Double> logs) {
        double most = logs.values().stream().mapToDouble(v -> v).max().orElseThrow();
        float first = Float.POSITIVE_INFINITY;
        float last = Float.NEGATIVE_INFINITY;
        for (Map.Entry<Float, Double> point : logs.entrySet()) {
            if (point.getValue() >= most - NEGLIGIBLE) {
                first = Math.min(first, point.getKey());
                last = Math.max(last, point.getKey());
            }
        }
        Float before = logs.lowerKey(first);
        Float after = logs.higherKey(last);
        float span = Math.max(last - first, Math.ulp(first));
        // Beyond the ends it goes on as far again; what came may be so far out that no grid of a
        // few points reaches it and tells anything between.
        float range = sorted[sorted.length - 1] - sorted[0];
        double low = before == null ? first - span : Math.max(before, first - span - range);
        double high = after == null ? last + span : Math.min(after, last + span + range);
        low = Math.max(low, -furthest);
        high = Math.min(high, furthest);
        float[] points = new float[POINTS];
        for (int k = 0; k < POINTS; k++) {
            points[k] = (float) (low + (high - low) * (k + 0.5) / POINTS);
        }
        return points;
    }

    /** Tells whether most points of the last grid lie where the density is, and it ends within. */
    private static boolean isResolved(float[] grid, NavigableMap<Float, Double> logs) {
        double least = logs.values().stream().mapToDouble(v -> v).max().orElseThrow() - NEGLIGIBLE;
        int there = 0;
        for (float point : grid) {
            there += logs.get(point) >= least ? 1 : 0;
        }
        return there > ENOUGH
                && logs.firstEntry().getValue() < least
                && logs.lastEntry().getValue() < least;
    }

    /** Evaluates the grids of some rows. */
    private void evaluate(
            int j, int[] which, float[][] grids, List<NavigableMap<Float, Double>> logs) {
        int n = which.length;
        float[] rows = new float[n * POINTS * width];
        for (int i = 0; i < n; i++) {
            for (int k = 0; k < POINTS; k++) {
                int at = (i * POINTS + k) * width;
                System.arraycopy(x, which[i] * width, rows, at, width);
                rows[at + j] = grids[which[i]][k];
            }
        }
        int given = context.length * width / x.length;
        float[] contexts = new float[n * POINTS * given];
        for (int i = 0; i < n * POINTS; i++) {
            System.arraycopy(context, which[i / POINTS] * given, contexts, i * given, given);
        }
        double[] found = density.logDensities(rows, contexts, n * POINTS);
        for (int i = 0; i < found.length; i++) {
            int row = which[i / POINTS];
            logs.get(row).put(grids[row][i % POINTS], found[i]);
        }
    }

    /** Quantiles and tails of the density whose logarithm is linear between points. */
    private Expectation expectation(int j, float own, NavigableMap<Float, Double> logs) {
        int n = logs.size();
        double[] at = new double[n];
        double[] log = new double[n];
        double most = logs.values().stream().mapToDouble(v -> v).max().orElseThrow();
        int next = 0;
        for (Map.Entry<Float, Double> point : logs.entrySet()) {
            at[next] = point.getKey();
            log[next++] = point.getValue() - most;
        }
        double[] mass = new double[n];
        for (int k = 1; k < n; k++) {
            mass[k] = mass[k - 1] + between(at, log, k);
        }
        int place = Arrays.binarySearch(at, own);
        double left = mass[place] + beyond(at[0] - at[1], log[0], log[1]);
        // Summed from its end, since a difference of masses knows nothing of a far tail.
        double right = beyond(at[n - 1] - at[n - 2], log[n - 1], log[n - 2]);
        for (int k = n - 1; k > place; k--) {
            right += between(at, log, k);
        }
        if (!(left + right > 0)) {
            // Beside another cell that is impossible nothing is to be expected of this one.
            return Expectation.NONE;
        }
        double side = Math.min(left, right);
        return new Expectation(
                text(j, quantile(at, mass, 0.5)),
                text(j, quantile(at, mass, 0.05)),
                text(j, quantile(at, mass, 0.95)),
                // So far out the density itself is all that can be told of its tail.
                side > 0 ? Math.min(0, Math.log(2 * side / (left + right))) : log[place]);
    }

    /** The probability between two points, none beside one where the density is 0. */
    private static double between(double[] at, double[] log, int k) {
        double fall = log[k - 1] - log[k];
        if (!Double.isFinite(fall)) {
            return 0;
        }
        double ratio = Math.abs(fall) < 1e-9 ? 1 : -Math.expm1(-Math.abs(fall)) / Math.abs(fall);
        return (at[k] - at[k - 1]) * Math.exp(Math.max(log[k - 1], log[k])) * ratio;
    }

    /** The probability beyond the last point, where the density goes on falling as before it. */
    private static double beyond(double step, double last, double before) {
        double fall = before - last;
        boolean falls = last < -NEGLIGIBLE && fall > 0 && Double.isFinite(fall);
        return falls ? Math.exp(last) * Math.abs(step) / fall : 0;
    }

    private static double quantile(double[] at, double[] mass, double level) {
        double wanted = level * mass[mass.length - 1];
        int k = 1;
        while (k < mass.length - 1 && mass[k] < wanted) {
            k++;
        }
        double piece = mass[k] - mass[k - 1];
        double share = piece > 0 ? (wanted - mass[k - 1]) / piece : 0;
        return at[k - 1] + share * (at[k] - at[k - 1]);
    }

    private String text(int j, double encoded) {
        String name = encoding.varying().get(j);
        double value = encoding.value(j, (float) encoded);
        Column kind = config.preparation().kinds().get(name);
        return kind == null
                ? Float.toString((float) value)
                : text(Rounding.of(kind).applyAsDouble(value));
    }

    /** Returns a number as tables have it. */
    static String text(double value) {
        Table cell = Table.of(List.of(new TableColumn.Numbers("cell", new double[] {value})));
        return new CellTexts(Map.of()).rows(cell).get(0).get(0);
    }
}
