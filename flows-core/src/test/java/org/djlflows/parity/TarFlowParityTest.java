package org.djlflows.parity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

import org.djlflows.Bijection;
import org.djlflows.NormalizingFlow;
import org.djlflows.SequentialBijection;
import org.djlflows.bijection.Guidance;
import org.djlflows.bijection.Guidance.Rule;
import org.djlflows.bijection.Patchify;
import org.djlflows.data.ClassWeights;
import org.djlflows.format.FlowConfig;
import org.djlflows.interchange.TarFlowWeights;
import org.djlflows.model.FlowModel;
import org.djlflows.model.Flows;
import org.djlflows.spec.ImageShape;
import org.djlflows.spec.TarFlow;
import org.djlflows.testing.Fixtures;
import org.djlflows.weights.StateDict;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

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
        TarFlow sizes = new TarFlow(2, 128, 4, 4, 16, false, 0.1, false);
        ImageShape images = new ImageShape(1, 8, 8);
        Bijection flow = flow("tarflow-official", sizes, images, type);
        NDArray image = fixture.get("image").toType(type, false);

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
        TarFlow sizes = new TarFlow(2, 126, 4, 4, 6, false, 0.1, false);
        ImageShape images = new ImageShape(3, 6, 6);
        Bijection flow = flow("tarflow-volume-preserving-official", sizes, images, type);
        NDArray image = fixture.get("image").toType(type, false);

        assertForward(fixture, flow, "z", "logdet", new NDList(image));
        NDArray noise = fixture.get("noise").mul(fixture.get("state.var").sqrt());
        NDList z = new NDList(noise.toType(type, false));
        assertSample(fixture.get("sample"), flow, z);
        Guidance sharp = new Guidance(Rule.SCALE_AND_SHIFT, 1.2, true, 0.6);
        assertSample(fixture.get("sample_temperature"), with(flow, sharp), z);
    }

    /** Imports weights, and leaves the step out that takes pixels from [0, 1] to [-1, 1]. */
    private Bijection flow(String file, TarFlow sizes, ImageShape images, DataType type)
            throws IOException {
        StateDict weights = Fixture.weights(file);
        TarFlow flow = TarFlowWeights.find(weights, sizes, images);
        int classes = TarFlowWeights.classes(weights);
        List<String> names = IntStream.range(0, classes).mapToObj(String::valueOf).toList();
        FlowConfig config = new FlowConfig(flow, images, names);
        NormalizingFlow whole = Flows.of(config);
        Shape[] shapes = {new Shape(1).addAll(FlowModel.event(config)), new Shape(1, classes)};
        whole.initialize(manager, type, classes == 0 ? new Shape[] {shapes[0]} : shapes);
        TarFlowWeights.importInto(whole, weights);
        List<Bijection> steps = whole.getBijection().getSteps();
        Bijection bijection = new SequentialBijection(steps.subList(1, steps.size()));
        return initialized(bijection, (Patchify) steps.get(1), type);
    }

    private Bijection with(Bijection flow, Guidance guidance) {
        List<Bijection> steps = flow.getSteps();
        Bijection guided = new SequentialBijection(steps.stream().map(guidance::guide).toList());
        DataType type = flow.getParameters().valueAt(0).getArray().getDataType();
        return initialized(guided, (Patchify) steps.get(0), type);
    }

    /** Initialises a sequence of steps of another one, which keep their weights. */
    private Bijection initialized(Bijection sequence, Patchify first, DataType type) {
        Shape image = new Shape(1).addAll(first.getEventShape());
        Shape[] shapes =
                first.getContextShape()
                        .map(context -> new Shape[] {image, new Shape(1).addAll(context)})
                        .orElse(new Shape[] {image});
        sequence.initialize(manager, type, shapes);
        return sequence;
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
