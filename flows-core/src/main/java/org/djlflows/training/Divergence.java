package org.djlflows.training;

import org.djlflows.kernel.Kernel;

/**
 * What variational inference minimises between a flow q and a target \(p = \tilde p / Z\): a bound
 * on log Z from samples of q, with weights \(w = \tilde p(x)^\beta / q(x)\).
 *
 * <p>\(L_\alpha = \frac{1}{1 - \alpha} \log \frac1S \sum_{s=1}^S w_s^{1 - \alpha}\), in the limit
 * \(L_1 = \frac1S \sum_s \log w_s\). Its mean is at most log Z for \(\alpha \ge 0\), and maximised;
 * for \(\alpha \lt 0\) it is an upper bound in the limit of many samples, and minimised. (Such an
 * order needs thousands of samples a bound: with few, the estimate is least where q collapses.) The
 * larger \(\alpha\), the more q keeps to one mode; the smaller, the more it covers all mass.
 *
 * <p>Gradients go through the samples; the base of q must be one that samples differentiably.
 *
 * @see <a href="https://arxiv.org/abs/1602.02311">Li and Turner, Renyi Divergence Variational
 *     Inference, 2016, equations 7 and 14</a>
 */
public final class Divergence {

    private final double alpha;
    private final int samples;
    private final boolean pathGradient;

    private Divergence(double alpha, int samples, boolean pathGradient) {
        this.alpha = alpha;
        this.samples = samples;
        this.pathGradient = pathGradient;
    }

    /**
     * Returns the reverse Kullback-Leibler divergence, \(\mathrm{KL}(q \| p) = \log Z -
     * \mathbb{E}[L_1]\), from one sample a bound.
     *
     * @return the divergence
     */
    public static Divergence reverseKl() {
        return new Divergence(1, 1, false);
    }

    /**
     * Returns Renyi's divergence of order \(\alpha\).
     *
     * @param alpha the order: 0 gives the importance-weighted bound, -1 the chi-squared upper bound
     * @param samples the number of samples S of a bound, 2 or more for a negative order; with 1 all
     *     other orders are the reverse KL
     * @return the divergence
     * @throws IllegalArgumentException if the order is not finite, or if there is no sample or, for
     *     a negative order, one alone: to minimise its bound would maximise the reverse KL
     */
    public static Divergence renyi(double alpha, int samples) {
        if (!Double.isFinite(alpha) || samples < (alpha < 0 ? 2 : 1)) {
            throw new IllegalArgumentException(
                    "Divergence: expected a finite order and at least 1 sample, 2 for a negative"
                            + " order, got "
                            + alpha
                            + " and "
                            + samples);
        }
        return new Divergence(alpha, samples, false);
    }

    /**
     * Returns the same divergence with a gradient of less variance, which vanishes where q is p:
     * that of the path through the samples alone, without the score \(\partial \log q\) at a fixed
     * x, whose mean is 0 or, for \(\alpha \ne 1\), has been put in terms of the path. Evaluates the
     * density of each sample by {@code forward}, which takes D passes where only {@code inverse}
     * takes one.
     *
     * @return the divergence
     * @see <a href="https://arxiv.org/abs/1703.09194">Roeder et al., Sticking the Landing, 2017,
     *     equation 6</a>
     * @see <a href="https://arxiv.org/abs/1810.04152">Tucker et al., Doubly Reparameterized
     *     Gradient Estimators, 2019, equation 8, for alpha = 0</a>
     */
    public Divergence withPathGradient() {
        return new Divergence(alpha, samples, true);
    }

    /**
     * Returns what the divergence is.
     *
     * @return its order, its samples and its gradient
     */
    @Override
    public String toString() {
        String gradient = pathGradient ? ", path gradient" : "";
        return "Divergence of order " + alpha + ", samples " + samples + gradient;
    }

    /** Returns how many samples make a bound. */
    int samples() {
        return samples;
    }

    boolean isPathGradient() {
        return pathGradient;
    }

    /**
     * Tells whether the gradient is also that of the target's parameters: an upper bound would make
     * the evidence small, and the weights of the path gradient are not theirs.
     */
    boolean trainsTargets() {
        return pathGradient ? alpha == 1 : alpha >= 0;
    }

    /** Returns 1 where the negative bound is minimised, -1 where the bound is. */
    int sign() {
        return alpha < 0 ? -1 : 1;
    }

    /** Returns the kernel with {@code loss(log_p, log_q, beta)}. */
    Kernel kernel() {
        return Kernel.of(Divergence.class, "divergence")
                .with("ALPHA", alpha)
                .with("SAMPLES", samples)
                .with("SIGN", (double) -sign())
                .with("PATH_GRADIENT", pathGradient);
    }
}
