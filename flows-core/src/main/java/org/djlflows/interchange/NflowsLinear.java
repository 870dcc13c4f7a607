package org.djlflows.interchange;

import ai.djl.ndarray.types.Shape;

import org.djlflows.interchange.WeightImport.Tensor;
import org.djlflows.weights.StateDict;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A linear transform of nflows between others, as a matrix and a bias. A map is held as the rows of
 * its matrix with the bias behind them, so that what follows it acts on all columns alike.
 */
final class NflowsLinear {

    /** What the diagonals of {@code LULinear} and {@code SVDLinear} exceed unless told another. */
    private static final double SMALLEST = 1e-3;

    /** A kind of transform, by a tensor that no other has. */
    enum Kind {
        PERMUTATION("_permutation"),
        LU("unconstrained_upper_diag"),
        QR("log_upper_diag"),
        SVD("unconstrained_diagonal"),
        NAIVE("_weight"),
        HOUSEHOLDER("q_vectors"),
        ACT_NORM("log_scale");

        private final String tensor;

        Kind(String tensor) {
            this.tensor = tensor;
        }
    }

    private final Kind kind;
    private final String prefix;
    private final List<Tensor> tensors = new ArrayList<>();

    private NflowsLinear(StateDict weights, Kind kind, String prefix) throws IOException {
        this.kind = kind;
        this.prefix = prefix;
        if (kind == Kind.PERMUTATION) {
            Tensors.requirePermutation(weights, prefix + kind.tensor);
        }
        int axes = kind == Kind.NAIVE || kind == Kind.HOUSEHOLDER ? 2 : 1;
        long[] sizes = Tensors.sizes(weights, prefix + kind.tensor, axes);
        long n = sizes[axes - 1];
        add(kind.tensor, sizes);
        switch (kind) {
            case PERMUTATION, HOUSEHOLDER -> {}
            case ACT_NORM -> add("shift", n);
            default -> add("bias", n);
        }
        switch (kind) {
            case LU -> {
                add("lower_entries", n * (n - 1) / 2);
                add("upper_entries", n * (n - 1) / 2);
            }
            case QR -> {
                add("upper_entries", n * (n - 1) / 2);
                addReflections(weights, "orthogonal.q_vectors", n);
            }
            case SVD -> {
                addReflections(weights, "orthogonal_1.q_vectors", n);
                addReflections(weights, "orthogonal_2.q_vectors", n);
            }
            default -> {}
        }
    }

    private void addReflections(StateDict weights, String name, long n) throws IOException {
        add(name, Tensors.sizes(weights, prefix + name, 2)[0], n);
    }

    private void add(String name, long... sizes) {
        tensors.add(new Tensor(prefix + name, new Shape(sizes)));
    }

    /** Finds the transform whose tensors begin so, if it is one of these. */
    static Optional<NflowsLinear> find(StateDict weights, String prefix) throws IOException {
        for (Kind kind : Kind.values()) {
            if (Tensors.has(weights, prefix + kind.tensor)) {
                return Optional.of(new NflowsLinear(weights, kind, prefix));
            }
        }
        return Optional.empty();
    }

    Kind kind() {
        return kind;
    }

    String prefix() {
        return prefix;
    }

    /**
     * Takes transforms that follow each other for a {@code DenseLinear}.
     *
     * @param maps the transforms, of which there may be none
     */
    static void take(
            WeightImport copy, List<NflowsLinear> maps, String weight, String bias, int n) {
        Tensor[] from = maps.stream().flatMap(map -> map.tensors.stream()).toArray(Tensor[]::new);
        copy.compute(weight, values -> columns(composed(maps, values, n), 0, n), from);
        copy.compute(bias, values -> columns(composed(maps, values, n), n, n + 1), from);
        maps.forEach(map -> copy.ignore(map.prefix + "initialized"));
    }

    private static double[] columns(double[][] rows, int begin, int end) {
        return Arrays.stream(rows).flatMapToDouble(row -> Arrays.stream(row, begin, end)).toArray();
    }

    private static double[][] composed(List<NflowsLinear> maps, List<double[]> values, int n) {
        double[][] rows = new double[n][n + 1];
        for (int i = 0; i < n; i++) {
            rows[i][i] = 1;
        }
        int taken = 0;
        for (NflowsLinear map : maps) {
            int end = taken + map.tensors.size();
            rows = map.after(rows, values.subList(taken, end));
            taken = end;
        }
        return rows;
    }

    /** Returns what this transform makes of what another one makes. */
    private double[][] after(double[][] rows, List<double[]> values) {
        double[] first = values.get(0);
        return switch (kind) {
            case PERMUTATION ->
                    Arrays.stream(first).mapToObj(i -> rows[(int) i]).toArray(double[][]::new);
            case HOUSEHOLDER -> reflected(rows, first);
            case ACT_NORM -> shifted(scaled(rows, exp(first)), values.get(1));
            case NAIVE -> shifted(product(first, rows), values.get(1));
            case LU -> {
                double[] upper = triangle(values.get(3), positive(first), true);
                double[] ones = new double[first.length];
                Arrays.fill(ones, 1);
                double[] lower = triangle(values.get(2), ones, false);
                yield shifted(product(lower, product(upper, rows)), values.get(1));
            }
            case QR -> {
                double[] upper = triangle(values.get(2), exp(first), true);
                yield shifted(reflected(product(upper, rows), values.get(3)), values.get(1));
            }
            case SVD -> {
                double[][] turned = scaled(reflected(rows, values.get(3)), positive(first));
                yield shifted(reflected(turned, values.get(2)), values.get(1));
            }
        };
    }

    private static double[] exp(double... logs) {
        return Arrays.stream(logs).map(Math::exp).toArray();
    }

    private static double[] positive(double... unconstrained) {
        return Arrays.stream(unconstrained)
                .map(u -> SMALLEST + Math.max(u, 0) + Math.log1p(Math.exp(-Math.abs(u))))
                .toArray();
    }

    /** A matrix from its diagonal and the entries on one side of it, row by row. */
    private static double[] triangle(double[] entries, double[] diagonal, boolean upper) {
        int n = diagonal.length;
        double[] matrix = new double[n * n];
        int next = 0;
        for (int i = 0; i < matrix.length; i++) {
            int row = i / n;
            int column = i % n;
            if (row == column) {
                matrix[i] = diagonal[row];
            } else if (upper == column > row) {
                matrix[i] = entries[next++];
            }
        }
        return matrix;
    }

    private static double[][] product(double[] matrix, double[][] rows) {
        int n = rows.length;
        double[][] product = new double[n][n + 1];
        for (int i = 0; i < matrix.length; i++) {
            for (int column = 0; column <= n; column++) {
                product[i / n][column] += matrix[i] * rows[i % n][column];
            }
        }
        return product;
    }

    private static double[][] scaled(double[][] rows, double... scales) {
        double[][] scaled = new double[rows.length][];
        Arrays.setAll(
                scaled, i -> Arrays.stream(rows[i]).map(value -> value * scales[i]).toArray());
        return scaled;
    }

    private static double[][] shifted(double[][] rows, double... shift) {
        for (int i = 0; i < rows.length; i++) {
            rows[i][rows.length] += shift[i];
        }
        return rows;
    }

    /** Reflects by one vector after the other: \(x - 2 v (v^\top x) / |v|^2\). */
    private static double[][] reflected(double[][] rows, double... vectors) {
        int n = rows.length;
        double[][] reflected = Arrays.stream(rows).map(double[]::clone).toArray(double[][]::new);
        for (int begin = 0; begin < vectors.length; begin += n) {
            double[] v = Arrays.copyOfRange(vectors, begin, begin + n);
            double square = Arrays.stream(v).map(value -> value * value).sum();
            for (int column = 0; column <= n; column++) {
                double along = 0;
                for (int i = 0; i < n; i++) {
                    along += v[i] * reflected[i][column];
                }
                for (int i = 0; i < n; i++) {
                    reflected[i][column] -= 2 * along / square * v[i];
                }
            }
        }
        return reflected;
    }
}
