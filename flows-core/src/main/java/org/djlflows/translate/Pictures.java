package org.djlflows.translate;

import ai.djl.modality.cv.BufferedImageFactory;
import ai.djl.modality.cv.Image;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;

import org.djlflows.data.ImageDecoder;
import org.djlflows.spec.ImageShape;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

import javax.imageio.ImageIO;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/**
 * Images as pixels from 0 to 1 and back.
 *
 * <p>A model that was trained on dequantised levels spreads level k over \([k, k + 1) / 256\): a
 * pixel becomes the middle of that, so that the same image has the same density each time. One that
 * was trained with Gaussian noise had pixels k / 255.
 */
final class Pictures {

    private static final int LEVELS = 256;

    private final ImageShape shape;
    private final double noise;

    /**
     * Creates a reader and writer of images.
     *
     * @param shape their size
     * @param noise the deviation of the noise that samples carry, on pixels from 0 to 1
     */
    Pictures(ImageShape shape, double noise) {
        if (shape.channels() != 1 && shape.channels() != 3) {
            throw Rows.refusal("a model of images of 1 or 3 channels", shape.channels());
        }
        this.shape = shape;
        this.noise = noise;
    }

    /** Returns the deviation of the noise that samples carry, on pixels from 0 to 1. */
    double noise() {
        return noise;
    }

    /** Returns the pixels of an image, of shape (channels, height, width). */
    float[] pixels(NDManager manager, Image image) {
        requireSize(image.getWidth(), image.getHeight());
        if (image.getWrappedImage() instanceof BufferedImage picture
                && picture.getColorModel().getColorSpace().getType() == ColorSpace.TYPE_GRAY
                && picture.getType() != BufferedImage.TYPE_BYTE_GRAY) {
            // DJL would take its levels for linear light and brighten them.
            throw Rows.refusal(
                    "a grey image of 8 bits without transparency", picture.getColorModel());
        }
        boolean grey = shape.channels() == 1;
        Image.Flag flag = grey ? Image.Flag.GRAYSCALE : Image.Flag.COLOR;
        int[] levels;
        try (NDArray array = image.toNDArray(manager, flag)) {
            levels = array.toUint8Array();
        }
        int channels = shape.channels();
        int plane = shape.height() * shape.width();
        float[] pixels = new float[levels.length];
        for (int i = 0; i < levels.length; i++) {
            double pixel = noise > 0 ? levels[i] / (LEVELS - 1.0) : (levels[i] + 0.5) / LEVELS;
            pixels[i % channels * plane + i / channels] = (float) pixel;
        }
        return pixels;
    }

    private void requireSize(int width, int height) {
        if (width != shape.width() || height != shape.height()) {
            String expected = shape.width() + " x " + shape.height();
            throw Rows.refusal(
                    "an image of " + expected + " pixels (width x height)", width + " x " + height);
        }
    }

    /** Returns pixels as an image, each as the level it lies in or is nearest to. */
    Image image(float[] pixels) {
        boolean grey = shape.channels() == 1;
        int plane = shape.height() * shape.width();
        BufferedImage picture =
                new BufferedImage(
                        shape.width(),
                        shape.height(),
                        grey ? BufferedImage.TYPE_BYTE_GRAY : BufferedImage.TYPE_INT_RGB);
        WritableRaster raster = picture.getRaster();
        for (int i = 0; i < pixels.length; i++) {
            int at = i % plane;
            raster.setSample(at % shape.width(), at / shape.width(), i / plane, level(pixels[i]));
        }
        return new BufferedImageFactory().fromImage(picture);
    }

    private int level(float pixel) {
        double level = noise > 0 ? Math.rint(pixel * (LEVELS - 1)) : Math.floor(pixel * LEVELS);
        return (int) Math.max(0, Math.min(LEVELS - 1, level));
    }

    /** Reads an image, of which nothing is decoded before its size is known to be right. */
    Image decode(byte[] bytes) {
        try {
            BufferedImage picture = ImageDecoder.decode(bytes, this::requireSize);
            return new BufferedImageFactory().fromImage(picture);
        } catch (IOException e) {
            throw Rows.refusal("an image as PNG or JPEG", e.getMessage());
        }
    }

    /** Returns an image as PNG. */
    static byte[] encode(Image image) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ImageOutputStream stream = new MemoryCacheImageOutputStream(bytes)) {
            ImageIO.write((BufferedImage) image.getWrappedImage(), "png", stream);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
