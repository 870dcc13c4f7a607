package org.djlflows.model;

import org.djlflows.nn.Activation;

import java.util.Arrays;
import java.util.List;

/** The hyper-parameters that the presets over vectors share. */
abstract class VectorPresetBuilder<B extends VectorPresetBuilder<B>> {

    int features;
    int context;
    int transforms = 8;
    List<Integer> hidden = List.of(64, 64);
    Activation activation = Activation.RELU;

    abstract B self();

    /**
     * Sets the number of features D.
     *
     * @param value at least 1
     * @return this builder
     */
    public final B setFeatures(int value) {
        features = value;
        return self();
    }

    /**
     * Sets the number of features of the context.
     *
     * @param value 0 for an unconditional flow
     * @return this builder
     */
    public final B optContext(int value) {
        context = value;
        return self();
    }

    /**
     * Sets the number of transforms.
     *
     * @param value at least 1
     * @return this builder
     */
    public final B optTransforms(int value) {
        transforms = value;
        return self();
    }

    /**
     * Sets the widths of the hidden layers of each conditioner.
     *
     * @param widths at least one, each at least 1
     * @return this builder
     */
    public final B optHidden(int... widths) {
        hidden = Arrays.stream(widths).boxed().toList();
        return self();
    }

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
