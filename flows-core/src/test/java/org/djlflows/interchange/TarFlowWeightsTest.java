package org.djlflows.interchange;

import static org.djlflows.testing.Fixtures.assertClose;
import static org.djlflows.testing.Fixtures.assertRefused;
import static org.djlflows.testing.Fixtures.doubles;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

import org.djlflows.NormalizingFlow;
import org.djlflows.data.ClassWeights;
import org.djlflows.format.FlowConfig;
import org.djlflows.kernel.ParameterNames;
import org.djlflows.model.FlowModel;
import org.djlflows.spec.ImageShape;
import org.djlflows.spec.Specs;
import org.djlflows.spec.TarFlow;
import org.djlflows.testing.Fixtures;
import org.djlflows.weights.StateDict;
import org.djlflows.weights.Weights;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/** The files of the official code of {@code TarFlowParityTest}, which holds the numbers to it. */
class TarFlowWeightsTest {

    @TempDir private Path folder;

    private NDManager manager;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
    }

    @AfterEach
    void close() {
        manager.close();
    }

    private static StateDict file(String name) throws IOException {
        String resource = "/org/djlflows/parity/tarflow-" + name + ".safetensors";
        try {
            return StateDict.read(Path.of(TarFlowWeightsTest.class.getResource(resource).toURI()));
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    private static final ImageShape GREY = new ImageShape(1, 8, 8);
    private static final ImageShape COLOURS = new ImageShape(3, 6, 6);

    private static TarFlow conditional() {
        return new TarFlow(2, 128, 4, 4, 16, false, 0.1, false);
    }

    private static TarFlow volumePreserving() {
        return new TarFlow(2, 126, 4, 4, 6, false, 0.1, false);
    }

    private NormalizingFlow flow(TarFlow flow, ImageShape images, int classes) {
        List<String> names = IntStream.range(0, classes).mapToObj(String::valueOf).toList();
        return FlowModel.create(new FlowConfig(flow, images, names), new NDList(), manager).flow();
    }

    @Test
    void conditionalFlow() throws IOException {
        StateDict file = file("official");
        StateDict weights = file.under("state.");
        TarFlow preset = TarFlowWeights.find(weights, conditional(), GREY);
        assertEquals(new TarFlow(2, 32, 3, 2, 16, false, 0.1, false), preset);
        assertEquals(4, TarFlowWeights.classes(weights));

        NormalizingFlow flow = flow(preset, GREY, 4);
        ImportReport report = TarFlowWeights.importInto(flow, weights);
        assertEquals(flow.getParameters().size(), report.rows().size());
        for (ImportReport.Row row : report.rows()) {
            NDArray parameter = ParameterNames.paths(flow).get(row.parameter()).getArray();
            NDArray tensor = weights.get(row.name().orElseThrow(), manager);
            assertEquals(tensor.getShape(), row.shape());
            assertArrayEquals(doubles(tensor), doubles(parameter), row.parameter());
        }

        int[] labels = file.get("label", manager).toType(DataType.INT32, false).toIntArray();
        NDArray pixels = file.get("image", manager).add(1).mul(manager.create(0.5f));
        NDArray z =
                flow.getBijection()
                        .forward(
                                Fixtures.store(manager),
                                new NDList(pixels, ClassWeights.of(manager, 4, labels)),
                                false)
                        .get(0);
        NDArray official = file.get("z", manager);
        double size = Arrays.stream(doubles(official)).map(Math::abs).max().orElseThrow();
        assertClose(official, z, 1e-5 * size);
    }

    @Test
    void variancesBecomeTheBase() throws IOException {
        StateDict weights = file("volume-preserving-official").under("state.");
        TarFlow preset = TarFlowWeights.find(weights, volumePreserving(), COLOURS);
        assertTrue(preset.volumePreserving());
        NormalizingFlow flow = flow(preset, COLOURS, 0);
        Fixtures.randomise(flow);
        TarFlowWeights.importInto(flow, weights);
        double[] variances = doubles(weights.get("var", manager));
        double[] expected = Arrays.stream(variances).map(v -> 0.5 * Math.log(v)).toArray();
        assertTrue(Arrays.stream(expected).anyMatch(v -> Math.abs(v) > 0.1));
        assertArrayEquals(expected, values(flow, ".log_deviation"), 1e-6);
        assertArrayEquals(new double[expected.length], values(flow, ".mean"));
    }

    private static double[] values(NormalizingFlow flow, String ending) {
        String name =
                ParameterNames.paths(flow).keys().stream()
                        .filter(key -> key.endsWith(ending))
                        .findAny()
                        .orElseThrow();
        return doubles(ParameterNames.paths(flow).get(name).getArray());
    }

    @Test
    void otherSizesAreRefused() throws IOException {
        StateDict weights = file("official").under("state.");
        assertRefused(
                IOException.class,
                "expected 4 patches of 16 values, as images (1, 8, 8) have in patches of 4 x 4,"
                        + " got 16 of 4",
                () -> TarFlowWeights.find(weights, Specs.with(conditional(), "patch", 4), GREY));
        StateDict whole = file("official");
        assertRefused(
                IOException.class,
                "expected a tensor blocks.0.proj_in.weight, got none",
                () -> TarFlowWeights.find(whole, conditional(), GREY));
        TarFlow deeper = new TarFlow(2, 32, 3, 3, 16, false, 0.1, false);
        NormalizingFlow flow = flow(deeper, GREY, 4);
        assertRefused(
                IOException.class,
                "expected blocks.1.attn_blocks.2.attention.qkv.weight (96, 32), got none",
                () -> TarFlowWeights.importInto(flow, weights));
    }

    @Test
    void disagreementsAreListedAndChangeNothing() throws IOException {
        StateDict weights = file("volume-preserving-official").under("state.");
        NormalizingFlow flow =
                flow(TarFlowWeights.find(weights, volumePreserving(), COLOURS), COLOURS, 0);
        NDList before = Weights.copy(flow, manager);
        StateDict wrong =
                edited(
                        weights,
                        array ->
                                switch (array.getName()) {
                                    case "blocks.0.proj_in.bias" -> named("more", array);
                                    case "blocks.1.pos_embed" ->
                                            named(array.getName(), array.transpose());
                                    default -> array;
                                });
        IOException refusal =
                assertRefused(
                        IOException.class,
                        "3 tensors disagree",
                        () -> TarFlowWeights.importInto(flow, wrong));
        assertTrue(refusal.getMessage().contains("expected blocks.0.proj_in.bias (12), got none"));
        assertTrue(
                refusal.getMessage().contains("expected blocks.1.pos_embed (9, 12), got (12, 9)"));
        assertTrue(refusal.getMessage().contains("expected no more, got one"));
        for (NDArray array : before) {
            NDArray now = ParameterNames.paths(flow).get(array.getName()).getArray();
            assertArrayEquals(doubles(array), doubles(now), array.getName());
        }
    }

    @Test
    void variancesWithoutPlaceAreRefused() throws IOException {
        StateDict weights = file("official").under("state.");
        NormalizingFlow flow = flow(TarFlowWeights.find(weights, conditional(), GREY), GREY, 4);
        StateDict other = edited(weights, array -> variances(array, array.add(1)));
        assertRefused(
                IOException.class,
                "expected variances of 1",
                () -> TarFlowWeights.importInto(flow, other));
        StateDict kept = file("volume-preserving-official").under("state.");
        NormalizingFlow shifting =
                flow(TarFlowWeights.find(kept, volumePreserving(), COLOURS), COLOURS, 0);
        StateDict none = edited(kept, array -> variances(array, array.zerosLike()));
        assertRefused(
                IOException.class,
                "expected variances that are positive",
                () -> TarFlowWeights.importInto(shifting, none));
    }

    private static NDArray variances(NDArray array, NDArray others) {
        return array.getName().equals("var") ? named("var", others) : array;
    }

    private static NDArray named(String name, NDArray array) {
        array.setName(name);
        return array;
    }

    /** Writes a changed copy of a file; also the masks, which the official files hold. */
    private StateDict edited(StateDict weights, UnaryOperator<NDArray> edit) throws IOException {
        NDList arrays = new NDList(named("blocks.0.attn_mask", manager.ones(new Shape(2, 2))));
        for (String name : weights.names()) {
            arrays.add(edit.apply(weights.get(name, manager)));
        }
        Path file = folder.resolve("edited.safetensors");
        Weights.write(arrays, file);
        return StateDict.read(file);
    }
}
