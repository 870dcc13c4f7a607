package org.djlflows.interchange;

import static org.djlflows.testing.Fixtures.assertClose;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;

import org.djlflows.Bijection;
import org.djlflows.SequentialBijection;
import org.djlflows.bijection.LuLinear;
import org.djlflows.bijection.Permutation;
import org.djlflows.testing.Fixtures;
import org.djlflows.weights.StateDict;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;

/**
 * With the weights of {@code LULinear} of nflows 0.14 {@code LuLinear} gives its numbers, on
 * vectors and, after a permutation, as {@code OneByOneConvolution} on images.
 */
class NflowsLinearTest {

    private NDManager manager;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
    }

    @AfterEach
    void close() {
        manager.close();
    }

    /** The file names 3 layers and has 2, which alone, without permutations, reproduce its z. */
    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "FLOAT64"})
    void vectors(DataType type) throws IOException {
        StateDict all = ImportedFlowsTest.file("lu-linear-nflows");
        LuLinear first = new LuLinear();
        LuLinear second = new LuLinear();
        Bijection flow = initialized(all, type, first, second);
        linear(all, 0, 5).into(first);
        linear(all, 1, 5).into(second);
        assertSameNumbers(all, flow, type);
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "FLOAT64"})
    void convolution(DataType type) throws IOException {
        StateDict all = ImportedFlowsTest.file("convolution-nflows");
        Permutation permutation = Permutation.reverse();
        LuLinear linear = new LuLinear();
        Bijection flow = initialized(all, type, permutation, linear);
        String places = "permutation._permutation";
        linear(all, 0, 4).ignore(places, "cache").into(linear);
        new WeightImport(all.under("state._transforms.0.permutation."))
                .take("_permutation", "places")
                .into(permutation);
        assertSameNumbers(all, flow, type);
    }

    private static WeightImport linear(StateDict all, int layer, int features) throws IOException {
        WeightImport copy = new WeightImport(all.under("state._transforms." + layer + "."));
        NflowsWeights.takeLuLinear(copy, "", features, "lu", "bias");
        return copy;
    }

    private Bijection initialized(StateDict all, DataType type, Bijection... layers)
            throws IOException {
        Bijection flow = new SequentialBijection(layers);
        flow.initialize(manager, type, all.shape("x"));
        return flow;
    }

    private void assertSameNumbers(StateDict all, Bijection flow, DataType type)
            throws IOException {
        double tolerance = type == DataType.FLOAT64 ? 1e-10 : 1e-5;
        NDArray x = all.get("x", manager);
        NDArray z = all.get("z", manager);
        NDArray logDet = all.get("logdet", manager);
        NDList in = new NDList(x.toType(type, false));
        NDList forward = flow.forward(Fixtures.store(manager), in, false);
        assertClose(z, forward.get(0), tolerance);
        assertClose(logDet, forward.get(1), tolerance);
        NDList out = new NDList(z.toType(type, false));
        NDList inverse = flow.inverse(Fixtures.store(manager), out, false);
        assertClose(x, inverse.get(0), 10 * tolerance);
        assertClose(logDet.neg(), inverse.get(1), 10 * tolerance);
    }
}
