package org.djlflows.data;

import org.djlflows.table.ColumnStatistics;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * The scales on which some columns of numbers are jointly as normal as they can be: each as it is
 * or by its logarithm, standardised, with the covariance of all.
 *
 * <p>A column that has no negative value is taken by its logarithm where that makes the joint
 * normal density of the rows greater, columns being changed one at a time until no change does. So
 * a product of columns becomes a sum, which a normal distribution knows. Costs the products of all
 * pairs of columns over all rows.
 *
 * @param start of each column where its logarithm begins, below which the line that touches it goes
 *     on; 0 for a column as it is
 * @param center of each column its centre, on that scale
 * @param deviation of each column its deviation, on that scale
 * @param factor the Cholesky factor of the covariance of all, lower triangular
 */
@SuppressWarnings("ArrayRecordComponent") // Copied into parameters at once, and never compared.
public record NormalScales(double[] start, double[] center, double[] deviation, double[][] factor) {

    /** With more columns, missing cells count as the mean of theirs. */
    private static final int MOST_COLUMNS = 64;

    /** Of expectation and maximisation. */
    private static final int STEPS = 20;

    /** Of values this share may lie where a logarithm has become a line. */
    private static final double BELOW_START = 0.01;

    /** In nats; less gain is no reason for a logarithm. */
    private static final double GAIN = 0.01;

    /** Keeps columns that are functions of others from having no variance left. */
    private static final double RIDGE = 1e-9;

    /**
     * Finds the scales.
     *
     * @param columns the values of each column; those that are not finite are left out
     * @param tails in deviations, where scales begin to be logarithmic on both sides
     * @return the scales; a column without two different values has a deviation of 1 and nothing to
     *     do with the others
     */
    public static NormalScales of(double[][] columns, double tails) {
        int n = columns.length;
        Scale[][] candidates = new Scale[n][];
        for (int j = 0; j < n; j++) {
            double[] values = Arrays.stream(columns[j]).filter(Double::isFinite).sorted().toArray();
            Scale linear = Scale.of(values, 0, tails);
            double start = start(values);
            candidates[j] =
                    start > 0
                            ? new Scale[] {linear, Scale.of(values, start, tails)}
                            : new Scale[] {linear};
        }
        int[] choice = new int[n];
        int[] logarithms =
                Arrays.stream(candidates).mapToInt(scales -> scales.length - 1).toArray();
        double[][] products = covariance(columns, candidates, tails);
        double best = Double.POSITIVE_INFINITY;
        for (int[] begin : new int[][] {choice, logarithms}) {
            int[] tried = begin.clone();
            double loss = loss(candidates, products, tried);
            for (boolean better = true; better; ) {
                better = false;
                for (int j = 0; j < n; j++) {
                    if (candidates[j].length > 1) {
                        tried[j] = 1 - tried[j];
                        double changed = loss(candidates, products, tried);
                        if (changed < loss - GAIN) {
                            loss = changed;
                            better = true;
                        } else {
                            tried[j] = 1 - tried[j];
                        }
                    }
                }
            }
            if (loss < best) {
                best = loss;
                choice = tried;
            }
        }
        int[] chosen = choice;
        Scale[] scales =
                IntStream.range(0, n).mapToObj(j -> candidates[j][chosen[j]]).toArray(Scale[]::new);
        double[][] covariance = withMissing(columns, scales, tails, part(products, chosen));
        for (int j = 0; j < n; j++) {
            // A rare value can be in none of these rows.
            covariance[j][j] = products[2 * j][2 * j] == 0 ? 1 : covariance[j][j];
        }
        return new NormalScales(
                Arrays.stream(scales).mapToDouble(Scale::start).toArray(),
                Arrays.stream(scales).mapToDouble(Scale::center).toArray(),
                Arrays.stream(scales).mapToDouble(Scale::deviation).toArray(),
                cholesky(covariance));
    }

    /**
     * Expectation-maximisation: what is missing counts as its conditional distribution, where a
     * mean in its place would make columns less dependent than they are.
     */
    private static double[][] withMissing(
            double[][] columns, Scale[] scales, double tails, double[][] begin) {
        int n = columns.length;
        boolean complete =
                Arrays.stream(columns)
                        .allMatch(column -> Arrays.stream(column).allMatch(Double::isFinite));
        if (complete || n > MOST_COLUMNS) {
            return begin;
        }
        Map<BitSet, List<double[]>> patterns = new HashMap<>();
        double[] means = new double[n];
        for (int j = 0; j < n; j++) {
            Scale scale = scales[j];
            means[j] =
                    Arrays.stream(columns[j])
                            .filter(Double::isFinite)
                            .map(x -> scale.at(x, tails))
                            .average()
                            .orElse(0);
        }
        for (int i = 0; i < columns[0].length; i++) {
            double[] row = new double[n];
            BitSet known = new BitSet();
            for (int j = 0; j < n; j++) {
                if (Double.isFinite(columns[j][i])) {
                    row[j] = scales[j].at(columns[j][i], tails) - means[j];
                    known.set(j);
                }
            }
            patterns.computeIfAbsent(known, pattern -> new ArrayList<>()).add(row);
        }
        double[][] covariance = begin;
        for (int k = 0; k < STEPS; k++) {
            covariance = maximised(patterns, covariance);
        }
        return covariance;
    }

    private static double[][] maximised(
            Map<BitSet, List<double[]>> patterns, double[][] covariance) {
        int n = covariance.length;
        double[][] next = new double[n][n];
        int rows = 0;
        for (Map.Entry<BitSet, List<double[]>> pattern : patterns.entrySet()) {
            BitSet known = pattern.getKey();
            double[][] given =
                    Arrays.stream(covariance).map(double[]::clone).toArray(double[][]::new);
            known.stream().forEach(j -> sweep(given, j));
            for (double[] row : pattern.getValue()) {
                for (int j = known.nextClearBit(0); j < n; j = known.nextClearBit(j + 1)) {
                    double[] regression = given[j];
                    row[j] = known.stream().mapToDouble(o -> regression[o] * row[o]).sum();
                }
                for (int a = 0; a < n; a++) {
                    for (int b = 0; b < n; b++) {
                        next[a][b] += row[a] * row[b];
                    }
                }
            }
            int count = pattern.getValue().size();
            rows += count;
            for (int a = known.nextClearBit(0); a < n; a = known.nextClearBit(a + 1)) {
                for (int b = known.nextClearBit(0); b < n; b = known.nextClearBit(b + 1)) {
                    next[a][b] += count * given[a][b];
                }
            }
        }
        for (int a = 0; a < n; a++) {
            for (int b = 0; b < n; b++) {
                next[a][b] = next[a][b] / rows + (a == b ? RIDGE : 0);
            }
        }
        return next;
    }

    /** Gives value k: what is left is the regression on it and the residual covariance. */
    private static void sweep(double[][] a, int k) {
        int n = a.length;
        double pivot = a[k][k];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                if (i != k && j != k) {
                    a[i][j] -= a[i][k] * a[k][j] / pivot;
                }
            }
        }
        for (int i = 0; i < n; i++) {
            if (i != k) {
                a[i][k] /= pivot;
                a[k][i] /= pivot;
            }
        }
        a[k][k] = -1 / pivot;
    }

    /** Returns where a logarithm would begin, 0 for none. */
    private static double start(double... sorted) {
        double[] positive = Arrays.stream(sorted).filter(x -> x > 0).toArray();
        if (sorted.length == 0 || sorted[0] < 0 || positive.length == 0) {
            return 0;
        }
        double start = positive[(int) (BELOW_START * positive.length)] / 2;
        return start >= Float.MIN_NORMAL ? start : 0;
    }

    /**
     * A scale of one column.
     *
     * @param logSlope the mean logarithm of its slope
     */
    private record Scale(double start, double center, double deviation, double logSlope) {

        static Scale of(double[] values, double start, double tails) {
            Scale raw = new Scale(start, 0, 1, 0);
            if (values.length == 0) {
                return raw;
            }
            double[] y = Arrays.stream(values).map(raw::unscaled).toArray();
            ColumnStatistics statistics = ColumnStatistics.of(y);
            double center = statistics.center();
            double deviation = statistics.deviation();
            if (!(deviation > 0)) {
                // Nearly all values are one, which says nothing of the others.
                deviation =
                        Math.sqrt(
                                Arrays.stream(y)
                                        .map(v -> (v - center) * (v - center))
                                        .average()
                                        .orElse(0));
            }
            Scale scale = new Scale(start, center, deviation > 0 ? deviation : 1, 0);
            double logSlope =
                    Arrays.stream(values).map(x -> scale.logSlope(x, tails)).average().orElse(0);
            return new Scale(start, scale.center, scale.deviation, logSlope);
        }

        private double unscaled(double x) {
            return start == 0 || x >= start
                    ? start == 0 ? x : Math.log(x)
                    : Math.log(start) + (x - start) / start;
        }

        double at(double x, double tails) {
            double z = (unscaled(x) - center) / deviation;
            double r = Math.max(1, Math.abs(z) / tails);
            return z / r * (1 + Math.log(r));
        }

        private double logSlope(double x, double tails) {
            double z = (unscaled(x) - center) / deviation;
            double ofLogarithm = start == 0 ? 0 : -Math.log(Math.max(x, start));
            return ofLogarithm - Math.log(deviation) - Math.log(Math.max(1, Math.abs(z) / tails));
        }
    }

    /** Returns the covariance of all candidates, those of column j at 2 j and 2 j + 1. */
    private static double[][] covariance(double[][] columns, Scale[][] candidates, double tails) {
        int n = columns.length;
        int rows = n == 0 ? 0 : columns[0].length;
        double[][] z = new double[2 * n][rows];
        for (int j = 0; j < n; j++) {
            for (int k = 0; k < candidates[j].length; k++) {
                for (int i = 0; i < rows; i++) {
                    z[2 * j + k][i] = candidates[j][k].at(columns[j][i], tails);
                }
                centre(z[2 * j + k]);
            }
        }
        double[][] products = new double[2 * n][2 * n];
        for (int a = 0; a < 2 * n; a++) {
            for (int b = 0; b <= a; b++) {
                double sum = 0;
                for (int i = 0; i < rows; i++) {
                    sum += z[a][i] * z[b][i];
                }
                products[a][b] = sum / Math.max(1, rows);
                products[b][a] = products[a][b];
            }
        }
        return products;
    }

    /** What is missing counts as the mean. */
    private static void centre(double... z) {
        double mean = DoubleStream.of(z).filter(Double::isFinite).average().orElse(0);
        Arrays.setAll(z, i -> Double.isFinite(z[i]) ? z[i] - mean : 0);
    }

    private static double[][] part(double[][] products, int... choice) {
        int n = choice.length;
        double[][] part = new double[n][n];
        for (int a = 0; a < n; a++) {
            for (int b = 0; b < n; b++) {
                part[a][b] = products[2 * a + choice[a]][2 * b + choice[b]];
            }
            part[a][a] += RIDGE;
        }
        return part;
    }

    /** The mean negative log-density but for what is the same for all choices. */
    private static double loss(Scale[][] candidates, double[][] products, int... choice) {
        double[][] factor = cholesky(part(products, choice));
        double loss = 0;
        for (int j = 0; j < choice.length; j++) {
            loss += Math.log(factor[j][j]) - candidates[j][choice[j]].logSlope;
        }
        return loss;
    }

    private static double[][] cholesky(double[][] a) {
        int n = a.length;
        double[][] l = new double[n][n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j <= i; j++) {
                double sum = a[i][j];
                for (int k = 0; k < j; k++) {
                    sum -= l[i][k] * l[j][k];
                }
                // Rounding can leave less than nothing of a variance.
                l[i][j] = i == j ? Math.sqrt(Math.max(sum, RIDGE)) : sum / l[j][j];
            }
        }
        return l;
    }
}
