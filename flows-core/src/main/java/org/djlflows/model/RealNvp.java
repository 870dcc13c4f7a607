package org.djlflows.model;

import org.djlflows.NormalizingFlow;
import org.djlflows.bijection.Coupling;
import org.djlflows.nn.Activation;
import org.djlflows.univariate.Affine;
import org.djlflows.univariate.ScaleMap;

import java.util.List;

/**
 * Real NVP over vectors: affine couplings that keep the halves in turn, with a learned linear map
 * between them, or as the hyper-parameters say.
 *
 * <p>Over one feature it is a normal distribution, given a context one whose mean and deviation
 * follow the context: {@link NeuralSplineFlow} takes other shapes there too.
 *
 * @param features the number of features D
 * @param context the number of features of the context, 0 for none
 * @param transforms the number of couplings
 * @param hidden the widths of the hidden layers of each conditioner
 * @param activation the non-linearity of the conditioners
 * @param scaleMap how the log-scales are bounded
 * @param masks which features the couplings keep, in turn
 * @param residual whether the hidden layers are residual blocks of two layers each, all of one
 *     width, after a linear layer
 * @param mixing what mixes the features between the transforms
 * @see <a href="https://arxiv.org/abs/1605.08803">Dinh, Sohl-Dickstein and Bengio, Density
 *     estimation using Real NVP, 2017</a>
 */
public record RealNvp(
        int features,
        int context,
        int transforms,
        List<Integer> hidden,
        Activation activation,
        ScaleMap scaleMap,
        List<Kept> masks,
        boolean residual,
        Mixing mixing)
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
     * @param masks which features the couplings keep, in turn
     * @param residual whether the hidden layers are residual blocks of two layers each, all of one
     *     width, after a linear layer
     * @param mixing what mixes the features between the transforms
     * @throws IllegalArgumentException if one is out of its range
     */
    public RealNvp {
        VectorStack.check("RealNvp", features, context, transforms, hidden, activation);
        VectorStack.checkStack("RealNvp", masks, hidden, residual, mixing);
        hidden = List.copyOf(hidden);
        masks = List.copyOf(masks);
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
        return VectorStack.of(
                transforms,
                mixing,
                i ->
                        new Coupling(
                                VectorStack.inTurn(masks, i).mask(features),
                                new Affine(scaleMap),
                                VectorStack.network(residual, activation, hidden)));
    }

    /** Builds the preset. */
    public static final class Builder extends StackPresetBuilder<Builder> {

        private ScaleMap scaleMap = ScaleMap.BOUNDED_TANH;
        private List<Kept> masks = List.of(Kept.FIRST_HALF, Kept.SECOND_HALF);

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

        /**
         * Sets which features the couplings keep.
         *
         * @param value for the first coupling, the second and so on, and again from the start
         * @return this builder
         */
        public Builder optMasks(Kept... value) {
            masks = List.of(value);
            return this;
        }

        /** {@inheritDoc} */
        @Override
        public RealNvp build() {
            return new RealNvp(
                    features,
                    context,
                    transforms,
                    hidden,
                    activation,
                    scaleMap,
                    masks,
                    residual,
                    mixing);
        }
    }
}
