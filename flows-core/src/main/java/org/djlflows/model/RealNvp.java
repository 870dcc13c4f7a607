package org.djlflows.model;

import org.djlflows.NormalizingFlow;
import org.djlflows.nn.Activation;
import org.djlflows.univariate.Affine;
import org.djlflows.univariate.ScaleMap;

import java.util.List;

/**
 * Real NVP over vectors: affine couplings that keep the halves in turn, with a learned linear map
 * between them.
 *
 * @param features the number of features D
 * @param context the number of features of the context, 0 for none
 * @param transforms the number of couplings
 * @param hidden the widths of the hidden layers of each conditioner
 * @param activation the non-linearity of the conditioners
 * @param scaleMap how the log-scales are bounded
 * @see <a href="https://arxiv.org/abs/1605.08803">Dinh, Sohl-Dickstein and Bengio, Density
 *     estimation using Real NVP, 2017</a>
 */
public record RealNvp(
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
     * @param transforms the number of couplings
     * @param hidden the widths of the hidden layers of each conditioner
     * @param activation the non-linearity of the conditioners
     * @param scaleMap how the log-scales are bounded
     * @throws IllegalArgumentException if one is out of its range
     */
    public RealNvp {
        VectorStack.check("RealNvp", features, context, transforms, hidden, activation);
        hidden = List.copyOf(hidden);
        VectorStack.require("RealNvp", scaleMap != null, "a scale map", null);
    }

    /**
     * Returns a builder with 8 couplings and two hidden layers of 64.
     *
     * @return the builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /** {@inheritDoc} */
    @Override
    public NormalizingFlow newFlow() {
        return VectorStack.ofCouplings(transforms, hidden, activation, () -> new Affine(scaleMap));
    }

    /** Builds the preset. */
    public static final class Builder extends NetworkPresetBuilder<Builder> {

        private ScaleMap scaleMap = ScaleMap.BOUNDED_TANH;

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
        public RealNvp build() {
            return new RealNvp(features, context, transforms, hidden, activation, scaleMap);
        }
    }
}
