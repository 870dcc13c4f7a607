package org.djlflows.model;

import org.djlflows.NormalizingFlow;
import org.djlflows.bijection.Radial;
import org.djlflows.nn.Activation;
import org.djlflows.nn.Mlp;

import java.util.List;

/**
 * A radial flow: radial maps, of which the paper's f leads from data to noise unless asked
 * otherwise; both directions have a closed form. Small layers, of which many are needed: the
 * classic of variational inference, seldom the best estimator of a density.
 *
 * <p>With a context a network of each layer makes its parameters; without one they are free.
 *
 * @param features the number of features D
 * @param context the number of features of the context, 0 for none
 * @param transforms the number of layers K
 * @param hidden the widths of the hidden layers of each network from the context
 * @param activation the non-linearity of the networks from the context
 * @param direction where the paper's f leads
 * @see <a href="https://arxiv.org/abs/1505.05770">Rezende and Mohamed, Variational Inference with
 *     Normalizing Flows, 2015, equations 13 and 14</a>
 */
public record RadialFlow(
        int features,
        int context,
        int transforms,
        List<Integer> hidden,
        Activation activation,
        Direction direction)
        implements Preset {

    /**
     * Checks the hyper-parameters.
     *
     * @param features the number of features D
     * @param context the number of features of the context, 0 for none
     * @param transforms the number of layers K
     * @param hidden the widths of the hidden layers of each network from the context
     * @param activation the non-linearity of the networks from the context
     * @param direction where the paper's f leads
     * @throws IllegalArgumentException if one is out of its range
     */
    public RadialFlow {
        VectorStack.check("RadialFlow", features, context, transforms, hidden, activation);
        hidden = List.copyOf(hidden);
        VectorStack.require("RadialFlow", direction != null, "a direction", null);
    }

    /**
     * Returns a builder with 32 layers.
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
                i -> {
                    Radial layer =
                            context == 0 ? new Radial() : new Radial(new Mlp(activation, widths));
                    return direction.of(layer);
                });
    }

    /** Builds the preset. */
    public static final class Builder extends NetworkPresetBuilder<Builder> {

        private Direction direction = Direction.DATA_TO_NOISE;

        private Builder() {
            transforms = 32;
        }

        @Override
        Builder self() {
            return this;
        }

        /**
         * Sets where the paper's f leads.
         *
         * @param value from noise to data, as published, or from data to noise
         * @return this builder
         */
        public Builder optDirection(Direction value) {
            direction = value;
            return this;
        }

        /** {@inheritDoc} */
        @Override
        public RadialFlow build() {
            return new RadialFlow(features, context, transforms, hidden, activation, direction);
        }
    }
}
