package org.djlflows.model;

import ai.djl.ndarray.types.Shape;

/** A flow over images (channels, height, width) with pixels in \([0, 1]\). */
public sealed interface ImagePreset extends Preset permits RealNvpImages, Glow, TarFlow {

    /**
     * Returns the number of channels.
     *
     * @return the number of channels
     */
    int channels();

    /**
     * Returns the height.
     *
     * @return the number of rows of pixels
     */
    int height();

    /**
     * Returns the width.
     *
     * @return the number of pixels in a row
     */
    int width();

    /** {@inheritDoc} */
    @Override
    default int features() {
        return channels() * height() * width();
    }

    /** {@inheritDoc} */
    @Override
    default Shape event() {
        return new Shape(channels(), height(), width());
    }
}
