package org.djlflows.plot;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * How much columns of any kind depend on each other, by one measure from 0 to 1: the mutual
 * information of their classes, which are levels, and of numbers eight classes of about as many
 * rows by rank, with ties in one class.
 *
 * <p>With the shares \(p_{ij}\) of n rows in which both columns have a cell, \(I = \sum_{ij} p_{ij}
 * \log \frac{p_{ij}}{p_i p_j} - \frac{(r - 1)(c - 1)}{2 n}\), where the last is what chance adds to
 * the information of r and c classes. The measure is \(\sqrt{1 - e^{-2 I}}\), the correlation of
 * two normal distributions with the same information.
 */
final class Dependence {

    private static final int CLASSES = 8;
    private static final int NONE = -1;

    private final List<int[]> codes;

    /**
     * Looks at variables.
     *
     * @param variables columns of the same rows; what counts are the data if all have some, else
     *     the samples
     */
    Dependence(List<Variable> variables) {
        boolean ofData = variables.stream().allMatch(Variable::hasData);
        codes = variables.stream().map(v -> codes(v, ofData ? v.measured() : v.sampled())).toList();
    }

    /** The class of each row; ties are of one class. */
    private static int[] codes(Variable variable, double... places) {
        double missing = variable.places().missing();
        double[] sorted =
                Arrays.stream(places)
                        .filter(x -> x != missing && !Double.isNaN(x))
                        .sorted()
                        .toArray();
        return Arrays.stream(places)
                .mapToInt(
                        x ->
                                x == missing || Double.isNaN(x)
                                        ? NONE
                                        : variable.isLevels() ? (int) x : rankClass(sorted, x))
                .toArray();
    }

    private static int rankClass(double[] sorted, double x) {
        int low = lowest(sorted, x);
        int high = lowest(sorted, Math.nextUp(x)) - 1;
        return (int) ((long) CLASSES * (low + high) / 2 / sorted.length);
    }

    /** The first place of a number that is not less. */
    private static int lowest(double[] sorted, double x) {
        int from = 0;
        int to = sorted.length;
        while (from < to) {
            int middle = (from + to) >>> 1;
            if (sorted[middle] < x) {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        return from;
    }

    /** Returns the dependence of two columns; 0 where one of them does not vary. */
    double of(int a, int b) {
        int[] x = codes.get(a);
        int[] y = codes.get(b);
        double[][] counts = new double[classes(x)][classes(y)];
        double n = 0;
        for (int i = 0; i < x.length; i++) {
            if (x[i] != NONE && y[i] != NONE) {
                counts[x[i]][y[i]]++;
                n++;
            }
        }
        double[] rows =
                Arrays.stream(counts).mapToDouble(row -> Arrays.stream(row).sum()).toArray();
        double[] columns = new double[counts[0].length];
        Arrays.setAll(columns, j -> Arrays.stream(counts).mapToDouble(row -> row[j]).sum());
        double information = 0;
        for (int i = 0; i < rows.length; i++) {
            for (int j = 0; j < columns.length; j++) {
                double count = counts[i][j];
                if (count > 0) {
                    information += count / n * Math.log(count * n / (rows[i] * columns[j]));
                }
            }
        }
        double chance = n == 0 ? 0 : (present(rows) - 1.0) * (present(columns) - 1.0) / (2 * n);
        return Math.sqrt(1 - Math.exp(-2 * Math.max(0, information - chance)));
    }

    private static long present(double... counts) {
        return Arrays.stream(counts).filter(count -> count > 0).count();
    }

    private static int classes(int... codes) {
        return 1 + Math.max(0, Arrays.stream(codes).max().orElse(0));
    }

    /**
     * Returns the columns of the most dependent pairs, in their order.
     *
     * @param most how many at most
     */
    List<Integer> strongest(int most) {
        int columns = codes.size();
        if (columns <= most) {
            return IntStream.range(0, columns).boxed().toList();
        }
        record Pair(int a, int b, double dependence) {}
        List<Pair> pairs = new ArrayList<>();
        for (int a = 0; a < columns; a++) {
            for (int b = a + 1; b < columns; b++) {
                pairs.add(new Pair(a, b, of(a, b)));
            }
        }
        pairs.sort(Comparator.comparingDouble(pair -> -pair.dependence()));
        TreeSet<Integer> chosen = new TreeSet<>();
        for (Pair pair : pairs) {
            for (int column : new int[] {pair.a(), pair.b()}) {
                if (chosen.size() < most) {
                    chosen.add(column);
                }
            }
        }
        return List.copyOf(chosen);
    }
}
