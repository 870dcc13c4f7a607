package org.djlflows.plot;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;

import org.junit.jupiter.api.Test;

import java.awt.image.BufferedImage;
import java.util.Arrays;

class ImageGridTest {

    private static final int LINE = 0xff505050;

    @Test
    void drawsGreyImagesInRows() {
        // Three images of 1 x 64 pixels, two in a row, each of one brightness.
        float[] levels = new float[3 * 64];
        Arrays.fill(levels, 64, 128, 300);
        Arrays.fill(levels, 128, 192, 127.9f);
        levels[0] = -5;
        BufferedImage picture = ImageGrid.draw(levels, 1, 1, 64, 2).image();
        assertEquals(2 * 65 + 1, picture.getWidth());
        assertEquals(2 * 2 + 1, picture.getHeight());
        assertEquals(LINE, picture.getRGB(0, 1));
        assertEquals(0xff000000, picture.getRGB(1, 1));
        assertEquals(LINE, picture.getRGB(65, 1));
        assertEquals(0xffffffff, picture.getRGB(66, 1));
        assertEquals(LINE, picture.getRGB(1, 2));
        assertEquals(0xff7f7f7f, picture.getRGB(64, 3));
        assertEquals(LINE, picture.getRGB(66, 3));
    }

    @Test
    void drawsColours() {
        float[] levels = new float[3 * 48];
        levels[0] = 1;
        levels[48] = 2;
        levels[96] = 3;
        BufferedImage picture = ImageGrid.draw(levels, 3, 1, 48, 1).image();
        assertEquals(0xff010203, picture.getRGB(1, 1));
        assertEquals(0xff000000, picture.getRGB(2, 1));
    }

    @Test
    void drawsAnArray() {
        try (NDManager manager = NDManager.newBaseManager(null, "PyTorch")) {
            float[] pixels = {0, 0.5f, 1, 7};
            NDArray images = manager.create(pixels, new Shape(2, 1, 2, 1));
            BufferedImage picture = ImageGrid.draw(images, 2).image();
            // Pixels of 48 x 48, and lines between the images.
            assertEquals(2 * 49 + 1, picture.getWidth());
            assertEquals(2 * 48 + 2, picture.getHeight());
            assertEquals(0xff000000, picture.getRGB(1, 1));
            assertEquals(0xff808080, picture.getRGB(1, 50));
            assertEquals(0xffffffff, picture.getRGB(50, 1));
            assertEquals(0xffffffff, picture.getRGB(50, 50));
        }
    }

    @Test
    void enlargesSmallImages() {
        BufferedImage picture = ImageGrid.draw(new float[] {255, 0, 0, 255}, 1, 2, 2, 1).image();
        assertEquals(2 * 24 + 2, picture.getWidth());
        assertEquals(0xffffffff, picture.getRGB(24, 24));
        assertEquals(0xff000000, picture.getRGB(25, 24));
        assertEquals(0xffffffff, picture.getRGB(48, 48));
    }
}
