package org.djlflows.parity;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;

import org.djlflows.Bijection;
import org.djlflows.SequentialBijection;
import org.djlflows.bijection.BlockNeuralAutoregressive;
import org.djlflows.bijection.BlockNeuralAutoregressive.Residual;
import org.djlflows.bijection.Permutation;
import org.djlflows.model.Weights;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * With the weights of the code that its authors published the block neural autoregressive flow
 * gives their numbers.
 *
 * <p>The resources {@code bnaf-*-official.safetensors} hold random weights of two or three flows of
 * 4 hidden units a feature, the last one without a residual and a reversal between them, and what
 * that code makes of x in float64: z and the log-determinant.
 */
class BnafParityTest {

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
    void withoutResidual(DataType type) throws IOException {
        assertParity("bnaf-plain-official", Residual.NONE, 2, type, 4, 4);
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "FLOAT64"})
    void gated(DataType type) throws IOException {
        assertParity("bnaf-gated-official", Residual.GATED, 2, type, 4, 4);
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "FLOAT64"})
    void normal(DataType type) throws IOException {
        assertParity("bnaf-normal-official", Residual.NORMAL, 3, type, 4, 4, 4);
    }

    private void assertParity(
            String file, Residual residual, int flows, DataType type, int... hidden)
            throws IOException {
        Fixture fixture = Fixture.read(file, manager);
        List<Bijection> layers = new ArrayList<>();
        for (int i = 0; i < flows; i++) {
            if (i > 0) {
                layers.add(Permutation.reverse());
            }
            Residual own = i < flows - 1 ? residual : Residual.NONE;
            layers.add(new BlockNeuralAutoregressive(own, hidden));
        }
        fixture.assertSameNumbers(
                new SequentialBijection(layers),
                step -> {
                    boolean gated = residual == Residual.GATED && step < 2 * flows - 2;
                    return step % 2 == 0
                            ? weights(fixture, "state." + step + ".", hidden.length, gated)
                            : Weights.copy(layers.get(step), manager);
                },
                type);
    }

    private static NDList weights(Fixture fixture, String state, int hidden, boolean gated) {
        NDList weights = new NDList();
        for (int i = 0; i <= hidden; i++) {
            String layer = state + 2 * i + ".";
            weights.add(named("weight" + i, fixture.get(layer + "_weight")));
            weights.add(named("logScale" + i, fixture.get(layer + "_diag_weight").flatten()));
            weights.add(named("bias" + i, fixture.get(layer + "bias")));
            weights.add(named("mask" + i, fixture.get(layer + "mask_o")));
        }
        if (gated) {
            weights.add(named("gate", fixture.get(state + "gate")));
        }
        return weights;
    }

    private static NDArray named(String name, NDArray array) {
        array.setName(name);
        return array;
    }
}
