package org.djlflows.runtime;

import static org.djlflows.testing.Fixtures.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;

import org.djlflows.format.FlowConfig;
import org.djlflows.format.Preparation;
import org.djlflows.model.FlowModel;
import org.djlflows.model.SmallPresets;
import org.djlflows.spec.Direction;
import org.djlflows.spec.Presets;
import org.djlflows.spec.VectorFlow;
import org.djlflows.testing.Fixtures;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;

/** Saved models give the same numbers in ONNX Runtime. */
class OnnxExportTest {

    private static final int ROWS = 40;

    private static final List<String> COLUMNS = List.of("a", "b", "c");
    private static final List<String> GIVEN = List.of("d", "e");

    @TempDir private Path folder;
    private static final Set<String> INVERTED_BY_A_LOOP =
            Set.of("bnaf", "bpf", "naf", "planar", "sospf", "unaf");

    private NDManager manager;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager(null, "PyTorch");
        Fixtures.seed(5);
    }

    @AfterEach
    void close() {
        manager.close();
    }

    static Set<String> presets() {
        Set<String> names = new TreeSet<>(Presets.of(VectorFlow.class).keySet());
        names.removeAll(SmallPresets.OF_PYTORCH);
        return names;
    }

    private static FlowConfig config(String preset, List<String> given) {
        VectorFlow flow = Presets.named(preset, VectorFlow.class).withTransforms(3);
        Preparation preparation =
                new Preparation(
                        Map.of(),
                        Map.of("b", 1000.0),
                        OptionalDouble.of(8),
                        !given.isEmpty(),
                        Map.of(),
                        Map.of());
        return new FlowConfig(flow, COLUMNS, given).withPreparation(preparation);
    }

    private FlowModel save(FlowConfig config) throws IOException {
        double[] means = new double[config.features() + config.context()];
        Arrays.fill(means, 5);
        double[] deviations = new double[means.length];
        Arrays.fill(deviations, 4);
        FlowModel model = FlowModel.create(config, means, deviations, manager);
        Fixtures.randomise(model.flow());
        model.save(folder.resolve("model"), report -> {});
        return model;
    }

    private NDArray rows(int columns, float deviation) {
        return manager.randomNormal(5, deviation, new Shape(ROWS, columns), DataType.FLOAT32);
    }

    private byte[] export(Direction direction) throws IOException {
        Path file = folder.resolve("flow.onnx");
        OnnxExport.write(folder.resolve("model"), direction, file);
        return Files.readAllBytes(file);
    }

    @ParameterizedTest
    @MethodSource("presets")
    void densitiesAreThoseOfTheModel(String preset) throws IOException, OrtException {
        for (List<String> given : List.of(List.<String>of(), GIVEN)) {
            FlowModel model = save(config(preset, given));
            byte[] file = export(Direction.DATA_TO_NOISE);
            // As trained on, and 50 deviations out.
            for (float deviation : new float[] {4, 200}) {
                NDArray x = rows(3, deviation);
                NDArray c = rows(2, deviation);
                NDArray expected =
                        given.isEmpty() ? model.flow().logProb(x) : model.flow().logProb(x, c);
                float[] context = given.isEmpty() ? new float[0] : c.toFloatArray();
                Map<String, float[]> got =
                        OnnxFiles.run(file, "x", x.toFloatArray(), context, ROWS);
                assertClose(Fixtures.doubles(expected), got.get("log_prob"));
                if (deviation < 10 && !INVERTED_BY_A_LOOP.contains(preset)) {
                    byte[] back = export(Direction.NOISE_TO_DATA);
                    float[] z = got.get("z");
                    got = OnnxFiles.run(back, "z", z, context, ROWS);
                    assertArrayEquals(x.toFloatArray(), got.get("x"), 0.02f);
                    double[] log = Fixtures.doubles(expected);
                    for (int i = 0; i < ROWS; i++) {
                        for (int j = 0; j < 3; j++) {
                            log[i] -= Normal.logDensity(z[3 * i + j]);
                        }
                        assertEquals(-log[i], got.get("log_det")[i], 0.02);
                    }
                }
            }
        }
    }

    private static void assertClose(double[] expected, float... got) {
        assertEquals(expected.length, got.length);
        double sum = 0;
        for (int i = 0; i < got.length; i++) {
            double error = Math.abs(expected[i] - got[i]) / Math.max(1, Math.abs(expected[i]));
            assertEquals(0, error, 2e-4, "row " + i);
            sum += error;
        }
        assertTrue(sum <= 1e-5 * got.length, "on average apart by " + sum / got.length);
    }

    @Test
    void filesSayWhatTheyTake() throws IOException, OrtException {
        FlowConfig config = config("realnvp", GIVEN);
        save(config);
        byte[] file = export(Direction.DATA_TO_NOISE);
        assertArrayEquals(file, export(Direction.DATA_TO_NOISE));
        try (OrtSession session = OrtEnvironment.getEnvironment().createSession(file)) {
            assertEquals(Set.of("x", "context"), session.getInputNames());
            assertEquals(Set.of("log_prob", "z"), session.getOutputNames());
            assertTrue(
                    session.getInputInfo().get("x").getInfo().toString().contains("[-1, 3]"),
                    session.getInputInfo().toString());
            assertEquals("data-to-noise", session.getMetadata().getDescription());
            String json = session.getMetadata().getCustomMetadataValue("config").orElseThrow();
            assertEquals(config.columns(), FlowConfig.fromJson(json).columns());
        }
        try (OrtSession session =
                OrtEnvironment.getEnvironment().createSession(export(Direction.NOISE_TO_DATA))) {
            assertEquals(Set.of("z", "context"), session.getInputNames());
            assertEquals(Set.of("x", "log_det"), session.getOutputNames());
        }
    }

    @Test
    void whatTakesALoopIsRefusedByName() throws IOException {
        save(config("planar", List.of()));
        assertRefused(
                UnsupportedFlowException.class,
                "without a loop in this direction, got planar; the other direction",
                () -> export(Direction.NOISE_TO_DATA));
        save(config("bnaf", List.of()));
        assertRefused(
                UnsupportedFlowException.class,
                "got block-neural-autoregressive; the other",
                () -> export(Direction.NOISE_TO_DATA));
        assertFalse(Files.exists(folder.resolve("flow.onnx")));
    }

    @Test
    void flowsWithoutAnEvaluatorAreRefusedByName() throws IOException {
        save(config("ffjord", List.of()));
        UnsupportedFlowException refusal =
                assertRefused(
                        UnsupportedFlowException.class,
                        "got continuous-flow",
                        () -> export(Direction.DATA_TO_NOISE));
        assertTrue(refusal.getMessage().contains("TorchScript"), refusal.getMessage());
    }
}
