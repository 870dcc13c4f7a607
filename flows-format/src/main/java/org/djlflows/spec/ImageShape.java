package org.djlflows.spec;

/**
 * The size of images.
 *
 * @param channels the number of channels
 * @param height the number of rows of pixels
 * @param width the number of pixels in a row
 */
public record ImageShape(
        @Field(value = "The number of channels", least = 1, most = 65_536) int channels,
        @Field(value = "The number of rows of pixels", least = 1, most = 65_536) int height,
        @Field(value = "The number of pixels in a row", least = 1, most = 65_536) int width) {

    /** As an image of 4096 pixels squared. */
    private static final int MOST_VALUES = 1 << 24;

    /**
     * Checks the size.
     *
     * @param channels the number of channels
     * @param height the number of rows of pixels
     * @param width the number of pixels in a row
     * @throws IllegalArgumentException if one is not positive or there are more than 16,777,216
     *     values
     */
    public ImageShape {
        Specs.check(ImageShape.class, channels, height, width);
        if ((long) channels * height * width > MOST_VALUES) {
            throw new IllegalArgumentException(
                    String.format(
                            "ImageShape: expected at most %d values in an image, got %d x %d x %d",
                            MOST_VALUES, channels, height, width));
        }
    }

    /**
     * Returns the number of values in an image.
     *
     * @return channels times height times width
     */
    public int values() {
        return channels * height * width;
    }
}
