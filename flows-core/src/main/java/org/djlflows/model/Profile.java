package org.djlflows.model;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;

import org.djlflows.spec.Column;
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
 * are one batch; there are four grids of 48 points a column.
 */
final class Profile {

    private static final int POINTS = 48;
    private static final int REFINEMENTS = 3;

    /** Nats below the greatest density, where next to nothing is left. */
    private static final double NEGLIGIBLE = 14;

    private final FlowModel model;
    private final Encoding encoding;
    private final float[][] reference;
    private final float[] x;
    private final NDList context;
    private final int width;

    /**
     * Creates the profiles of rows.
     *
     * @param model a model of numbers
     * @param encoding that of the model
     * @param reference features of rows of training, each ascending
     * @param rows the rows, as the flow takes them
     */
    Profile(FlowModel model, Encoding encoding, float[][] reference, NDList rows) {
        this.model = model;
        this.encoding = encoding;
        this.reference = reference;
        x = rows.get(0).toFloatArray();
        context = rows.subNDList(1);
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
        float[][] grids = new float[n][];
        for (int i = 0; i < n; i++) {
            float own = x[i * width + j];
            grids[i] = new float[POINTS];
            for (int k = 0; k < POINTS - 1; k++) {
                grids[i][k] = sorted[(int) ((long) k * (sorted.length - 1) / (POINTS - 2))];
            }
            grids[i][POINTS - 1] = own;
        }
        evaluate(j, grids, logs);
        for (int r = 0; r < REFINEMENTS; r++) {
            for (int i = 0; i < n; i++) {
                grids[i] = refined(logs.get(i));
            }
            evaluate(j, grids, logs);
        }
        return IntStream.range(0, n)
                .mapToObj(i -> expectation(j, x[i * width + j], logs.get(i)))
                .toList();
    }

    /** Points between those around all that is not negligible. */
    private static float[] refined(NavigableMap<Float, Double> logs) {
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
        // Beyond the ends it goes on as far again.
        double low = before == null ? first - span : before;
        double high = after == null ? last + span : after;
        float[] points = new float[POINTS];
        for (int k = 0; k < POINTS; k++) {
            points[k] = (float) (low + (high - low) * (k + 0.5) / POINTS);
        }
        return points;
    }

    private void evaluate(int j, float[][] grids, List<NavigableMap<Float, Double>> logs) {
        int n = grids.length;
        float[] rows = new float[n * POINTS * width];
        for (int i = 0; i < n; i++) {
            for (int k = 0; k < POINTS; k++) {
                int at = (i * POINTS + k) * width;
                System.arraycopy(x, i * width, rows, at, width);
                rows[at + j] = grids[i][k];
            }
        }
        try (NDManager scratch =
                model.flow().getParameters().valueAt(0).getArray().getManager().newSubManager()) {
            NDList arrays = new NDList(scratch.create(rows, new Shape((long) n * POINTS, width)));
            context.forEach(c -> arrays.add(c.repeat(0, POINTS)));
            arrays.attach(scratch);
            double[] found = model.score(arrays);
            for (int i = 0; i < found.length; i++) {
                logs.get(i / POINTS).put(grids[i / POINTS][i % POINTS], found[i]);
            }
        }
    }

    /** Quantiles and tails of the density that is linear between points. */
    private Expectation expectation(int j, float own, NavigableMap<Float, Double> logs) {
        int n = logs.size();
        double[] at = new double[n];
        double[] density = new double[n];
        double most = logs.values().stream().mapToDouble(v -> v).max().orElseThrow();
        int next = 0;
        for (Map.Entry<Float, Double> point : logs.entrySet()) {
            at[next] = point.getKey();
            density[next++] = Math.exp(point.getValue() - most);
        }
        double[] mass = new double[n];
        for (int k = 1; k < n; k++) {
            mass[k] = mass[k - 1] + (at[k] - at[k - 1]) * (density[k] + density[k - 1]) / 2;
        }
        double whole = mass[n - 1];
        int place = Arrays.binarySearch(at, own);
        double right = 0;
        for (int k = n - 1; k > place; k--) {
            // Summed from its end, since a difference of masses knows nothing of a far tail.
            right += (at[k] - at[k - 1]) * (density[k] + density[k - 1]) / 2;
        }
        double side = Math.min(mass[place], right);
        return new Expectation(
                text(j, quantile(at, mass, 0.5)),
                text(j, quantile(at, mass, 0.05)),
                text(j, quantile(at, mass, 0.95)),
                Math.min(1, 2 * side / whole));
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
        float[] sample = new float[width];
        sample[j] = (float) encoded;
        int column = model.config().columns().indexOf(name);
        double value = encoding.rows(sample)[0][column];
        Column kind = model.config().preparation().kinds().get(name);
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
