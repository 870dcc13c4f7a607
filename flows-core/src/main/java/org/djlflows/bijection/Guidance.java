package org.djlflows.bijection;

import org.djlflows.Bijection;
import org.djlflows.NormalizingFlow;
import org.djlflows.kernel.Kernel;

/**
 * Guidance of a {@link TransformerAutoregressive} layer: samples of a class that are more typical
 * of it, or typical ones of a model without classes. \(\alpha, \mu\) of the layer are moved away
 * from \(\alpha_u, \mu_u\), those of the mean class, made with the attention at a temperature.
 *
 * <p>A guided layer is a bijection as any other, with forward, inverse and exact log-determinants,
 * at twice the cost.
 *
 * @param rule how far from which
 * @param weight the weight w, at least 0; 0 changes nothing
 * @param annealed whether the weight of token i of N, counted from 0, is \(w i / (N - 1)\)
 * @param temperature what the scores of the attention are divided by for \(\alpha_u, \mu_u\),
 *     positive; 1 is the usual attention. Without classes some other value has to tell the two
 *     apart
 * @see <a href="https://arxiv.org/abs/2412.06329">Zhai et al., Normalizing Flows are Capable
 *     Generative Models, 2025, section 3.5</a>
 */
public record Guidance(Rule rule, double weight, boolean annealed, double temperature) {

    /** How alpha and mu are moved. */
    public enum Rule {
        /** \(\alpha + w (\alpha - \alpha_u)\) and \(\mu + w (\mu - \mu_u)\): TarFlow. */
        SCALE_AND_SHIFT,
        /** \(\alpha + w (\alpha - \alpha_u)\) alone. */
        SCALE,
        /** \(\mu + w (\mu - \mu_u)\) alone. */
        SHIFT,
        /**
         * \(\sigma^2 = \sigma_c^2 / (1 + w - w s)\) and \(\mu = ((1 + w) \mu_c - w s \mu_u) / (1 +
         * w - w s)\) with \(s = \min(1, \sigma_c / \sigma_u)^2\), \(\sigma = e^\alpha\): STARFlow,
         * which bears large weights.
         *
         * @see <a href="https://arxiv.org/abs/2506.06276">Gu et al., STARFlow, 2025</a>
         */
        COMBINED;

        private Kernel kernel() {
            return this == COMBINED
                    ? Kernel.of(Guidance.class, "guidance_combined")
                    : Kernel.of(Guidance.class, "guidance_extrapolated")
                            .with("SCALE", this != SHIFT)
                            .with("SHIFT", this != SCALE);
        }
    }

    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if the weight is negative, the temperature not positive, or
     *     one of them not finite
     */
    public Guidance {
        boolean inRange = weight >= 0 && temperature > 0;
        if (!inRange || Double.isInfinite(weight) || Double.isInfinite(temperature)) {
            throw new IllegalArgumentException(
                    String.format(
                            "Guidance: expected a weight of at least 0 and a positive temperature,"
                                    + " got %s and %s",
                            weight, temperature));
        }
    }

    /**
     * Guides the layers of a flow.
     *
     * @param flow the flow
     * @return a flow on the same parameters, whose density is that of its samples
     */
    public NormalizingFlow guide(NormalizingFlow flow) {
        return flow.withSteps(this::guide);
    }

    /**
     * Guides a layer.
     *
     * @param layer any layer
     * @return a guided layer on the same parameters; the layer itself where it has no transformer
     */
    public Bijection guide(Bijection layer) {
        return layer instanceof TransformerAutoregressive transformer
                ? transformer.guided(this)
                : layer;
    }

    /**
     * Returns the kernel of guided maps.
     *
     * @param conditional the maps of the class, at temperature 1
     * @param unconditional the maps at the temperature
     * @param tokens the number of tokens
     */
    Kernel kernel(Kernel conditional, Kernel unconditional, long tokens) {
        return Kernel.of(Guidance.class, "guided_maps")
                .calling("conditional", conditional)
                .calling("unconditional", unconditional)
                .calling("rule", rule.kernel())
                .with("WEIGHT", weight)
                .with("ANNEALED", annealed)
                .with("TOKENS", (double) (tokens - 1));
    }
}
