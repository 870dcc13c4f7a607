package org.djlflows.evaluation;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * The ranks of truths among draws that should be distributed as they are: how many of L draws come
 * before the truth, by whatever order. Where the draws are right each rank from 0 to L is as
 * probable as any other.
 *
 * <p>The test and its bands compare the share of ranks up to k with \(u_k = (k + 1) / (L + 1)\), by
 * the largest of \(|F_k - u_k| / \sqrt{u_k (1 - u_k) / n}\) over all k. How large that becomes for
 * n uniform ranks is found by 1,999 simulations, so p-values hold for any number of rows and draws.
 *
 * @see <a href="https://arxiv.org/abs/1804.06788">Talts, Betancourt, Simpson, Vehtari and Gelman,
 *     Validating Bayesian Inference Algorithms with Simulation-Based Calibration, 2018</a>
 * @see <a href="https://arxiv.org/abs/2103.10522">Säilynoja, Bürkner and Vehtari, Graphical test
 *     for discrete uniformity, 2022; the bands</a>
 */
public final class Ranks {

    private static final int SIMULATIONS = 1999;

    /** The least p-value. */
    static final double LEAST = 1.0 / (1 + SIMULATIONS);

    private static final double OUTSIDE = 0.05;

    /** The probability that a bar of a histogram lies outside of its band, on either side. */
    private static final double OUTSIDE_OF_A_BAR = 0.005;

    private final int draws;
    private final int[] ranks;
    private final double[] shares;
    private final double pValue;
    private final double critical;

    private Ranks(int draws, int... ranks) {
        this.draws = draws;
        this.ranks = ranks;
        shares = new double[draws + 1];
        double found = deviation(ranks, shares);
        SplittableRandom random = new SplittableRandom(0);
        double[] simulated = new double[SIMULATIONS];
        int[] uniform = new int[ranks.length];
        double[] scratch = new double[draws + 1];
        int asFar = 0;
        for (int k = 0; k < SIMULATIONS; k++) {
            for (int i = 0; i < uniform.length; i++) {
                uniform[i] = random.nextInt(draws + 1);
            }
            simulated[k] = deviation(uniform, scratch);
            asFar += simulated[k] >= found ? 1 : 0;
        }
        pValue = (1.0 + asFar) / (1 + SIMULATIONS);
        Arrays.sort(simulated);
        critical = simulated[(int) Math.ceil((1 - OUTSIDE) * (1 + SIMULATIONS)) - 1];
    }

    /**
     * Takes ranks.
     *
     * @param draws the number of draws L among which each was found, at least 1
     * @param ranks the ranks, from 0 to L, of independent rows, at least one
     * @return the ranks
     * @throws IllegalArgumentException if there are no ranks, or one is out of range
     */
    public static Ranks of(int draws, int... ranks) {
        if (draws < 1
                || ranks.length == 0
                || !Arrays.stream(ranks).allMatch(rank -> rank >= 0 && rank <= draws)) {
            throw new IllegalArgumentException(
                    "Ranks: expected at least one rank from 0 to the number of draws, got "
                            + (ranks.length == 0
                                    ? "none"
                                    : Arrays.stream(ranks).min().getAsInt()
                                            + " to "
                                            + Arrays.stream(ranks).max().getAsInt())
                            + " among "
                            + draws);
        }
        return new Ranks(draws, ranks.clone());
    }

    /** Fills in the share of ranks up to each, and returns by how much they are off. */
    private static double deviation(int[] ranks, double... shares) {
        Arrays.fill(shares, 0);
        for (int rank : ranks) {
            shares[rank]++;
        }
        double largest = 0;
        double sum = 0;
        for (int k = 0; k < shares.length; k++) {
            sum += shares[k];
            shares[k] = sum / ranks.length;
            if (k < shares.length - 1) {
                double u = (k + 1.0) / shares.length;
                double error = Math.sqrt(u * (1 - u) / ranks.length);
                largest = Math.max(largest, Math.abs(shares[k] - u) / error);
            }
        }
        return largest;
    }

    /**
     * Returns the number of draws.
     *
     * @return L, the largest rank
     */
    public int draws() {
        return draws;
    }

    /**
     * Returns the number of rows.
     *
     * @return n, the number of ranks
     */
    public int rows() {
        return ranks.length;
    }

    /**
     * Returns the ranks.
     *
     * @return for each row a number from 0 to L
     */
    public int[] ranks() {
        return ranks.clone();
    }

    /**
     * Returns how probable ranks as far from uniform are where all is right.
     *
     * @return a p-value, at least 0.0005
     */
    public double pValue() {
        return pValue;
    }

    /**
     * Counts the ranks in classes of the same width. Too many in the outer classes tell of draws
     * that lie too close together, too many in the inner ones of draws too far apart, a slope of a
     * shift.
     *
     * @param bins the number of classes, which divides L + 1
     * @return the number of ranks in each class
     * @throws IllegalArgumentException if classes would differ in width
     */
    public int[] histogram(int bins) {
        int width = width(bins);
        int[] counts = new int[bins];
        for (int rank : ranks) {
            counts[rank / width]++;
        }
        return counts;
    }

    private int width(int bins) {
        if (bins < 1 || (draws + 1) % bins != 0) {
            throw new IllegalArgumentException(
                    String.format(
                            "Ranks: expected a number of classes that divides %d, got %d",
                            draws + 1, bins));
        }
        return (draws + 1) / bins;
    }

    /**
     * Returns between which counts a class lies with 99 % where all is right.
     *
     * @param bins the number of classes, which divides L + 1
     * @return the least and the greatest count, quantiles of the binomial distribution
     * @throws IllegalArgumentException if classes would differ in width
     */
    public int[] histogramBand(int bins) {
        double p = (double) width(bins) / (draws + 1);
        Binomial count = new Binomial(ranks.length, p);
        return bins == 1
                ? new int[] {ranks.length, ranks.length}
                : new int[] {
                    count.quantile(OUTSIDE_OF_A_BAR), count.quantile(1 - OUTSIDE_OF_A_BAR)
                };
    }

    /**
     * Returns how many of the truths come within the first part of the draws. Of ranks by {@link
     * Calibration#highestDensity density} that is the coverage of credible regions: below the level
     * where a posterior is too sure, above it where it is too cautious.
     *
     * @param level the part of the draws, from 0 to 1; it counts as the nearest k / (L + 1)
     * @return the share of truths with a rank below k
     * @throws IllegalArgumentException if the level is none
     */
    public Estimate coverage(double level) {
        if (!(level >= 0 && level <= 1)) {
            throw new IllegalArgumentException("Ranks: expected a level from 0 to 1, got " + level);
        }
        long first = Math.round(level * (draws + 1));
        return Estimate.ofShare(
                Arrays.stream(ranks).filter(rank -> rank < first).count(), ranks.length);
    }

    /**
     * Returns the shares that {@link #coverage} estimates, for all levels.
     *
     * @return for k = 0, ..., L the share of ranks up to k, at the level \((k + 1) / (L + 1)\)
     */
    public double[] shares() {
        return shares.clone();
    }

    /**
     * Returns by how much a share can differ from its level: where all is right, all of them lie
     * within this band with 95 %.
     *
     * @param level the level u, from 0 to 1
     * @return half the width of the band, \(c \sqrt{u (1 - u) / n}\)
     */
    public double band(double level) {
        return critical * Math.sqrt(level * (1 - level) / ranks.length);
    }
}
