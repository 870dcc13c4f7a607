package org.djlflows.plot;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;

import java.awt.image.BufferedImage;

/** Images side by side in rows, with thin lines between them. */
public final class ImageGrid {

    private static final int LINE = 1;
    private static final int GREY = 0x505050;
    private static final int SMALLEST = 48;

    private ImageGrid() {}

    /**
     * Draws images with pixels from 0 to 1; small ones are enlarged by a whole factor.
     *
     * @param pixels the images, of shape (images, channels, height, width) in float32; what lies
     *     outside of [0, 1] is drawn as 0 or 1
     * @param columns the number of images in a row
     * @return the picture
     */
    public static Picture draw(NDArray pixels, int columns) {
        float[] levels = pixels.toFloatArray();
        for (int i = 0; i < levels.length; i++) {
            levels[i] = Math.round(255 * levels[i]);
        }
        Shape shape = pixels.getShape();
        return draw(levels, (int) shape.get(1), (int) shape.get(2), (int) shape.get(3), columns);
    }

    /**
     * Draws images; small ones are enlarged by a whole factor.
     *
     * @param levels values of 0 to 255 of shape (images, channels, height, width), row-major; what
     *     lies outside is drawn as 0 or 255
     * @param channels 1 for grey, 3 for red, green and blue; of other numbers the first is drawn
     * @param height the height of an image
     * @param width the width of an image
     * @param columns the number of images in a row
     * @return the picture
     */
    public static Picture draw(float[] levels, int channels, int height, int width, int columns) {
        int size = channels * height * width;
        int images = levels.length / size;
        int rows = (images + columns - 1) / columns;
        int zoom = Math.max(1, (SMALLEST + width - 1) / width);
        int stepX = zoom * width + LINE;
        int stepY = zoom * height + LINE;
        BufferedImage picture =
                new BufferedImage(
                        columns * stepX + LINE, rows * stepY + LINE, BufferedImage.TYPE_INT_RGB);
        for (int x = 0; x < picture.getWidth(); x++) {
            for (int y = 0; y < picture.getHeight(); y++) {
                picture.setRGB(x, y, GREY);
            }
        }
        for (int i = 0; i < images; i++) {
            int left = LINE + i % columns * stepX;
            int top = LINE + i / columns * stepY;
            for (int x = 0; x < zoom * width; x++) {
                for (int y = 0; y < zoom * height; y++) {
                    int place = i * size + y / zoom * width + x / zoom;
                    picture.setRGB(
                            left + x, top + y, color(levels, place, channels, height * width));
                }
            }
        }
        return Picture.of(picture);
    }

    private static int color(float[] levels, int place, int channels, int plane) {
        int green = channels == 3 ? place + plane : place;
        int blue = channels == 3 ? place + 2 * plane : place;
        return byteOf(levels[place]) << 16 | byteOf(levels[green]) << 8 | byteOf(levels[blue]);
    }

    private static int byteOf(float level) {
        return (int) Math.max(0, Math.min(255, level));
    }
}
