package org.djlflows.parity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.util.Pair;

import org.djlflows.Bijection;
import org.djlflows.Fixtures;
import org.djlflows.SequentialBijection;
import org.djlflows.bijection.CausalTransformer;
import org.djlflows.bijection.Guidance;
import org.djlflows.bijection.Guidance.Rule;
import org.djlflows.bijection.Order;
import org.djlflows.bijection.Patchify;
import org.djlflows.bijection.TransformerAutoregressive;
import org.djlflows.data.ClassWeights;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/**
 * The numbers of the official TarFlow code, whose outputs are float32. The file of a flow that
 * keeps the volume was made by that code with PyTorch 2.13, from weights with noise.
 */
class TarFlowParityTest {

    private static final double TOLERANCE = 1e-4;
    private static final double TOLERANCE_OF_SAMPLES = 1e-3;

    /** Random weights make some samples overflow, in the official code as here. */
    private static final double LARGEST = 100;

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
    void conditional(DataType type) throws IOException {
        Fixture fixture = Fixture.read("tarflow-official", manager);
        int[] labels = fixture.get("label").toType(DataType.INT32, false).toIntArray();
        NDArray label = ClassWeights.of(manager, 4, labels).toType(type, false);
        NDArray none = manager.full(label.getShape(), 0.25f, type);
        CausalTransformer network = new CausalTransformer(32, 2, 16, 4, false);
        Bijection flow = flow(new Shape(1, 8, 8), 3, network, false);
        NDArray image = fixture.get("image").toType(type, false);
        flow.initialize(manager, type, image.getShape(), label.getShape());
        load(flow, fixture, type);

        assertForward(fixture, flow, "z", "logdet", new NDList(image, label));
        assertForward(
                fixture, flow, "z_unconditional", "logdet_unconditional", new NDList(image, none));

        NDArray noise = fixture.get("noise").toType(type, false);
        assertSample(fixture.get("sample"), flow, new NDList(noise, label));
        assertSample(fixture.get("sample_unconditional"), flow, new NDList(noise, none));
        Guidance guided = new Guidance(Rule.SCALE_AND_SHIFT, 1.5, true, 1);
        assertSample(fixture.get("sample_guided"), with(flow, guided), new NDList(noise, label));
        Guidance warm = new Guidance(Rule.SHIFT, 0.7, false, 1.3);
        assertSample(fixture.get("sample_temperature"), with(flow, warm), new NDList(noise, none));
    }

    @Test
    void volumePreserving() throws IOException {
        Fixture fixture = Fixture.read("tarflow-volume-preserving-official", manager);
        DataType type = DataType.FLOAT32;
        CausalTransformer network = new CausalTransformer(12, 1, 6, 4, false);
        Bijection flow = flow(new Shape(3, 6, 6), 2, network, true);
        NDArray image = fixture.get("image").toType(type, false);
        flow.initialize(manager, type, image.getShape());
        load(flow, fixture, type);

        assertForward(fixture, flow, "z", "logdet", new NDList(image));
        NDArray noise = fixture.get("noise").mul(fixture.get("state.var").sqrt());
        NDList z = new NDList(noise.toType(type, false));
        assertSample(fixture.get("sample"), flow, z);
        Guidance sharp = new Guidance(Rule.SCALE_AND_SHIFT, 1.2, true, 0.6);
        assertSample(fixture.get("sample_temperature"), with(flow, sharp), z);
    }

    private static Bijection flow(
            Shape image, int blocks, CausalTransformer network, boolean volumePreserving) {
        Bijection[] steps = new Bijection[1 + blocks];
        steps[0] = new Patchify(image, 2);
        for (int i = 0; i < blocks; i++) {
            Order order = i % 2 == 0 ? Order.ASCENDING : Order.DESCENDING;
            steps[1 + i] =
                    volumePreserving
                            ? TransformerAutoregressive.volumePreserving(order, network)
                            : new TransformerAutoregressive(order, network);
        }
        return new SequentialBijection(steps);
    }

    private Bijection with(Bijection flow, Guidance guidance) {
        Bijection guided =
                new SequentialBijection(flow.getSteps().stream().map(guidance::guide).toList());
        Shape[] shapes = {new Shape(1).addAll(image(flow)), context(flow)};
        DataType type = flow.getParameters().valueAt(0).getArray().getDataType();
        guided.initialize(manager, type, shapes[1] == null ? new Shape[] {shapes[0]} : shapes);
        return guided;
    }

    private static Shape image(Bijection flow) {
        return ((Patchify) flow.getSteps().get(0)).getEventShape();
    }

    private static Shape context(Bijection flow) {
        return ((Patchify) flow.getSteps().get(0))
                .getContextShape()
                .map(shape -> new Shape(1).addAll(shape))
                .orElse(null);
    }

    private static void load(Bijection flow, Fixture fixture, DataType type) {
        List<Bijection> steps = flow.getSteps();
        for (int block = 1; block < steps.size(); block++) {
            for (Pair<String, Parameter> parameter : steps.get(block).getParameters()) {
                NDArray array = parameter.getValue().getArray();
                String name = "state.blocks." + (block - 1) + "." + official(parameter.getKey());
                fixture.get(name).reshape(array.getShape()).toType(type, false).copyTo(array);
            }
        }
    }

    private static String official(String name) {
        return name.replaceAll("^(in|out)_", "proj_$1.")
                .replaceAll("^positions$", "pos_embed")
                .replaceAll("^classes$", "class_embed")
                .replaceAll("^attention(\\d+)_out_", "attn_blocks.$1.attention.proj.")
                .replaceAll("^attention(\\d+)_(\\w+)_", "attn_blocks.$1.attention.$2.")
                .replaceAll("^mlp(\\d+)_norm_", "attn_blocks.$1.mlp.norm.")
                .replaceAll("^mlp(\\d+)_up_", "attn_blocks.$1.mlp.main.0.")
                .replaceAll("^mlp(\\d+)_down_", "attn_blocks.$1.mlp.main.2.");
    }

    private void assertForward(
            Fixture fixture, Bijection flow, String z, String logDet, NDList inputs) {
        NDList out = flow.forward(Fixtures.store(manager), inputs, false);
        assertClose(fixture.get(z), out.get(0), TOLERANCE);
        // The official code returns the mean over tokens and channels.
        long dimensions = inputs.get(0).getShape().slice(1).size();
        NDArray sum = fixture.get(logDet).mul(manager.create((double) dimensions));
        assertClose(sum, out.get(1), TOLERANCE);
    }

    private void assertSample(NDArray expected, Bijection flow, NDList inputs) {
        NDArray x = flow.inverse(Fixtures.store(manager), inputs, false).get(0);
        int compared = 0;
        for (int row = 0; row < x.size(0); row++) {
            double[] values = Fixtures.doubles(expected.get(row));
            if (Arrays.stream(values).allMatch(value -> Math.abs(value) < LARGEST)) {
                assertClose(expected.get(row), x.get(row), TOLERANCE_OF_SAMPLES);
                compared++;
            }
        }
        assertTrue(compared >= 2, "rows compared: " + compared);
    }

    /** Some values of the file are in the hundreds: digits of float32 count from there. */
    private static void assertClose(NDArray expected, NDArray got, double tolerance) {
        double[] values = Fixtures.doubles(expected);
        double[] found = Fixtures.doubles(got);
        assertEquals(values.length, found.length);
        for (int i = 0; i < values.length; i++) {
            double size = Math.max(1, Math.abs(values[i]));
            assertEquals(values[i], found[i], tolerance * size, "entry " + i);
        }
    }
}
