package org.djlflows.model;

import java.util.Arrays;
import java.util.List;

/**
 * Builds a preset over vectors: the hyper-parameters that all of them have.
 *
 * @param <B> the type of the builder
 */
public abstract class VectorPresetBuilder<B extends VectorPresetBuilder<B>> {

    int features;
    int context;
    int transforms = 8;
    List<Integer> hidden = List.of(64, 64);

    VectorPresetBuilder() {}

    abstract B self();

    /**
     * Builds the preset.
     *
     * @return the preset
     * @throws IllegalArgumentException if a hyper-parameter is out of its range
     */
    public abstract Preset build();

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
     * Sets the widths of the hidden layers of each network.
     *
     * @param widths at least one, each at least 1
     * @return this builder
     */
    public final B optHidden(int... widths) {
        hidden = Arrays.stream(widths).boxed().toList();
        return self();
    }
}
