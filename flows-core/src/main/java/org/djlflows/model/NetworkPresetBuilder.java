package org.djlflows.model;

import org.djlflows.nn.Activation;

/**
 * The hyper-parameters that the presets with networks of any non-linearity share.
 *
 * @param <B> the type of the builder
 */
public abstract class NetworkPresetBuilder<B extends NetworkPresetBuilder<B>>
        extends VectorPresetBuilder<B> {

    Activation activation = Activation.RELU;

    NetworkPresetBuilder() {}

    /**
     * Sets the non-linearity of the conditioners.
     *
     * @param value the non-linearity
     * @return this builder
     */
    public final B optActivation(Activation value) {
        activation = value;
        return self();
    }
}
