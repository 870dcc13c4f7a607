package org.djlflows.bijection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

import org.djlflows.Bijection;
import org.djlflows.Fixtures;
import org.djlflows.bijection.BlockNeuralAutoregressive.Residual;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.Arrays;

/** The image of the layer, and numbers that leave the range of the type. */
class BlockNeuralAutoregressiveTest {

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

    @Test
    void widthsAreChecked() {
        String message = "BlockNeuralAutoregressive: expected hidden layers of width 1 or more";
        Fixtures.assertRefused(
                IllegalArgumentException.class, message, BlockNeuralAutoregressive::new);
        Fixtures.assertRefused(
                IllegalArgumentException.class, message, () -> new BlockNeuralAutoregressive(3, 0));
    }

    /** The defect of the published form: mass below one, as no x has noise outside of a box. */
    @ParameterizedTest
    @EnumSource
    void noiseWithoutImageIsNaNAndAllOtherNoiseHasOne(Residual residual) {
        Bijection layer = new BlockNeuralAutoregressive(residual, 4);
        NDArray x = manager.create(new double[] {0.3, -0.2}, new Shape(1, 2));
        layer.initialize(manager, DataType.FLOAT64, x.getShape());
        NDArray near = forward(layer, x);
        NDArray z = near.concat(manager.create(new double[] {1e6, 0.1}, new Shape(1, 2)));
        NDArray data = layer.inverse(Fixtures.store(manager), new NDList(z), false).get(0);
        Fixtures.assertClose(x, data.get("0:1"), 1e-9);
        NDArray far = forward(layer, data).get("1:");
        if (residual == Residual.NONE) {
            assertTrue(Double.isNaN(far.getDouble(0, 0)), "got " + far);
        } else {
            assertEquals(1e6, far.getDouble(0, 0), 1e-3);
        }
    }

    private NDArray forward(Bijection layer, NDArray x) {
        return layer.forward(Fixtures.store(manager), new NDList(x), false).get(0);
    }

    /** Hidden units that are all saturated: 1 - tanh^2 is 0 in float32, its logarithm is not. */
    @Test
    void saturatedUnitsHaveALogDeterminant() {
        double[] narrow = saturated(DataType.FLOAT32);
        double[] wide = saturated(DataType.FLOAT64);
        assertTrue(Arrays.stream(wide).max().orElseThrow() < -200, Arrays.toString(wide));
        for (int i = 0; i < wide.length; i++) {
            assertEquals(1, narrow[i] / wide[i], 1e-5);
        }
    }

    /** The second layer hardly sees the unit of the first one that is less saturated. */
    private double[] saturated(DataType type) {
        BlockNeuralAutoregressive layer = new BlockNeuralAutoregressive(Residual.NONE, 2, 2);
        NDArray x = manager.create(new double[] {1, 1.5}, new Shape(2, 1)).toType(type, false);
        layer.initialize(manager, type, x.getShape());
        set(layer, "weight0", 0, 0);
        set(layer, "bias0", 0, 0);
        set(layer, "bias1", 0.1, 0.2);
        set(layer, "weight2", 0.3, 0.1);
        set(layer, "logScale2", 0.5);
        set(layer, "logScale0", Math.log(150), Math.log(10));
        set(layer, "weight1", 0, -200, 0, -200);
        set(layer, "logScale1", 0, 0);
        return Fixtures.doubles(
                layer.forward(Fixtures.store(manager), new NDList(x), false).get(1));
    }

    private void set(BlockNeuralAutoregressive layer, String name, double... values) {
        NDArray array = layer.getParameters().get(name).getArray();
        manager.create(values, array.getShape()).toType(array.getDataType(), false).copyTo(array);
    }
}
