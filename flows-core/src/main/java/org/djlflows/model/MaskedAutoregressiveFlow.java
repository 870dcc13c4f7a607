package org.djlflows.model;

import org.djlflows.NormalizingFlow;
import org.djlflows.bijection.MaskedAutoregressive;
import org.djlflows.nn.Activation;
import org.djlflows.univariate.Affine;
import org.djlflows.univariate.ScaleMap;

import java.util.List;
import java.util.Optional;

/**
 * Masked autoregressive flow (MAF): affine autoregressive layers in alternating order, with a
 * learned linear map between them, or as the hyper-parameters say. Densities take one pass, samples
 * one call of D steps a layer.
 *
 * <p>Over one feature it is a normal distribution, given a context one whose mean and deviation
 * follow the context: {@link AutoregressiveSplineFlow} takes other shapes there too.
 *
 * @param features the number of features D
 * @param context the number of features of the context, 0 for none
 * @param transforms the number of layers
 * @param hidden the widths of the hidden layers of each network
 * @param activation the non-linearity of the networks
 * @param scaleMap how the log-scales are bounded
 * @param orders in which order the features of the layers see each other, in turn
 * @param passes into how many groups these orders are divided, which are the steps of the inverse;
 *     D for single features
 * @param residual whether the hidden layers are residual blocks of two layers each, all of one
 *     width, after a linear layer
 * @param mixing what mixes the features between the transforms
 * @see <a href="https://arxiv.org/abs/1705.07057">Papamakarios, Pavlakou and Murray, Masked
 *     Autoregressive Flow for Density Estimation, 2017</a>
 */
public record MaskedAutoregressiveFlow(
        int features,
        int context,
        int transforms,
        List<Integer> hidden,
        Activation activation,
        ScaleMap scaleMap,
        List<FeatureOrder> orders,
        int passes,
        boolean residual,
        Mixing mixing)
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
     * @param orders in which order the features of the layers see each other, in turn
     * @param passes into how many groups these orders are divided, which are the steps of the
     *     inverse; D for single features
     * @param residual whether the hidden layers are residual blocks of two layers each, all of one
     *     width, after a linear layer
     * @param mixing what mixes the features between the transforms
     * @throws IllegalArgumentException if one is out of its range
     */
    public MaskedAutoregressiveFlow {
        VectorStack.check(
                "MaskedAutoregressiveFlow", features, context, transforms, hidden, activation);
        VectorStack.checkStack("MaskedAutoregressiveFlow", orders, hidden, residual, mixing);
        VectorStack.checkPasses("MaskedAutoregressiveFlow", passes, features);
        hidden = List.copyOf(hidden);
        orders = List.copyOf(orders);
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
        return VectorStack.of(
                transforms,
                mixing,
                i ->
                        new MaskedAutoregressive(
                                new Affine(scaleMap),
                                VectorStack.inTurn(orders, i).order().inPasses(passes),
                                VectorStack.maskedNet(residual, activation, hidden)));
    }

    /** Builds the preset. */
    public static final class Builder extends StackPresetBuilder<Builder> {

        private ScaleMap scaleMap = ScaleMap.SOFT_CLIP;
        private List<FeatureOrder> orders =
                List.of(FeatureOrder.ASCENDING, FeatureOrder.DESCENDING);
        private Optional<Integer> passes = Optional.empty();

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
         * Sets in which order the features of the layers see each other.
         *
         * @param value for the first layer, the second and so on, and again from the start
         * @return this builder
         */
        public Builder optOrders(FeatureOrder... value) {
            orders = List.of(value);
            return this;
        }

        /**
         * Sets into how many groups, which do not see each other, these orders are divided; two
         * make couplings.
         *
         * @param value 1 to the number of features
         * @return this builder
         */
        public Builder optPasses(int value) {
            passes = Optional.of(value);
            return this;
        }

        /** {@inheritDoc} */
        @Override
        public MaskedAutoregressiveFlow build() {
            return new MaskedAutoregressiveFlow(
                    features,
                    context,
                    transforms,
                    hidden,
                    activation,
                    scaleMap,
                    orders,
                    passes.orElse(features),
                    residual,
                    mixing);
        }
    }
}
