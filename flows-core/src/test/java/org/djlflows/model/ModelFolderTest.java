package org.djlflows.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.util.Pair;

import org.djlflows.NormalizingFlow;
import org.djlflows.format.FlowConfig;
import org.djlflows.kernel.NoGrad;
import org.djlflows.testing.Fixtures;
import org.djlflows.training.FusedAdam;
import org.djlflows.training.TrainingStep;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;

/** A model folder of each preset keeps every bit of a model whose every number is its own. */
class ModelFolderTest {

    @TempDir private Path folder;

    private NDManager manager;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
        Fixtures.seed(8);
    }

    @AfterEach
    void close() {
        manager.close();
    }

    static Stream<FlowConfig> presets() {
        return SmallPresets.all();
    }

    @ParameterizedTest
    @MethodSource("presets")
    void everyBitIsKept(FlowConfig config) throws IOException {
        NDList rows = rows(config, 64);
        FlowModel saved = FlowModel.create(config, rows, manager);
        Map<String, String> fresh = state(saved.flow());
        train(saved.flow(), rows);
        changeAll(saved.flow());
        Map<String, String> state = state(saved.flow());
        assertEquals(fresh.keySet(), state.keySet());
        fresh.forEach(
                (name, bits) ->
                        assertFalse(
                                bits.equals(state.get(name)) && !name.endsWith("fitted"),
                                "as in a fresh model: " + name));

        Path path = folder.resolve("model");
        saved.save(path, report -> {});
        Fixtures.seed(9);
        FlowModel loaded = FlowModel.load(path, manager);
        assertEquals(saved.config(), loaded.config());
        assertEquals(state, state(loaded.flow()));
        NDList some = rows(config, 5);
        Map<String, String> expected = results(saved.flow(), some);
        assertFalse(expected.toString().contains("NaN"), "no numbers to compare");
        assertEquals(expected, results(loaded.flow(), some));
        // Again the same files.
        loaded.save(folder.resolve("again"), report -> {});
        for (String name :
                new String[] {"config.json", "model.safetensors", "serving.properties"}) {
            assertArrayEquals(
                    Files.readAllBytes(path.resolve(name)),
                    Files.readAllBytes(folder.resolve("again").resolve(name)),
                    name);
        }
    }

    private NDList rows(FlowConfig config, int count) {
        Shape shape = new Shape(count).addAll(FlowModel.event(config));
        NDArray x = manager.randomUniform(0.1f, 0.9f, shape);
        return config.context() == 0
                ? new NDList(x)
                : new NDList(x, manager.randomUniform(0, 24, new Shape(count, config.context())));
    }

    /** Fits the normalisations and takes a step. */
    private static void train(NormalizingFlow flow, NDList rows) {
        flow.forward(new ParameterStore(rows.getManager(), false), rows, true);
        try (FusedAdam optimizer = FusedAdam.builder().build()) {
            TrainingStep.of(flow, optimizer, 10).orElseThrow().take(rows);
        }
    }

    /** Gives parameters and buffers values that no initializer makes, and that work. */
    private void changeAll(NormalizingFlow flow) {
        Fixtures.randomise(flow);
        Random random = new Random(3);
        try (NoGrad noGrad = NoGrad.open()) {
            for (Pair<String, Parameter> entry : flow.getParameters()) {
                NDArray array = entry.getValue().getArray();
                float[] values = array.toFloatArray();
                for (int i = 0; i < values.length; i++) {
                    values[i] = changed(entry.getKey(), values, i, random);
                }
                if (entry.getKey().endsWith("places")) {
                    for (int i = 0; i < values.length; i++) {
                        values[i] = (values[i] + 1) % values.length;
                    }
                }
                manager.create(values, array.getShape()).copyTo(array);
            }
        }
    }

    private static float changed(String name, float[] values, int i, Random random) {
        if (name.matches(".*mask\\d+")) {
            // Of the connections that are allowed a few less.
            return i == firstOne(values) || random.nextInt(8) == 0 ? -0f : values[i];
        }
        if (name.endsWith("deviation") || name.endsWith("variance")) {
            return Math.abs(values[i]) * (0.5f + random.nextFloat()) + 0.1f;
        }
        if (name.endsWith("places") || name.endsWith("fitted")) {
            return values[i];
        }
        if (name.endsWith("_sign")) {
            return -values[i];
        }
        return switch (random.nextInt(20)) {
            case 0 -> -0f;
            case 1 -> Float.MIN_VALUE;
            default -> values[i] + 0.01f * random.nextFloat();
        };
    }

    private static int firstOne(float[] values) {
        int first = 0;
        while (first < values.length - 1 && values[first] != 1) {
            first++;
        }
        return first;
    }

    private static Map<String, String> state(Block block) {
        Map<String, String> state = new LinkedHashMap<>();
        block.getParameters().forEach(p -> state.put(p.getKey(), bits(p.getValue().getArray())));
        assertTrue(state.size() >= 5, "too few to compare");
        return state;
    }

    /** Everything that a flow computes, layer by layer where it is in two. */
    private static Map<String, String> results(NormalizingFlow flow, NDList rows) {
        Map<String, String> results = new LinkedHashMap<>();
        NDList context = rows.subNDList(1);
        ParameterStore store = new ParameterStore(rows.getManager(), false);
        boolean conditional = !context.isEmpty();
        try (NoGrad noGrad = NoGrad.open()) {
            NDArray x = rows.get(0);
            results.put(
                    "density",
                    bits(conditional ? flow.logProb(x, context.get(0)) : flow.logProb(x)));
            Fixtures.seed(10);
            NDList samples =
                    conditional
                            ? flow.sampleWithLogProb(context.get(0))
                            : flow.sampleWithLogProb(rows.getManager(), 5);
            results.put("samples", bits(samples.get(0)) + bits(samples.get(1)));
            NormalizingFlow part = flow;
            NDList inner = conditional ? new NDList(flow.embed(context.get(0))) : context;
            while (part != null) {
                NDList z = part.getBijection().forward(store, with(x, inner), false);
                results.put(results.size() + "forward", bits(z.get(0)) + bits(z.get(1)));
                NDList back = part.getBijection().inverse(store, with(z.get(0), inner), false);
                results.put(results.size() + "inverse", bits(back.get(0)) + bits(back.get(1)));
                x = z.get(0);
                part = part.getBase() instanceof NormalizingFlow base ? base : null;
            }
        }
        return results;
    }

    private static NDList with(NDArray array, NDList more) {
        return new NDList(array).addAll(more);
    }

    /** Returns type, shape and bits; of NaN the word. */
    private static String bits(NDArray array) {
        StringBuilder text = new StringBuilder(array.getDataType() + " " + array.getShape());
        for (float value : array.toFloatArray()) {
            text.append(' ')
                    .append(
                            Float.isNaN(value)
                                    ? "NaN"
                                    : Integer.toHexString(Float.floatToRawIntBits(value)));
        }
        return text.toString();
    }
}
