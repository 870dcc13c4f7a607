package org.djlflows.bijection;

import org.djlflows.Bijection;
import org.djlflows.NormalizingFlow;
import org.djlflows.kernel.Kernel;

import java.util.List;

/**
 * Guidance of a {@link TransformerAutoregressive} layer: samples of a class that are more typical
 * of it, or typical ones of a model without classes. \(\alpha, \mu\) of the layer are moved away
 * from \(\alpha_u, \mu_u\), those of the mean class, made with the attention at a temperature.
 *
 * <p>A guided layer is a bijection as any other, with forward, inverse and exact log-determinants,
 * at twice the cost.
 *
 * @param rule which of the two are moved and how
 * @param weight the weight w, at least 0; 0 changes nothing
 * @param annealed whether the weight of token i of N, counted from 0, is \(w i / (N - 1)\)
 * @param temperature what the scores of the attention are divided by for \(\alpha_u, \mu_u\),
 *     positive; 1 is the usual attention. Without classes some other value has to tell the two
 *     apart
 * @see <a href="https://arxiv.org/abs/2412.06329">Zhai et al., Normalizing Flows are Capable
 *     Generative Models, 2025, section 2.6</a>
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
     * Returns the guidance of published samples: of scale and shift, annealed, away from the mean
     * class.
     *
     * @param weight the weight w, at least 0
     * @return the guidance
     * @throws IllegalArgumentException if the weight is negative or not finite
     */
    public static Guidance of(double weight) {
        return new Guidance(Rule.SCALE_AND_SHIFT, weight, true, 1);
    }

    /**
     * Checks the numbers.
     *
     * @param rule which of the two are moved and how
     * @param weight the weight w, at least 0
     * @param annealed whether the weight rises from token to token
     * @param temperature what the scores of the attention are divided by, positive
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
     * Guides the layers of a flow that are steps of its bijection; those of its base are left
     * alone. Where the flow embeds its context the mean class is that of the embedding.
     *
     * @param flow the flow
     * @return a flow on the same parameters, whose density is that of its samples
     * @throws IllegalArgumentException if no step is a {@link TransformerAutoregressive}
     */
    public NormalizingFlow guide(NormalizingFlow flow) {
        List<Bijection> steps = flow.getBijection().getSteps();
        if (steps.stream().noneMatch(TransformerAutoregressive.class::isInstance)) {
            throw new IllegalArgumentException(
                    "Guidance: expected a flow with a TransformerAutoregressive layer, got "
                            + steps.stream().map(s -> s.getClass().getSimpleName()).toList());
        }
        return flow.withSteps(this::guide);
    }

    /**
     * Guides a layer.
     *
     * @param layer any layer
     * @return a guided layer on the same parameters; the layer itself if it is no {@link
     *     TransformerAutoregressive}
     */
    public Bijection guide(Bijection layer) {
        return layer instanceof TransformerAutoregressive transformer
                ? new GuidedTransformer(transformer, this)
                : layer;
    }

    /**
     * Returns the kernel of guided maps, for a block that has weight and reciprocal temperature as
     * {@code guidance} and the layer as {@code layer}.
     *
     * @param conditional the maps of the class, at temperature 1
     * @param unconditional the maps with tempered attention
     * @param tokens the number of tokens
     */
    Kernel kernel(Kernel conditional, Kernel unconditional, long tokens) {
        return Kernel.of(Guidance.class, "guided_maps")
                .calling("conditional", conditional)
                .calling("unconditional", unconditional)
                .calling("rule", rule.kernel())
                .with("ANNEALED", annealed)
                .with("TOKENS", (double) (tokens - 1));
    }
}
