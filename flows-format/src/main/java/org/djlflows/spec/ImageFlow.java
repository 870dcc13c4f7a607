package org.djlflows.spec;

/** A flow over images with pixels in \([0, 1]\). */
public sealed interface ImageFlow extends FlowSpec
        permits RealNvpImages, PublishedRealNvp, Glow, PublishedGlow, Jet, TarFlow {

    /**
     * Checks that there can be such a flow over images of a size.
     *
     * @param images the size
     * @throws IllegalArgumentException if not
     */
    void requireFits(ImageShape images);

    /**
     * Returns the standard deviation of the Gaussian noise that samples carry.
     *
     * @return the deviation, on pixels in \([-1, 1]\); 0 for a flow of dequantised pixels
     */
    default double noise() {
        return 0;
    }

    /**
     * Checks that each of some scales can halve the images.
     *
     * @param kind the kind of flow, which the message names
     * @param images the size
     * @param scales the number of scales
     * @throws IllegalArgumentException if not
     */
    static void requireHalved(Class<? extends ImageFlow> kind, ImageShape images, int scales) {
        int factor = 1 << scales;
        int height = images.height();
        int width = images.width();
        if (Math.min(height, width) < factor || height % factor != 0 || width % factor != 0) {
            throw new IllegalArgumentException(
                    String.format(
                            "%s: expected a height and a width that %d divides, for %d scales, got"
                                    + " %d x %d",
                            kind.getSimpleName(), factor, scales, height, width));
        }
    }
}
