package org.djlflows.evaluation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;

import org.djlflows.Distribution;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * The maximum mean discrepancy of two samples with the kernel \(k(x, y) = \exp(-\|x - y\|^2 / 2
 * \sigma^2)\), which is 0 where both are of one distribution:
 *
 * <p>\[ \mathrm{MMD}^2_u = \frac{1}{m (m - 1)} \sum_{i \ne j} k(x_i, x_j) + \frac{1}{n (n - 1)}
 * \sum_{i \ne j} k(y_i, y_j) - \frac{2}{m n} \sum_{i, j} k(x_i, y_j) \]
 *
 * <p>Columns are standardised by both samples together, and \(\sigma\) is the median distance of
 * all rows. The estimate has no bias, so it can be negative. The p-value is that of {@value
 * #PERMUTATIONS} random divisions of all rows, and holds for samples of any size. Time and memory
 * grow with the square of the rows.
 *
 * @param squared \(\mathrm{MMD}^2_u\); its interval is that of samples that differ (of samples that
 *     do not, the p-value tells)
 * @param pValue the probability of one as large where both are of one distribution
 * @param bandwidth \(\sigma\), in deviations of the columns
 * @see <a href="https://jmlr.org/papers/v13/gretton12a.html">Gretton, Borgwardt, Rasch, Schölkopf
 *     and Smola, A Kernel Two-Sample Test, 2012, equation 3</a>
 */
public record MaximumMeanDiscrepancy(Estimate squared, double pValue, double bandwidth) {

    /** The most rows of both samples together: their kernels take 256 MB. */
    public static final int MOST_ROWS = 8000;

    private static final int PERMUTATIONS = 499;

    /** As many distances tell their median well enough. */
    private static final int DISTANCES = 100_000;

    /**
     * Compares rows with as many samples of a distribution, for the same contexts.
     *
     * @param distribution the distribution
     * @param rows the rows x and, if it has one, their context
     * @return the discrepancy of (x, c) and (sample, c)
     * @throws IllegalArgumentException as {@link #of(NDArray, NDArray)}
     */
    public static MaximumMeanDiscrepancy of(Distribution distribution, NDList rows) {
        double[][][] both = Matrix.besideSamples(distribution, rows);
        return of(both[0], both[1]);
    }

    /**
     * Compares two samples.
     *
     * @param x rows, of shape (m, ...)
     * @param y rows, of shape (n, ...)
     * @return the discrepancy
     * @throws IllegalArgumentException if there are fewer than two rows of either, more than
     *     {@value #MOST_ROWS} of both, rows of other widths, or numbers that are not finite
     */
    public static MaximumMeanDiscrepancy of(NDArray x, NDArray y) {
        return of(Matrix.of(x), Matrix.of(y));
    }

    private static MaximumMeanDiscrepancy of(double[][] x, double[]... y) {
        if (x.length + y.length > MOST_ROWS) {
            throw new IllegalArgumentException(
                    String.format(
                            "MaximumMeanDiscrepancy: expected at most %d rows of both samples, got"
                                    + " %d and %d; take some at random",
                            MOST_ROWS, x.length, y.length));
        }
        double[][][] both = Matrix.standardized("MaximumMeanDiscrepancy", x, y);
        double[][] all = Arrays.copyOf(both[0], x.length + y.length);
        System.arraycopy(both[1], 0, all, x.length, y.length);
        SplittableRandom random = new SplittableRandom(0);
        double bandwidth = bandwidth(all, random);
        Gram gram = new Gram(all, bandwidth);
        int[] order = new int[all.length];
        Arrays.setAll(order, i -> i);
        Estimate found = gram.estimate(x.length);
        int asLarge = 0;
        for (int k = 0; k < PERMUTATIONS; k++) {
            shuffle(order, random);
            asLarge += gram.squared(order, x.length) >= found.value() ? 1 : 0;
        }
        return new MaximumMeanDiscrepancy(found, (1.0 + asLarge) / (1 + PERMUTATIONS), bandwidth);
    }

    private static double bandwidth(double[][] all, SplittableRandom random) {
        double[] distances = new double[Math.min(DISTANCES, all.length * (all.length - 1) / 2)];
        for (int k = 0; k < distances.length; k++) {
            int i = random.nextInt(all.length);
            int j = random.nextInt(all.length - 1);
            distances[k] = Math.sqrt(square(all[i], all[j < i ? j : j + 1]));
        }
        Arrays.sort(distances);
        double median = distances[distances.length / 2];
        return median > 0 ? median : 1;
    }

    private static double square(double[] a, double... b) {
        double sum = 0;
        for (int j = 0; j < a.length; j++) {
            sum += (a[j] - b[j]) * (a[j] - b[j]);
        }
        return sum;
    }

    private static void shuffle(int[] order, SplittableRandom random) {
        for (int i = order.length - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int kept = order[i];
            order[i] = order[j];
            order[j] = kept;
        }
    }

    /** The kernel between all rows, 0 of a row with itself. */
    private static final class Gram {

        private final float[][] kernel;
        private final double[] sums;
        private final double total;

        Gram(double[][] rows, double bandwidth) {
            int n = rows.length;
            kernel = new float[n][n];
            sums = new double[n];
            for (int i = 0; i < n; i++) {
                for (int j = 0; j < i; j++) {
                    double squares = square(rows[i], rows[j]);
                    float value = (float) Math.exp(-0.5 * squares / bandwidth / bandwidth);
                    kernel[i][j] = value;
                    kernel[j][i] = value;
                    sums[i] += value;
                    sums[j] += value;
                }
            }
            total = Arrays.stream(sums).sum();
        }

        /** That of the first m rows of an order and the others, by the sums over the smaller. */
        double squared(int[] order, int m) {
            int n = order.length - m;
            double within = 0;
            double ofFirst = 0;
            for (int i = 0; i < m; i++) {
                float[] row = kernel[order[i]];
                ofFirst += sums[order[i]];
                for (int j = 0; j < i; j++) {
                    within += row[order[j]];
                }
            }
            double xx = 2 * within;
            double xy = ofFirst - xx;
            double yy = total - xx - 2 * xy;
            return xx / m / (m - 1.0) + yy / n / (n - 1.0) - 2 * xy / m / n;
        }

        /** With the error of a U-statistic, by the means of the kernel over each row. */
        Estimate estimate(int m) {
            int n = kernel.length - m;
            double[] ofX = new double[m];
            double[] ofY = new double[n];
            for (int i = 0; i < kernel.length; i++) {
                double toX = 0;
                for (int j = 0; j < m; j++) {
                    toX += kernel[i][j];
                }
                double toY = sums[i] - toX;
                if (i < m) {
                    ofX[i] = toX / (m - 1) - toY / n;
                } else {
                    ofY[i - m] = toY / (n - 1) - toX / m;
                }
            }
            Estimate x = Estimate.ofMean(ofX);
            Estimate y = Estimate.ofMean(ofY);
            return new Estimate(
                    x.value() + y.value(), 2 * Math.hypot(x.standardError(), y.standardError()));
        }
    }
}
