package org.djlflows.nn;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

import org.djlflows.Fixtures;
import org.djlflows.HandWrittenGradients;
import org.djlflows.kernel.KernelBlock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The backward passes of the networks, with each activation, with and without a context. */
class NetworksTest {

    private NDManager manager;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
        Fixtures.seed(5);
    }

    @AfterEach
    void close() {
        manager.close();
    }

    @ParameterizedTest
    @EnumSource
    void gradientsOfTheMlpAreThoseOfAutograd(Activation activation) {
        for (int context : new int[] {0, 2}) {
            assertRight(new Mlp(activation, 7, 6), context);
        }
    }

    @ParameterizedTest
    @EnumSource
    void gradientsOfTheResidualNetAreThoseOfAutograd(Activation activation) {
        for (int context : new int[] {0, 2}) {
            assertRight(new ResidualNet(activation, 6, 2), context);
        }
    }

    private void assertRight(KernelBlock network, int context) {
        NDList inputs = new NDList(random(4, 3));
        if (context > 0) {
            inputs.add(random(4, context));
        }
        network.initialize(manager, DataType.FLOAT64, inputs.getShapes());
        Fixtures.randomise(network);
        HandWrittenGradients.assertRightForNetwork(
                network, network.kernel(true).orElseThrow(), inputs, 1e-9);
    }

    private ai.djl.ndarray.NDArray random(int rows, int features) {
        return manager.randomNormal(0, 1, new Shape(rows, features), DataType.FLOAT64);
    }
}
