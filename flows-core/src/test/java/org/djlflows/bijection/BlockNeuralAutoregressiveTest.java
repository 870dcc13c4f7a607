package org.djlflows.bijection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;

import org.djlflows.Bijection;
import org.djlflows.spec.Residual;
import org.djlflows.testing.Fixtures;
import org.djlflows.testing.HandWrittenGradients;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

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

    /** Near the edge of the box the slope is 0 in float32. */
    @Test
    void nearTheEdgeNoiseHasDataAndGradients() {
        BlockNeuralAutoregressive layer = new BlockNeuralAutoregressive(Residual.NONE, 4);
        Shape one = new Shape(1, 1);
        layer.initialize(manager, DataType.FLOAT32, one);
        double steep = Math.log(50);
        set(layer, "log_scale0", steep, steep, steep, steep);
        float high = forward(layer, manager.create(new float[] {1e3f}, one)).toFloatArray()[0];
        float low = forward(layer, manager.create(new float[] {-1e3f}, one)).toFloatArray()[0];
        float[] near = new float[40];
        for (int i = 0; i < near.length; i++) {
            float gap = (high - low) * (float) Math.pow(2, -0.5 * i - 2);
            near[i] = i % 2 == 0 ? high - gap : low + gap;
        }
        NDArray z = manager.create(near, new Shape(near.length, 1));
        z.setRequiresGradient(true);
        NDList data = new NDList();
        Fixtures.backward(
                () -> {
                    data.addAll(layer.inverse(Fixtures.store(manager), new NDList(z), false));
                    return data.get(0).sum();
                });
        Fixtures.assertClose(z, forward(layer, data.get(0)), 1e-5 * (high - low));
        for (float gradient : z.getGradient().toFloatArray()) {
            assertTrue(Float.isFinite(gradient), "gradient " + gradient);
        }
    }

    /** exp of a weight on the diagonal, and its square, leave the range of float32. */
    @ParameterizedTest
    @ValueSource(doubles = {-300, -60, 0, 60, 300})
    void weightsOfAnySizeHaveARowOfUnitNorm(double weight) {
        NDArray x = manager.create(new float[] {0.3f, -0.2f}, new Shape(1, 2));
        BlockNeuralAutoregressive layer = new BlockNeuralAutoregressive(Residual.NORMAL, 1);
        layer.initialize(manager, DataType.FLOAT32, x.getShape());
        for (String name : new String[] {"bias0", "bias1", "log_scale0", "log_scale1"}) {
            set(layer, name, 0, 0);
        }
        set(layer, "weight0", weight, 0, 0.5, weight);
        set(layer, "weight1", weight, 0, 0, weight);
        NDList z = layer.forward(Fixtures.store(manager), new NDList(x), false);
        double norm = Math.hypot(0.5, Math.exp(weight));
        double hidden =
                weight > 100 ? Math.tanh(-0.2) : Math.tanh((0.15 - 0.2 * Math.exp(weight)) / norm);
        float[] expected = {(float) (Math.tanh(0.3) + 0.3), (float) (hidden - 0.2)};
        Fixtures.assertClose(manager.create(expected, x.getShape()), z.get(0), 1e-6);
        assertTrue(Float.isFinite(z.get(1).toFloatArray()[0]), "log-det " + z.get(1));
        NDList back = layer.inverse(Fixtures.store(manager), new NDList(z.get(0)), false);
        assertEquals(z.get(1).neg().toFloatArray()[0], back.get(1).toFloatArray()[0], 1e-3);
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

    /** Their blocks underflow as factors, so that they are multiplied by logsumexp. */
    @Test
    void gradientsOfSaturatedUnitsAreThoseOfAutograd() {
        NDArray x = manager.create(new double[] {1, 1.5}, new Shape(2, 1));
        BlockNeuralAutoregressive layer = saturated(DataType.FLOAT64, x);
        layer.getParameters().forEach(entry -> require(entry.getKey(), entry.getValue()));
        HandWrittenGradients.assertRightForBijection(
                layer, layer.kernel(true).orElseThrow(), new NDList(x), 1e-9);
    }

    private static void require(String name, Parameter parameter) {
        parameter.getArray().setRequiresGradient(!name.contains("mask"));
    }

    private double[] saturated(DataType type) {
        NDArray x = manager.create(new double[] {1, 1.5}, new Shape(2, 1)).toType(type, false);
        BlockNeuralAutoregressive layer = saturated(type, x);
        return Fixtures.doubles(
                layer.forward(Fixtures.store(manager), new NDList(x), false).get(1));
    }

    /** The second layer hardly sees the unit of the first one that is less saturated. */
    private BlockNeuralAutoregressive saturated(DataType type, NDArray x) {
        BlockNeuralAutoregressive layer = new BlockNeuralAutoregressive(Residual.NONE, 2, 2);
        layer.initialize(manager, type, x.getShape());
        set(layer, "weight0", 0, 0);
        set(layer, "bias0", 0, 0);
        set(layer, "bias1", 0.1, 0.2);
        set(layer, "weight2", 0.3, 0.1);
        set(layer, "log_scale2", 0.5);
        set(layer, "log_scale0", Math.log(150), Math.log(10));
        set(layer, "weight1", 0, -200, 0, -200);
        set(layer, "log_scale1", 0, 0);
        return layer;
    }

    private void set(BlockNeuralAutoregressive layer, String name, double... values) {
        NDArray array = layer.getParameters().get(name).getArray();
        manager.create(values, array.getShape()).toType(array.getDataType(), false).copyTo(array);
    }
}
