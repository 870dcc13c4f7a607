package org.djlflows.runtime;

import java.util.Arrays;
import java.util.List;

/**
 * A joint normal distribution with mean 0 and, as one value after the other is given, where it
 * places the others, by the sweep operator: of the covariance S the swept one holds the regression
 * of what is not given on what is, its residual covariance, and -1 times the inverse of the
 * covariance of what is given. In float64, since columns can be nearly linear functions of others.
 *
 * <p>What a swept covariance makes of values that are given follows from one step to the next: with
 * row k of the one in which value k is given too, and e by how much \(z_k\) is off its mean before,
 * \(f_i' = f_i + S'_{ki} e\) for \(i \ne k\) and \(f_k' = S'_{kk} e\). That is the mean of what is
 * not given.
 */
final class JointNormal {

    private static final double SMALLEST_VARIANCE = 1e-12;

    final int size;
    private final double[] covariance;

    /**
     * Creates the distribution.
     *
     * @param factor the Cholesky factor of the covariance, row by row
     * @param size the number of values
     */
    JointNormal(float[] factor, int size) {
        this.size = size;
        covariance = new double[size * size];
        for (int i = 0; i < size; i++) {
            for (int j = 0; j < size; j++) {
                for (int k = 0; k < size; k++) {
                    covariance[i * size + j] +=
                            (double) factor[i * size + k] * factor[j * size + k];
                }
            }
        }
    }

    /** Gives value k to the matrix that begins there. */
    private void sweep(double[] swept, int begin, int k) {
        int row = begin + k * size;
        double pivot = swept[row + k];
        for (int i = 0; i < size; i++) {
            if (i != k) {
                int at = begin + i * size;
                double share = swept[at + k] / pivot;
                for (int j = 0; j < size; j++) {
                    swept[at + j] -= share * swept[row + j];
                }
                swept[at + k] = share;
            }
        }
        for (int i = 0; i < size; i++) {
            swept[row + i] /= pivot;
        }
        swept[row + k] = -1 / pivot;
    }

    /** What follows of an order for all rows that have all values. */
    static final class Path {

        /** Where each row has a matrix of its own. */
        static final Path NONE = new Path(0);

        /** Of each number of values that are given the row of the one that was given last. */
        private final double[][] shares;

        /** What makes residuals, as {@link Given#scale}. */
        private final double[][] scales;

        /** The deviations of the values that are not given. */
        private final double[][] deviations;

        private final double[][] logDeviations;

        private Path(int size) {
            shares = new double[size + 1][size];
            scales = new double[size + 1][size];
            deviations = new double[size + 1][size];
            logDeviations = new double[size + 1][size];
        }
    }

    /**
     * Checks that the paths of so many orders can be held.
     *
     * @throws UnsupportedFlowException if they would take more than a quarter of the heap
     */
    static void requireRoom(int orders, int size) {
        long bytes = 4L * Double.BYTES * orders * (size + 1) * size;
        long most = Runtime.getRuntime().maxMemory() / 4;
        if (bytes > most) {
            throw new UnsupportedFlowException(
                    String.format(
                            "expected orders and numbers that take %d MB at most, a quarter of the"
                                    + " heap (-Xmx), got %d orders of %d numbers, which take %d",
                            most >> 20, orders, size, bytes >> 20));
        }
    }

    /**
     * Goes along an order.
     *
     * @param numbers all values in the order in which they are given
     */
    Path path(List<Integer> numbers) {
        Path path = new Path(size);
        double[] swept = covariance.clone();
        Arrays.fill(path.scales[0], 1);
        for (int step = 0; step <= size; step++) {
            if (step > 0) {
                int k = numbers.get(step - 1);
                sweep(swept, 0, k);
                System.arraycopy(swept, k * size, path.shares[step], 0, size);
                System.arraycopy(path.scales[step - 1], 0, path.scales[step], 0, size);
                path.scales[step][k] = -1;
            }
            for (int i = 0; i < size; i++) {
                double variance = swept[i * size + i];
                if (path.scales[step][i] < 0) {
                    path.scales[step][i] = residualScale(variance);
                } else {
                    path.deviations[step][i] = deviation(variance);
                    path.logDeviations[step][i] = Math.log(deviation(variance));
                }
            }
        }
        return path;
    }

    private static double deviation(double variance) {
        return Math.sqrt(Math.max(variance, SMALLEST_VARIANCE));
    }

    private static double residualScale(double swept) {
        return -1 / Math.sqrt(Math.max(-swept, SMALLEST_VARIANCE));
    }

    /** What is given of the rows of a tile, [k * rows + row]. Belongs to one thread. */
    static final class Given {

        /** The leader of rows that follow a path. */
        private static final int PATH = -1;

        private final Workspace workspace = Workspace.ofThread();
        private JointNormal normal;
        private Path path;

        /** How many values rows that follow the path have been given. */
        private int step;

        private float[] z;
        private int rows;

        /** f: the means of what is not given. */
        private double[] found;

        /** 1 where a value is not given, else the factor of its residual, which is negative. */
        private double[] scale;

        private double[] error;

        /** The matrices of rows that follow no path, taken when the first one needs one. */
        private double[] swept;

        private boolean hasSwept;

        /** The row whose matrix a row uses, since both have the same values. */
        private final int[] leader = new int[Tile.MOST_ROWS];

        /**
         * Takes over the rows of a tile.
         *
         * @param distribution the distribution
         * @param values their values, NaN where there is none
         * @param count their number
         */
        void open(JointNormal distribution, float[] values, int count) {
            normal = distribution;
            z = values;
            rows = count;
            found = workspace.takeDoubles(normal.size * rows);
            scale = workspace.takeDoubles(normal.size * rows);
            error = workspace.takeDoubles(rows);
            hasSwept = false;
        }

        /** Keeps no distribution alive. */
        void close() {
            normal = null;
            path = null;
        }

        /**
         * Begins with nothing given.
         *
         * @param order what rows that have all values follow
         * @param alike whether rows that have the same values are given them at the same time
         */
        void begin(Path order, boolean alike) {
            path = order;
            step = 0;
            int n = normal.size;
            Arrays.fill(found, 0, n * rows, 0);
            Arrays.fill(scale, 0, n * rows, 1);
            for (int r = 0; r < rows; r++) {
                leader[r] = alike ? leader(r) : r;
                if (leader[r] == r) {
                    if (!hasSwept) {
                        swept = workspace.takeDoubles(n * n * rows);
                        hasSwept = true;
                    }
                    System.arraycopy(normal.covariance, 0, swept, r * n * n, n * n);
                }
            }
        }

        /** The first row with the same values. */
        private int leader(int row) {
            if (path != Path.NONE && isComplete(row)) {
                return PATH;
            }
            int first = 0;
            while (!isAlike(first, row)) {
                first++;
            }
            return first;
        }

        private boolean isComplete(int row) {
            for (int k = 0; k < normal.size; k++) {
                if (Float.isNaN(z[k * rows + row])) {
                    return false;
                }
            }
            return true;
        }

        private boolean isAlike(int first, int row) {
            for (int k = 0; k < normal.size; k++) {
                if (Float.isNaN(z[k * rows + first]) != Float.isNaN(z[k * rows + row])) {
                    return false;
                }
            }
            return true;
        }

        /**
         * Gives value k.
         *
         * @param k the value
         * @param now in which rows
         */
        void give(int k, boolean[] now) {
            step++;
            int at = k * rows;
            boolean all = true;
            for (int r = 0; r < rows; r++) {
                all &= now[r] && leader[r] == PATH;
                error[r] = z[at + r] - found[at + r];
                if (now[r]) {
                    found[at + r] = 0;
                }
            }
            if (all) {
                follow();
                return;
            }
            for (int r = 0; r < rows; r++) {
                if (now[r]) {
                    give(k, r);
                }
            }
        }

        /** All rows follow the path. */
        private void follow() {
            for (int i = 0; i < normal.size; i++) {
                double share = path.shares[step][i];
                int at = i * rows;
                for (int r = 0; r < rows; r++) {
                    found[at + r] += share * error[r];
                }
                Arrays.fill(scale, at, at + rows, path.scales[step][i]);
            }
        }

        /** A leader comes before the rows that follow it. */
        private void give(int k, int row) {
            int n = normal.size;
            int first = leader[row];
            double[] shares = first == PATH ? path.shares[step] : swept;
            int at = first == PATH ? 0 : (first * n + k) * n;
            if (first == row) {
                normal.sweep(swept, row * n * n, k);
                scale[k * rows + row] = -1;
            }
            for (int i = 0; i < n; i++) {
                int own = i * rows + row;
                found[own] += shares[at + i] * error[row];
                if (first == PATH) {
                    scale[own] = path.scales[step][i];
                } else if (first != row) {
                    scale[own] = scale[i * rows + first];
                } else if (scale[own] < 0) {
                    scale[own] = residualScale(swept[(row * n + i) * n + i]);
                }
            }
        }

        /**
         * Writes what a network sees of each row: the means of what is not given, then the
         * residuals of what is, by how many deviations it is off its mean given the rest; 0 in the
         * other places.
         *
         * @param placed receives both, at most 8 deviations
         */
        void place(float[] placed) {
            int n = normal.size;
            for (int r = 0; r < rows; r++) {
                int at = 2 * n * r;
                for (int i = 0; i < n; i++) {
                    double factor = scale[i * rows + r];
                    float value = (float) (found[i * rows + r] * factor);
                    float near = Math.min(Math.max(value, -Tile.FAR), Tile.FAR);
                    placed[at + i] = factor < 0 ? 0 : near;
                    placed[at + n + i] = factor < 0 ? near : 0;
                }
            }
        }

        /** Returns the mean of value k in a row, which is not given. */
        double mean(int k, int row) {
            return found[k * rows + row];
        }

        /** Returns its deviation. */
        double deviation(int k, int row) {
            return leader[row] == PATH ? path.deviations[step][k] : ownDeviation(k, row);
        }

        /** Returns the logarithm of its deviation. */
        double logDeviation(int k, int row) {
            return leader[row] == PATH
                    ? path.logDeviations[step][k]
                    : Math.log(ownDeviation(k, row));
        }

        private double ownDeviation(int k, int row) {
            int n = normal.size;
            return JointNormal.deviation(swept[(leader[row] * n + k) * n + k]);
        }
    }
}
