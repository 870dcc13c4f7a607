package org.djlflows.io;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/**
 * Images of one size with 8 bits a channel, and perhaps a class for each.
 *
 * <p>Levels are kept as bytes, and become numbers where they are asked for.
 */
public final class Images {

    /** DJL counts the bytes of the floats of an array as an int. */
    private static final int LONGEST = Integer.MAX_VALUE / Float.BYTES;

    private final List<byte[]> levels;
    private final Optional<int[]> labels;
    private final int channels;
    private final int height;
    private final int width;

    /**
     * Creates images.
     *
     * @param levels for each image its levels of shape (channels, height, width), row-major
     * @param labels the class of each image, if there are classes
     */
    Images(List<byte[]> levels, Optional<int[]> labels, int channels, int height, int width) {
        this.levels = levels;
        this.labels = labels;
        this.channels = channels;
        this.height = height;
        this.width = width;
    }

    /**
     * Returns the number of images.
     *
     * @return the number of images
     */
    public int count() {
        return levels.size();
    }

    /**
     * Returns the number of channels.
     *
     * @return 1 for grey, 3 for red, green and blue
     */
    public int channels() {
        return channels;
    }

    /**
     * Returns the height of each image.
     *
     * @return the number of rows of pixels
     */
    public int height() {
        return height;
    }

    /**
     * Returns the width of each image.
     *
     * @return the number of pixels in a row
     */
    public int width() {
        return width;
    }

    /**
     * Returns the class of each image.
     *
     * @return numbers from 0 on in the order of the images, or nothing where there are no classes
     */
    public Optional<int[]> labels() {
        return labels.map(int[]::clone);
    }

    /**
     * Returns the levels of all images.
     *
     * @return values of 0 to 255 of shape (images, channels, height, width), row-major
     * @throws IllegalStateException if they are more than fit into one array
     */
    public float[] pixels() {
        return pixels(0, count());
    }

    /**
     * Returns the levels of some images.
     *
     * @param from the first image
     * @param to the image after the last one
     * @return values of 0 to 255 of shape (to - from, channels, height, width), row-major
     * @throws IndexOutOfBoundsException if there are no such images
     * @throws IllegalStateException if they are more than fit into one array
     */
    public float[] pixels(int from, int to) {
        Objects.checkFromToIndex(from, to, count());
        int all = requireOneArray(to - from, channels, height, width);
        float[] values = new float[all];
        int at = 0;
        for (byte[] image : levels.subList(from, to)) {
            for (byte level : image) {
                values[at++] = level & 0xff;
            }
        }
        return values;
    }

    /**
     * Returns a view of some images.
     *
     * @param from the first image
     * @param to the image after the last one
     * @return those images
     * @throws IndexOutOfBoundsException if there are no such images
     */
    public Images part(int from, int to) {
        Objects.checkFromToIndex(from, to, count());
        Optional<int[]> some = labels.map(all -> Arrays.copyOfRange(all, from, to));
        return new Images(levels.subList(from, to), some, channels, height, width);
    }

    /** Returns the number of values of images, which must be ones for an array. */
    static int requireOneArray(int images, int channels, int height, int width) {
        long all = (long) images * channels * height * width;
        if (all > LONGEST) {
            throw new IllegalStateException(
                    String.format(
                            Locale.ROOT,
                            "Images: expected at most %,d values in one array, got %,d: %,d images"
                                    + " of %d x %d x %d; take fewer images or a smaller --size",
                            LONGEST,
                            all,
                            images,
                            channels,
                            height,
                            width));
        }
        return (int) all;
    }

    /** Returns square images: the middle of each, scaled. */
    Images resized(int side) {
        if (height == side && width == side) {
            return this;
        }
        List<byte[]> scaled =
                levels.stream()
                        .map(image -> Resize.toSquare(image, channels, height, width, side))
                        .toList();
        return new Images(scaled, labels, channels, side, side);
    }
}
