package org.djlflows.bijection;

import static org.djlflows.testing.Fixtures.assertRefused;
import static org.djlflows.testing.Fixtures.store;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

import org.djlflows.Bijection;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SqueezeTest {

    private NDManager manager;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
    }

    @AfterEach
    void close() {
        manager.close();
    }

    /** Two channels of one square of pixels each, the second ten times as bright. */
    @Test
    void theFourPixelsOfASquareBecomeChannels() {
        float[] squares = {1, 2, 3, 4, 10, 20, 30, 40};
        assertChannels(new Squeeze(), squares, 1, 2, 3, 4, 10, 20, 30, 40);
        assertChannels(Squeeze.ordered(), squares, 1, 10, 4, 40, 3, 30, 2, 20);
    }

    private void assertChannels(Bijection squeeze, float[] pixels, float... channels) {
        NDArray x = manager.create(pixels, new Shape(1, 2, 2, 2));
        squeeze.initialize(manager, DataType.FLOAT32, x.getShape());
        NDArray z = squeeze.forward(store(manager), new NDList(x), false).get(0);
        assertEquals(new Shape(1, 8, 1, 1), z.getShape());
        assertArrayEquals(channels, z.toFloatArray());
    }

    @Test
    void oddSizesAreRefused() {
        for (Shape shape : new Shape[] {new Shape(1, 2, 3, 2), new Shape(1, 2, 2, 3)}) {
            assertRefused(
                    IllegalArgumentException.class,
                    "Squeeze: expected input shape (batch, channels, height, width) with an even",
                    () -> new Squeeze().initialize(manager, DataType.FLOAT32, shape));
        }
        for (Shape shape : new Shape[] {new Shape(1, 2, 3, 2), new Shape(1, 2)}) {
            assertRefused(
                    IllegalArgumentException.class,
                    "Squeeze: expected input shape (batch, channels, height, width) with an even",
                    () -> new Squeeze().getOutputShapes(new Shape[] {shape}));
        }
    }

    @Test
    void channelsThatAreNoSquaresCannotBecomePixels() {
        for (Shape noise : new Shape[] {new Shape(1, 6, 2, 2), new Shape(1, 8)}) {
            assertRefused(
                    IllegalArgumentException.class,
                    "Squeeze: expected a shape of noise (channels, height, width) with four",
                    () -> new Squeeze().inverted().initialize(manager, DataType.FLOAT32, noise));
        }
    }
}
