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
import org.djlflows.NormalizingFlow;
import org.djlflows.SequentialBijection;
import org.djlflows.distribution.StandardNormal;
import org.djlflows.nn.ConvNet;
import org.djlflows.spec.ScaleMap;
import org.djlflows.testing.Fixtures;
import org.djlflows.univariate.Affine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MultiScaleTest {

    private NDManager manager;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
        Fixtures.seed(2);
    }

    @AfterEach
    void close() {
        manager.close();
    }

    /** One channel of 4 x 4 pixels with the values 0 to 15. */
    @Test
    void theHalvesLeaveInTurn() {
        NDArray x = manager.arange(16f).reshape(1, 1, 4, 4);
        Bijection flow =
                new MultiScale(
                        Squeeze.ordered(), new MultiScale(new Squeeze(), Permutation.reverse()));
        flow.initialize(manager, DataType.FLOAT32, x.getShape());
        NDArray z = flow.forward(store(manager), new NDList(x), false).get(0);
        float[] leftFirst = {4, 6, 12, 14, 1, 3, 9, 11};
        // Top left 0, 2, 8, 10 and bottom right 5, 7, 13, 15, each squeezed to four channels, of
        // which the second half, all of the bottom right, leaves.
        float[] leftSecond = {5, 7, 13, 15};
        float[] last = {10, 8, 2, 0};
        assertEquals(new Shape(1, 16), z.getShape());
        assertArrayEquals(leftFirst, z.get(":, 0:8").toFloatArray());
        assertArrayEquals(leftSecond, z.get(":, 8:12").toFloatArray());
        assertArrayEquals(last, z.get(":, 12:").toFloatArray());
    }

    @Test
    void aFlowSamplesImages() {
        for (int features : new int[] {0, 3}) {
            Bijection couplings = new SequentialBijection(new Squeeze(), coupling(), coupling());
            NormalizingFlow flow =
                    new NormalizingFlow(
                            new MultiScale(couplings, coupling()), new StandardNormal());
            Shape x = new Shape(1, 2, 4, 6);
            Shape[] shapes = {x, new Shape(1, features)};
            flow.initialize(manager, DataType.FLOAT32, features == 0 ? new Shape[] {x} : shapes);
            Fixtures.randomise(flow);
            NDList drawn =
                    features == 0
                            ? flow.sampleWithLogProb(manager, 300)
                            : flow.sampleWithLogProb(
                                    manager.randomNormal(new Shape(300, features)));
            assertEquals(new Shape(300, 2, 4, 6), drawn.get(0).getShape());
            assertEquals(new Shape(300), drawn.get(1).getShape());
        }
    }

    private static Bijection coupling() {
        return new Coupling(
                Mask.KEEP_FIRST_HALF, new Affine(ScaleMap.BOUNDED_TANH), new ConvNet(4, 4));
    }

    @Test
    void anOddNumberOfChannelsIsRefused() {
        assertRefused(
                IllegalArgumentException.class,
                "MultiScale: expected a scale that makes images (batch, channels, height, width)"
                        + " with an even number of channels, got one that makes (1, 3, 2, 2)",
                () ->
                        new MultiScale(new ActNorm(), new ActNorm())
                                .initialize(manager, DataType.FLOAT32, new Shape(1, 3, 2, 2)));
    }

    @Test
    void noiseAloneDoesNotTellTheImage() {
        Bijection inverted = new MultiScale(new Squeeze(), new ActNorm()).inverted();
        assertRefused(
                IllegalStateException.class,
                "MultiScale: expected to be initialised with images before it is inverted",
                () -> inverted.initialize(manager, DataType.FLOAT32, new Shape(1, 16)));
    }
}
