package org.djlflows.model;

import org.djlflows.NormalizingFlow;
import org.djlflows.nn.Activation;
import org.djlflows.univariate.Affine;
import org.djlflows.univariate.ScaleMap;

import java.util.List;

/**
 * Masked autoregressive flow (MAF): affine autoregressive layers in alternating order, with a
 * learned linear map between them. Densities take one pass, samples one call of D steps a layer.
 *
 * @param features the number of features D
 * @param context the number of features of the context, 0 for none
 * @param transforms the number of layers
 * @param hidden the widths of the hidden layers of each network
 * @param activation the non-linearity of the networks
 * @param scaleMap how the log-scales are bounded
 * @see <a href="https://arxiv.org/abs/1705.07057">Papamakarios, Pavlakou and Murray, Masked
 *     Autoregressive Flow for Density Estimation, 2017</a>
 */
public record MaskedAutoregressiveFlow(
        int features,
        int context,
        int transforms,
        List<Integer> hidden,
        Activation activation,
        ScaleMap scaleMap)
        implements Preset {

    /**
     * Checks the hyper-parameters.
     *
     * @param features the number of features D
     * @param context the number of features of the context, 0 for none
     * @param transforms the number of layers
     * @param hidden the widths of the hidden layers of each network
     * @param activation the non-linearity of the networks
     * @param scaleMap how the log-scales are bounded
     * @throws IllegalArgumentException if one is out of its range
     */
    public MaskedAutoregressiveFlow {
        VectorStack.check(
                "MaskedAutoregressiveFlow", features, context, transforms, hidden, activation);
        hidden = List.copyOf(hidden);
        VectorStack.require("MaskedAutoregressiveFlow", scaleMap != null, "a scale map", null);
    }

    /**
     * Returns a builder with 8 layers and two hidden layers of 64.
     *
     * @return the builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /** {@inheritDoc} */
    @Override
    public NormalizingFlow newFlow() {
        return VectorStack.ofAutoregressive(
                transforms, hidden, activation, () -> new Affine(scaleMap));
    }

    /** Builds the preset. */
    public static final class Builder extends NetworkPresetBuilder<Builder> {

        private ScaleMap scaleMap = ScaleMap.SOFT_CLIP;

        private Builder() {}

        @Override
        Builder self() {
            return this;
        }

        /**
         * Sets how the log-scales are bounded.
         *
         * @param value the map
         * @return this builder
         */
        public Builder optScaleMap(ScaleMap value) {
            scaleMap = value;
            return this;
        }

        /** {@inheritDoc} */
        @Override
        public MaskedAutoregressiveFlow build() {
            return new MaskedAutoregressiveFlow(
                    features, context, transforms, hidden, activation, scaleMap);
        }
    }
}
