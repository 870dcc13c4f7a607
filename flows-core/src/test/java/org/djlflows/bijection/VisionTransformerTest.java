package org.djlflows.bijection;

import static org.djlflows.testing.Fixtures.doubles;
import static org.djlflows.testing.Fixtures.store;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

import org.djlflows.kernel.NoGrad;
import org.djlflows.testing.Fixtures;
import org.djlflows.testing.HandWrittenGradients;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class VisionTransformerTest {

    private static final Shape SHAPE = new Shape(1, 3, 2, 4);

    private NDManager manager;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
        Fixtures.seed(9);
    }

    @AfterEach
    void close() {
        manager.close();
    }

    private VisionTransformer network(Shape... shapes) {
        VisionTransformer network = new VisionTransformer(new CausalTransformer(8, 2, 4, 2, false));
        network.initialize(manager, DataType.FLOAT64, shapes);
        return network;
    }

    private double[] forward(VisionTransformer network, NDArray x) {
        return doubles(network.forward(store(manager), new NDList(x), false).get(0));
    }

    /** A causal mask would leave the first place as it is. */
    @Test
    void eachPlaceSeesAll() {
        VisionTransformer network = network(SHAPE);
        NDArray x = manager.randomNormal(0, 1, SHAPE, DataType.FLOAT64);
        double[] before = forward(network, x);
        for (int place = 0; place < 8; place++) {
            NDArray other = x.duplicate();
            other.set(new ai.djl.ndarray.index.NDIndex(":, 1, {}, {}", place / 4, place % 4), 3);
            double[] after = forward(network, other);
            for (int i = 0; i < before.length; i++) {
                assertNotEquals(before[i], after[i]);
            }
        }
    }

    /** Channels of a place are its token, and embeddings of places are all that tells places. */
    @Test
    void placesAreAlikeButForTheirEmbeddings() {
        VisionTransformer network = network(SHAPE);
        NDArray positions = network.getDirectParameters().get("positions").getArray();
        try (NoGrad noGrad = NoGrad.open()) {
            positions.subi(positions.duplicate());
        }
        NDArray x = manager.randomNormal(0, 1, SHAPE, DataType.FLOAT64);
        double[] before = forward(network, x);
        double[] after = forward(network, x.flip(2).flip(3));
        for (int channel = 0; channel < 8; channel++) {
            for (int place = 0; place < 8; place++) {
                assertEquals(before[8 * channel + place], after[8 * channel + 7 - place], 1e-12);
            }
        }
    }

    @Test
    void gradientsAreThoseOfAutograd() {
        NDArray x = manager.randomNormal(0, 1, SHAPE, DataType.FLOAT64);
        NDArray c = manager.randomNormal(0, 1, new Shape(1, 2), DataType.FLOAT64);
        for (NDList inputs : new NDList[] {new NDList(x), new NDList(x, c)}) {
            VisionTransformer network = network(inputs.getShapes());
            Fixtures.randomise(network);
            HandWrittenGradients.assertRightForNetwork(
                    network, network.kernel(true).orElseThrow(), inputs, 1e-9);
        }
    }

    @Test
    void vectorsAreRefused() {
        Fixtures.assertRefused(
                IllegalArgumentException.class,
                "VisionTransformer: expected input shape (batch, channels, height, width), got (1,"
                        + " 3)",
                () -> network(new Shape(1, 3)));
    }
}
