package org.djlflows.evaluation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;

import org.djlflows.Distribution;
import org.djlflows.data.Split;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * The integral of a density over \(\mathbb{R}^D\), which is 1 for a distribution, and is not for a
 * flow whose map does not reach all of the noise, or whose log-determinant is wrong.
 *
 * <p>It is estimated by importance sampling, \(\frac1n \sum_i p(x_i) / q(x_i)\) with \(x_i \sim
 * q\). q is made of multivariate t distributions with 4 degrees of freedom, so that nothing of p is
 * missed in its tails: four fifths about each of up to 500 rows, with the covariance of the rows
 * times the square of Silverman's bandwidth, and one in twenty each about their mean, with 3, 30,
 * 300 and 3,000 times their deviation. In few dimensions, up to about six, the interval is narrow;
 * in more it grows wide, and may then be too narrow itself.
 *
 * @see <a href="https://artowen.su.domains/mc/Ch-var-is.pdf">Owen, Monte Carlo theory, methods and
 *     examples, 2013, chapter 9</a>
 */
public final class Mass {

    private static final int POINTS = 20_000;
    private static final int MOST_CENTERS = 500;

    /** So that tails as heavy as those of a Cauchy distribution have points too. */
    private static final double[] WIDER = {3, 30, 300, 3000};

    /** The probability of each of these scales. */
    private static final double BROAD = 0.05;

    private static final int FREEDOM = 4;

    /** A direction in which rows vary by less is one of rounding. */
    private static final double ROUNDING = 1e-10;

    private Mass() {}

    /**
     * Integrates a density over \(\mathbb{R}^D\), by 20,000 points.
     *
     * @param density the distribution
     * @param rows rows x about which its mass lies, such as data or samples, at least D + 2, and if
     *     it has one a context, of which the first row counts
     * @return the integral
     * @throws IllegalArgumentException as {@link #of(Distribution, NDList, Bounds, int)}
     */
    public static Estimate of(Distribution density, NDList rows) {
        return of(density, rows, Bounds.none((int) density.getEventShape().size()), POINTS);
    }

    /**
     * Integrates a density over a box.
     *
     * @param density the distribution
     * @param rows rows x about which its mass lies, such as data or samples, at least D + 2, and if
     *     it has one a context, of which the first row counts
     * @param bounds the box; the density is not asked for points outside
     * @param points how many points are drawn, at least 2, always the same ones
     * @return the integral, NaN where a density is
     * @throws IllegalArgumentException if there are too few rows or they do not vary in D
     *     directions, bounds of another number of features, or too few points
     */
    public static Estimate of(Distribution density, NDList rows, Bounds bounds, int points) {
        double[][] centers = Matrix.of(rows.get(0));
        int features = (int) density.getEventShape().size();
        if (bounds.features() != features || points < 2 || centers.length < features + 2) {
            throw new IllegalArgumentException(
                    String.format(
                            "Mass: expected bounds of %d features, 2 points or more and at least %d"
                                    + " rows, got %d, %d and %d",
                            features, features + 2, bounds.features(), points, centers.length));
        }
        Whitening whitening = new Whitening(centers);
        Proposal proposal = new Proposal(whitening, centers);
        SplittableRandom random = new SplittableRandom(0);
        double[][] within =
                Stream.generate(() -> proposal.draw(random))
                        .limit(points)
                        .filter(y -> bounds.contains(whitening.undo(y)))
                        .toArray(double[][]::new);
        // Points outside of the box have the weight 0.
        double[] weights = new double[points];
        if (within.length > 0) {
            double[][] x = Arrays.stream(within).map(whitening::undo).toArray(double[][]::new);
            double[] logP = logDensities(density, rows, x);
            for (int i = 0; i < within.length; i++) {
                double logQ = proposal.logDensity(within[i]) - whitening.logDet;
                weights[i] = Math.exp(logP[i] - logQ);
            }
        }
        return Estimate.ofMean(weights);
    }

    private static double[] logDensities(Distribution density, NDList rows, double[]... points) {
        try (NDManager scratch = rows.get(0).getManager().newSubManager()) {
            double[] values = Arrays.stream(points).flatMapToDouble(Arrays::stream).toArray();
            Shape shape = new Shape(points.length).addAll(density.getEventShape());
            NDArray x = scratch.create(values, shape).toType(density.getDataType(), false);
            if (rows.size() < 2) {
                return Matrix.doubles(density.logProb(x));
            }
            NDArray c = rows.get(1).get("0:1");
            c.attach(scratch);
            return Matrix.doubles(density.logProb(x, c.repeat(0, points.length)));
        }
    }

    /** The linear map to coordinates in which rows have mean 0 and covariance I: x = m + L y. */
    private static final class Whitening {

        private final double[] mean;
        private final double[][] triangle;
        private final double logDet;

        Whitening(double[]... rows) {
            mean = new double[rows[0].length];
            for (int j = 0; j < mean.length; j++) {
                int at = j;
                mean[j] = Arrays.stream(rows).mapToDouble(row -> row[at]).average().orElseThrow();
            }
            triangle = triangle(covariance(rows));
            double sum = 0;
            for (int i = 0; i < triangle.length; i++) {
                sum += Math.log(triangle[i][i]);
            }
            logDet = sum;
        }

        private double[][] covariance(double[]... rows) {
            double[][] covariance = new double[mean.length][mean.length];
            for (double[] row : rows) {
                for (int i = 0; i < mean.length; i++) {
                    for (int j = 0; j <= i; j++) {
                        double product = (row[i] - mean[i]) * (row[j] - mean[j]);
                        covariance[i][j] += product / (rows.length - 1);
                    }
                }
            }
            return covariance;
        }

        /** The factor of Cholesky, of a covariance of which the lower half is read. */
        private static double[][] triangle(double[]... covariance) {
            int n = covariance.length;
            double[][] triangle = new double[n][n];
            for (int i = 0; i < n; i++) {
                for (int j = 0; j <= i; j++) {
                    double left = covariance[i][j];
                    for (int k = 0; k < j; k++) {
                        left -= triangle[i][k] * triangle[j][k];
                    }
                    if (i == j && !(left > ROUNDING * covariance[i][i])) {
                        throw new IllegalArgumentException(
                                "Mass: expected finite rows that vary in as many directions as there"
                                        + " are features, got some that do not in that of feature "
                                        + i);
                    }
                    triangle[i][j] = i == j ? Math.sqrt(left) : left / triangle[j][j];
                }
            }
            return triangle;
        }

        double[] apply(double... x) {
            double[] y = new double[x.length];
            for (int i = 0; i < y.length; i++) {
                double left = x[i] - mean[i];
                for (int j = 0; j < i; j++) {
                    left -= triangle[i][j] * y[j];
                }
                y[i] = left / triangle[i][i];
            }
            return y;
        }

        double[] undo(double... y) {
            double[] x = mean.clone();
            for (int i = 0; i < x.length; i++) {
                for (int j = 0; j <= i; j++) {
                    x[i] += triangle[i][j] * y[j];
                }
            }
            return x;
        }
    }

    /** The mixture q, over whitened rows. */
    private static final class Proposal {

        private final double[][] centers;
        private final int features;
        private final double bandwidth;

        /** The logarithm of the density of a t distribution of scale 1 at its centre. */
        private final double atCenter;

        Proposal(Whitening whitening, double[]... rows) {
            int[] chosen = Split.spread(rows.length, MOST_CENTERS);
            centers =
                    Arrays.stream(chosen)
                            .mapToObj(i -> whitening.apply(rows[i]))
                            .toArray(double[][]::new);
            features = rows[0].length;
            bandwidth = Math.pow(centers.length * (features + 2) / 4.0, -1.0 / (features + 4));
            atCenter =
                    logGammaOfHalf(FREEDOM + features)
                            - logGammaOfHalf(FREEDOM)
                            - 0.5 * features * Math.log(FREEDOM * Math.PI);
        }

        /** Returns \(\log \Gamma(n / 2)\). */
        private static double logGammaOfHalf(int n) {
            double sum = n % 2 == 0 ? 0 : 0.5 * Math.log(Math.PI);
            for (double x = n % 2 == 0 ? 1 : 0.5; x < n / 2.0; x++) {
                sum += Math.log(x);
            }
            return sum;
        }

        double[] draw(SplittableRandom random) {
            int wider = (int) (random.nextDouble() / BROAD);
            boolean broad = wider < WIDER.length;
            double[] center = centers[random.nextInt(centers.length)];
            double square = 0;
            for (int k = 0; k < FREEDOM; k++) {
                double e = random.nextGaussian();
                square += e * e;
            }
            double scale = (broad ? WIDER[wider] : bandwidth) * Math.sqrt(FREEDOM / square);
            double[] y = new double[features];
            Arrays.setAll(y, j -> (broad ? 0 : center[j]) + scale * random.nextGaussian());
            return y;
        }

        double logDensity(double... y) {
            double near = 0;
            for (double[] center : centers) {
                near += kernel(y, center, bandwidth) / centers.length;
            }
            double broad = 0;
            for (double wider : WIDER) {
                broad += kernel(y, new double[features], wider);
            }
            double density = (1 - BROAD * WIDER.length) * near + BROAD * broad;
            return atCenter + Math.log(density);
        }

        private double kernel(double[] y, double[] center, double scale) {
            double square = 0;
            for (int j = 0; j < features; j++) {
                double by = (y[j] - center[j]) / scale;
                square += by * by;
            }
            double power = -0.5 * (FREEDOM + features);
            return Math.pow(1 + square / FREEDOM, power) * Math.pow(scale, -features);
        }
    }
}
