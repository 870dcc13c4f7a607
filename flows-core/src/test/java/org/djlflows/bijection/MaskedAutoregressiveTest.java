package org.djlflows.bijection;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

import org.djlflows.Bijection;
import org.djlflows.spec.Activation;
import org.djlflows.spec.ScaleMap;
import org.djlflows.testing.Fixtures;
import org.djlflows.univariate.Affine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.stream.Stream;

/** Which features see which, for each form of the masked network. */
class MaskedAutoregressiveTest {

    private static final int FEATURES = 5;

    private NDManager manager;

    static Stream<MaskedNet> networks() {
        return Stream.of(
                MaskedNet.mlp(Activation.SILU, 20),
                MaskedNet.mlp(Activation.SILU, 20, 24, 20),
                MaskedNet.residual(Activation.SILU, 20, 2));
    }

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
        Fixtures.seed(4);
    }

    @AfterEach
    void close() {
        manager.close();
    }

    @ParameterizedTest
    @MethodSource("networks")
    void featuresSeeThoseBeforeThem(MaskedNet network) {
        assertSees(network, Order.ASCENDING, 0, 1, 2, 3, 4);
        assertSees(network, Order.of(2, 0, 4, 1, 3), 1, 3, 0, 4, 2);
    }

    @ParameterizedTest
    @MethodSource("networks")
    void featuresOfAGroupDoNotSeeEachOther(MaskedNet network) {
        Order order = Order.ofGroups(new int[] {3, 0}, new int[] {1}, new int[] {4, 2});
        assertSees(network, order, 0, 1, 2, 0, 2);
        assertSees(network, Order.DESCENDING.inPasses(2), 1, 1, 0, 0, 0);
        assertSees(network, Order.ASCENDING.inPasses(1), 0, 0, 0, 0, 0);
    }

    /** Checks that z_i depends on x_i and on all features of a lower rank, and on no other. */
    private void assertSees(MaskedNet network, Order order, int... ranks) {
        NDArray x = manager.randomNormal(0, 1, new Shape(1, FEATURES), DataType.FLOAT64);
        NDArray all = x.add(manager.eye(FEATURES).toType(DataType.FLOAT64, false));
        Bijection layer = new MaskedAutoregressive(new Affine(ScaleMap.SOFT_CLIP), order, network);
        layer.initialize(manager, DataType.FLOAT64, x.getShape());
        Fixtures.randomise(layer);
        NDArray z = forward(layer, x);
        // Row j is the effect of x_j.
        double[] effects = forward(layer, all).sub(z).abs().toDoubleArray();
        for (int j = 0; j < FEATURES; j++) {
            for (int i = 0; i < FEATURES; i++) {
                boolean sees = i == j || ranks[j] < ranks[i];
                boolean changed = effects[j * FEATURES + i] > 1e-12;
                assertEquals(sees, changed, "z_" + i + " of x_" + j);
            }
        }
    }

    @Test
    void passesGatherFeaturesToGroupsOfTheSameSize() {
        assertArrayEquals(
                new int[][] {{0, 1, 2}, {3, 4}}, Order.ASCENDING.inPasses(2).groups(FEATURES));
        assertArrayEquals(
                new int[][] {{4, 3}, {2, 1}, {0}}, Order.DESCENDING.inPasses(4).groups(FEATURES));
        assertArrayEquals(
                Order.ASCENDING.groups(FEATURES), Order.ASCENDING.inPasses(9).groups(FEATURES));
    }

    @ParameterizedTest
    @MethodSource("networks")
    void noRowsAreTaken(MaskedNet network) {
        NDArray none = manager.zeros(new Shape(0, FEATURES));
        Bijection layer =
                new MaskedAutoregressive(
                        new Affine(ScaleMap.SOFT_CLIP), Order.ASCENDING.inPasses(3), network);
        layer.initialize(manager, DataType.FLOAT32, none.getShape());
        NDList x = layer.inverse(Fixtures.store(manager), new NDList(none), false);
        assertEquals(none.getShape(), x.get(0).getShape());
        assertEquals(new Shape(0), x.get(1).getShape());
    }

    @Test
    void ordersAndNetworksAreChecked() {
        Shape shape = new Shape(1, FEATURES);
        MaskedNet network = MaskedNet.mlp(Activation.RELU, 8);
        for (Order order :
                new Order[] {
                    Order.of(0, 1, 2, 3),
                    Order.of(0, 1, 2, 3, 3),
                    Order.ofGroups(new int[] {0, 1, 2, 3, 4}, new int[0])
                }) {
            Bijection layer =
                    new MaskedAutoregressive(new Affine(ScaleMap.SOFT_CLIP), order, network);
            Fixtures.assertRefused(
                    IllegalArgumentException.class,
                    "MaskedAutoregressive: expected an order of 5 features, got [[0",
                    () -> layer.initialize(manager, DataType.FLOAT32, shape));
        }
        int[][] three = {{2, 0}, {1}};
        assertArrayEquals(three, Order.of(2, 0, 1).inPasses(2).groups(FEATURES));
        assertRefused("expected 1 pass or more, got 0", () -> Order.ASCENDING.inPasses(0));
        assertRefused("width 1 or more, got [4, 0]", () -> MaskedNet.mlp(Activation.RELU, 4, 0));
        assertRefused("at least 1, got 8 and 0", () -> MaskedNet.residual(Activation.RELU, 8, 0));
    }

    private static void assertRefused(String message, Executable call) {
        Fixtures.assertRefused(IllegalArgumentException.class, message, call);
    }

    private NDArray forward(Bijection layer, NDArray x) {
        return layer.forward(Fixtures.store(manager), new NDList(x), false).get(0);
    }
}
