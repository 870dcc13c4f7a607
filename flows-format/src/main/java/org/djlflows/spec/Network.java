package org.djlflows.spec;

import java.util.List;

/** The hidden layers of a network over vectors. */
public sealed interface Network extends Spec {

    /**
     * Linear layers one after the other, each with its activation.
     *
     * @param hidden the widths of the layers
     * @param activation the non-linearity
     */
    record Mlp(
            @Field(
                            value = "The widths of the hidden layers of each network",
                            least = 1,
                            most = 65_536,
                            size = {1, 100},
                            byDefault = "64,64")
                    List<Integer> hidden,
            @Field(value = "The non-linearity of the networks", byDefault = "relu")
                    Activation activation)
            implements Network {

        /**
         * Checks the fields.
         *
         * @param hidden the widths of the layers
         * @param activation the non-linearity
         * @throws IllegalArgumentException if one is out of its range
         */
        public Mlp {
            Specs.check(Mlp.class, hidden, activation);
            hidden = List.copyOf(hidden);
        }

        /**
         * Describes a network of rectified linear units.
         *
         * @param hidden the widths of the layers
         * @return the network
         * @throws IllegalArgumentException if there is none, or one is out of its range
         */
        public static Mlp of(Integer... hidden) {
            return new Mlp(List.of(hidden), Activation.RELU);
        }

        /** {@inheritDoc} */
        @Override
        public List<Integer> widths() {
            return hidden;
        }
    }

    /**
     * A linear layer and residual blocks of two layers each, with pre-activation, of nflows' form.
     *
     * @param width the width of all layers
     * @param blocks the number of blocks
     * @param activation the non-linearity
     */
    record ResidualNet(
            @Field(
                            value = "The width of all hidden layers",
                            least = 1,
                            most = 65_536,
                            byDefault = "64")
                    int width,
            @Field(value = "The residual blocks", least = 1, most = 100, byDefault = "2")
                    int blocks,
            @Field(value = "The non-linearity of the networks", byDefault = "relu")
                    Activation activation)
            implements Network {

        /**
         * Checks the fields.
         *
         * @param width the width of all layers
         * @param blocks the number of blocks
         * @param activation the non-linearity
         * @throws IllegalArgumentException if one is out of its range
         */
        public ResidualNet {
            Specs.check(ResidualNet.class, width, blocks, activation);
        }

        /** {@inheritDoc} */
        @Override
        public List<Integer> widths() {
            return List.of(width, width);
        }
    }

    /** A network of somebody's own, see {@link Kinds}. */
    non-sealed interface Own extends Network {}

    /**
     * Returns the widths of layers that follow each other, by which weights are counted.
     *
     * @return the widths, the first one that of the layer which sees the inputs
     */
    List<Integer> widths();
}
