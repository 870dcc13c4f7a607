package org.djlflows.bijection;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.initializer.Initializer;

import org.djlflows.kernel.Initializers;

import java.util.function.Function;

/**
 * The factors of one random rotation, as first values of several parameters: drawn when the first
 * of them is initialised.
 */
final class RotationFactors {

    private final int n;
    private Plu drawn;

    /** Creates those of an n x n matrix. */
    RotationFactors(int n) {
        this.n = n;
    }

    /** Returns the initializer that fills a parameter with a part of the factors. */
    Initializer of(Function<Plu, double[]> part) {
        return (manager, shape, type) -> {
            if (drawn == null) {
                drawn = draw(manager);
            }
            return Initializers.values(part.apply(drawn)).initialize(manager, shape, type);
        };
    }

    private Plu draw(NDManager manager) {
        Shape square = new Shape(n, n);
        try (NDArray rotation =
                Initializers.orthogonal().initialize(manager, square, DataType.FLOAT64)) {
            return Plu.of(rotation.toDoubleArray(), n);
        }
    }

    /**
     * A matrix as \(P L (U + \mathrm{diag}(s))\).
     *
     * @param lu L below the diagonal and U above, row-major, 0 on it
     * @param logScale \(\log|s|\)
     * @param sign the signs of s
     * @param places for each row of the matrix, that of \(L (U + \mathrm{diag}(s))\) which it is
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Plu(double[] lu, double[] logScale, double[] sign, double[] places) {

        /** Gaussian elimination, with the largest of each column as pivot. */
        static Plu of(double[] matrix, int n) {
            double[] a = matrix.clone();
            int[] rows = new int[n];
            for (int i = 0; i < n; i++) {
                rows[i] = i;
            }
            for (int k = 0; k < n; k++) {
                exchange(a, rows, k, pivot(a, k, n), n);
                for (int i = k + 1; i < n; i++) {
                    a[i * n + k] /= a[k * n + k];
                    for (int j = k + 1; j < n; j++) {
                        a[i * n + j] -= a[i * n + k] * a[k * n + j];
                    }
                }
            }
            double[] logScale = new double[n];
            double[] sign = new double[n];
            double[] places = new double[n];
            for (int i = 0; i < n; i++) {
                logScale[i] = Math.log(Math.abs(a[i * n + i]));
                sign[i] = Math.signum(a[i * n + i]);
                places[rows[i]] = i;
                a[i * n + i] = 0;
            }
            return new Plu(a, logScale, sign, places);
        }

        private static int pivot(double[] a, int k, int n) {
            int best = k;
            for (int i = k + 1; i < n; i++) {
                if (Math.abs(a[i * n + k]) > Math.abs(a[best * n + k])) {
                    best = i;
                }
            }
            return best;
        }

        private static void exchange(double[] a, int[] rows, int i, int k, int n) {
            int row = rows[i];
            rows[i] = rows[k];
            rows[k] = row;
            for (int j = 0; j < n; j++) {
                double value = a[i * n + j];
                a[i * n + j] = a[k * n + j];
                a[k * n + j] = value;
            }
        }
    }
}
