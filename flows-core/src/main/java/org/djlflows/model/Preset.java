package org.djlflows.model;

import ai.djl.ndarray.types.Shape;

import org.djlflows.NormalizingFlow;

/**
 * A flow of the literature with its hyper-parameters: a record, so that two presets are equal when
 * their flows are, and so that it can be written as JSON.
 */
public sealed interface Preset
        permits RealNvp,
                NeuralSplineFlow,
                MaskedAutoregressiveFlow,
                AutoregressiveSplineFlow,
                BlockNeuralAutoregressiveFlow,
                PlanarFlow,
                RadialFlow,
                ImagePreset {

    /**
     * Makes the flow, over vectors that are standardised or nearly so, or over images.
     *
     * @return a flow that is not initialised yet
     */
    NormalizingFlow newFlow();

    /**
     * Returns the number of features D of an event.
     *
     * @return the number of features
     */
    int features();

    /**
     * Returns the shape of an event.
     *
     * @return the shape without the batch
     */
    default Shape event() {
        return new Shape(features());
    }

    /**
     * Returns the number of features of the context.
     *
     * @return the number of features, 0 for an unconditional flow
     */
    int context();
}
