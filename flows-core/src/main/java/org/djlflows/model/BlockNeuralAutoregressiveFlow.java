package org.djlflows.model;

import org.djlflows.NormalizingFlow;
import org.djlflows.bijection.BlockNeuralAutoregressive;
import org.djlflows.bijection.BlockNeuralAutoregressive.Residual;
import org.djlflows.bijection.Permutation;

import java.util.List;

/**
 * Block neural autoregressive flow (BNAF): networks that are increasing in each feature, with a
 * reversal of the features between them. Densities take one pass, samples a numerical solve for
 * each feature of each layer.
 *
 * <p>As published the last layer has no residual; it then maps onto a bounded box, and the mass of
 * the density is below one. Here it has one unless asked otherwise.
 *
 * @param features the number of features D
 * @param context the number of features of the context, 0 for none
 * @param transforms the number of layers
 * @param hidden the widths of the hidden layers of each network, in units of each feature
 * @param residual what all layers but the last add to their network
 * @param lastResidual what the last layer adds to its network
 * @see <a href="https://arxiv.org/abs/1904.04676">De Cao, Titov and Aziz, Block Neural
 *     Autoregressive Flow, 2020</a>
 */
public record BlockNeuralAutoregressiveFlow(
        int features,
        int context,
        int transforms,
        List<Integer> hidden,
        Residual residual,
        Residual lastResidual)
        implements Preset {

    /**
     * Checks the hyper-parameters.
     *
     * @param features the number of features D
     * @param context the number of features of the context, 0 for none
     * @param transforms the number of layers
     * @param hidden the widths of the hidden layers of each network, in units of each feature
     * @param residual what all layers but the last add to their network
     * @param lastResidual what the last layer adds to its network
     * @throws IllegalArgumentException if one is out of its range
     */
    public BlockNeuralAutoregressiveFlow {
        String name = "BlockNeuralAutoregressiveFlow";
        VectorStack.check(name, features, context, transforms, hidden);
        hidden = List.copyOf(hidden);
        VectorStack.checkWeights(name, features + context, features, hidden);
        VectorStack.require(name, residual != null, "a residual", null);
        VectorStack.require(name, lastResidual != null, "a residual of the last layer", null);
    }

    /**
     * Returns a builder with 5 layers of two hidden layers of 10 units a feature, all gated.
     *
     * @return the builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /** {@inheritDoc} */
    @Override
    public NormalizingFlow newFlow() {
        int[] widths = VectorStack.widths(hidden);
        return VectorStack.of(
                transforms,
                Permutation::reverse,
                i ->
                        new BlockNeuralAutoregressive(
                                i < transforms - 1 ? residual : lastResidual, widths));
    }

    /** Builds the preset. */
    public static final class Builder extends VectorPresetBuilder<Builder> {

        private Residual residual = Residual.GATED;
        private Residual lastResidual = Residual.GATED;

        private Builder() {
            transforms = 5;
            hidden = List.of(10, 10);
        }

        @Override
        Builder self() {
            return this;
        }

        /**
         * Sets what all layers but the last add to their network.
         *
         * @param value the residual
         * @return this builder
         */
        public Builder optResidual(Residual value) {
            residual = value;
            return this;
        }

        /**
         * Sets what the last layer adds to its network.
         *
         * @param value the residual, {@code NONE} as published
         * @return this builder
         */
        public Builder optLastResidual(Residual value) {
            lastResidual = value;
            return this;
        }

        /** {@inheritDoc} */
        @Override
        public BlockNeuralAutoregressiveFlow build() {
            return new BlockNeuralAutoregressiveFlow(
                    features, context, transforms, hidden, residual, lastResidual);
        }
    }
}
