package org.djlflows.evaluation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;

import org.djlflows.Distribution;
import org.djlflows.kernel.Chunks;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;

/**
 * How samples of a distribution q stand for those of a target \(p = \tilde p / Z\): the weights
 * \(w_i = \tilde p(x_i) / q(x_i)\) of \(x_i \sim q\), kept as logarithms.
 *
 * <p>All that is estimated here supposes that q covers p: a mode of p from which no sample came is
 * not seen. A small {@link #efficiency} tells that the estimates are poor; a large one does not
 * prove that they are good.
 *
 * @see <a href="https://artowen.su.domains/mc/Ch-var-is.pdf">Owen, Monte Carlo theory, methods and
 *     examples, 2013, chapter 9</a>
 */
public final class ImportanceWeights {

    private final double[] logWeights;
    private final double logSum;

    private ImportanceWeights(double[] logWeights) {
        this.logWeights = logWeights;
        logSum = logSumExp(logWeights, w -> w);
        if (!Double.isFinite(logSum)) {
            throw new IllegalArgumentException(
                    "ImportanceWeights: expected log-weights below infinity, one of them finite,"
                            + " got a sum of "
                            + logSum);
        }
    }

    /**
     * Takes weights that were computed elsewhere.
     *
     * @param logWeights the logarithm of each weight; minus infinity outside the target's support
     * @return the weights
     * @throws IllegalArgumentException if there are fewer than two, if one is NaN or infinity, or
     *     all are minus infinity
     */
    public static ImportanceWeights of(double... logWeights) {
        if (logWeights.length < 2) {
            throw new IllegalArgumentException(
                    "ImportanceWeights: expected at least 2 weights, got " + logWeights.length);
        }
        return new ImportanceWeights(logWeights.clone());
    }

    /**
     * Weighs samples that were drawn before.
     *
     * @param target a block from x to \(\log \tilde p(x)\), initialised
     * @param samples samples x and their log-density, as {@link Distribution#sampleWithLogProb}
     *     returns them
     * @return the weights, in the order of the samples
     * @throws IllegalArgumentException as {@link #of(double...)}, or if there is not one
     *     log-density of each kind for each sample
     */
    public static ImportanceWeights of(Block target, NDList samples) {
        return of(target, samples, new NDList());
    }

    /**
     * Weighs samples for which there is a context, as a target that is conditional takes it.
     *
     * @param target a block from x and c to \(\log \tilde p(x, c)\), initialised
     * @param samples samples x and their log-density, as {@link Distribution#sampleWithLogProb}
     *     returns them
     * @param context the context of each sample
     * @return the weights, in the order of the samples
     * @throws IllegalArgumentException as {@link #of(double...)}, or if there is not one
     *     log-density of each kind for each sample
     */
    public static ImportanceWeights of(Block target, NDList samples, NDArray context) {
        return of(target, samples, new NDList(context));
    }

    private static ImportanceWeights of(Block target, NDList samples, NDList context) {
        NDArray x = samples.get(0);
        int n = Math.toIntExact(x.getShape().get(0));
        double[] weights = logDensities(samples.get(1), n);
        NDList rows = new NDList(x).addAll(context);
        double[] logP;
        try (NDArray out = Chunks.forward(target, rows).get(0)) {
            logP = logDensities(out, n);
        }
        Arrays.setAll(weights, i -> logP[i] - weights[i]);
        return of(weights);
    }

    /**
     * Draws samples and weighs them.
     *
     * @param flow the distribution q, without context
     * @param target a block from x to \(\log \tilde p(x)\), initialised here if it is not
     * @param manager the manager for what is in work
     * @param n the number of samples, at least 2
     * @return the weights
     * @throws IllegalArgumentException as {@link #of(double...)}
     */
    public static ImportanceWeights draw(
            Distribution flow, Block target, NDManager manager, int n) {
        Shape one = new Shape(1).addAll(flow.getEventShape());
        target.initialize(manager, flow.getDataType(), one);
        try (NDManager scratch = manager.newSubManager()) {
            return of(target, flow.sampleWithLogProb(scratch, n));
        }
    }

    private static double[] logDensities(NDArray array, long rows) {
        if (!array.getShape().equals(new Shape(rows))) {
            throw new IllegalArgumentException(
                    "ImportanceWeights: expected log-densities of shape "
                            + new Shape(rows)
                            + ", got "
                            + array.getShape());
        }
        try (NDArray wide = array.toType(DataType.FLOAT64, true)) {
            return wide.toDoubleArray();
        }
    }

    /** The logarithm of the sum of exp over terms made of the log-weights. */
    private static double logSumExp(double[] logWeights, DoubleUnaryOperator term) {
        double[] terms = Arrays.stream(logWeights).map(term).toArray();
        double largest = Arrays.stream(terms).reduce(Double.NEGATIVE_INFINITY, Math::max);
        if (!Double.isFinite(largest)) {
            return largest;
        }
        return largest + Math.log(Arrays.stream(terms).map(t -> Math.exp(t - largest)).sum());
    }

    /**
     * Returns the log-weights.
     *
     * @return the logarithm of each weight, in the order of the samples
     */
    public double[] logWeights() {
        return logWeights.clone();
    }

    /**
     * Returns the weights with sum 1.
     *
     * @return the normalised weights, in the order of the samples
     */
    public double[] normalized() {
        return Arrays.stream(logWeights).map(w -> Math.exp(w - logSum)).toArray();
    }

    /**
     * Returns the effective sample size \((\sum_i w_i)^2 / \sum_i w_i^2\): as many samples of p
     * would give expectations as accurate, roughly.
     *
     * @return a number from 1 to that of the samples
     */
    public double effectiveSampleSize() {
        return Math.exp(2 * logSum - logSumExp(logWeights, w -> 2 * w));
    }

    /**
     * Estimates the effective sample size as a share of the samples, \(\mathbb{E}[w]^2 /
     * \mathbb{E}[w^2]\). The standard error is by the delta method, the interval that of a normal
     * logarithm, so that it lies between 0 and 1.
     *
     * @return a number above 0, at most 1
     */
    public Estimate efficiency() {
        double share = effectiveSampleSize() / logWeights.length;
        double[] influence = relative();
        // Of log E[w]^2 - log E[w^2], with weights of mean 1 and mean square 1 / share.
        Arrays.setAll(influence, i -> influence[i] * (2 - influence[i] * share));
        double error = Estimate.ofMean(influence).standardError();
        Estimate ofLogarithm = new Estimate(Math.log(share), error);
        return new Estimate(
                share,
                share * error,
                Math.exp(ofLogarithm.low()),
                Math.min(1, Math.exp(ofLogarithm.high())));
    }

    /**
     * Estimates \(\log Z \approx \log \frac1n \sum_i w_i\), which is too low in the mean, by half
     * the square of the standard error.
     *
     * @return the estimate; its standard error is that of the mean weight over the mean weight
     */
    public Estimate logNormalizer() {
        double[] shares = relative();
        return new Estimate(
                logSum - Math.log(logWeights.length), Estimate.ofMean(shares).standardError());
    }

    /**
     * Estimates the bound that variational inference maximises, minus infinity where a weight is 0,
     * \(\mathbb{E}_q[\log \tilde p(x) - \log q(x)]\).
     *
     * @return the estimate
     */
    public Estimate evidenceBound() {
        return Estimate.ofMean(logWeights);
    }

    /**
     * Estimates \(\mathrm{KL}(q \| p)\) with the estimated normaliser.
     *
     * @return the estimate
     */
    public Estimate reverseKl() {
        double[] influence = relative();
        Arrays.setAll(influence, i -> influence[i] - logWeights[i]);
        double value = logNormalizer().value() - evidenceBound().value();
        return new Estimate(value, Estimate.ofMean(influence).standardError());
    }

    /**
     * Estimates \(\mathrm{KL}(q \| p)\) with a normaliser that is known, for example from a grid.
     *
     * @param logNormalizer log Z
     * @return the estimate
     */
    public Estimate reverseKl(double logNormalizer) {
        Estimate bound = evidenceBound();
        return new Estimate(logNormalizer - bound.value(), bound.standardError());
    }

    /**
     * Estimates an expectation under the target, \(\mathbb{E}_p[f] \approx \sum_i w_i f_i / \sum_i
     * w_i\).
     *
     * @param values the values \(f(x_i)\), in the order of the samples
     * @return the estimate
     * @throws IllegalArgumentException if there is not one value for each sample
     */
    public Estimate expectation(double... values) {
        if (values.length != logWeights.length) {
            throw new IllegalArgumentException(
                    "ImportanceWeights: expected "
                            + logWeights.length
                            + " values, got "
                            + values.length);
        }
        double[] weights = normalized();
        double mean = 0;
        for (int i = 0; i < values.length; i++) {
            // A weight of 0 takes part in nothing, not even with an infinite value.
            mean += weights[i] == 0 ? 0 : weights[i] * values[i];
        }
        double variance = 0;
        for (int i = 0; i < values.length; i++) {
            double part = weights[i] == 0 ? 0 : weights[i] * (values[i] - mean);
            variance += part * part;
        }
        return new Estimate(mean, Math.sqrt(variance));
    }

    /** Returns the weights over their mean. */
    private double[] relative() {
        double[] relative = normalized();
        Arrays.setAll(relative, i -> relative[i] * relative.length);
        return relative;
    }
}
