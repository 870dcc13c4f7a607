package org.djlflows.evaluation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;

import org.djlflows.Distribution;

import java.util.Arrays;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/**
 * Whether the draws of a conditional distribution are as sure as they should be: for each of n rows
 * (x, c) that it was not trained on, L draws given c, and where the truth x lies among them.
 * Without a context the draws are those of the distribution as a whole, and the ranks by feature
 * compare each column of the data with that of the samples.
 *
 * <ul>
 *   <li><b>ranks</b>, simulation-based calibration (SBC): for each feature how many draws are less
 *       than the truth
 *   <li><b>highestDensity</b>, expected coverage: how many draws have a greater density than the
 *       truth, so that the truth is in the region of highest density of level u with probability u
 *   <li><b>tarp</b>: how many draws are closer to a random point than the truth; the points are
 *       uniform over the box of all truths, distances in units of its sides
 * </ul>
 *
 * <p>All three are uniform where the distribution is exact. The converse does not hold: one that
 * ignores its context and knows how often each x comes passes them too, so look at the {@link
 * Likelihood} as well.
 *
 * @param ranks the ranks by each feature
 * @param highestDensity the ranks by density
 * @param tarp the ranks by distance to a random point
 * @see <a href="https://arxiv.org/abs/1804.06788">Talts et al., Validating Bayesian Inference
 *     Algorithms with Simulation-Based Calibration, 2018</a>
 * @see <a href="https://arxiv.org/abs/2110.06581">Hermans et al., A Trust Crisis In
 *     Simulation-Based Inference?, 2022, expected coverage</a>
 * @see <a href="https://arxiv.org/abs/2302.03026">Lemos, Coogan, Hezaveh and Perreault-Levasseur,
 *     Sampling-Based Accuracy Testing of Posterior Estimators for General Inference, 2023,
 *     algorithm 2</a>
 */
public record Calibration(List<Ranks> ranks, Ranks highestDensity, Ranks tarp) {

    /** The draws that are held at a time. */
    private static final int MOST_DRAWS = 1 << 16;

    /**
     * Copies the list.
     *
     * @param ranks the ranks by each feature
     * @param highestDensity the ranks by density
     * @param tarp the ranks by distance to a random point
     */
    public Calibration {
        ranks = List.copyOf(ranks);
    }

    /**
     * Draws and ranks. Samples come from the generator of the engine; the points of TARP and the
     * order of ties are always the same ones.
     *
     * @param distribution the distribution, such as a posterior
     * @param rows independent rows x and, if it has one, their context, at least one, of what it
     *     stands for: pairs from the prior and the simulator, or held-out data
     * @param draws the number of draws L for each row; 99 or 199 have simple histograms
     * @return the ranks
     * @throws IllegalArgumentException if there are no rows or draws, or the rows do not fit the
     *     distribution
     */
    public static Calibration of(Distribution distribution, NDList rows, int draws) {
        int n = Math.toIntExact(rows.get(0).getShape().get(0));
        if (n == 0 || draws < 1) {
            throw new IllegalArgumentException(
                    "Calibration: expected rows and draws, got " + n + " and " + draws);
        }
        Counts counts = new Counts(Matrix.of(rows.get(0)), draws);
        int perChunk = Math.max(1, MOST_DRAWS / draws);
        for (int from = 0; from < n; from += perChunk) {
            int to = Math.min(n, from + perChunk);
            try (NDManager scratch = rows.get(0).getManager().newSubManager()) {
                NDList some = Matrix.rows(rows, from, to);
                some.attach(scratch);
                counts.add(distribution, some, from, scratch);
            }
        }
        return new Calibration(
                Arrays.stream(counts.byFeature).map(r -> Ranks.of(draws, r)).toList(),
                Ranks.of(draws, counts.byDensity),
                Ranks.of(draws, counts.byDistance));
    }

    /** The ranks while they are counted. */
    private static final class Counts {

        private final double[][] truths;
        private final int draws;
        private final double[] low;
        private final double[] side;
        private final int[][] byFeature;
        private final int[] byDensity;
        private final int[] byDistance;
        private final SplittableRandom random = new SplittableRandom(0);

        Counts(double[][] truths, int draws) {
            this.truths = truths;
            this.draws = draws;
            int features = truths[0].length;
            low = new double[features];
            side = new double[features];
            for (int j = 0; j < features; j++) {
                int at = j;
                DoubleSummaryStatistics column =
                        Arrays.stream(truths)
                                .mapToDouble(row -> row[at])
                                .filter(Double::isFinite)
                                .summaryStatistics();
                low[j] = column.getCount() > 0 ? column.getMin() : 0;
                side[j] = column.getMax() > low[j] ? column.getMax() - low[j] : 1;
            }
            byFeature = new int[features][truths.length];
            byDensity = new int[truths.length];
            byDistance = new int[truths.length];
        }

        void add(Distribution distribution, NDList rows, int from, NDManager scratch) {
            int count = (int) rows.get(0).getShape().get(0);
            boolean given = rows.size() > 1;
            NDArray logProb =
                    given
                            ? distribution.logProb(rows.get(0), rows.get(1))
                            : distribution.logProb(rows.get(0));
            NDList drawn =
                    given
                            ? distribution.sampleWithLogProb(rows.get(1).repeat(0, draws))
                            : distribution.sampleWithLogProb(scratch, (long) count * draws);
            double[] density = Matrix.doubles(logProb);
            double[] densities = Matrix.doubles(drawn.get(1));
            double[][] samples = Matrix.of(drawn.get(0));
            for (int i = 0; i < count; i++) {
                int row = from + i;
                int first = i * draws;
                double truth = density[i];
                byDensity[row] = rank(l -> -densities[first + l], -truth);
                for (int j = 0; j < byFeature.length; j++) {
                    int at = j;
                    byFeature[j][row] = rank(l -> samples[first + l][at], truths[row][at]);
                }
                double[] point = new double[low.length];
                Arrays.setAll(point, j -> low[j] + side[j] * random.nextDouble());
                byDistance[row] =
                        rank(
                                l -> distance(samples[first + l], point),
                                distance(truths[row], point));
            }
        }

        private double distance(double[] a, double... b) {
            return IntStream.range(0, a.length)
                    .mapToDouble(j -> (place(a[j], j) - b[j]) / side[j])
                    .map(by -> by * by)
                    .sum();
        }

        /** A missing cell is one outside of the box. */
        private double place(double cell, int feature) {
            return Double.isFinite(cell) ? cell : low[feature] - side[feature];
        }

        /** Counts the draws before a truth; equal ones are as probably before as behind it. */
        private int rank(IntToDoubleFunction drawn, double truth) {
            int before = 0;
            int equal = 0;
            for (int l = 0; l < draws; l++) {
                int order = Double.compare(drawn.applyAsDouble(l), truth);
                before += order < 0 ? 1 : 0;
                equal += order == 0 ? 1 : 0;
            }
            return before + (equal > 0 ? random.nextInt(equal + 1) : 0);
        }
    }
}
