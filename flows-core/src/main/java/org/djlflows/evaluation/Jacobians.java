package org.djlflows.evaluation;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.training.GradientCollector;

import java.util.Arrays;
import java.util.function.UnaryOperator;

/** The Jacobian of a map by automatic differentiation, and its log-determinant. */
public final class Jacobians {

    private Jacobians() {}

    /**
     * Returns the Jacobian of each row: rows do not depend on each other, so one backward pass for
     * each entry of the result serves the whole batch.
     *
     * @param map the map
     * @param x the rows at which it is taken
     * @return for each row the derivatives of each entry of the result by each of x
     */
    public static double[][][] of(UnaryOperator<NDArray> map, NDArray x) {
        int rows = (int) x.getShape().get(0);
        int entries = (int) x.getShape().slice(1).size();
        double[][][] jacobian = new double[rows][entries][];
        boolean required = x.hasGradient();
        x.setRequiresGradient(true);
        for (int i = 0; i < entries; i++) {
            NDArray z;
            try (GradientCollector collector = Engine.getEngine("PyTorch").newGradientCollector()) {
                z = map.apply(x).reshape(rows, entries);
                collector.backward(z.get(":, " + i).sum());
            }
            z.close();
            try (NDArray gradient = x.getGradient()) {
                double[] values = Matrix.doubles(gradient);
                for (int row = 0; row < rows; row++) {
                    int from = row * entries;
                    jacobian[row][i] = Arrays.copyOfRange(values, from, from + entries);
                }
                gradient.subi(gradient);
            }
        }
        x.setRequiresGradient(required);
        return jacobian;
    }

    /**
     * Returns log|det| by Gaussian elimination with partial pivoting.
     *
     * @param matrix the rows of a square matrix
     * @return the logarithm of the size of its determinant
     */
    public static double logAbsDet(double[][] matrix) {
        return Arrays.stream(pivots(matrix)).map(Math::abs).map(Math::log).sum();
    }

    /** Returns the sign of the determinant: -1, 0 or 1. */
    static double sign(double[]... matrix) {
        return Arrays.stream(pivots(matrix)).map(Math::signum).reduce(1, (a, b) -> a * b);
    }

    /** Returns numbers whose product is the determinant. */
    private static double[] pivots(double[]... matrix) {
        int n = matrix.length;
        double[][] a = new double[n][];
        for (int i = 0; i < n; i++) {
            a[i] = matrix[i].clone();
        }
        double[] pivots = new double[n];
        for (int k = 0; k < n; k++) {
            int pivot = k;
            for (int i = k + 1; i < n; i++) {
                if (Math.abs(a[i][k]) > Math.abs(a[pivot][k])) {
                    pivot = i;
                }
            }
            double[] row = a[pivot];
            a[pivot] = a[k];
            a[k] = row;
            // Rows that change places change the sign.
            pivots[k] = pivot == k ? row[k] : -row[k];
            for (int i = k + 1; i < n; i++) {
                double factor = row[k] == 0 ? 0 : a[i][k] / row[k];
                for (int j = k; j < n; j++) {
                    a[i][j] -= factor * row[j];
                }
            }
        }
        return pivots;
    }
}
