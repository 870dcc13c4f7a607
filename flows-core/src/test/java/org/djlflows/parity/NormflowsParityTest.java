package org.djlflows.parity;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;

import org.djlflows.Bijection;
import org.djlflows.Fixtures;
import org.djlflows.SequentialBijection;
import org.djlflows.bijection.Planar;
import org.djlflows.bijection.Radial;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * With the weights of normflows 1.7.3 the layers give its numbers.
 *
 * <p>The resources {@code *-normflows.safetensors} hold random weights of four layers over 5
 * features, and what normflows makes of noise z: x and the log-determinant.
 */
class NormflowsParityTest {

    private NDManager manager;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
    }

    @AfterEach
    void close() {
        manager.close();
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "FLOAT64"})
    void planar(DataType type) throws IOException {
        Supplier<Bijection> layer = () -> new Planar(Planar.Function.TANH);
        assertParity("planar-normflows", layer, List.of("u", "w", "b"), type);
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "FLOAT64"})
    void radial(DataType type) throws IOException {
        assertParity("radial-normflows", Radial::new, List.of("z_0", "alpha", "beta"), type);
    }

    private void assertParity(
            String file, Supplier<Bijection> layer, List<String> names, DataType type)
            throws IOException {
        Fixture fixture = Fixture.read(file, manager);
        // The last layer makes the data, and so comes first.
        List<Bijection> layers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            layers.add(0, layer.get());
        }
        Bijection flow = new SequentialBijection(layers);
        NDArray z = fixture.get("z").toType(type, false);
        flow.initialize(manager, type, z.getShape());
        for (int i = 0; i < 4; i++) {
            NDList parts = new NDList();
            for (String name : names) {
                parts.add(fixture.get("state." + i + "." + name).reshape(-1));
            }
            NDArray theta = NDArrays.concat(parts).toType(type, false);
            theta.copyTo(layers.get(3 - i).getParameters().valueAt(0).getArray());
        }
        boolean wide = type == DataType.FLOAT64;

        NDList inverse = flow.inverse(Fixtures.store(manager), new NDList(z), false);
        assertClose(fixture.get("x"), inverse.get(0), wide ? 1e-10 : 1e-5);
        assertClose(fixture.get("logdet"), inverse.get(1), wide ? 1e-10 : 1e-5);

        NDArray x = fixture.get("x").toType(type, false);
        NDList forward = flow.forward(Fixtures.store(manager), new NDList(x), false);
        assertClose(fixture.get("z"), forward.get(0), wide ? 1e-9 : 1e-4);
        assertClose(fixture.get("logdet").neg(), forward.get(1), wide ? 1e-9 : 1e-4);
    }

    private static void assertClose(NDArray expected, NDArray got, double tolerance) {
        assertArrayEquals(Fixtures.doubles(expected), Fixtures.doubles(got), tolerance);
    }
}
