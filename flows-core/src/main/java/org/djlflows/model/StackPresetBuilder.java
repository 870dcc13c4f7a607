package org.djlflows.model;

/**
 * The hyper-parameters that the presets of couplings and of autoregressive layers share.
 *
 * @param <B> the type of the builder
 */
public abstract class StackPresetBuilder<B extends StackPresetBuilder<B>>
        extends NetworkPresetBuilder<B> {

    boolean residual;
    Mixing mixing = Mixing.LU_LINEAR;

    StackPresetBuilder() {}

    /**
     * Sets whether the hidden layers are residual blocks of two layers each, all of one width,
     * after a linear layer.
     *
     * @param value whether they are
     * @return this builder
     */
    public final B optResidual(boolean value) {
        residual = value;
        return self();
    }

    /**
     * Sets what mixes the features between the transforms.
     *
     * @param value the layers
     * @return this builder
     */
    public final B optMixing(Mixing value) {
        mixing = value;
        return self();
    }
}
