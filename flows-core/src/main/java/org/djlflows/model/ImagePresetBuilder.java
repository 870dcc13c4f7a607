package org.djlflows.model;

/** The hyper-parameters that the presets over images share. */
abstract class ImagePresetBuilder<B extends ImagePresetBuilder<B>> {

    int channels;
    int height;
    int width;
    int context;
    int scales = 2;
    int filters;

    abstract B self();

    /**
     * Sets the size of the images.
     *
     * @param ofChannels the number of channels
     * @param ofHeight the height
     * @param ofWidth the width
     * @return this builder
     */
    public final B setImages(int ofChannels, int ofHeight, int ofWidth) {
        channels = ofChannels;
        height = ofHeight;
        width = ofWidth;
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
     * Sets the number of scales.
     *
     * @param value at least 1
     * @return this builder
     */
    public final B optScales(int value) {
        scales = value;
        return self();
    }

    /**
     * Sets the width of the networks.
     *
     * @param value at least 1
     * @return this builder
     */
    public final B optFilters(int value) {
        filters = value;
        return self();
    }
}
