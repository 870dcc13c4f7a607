package org.djlflows.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ZooModel;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;

import org.djlflows.NormalizingFlow;
import org.djlflows.format.FlowConfig;
import org.djlflows.format.Migration;
import org.djlflows.format.Preparation;
import org.djlflows.kernel.ParameterNames;
import org.djlflows.spec.Network;
import org.djlflows.spec.SpecJson;
import org.djlflows.spec.Specs;
import org.djlflows.weights.StateDict;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Folders of each format that was ever written, with log-densities that the code of their time
 * gave. None of them is ever written again.
 *
 * <p>Those of format 1 are by commit 33ac499, {@code format1-paths} by 0612f49, when weights had
 * paths already; the quantiles of the oldest were put in place of its calibration by hand.
 */
class MigrationTest {

    @TempDir private Path folder;
    private NDManager manager;

    static Stream<String> folders() {
        return Stream.of(
                "format1-quantiles", "format1", "format1-paths", "format1-images", "format2");
    }

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
    }

    @AfterEach
    void close() {
        manager.close();
    }

    private static Path stored(String name) {
        try {
            return Path.of(MigrationTest.class.getResource("formats/" + name).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static JsonObject json(Path file) throws IOException {
        return JsonParser.parseString(Files.readString(file)).getAsJsonObject();
    }

    private static double[] numbers(JsonElement list) {
        return list.getAsJsonArray().asList().stream()
                .mapToDouble(JsonElement::getAsDouble)
                .toArray();
    }

    private static double[][] matrix(JsonElement lists) {
        return lists.getAsJsonArray().asList().stream()
                .map(MigrationTest::numbers)
                .toArray(double[][]::new);
    }

    private double[] score(FlowModel model, double[][] rows) {
        if (model.config().images().isEmpty()) {
            return model.score(rows);
        }
        NDArray pixels = manager.create(rows).toType(DataType.FLOAT32, false);
        Shape shape = new Shape(rows.length).addAll(FlowModel.event(model.config()));
        return model.score(new NDList(pixels.reshape(shape)));
    }

    private static void assertClose(double[] expected, double[] got) {
        assertEquals(expected.length, got.length);
        for (int i = 0; i < got.length; i++) {
            assertEquals(expected[i], got[i], 1e-5 * Math.max(1, Math.abs(expected[i])));
        }
    }

    @ParameterizedTest
    @MethodSource("folders")
    void foldersOfAllFormatsScoreAsWhenTheyWereWritten(String name) throws IOException {
        Path old = stored(name);
        JsonObject expected = json(old.resolve("expected.json"));
        double[][] rows = matrix(expected.get("rows"));
        FlowModel model = FlowModel.load(old, manager);
        double[] scores = score(model, rows);
        assertClose(numbers(expected.get("logDensities")), scores);

        Path saved = folder.resolve("saved");
        model.save(saved, report -> {});
        JsonObject config = json(saved.resolve("config.json"));
        assertEquals(2, config.get("format").getAsInt());
        assertTrue(config.has("sha256"), config.toString());
        assertEquals(
                paths(model.flow()),
                Set.copyOf(StateDict.read(saved.resolve("model.safetensors")).names()));
        FlowModel again = FlowModel.load(saved, manager);
        assertEquals(model.config(), again.config());
        assertArrayEquals(scores, score(again, rows));
    }

    private static Set<String> paths(NormalizingFlow flow) {
        return Set.copyOf(ParameterNames.paths(flow).keys());
    }

    /** DJL finds the classes that {@code serving.properties} named then. */
    @ParameterizedTest
    @MethodSource("folders")
    void djlLoadsFoldersOfAllFormats(String name) throws Exception {
        Criteria<NDList, NDList> criteria =
                Criteria.builder()
                        .setTypes(NDList.class, NDList.class)
                        .optModelPath(stored(name))
                        .build();
        try (ZooModel<NDList, NDList> model = criteria.loadModel()) {
            FlowConfig config = FlowConfig.fromJson(model.getProperty(FlowBlockFactory.CONFIG));
            assertEquals(FlowModel.load(stored(name), manager).config(), config);
        }
    }

    @Test
    void theConfigurationOfFormatOneIsKept() throws IOException {
        FlowConfig config = FlowModel.load(stored("format1"), manager).config();
        assertEquals(List.of("x", "time", "seven"), config.columns());
        assertEquals(List.of("c0", "c1"), config.contextColumns());
        Map<String, Double> offsets = Map.of("time", 1_550_003_662_771.0);
        assertEquals(
                new Preparation(
                        Map.of("seven", 7.0),
                        offsets,
                        OptionalDouble.of(5),
                        true,
                        Map.of(),
                        Map.of()),
                config.preparation());
        assertEquals(Map.of("testNll", 2.5, "validationNll", Double.NaN), config.metrics());
        assertEquals(6, config.calibration().levels().size());
        assertEquals(600.0 / 7, config.percentile(0).orElseThrow(), 1e-9);
    }

    @Test
    void quantilesBecomeACalibration() throws IOException {
        FlowConfig config = FlowModel.load(stored("format1-quantiles"), manager).config();
        assertEquals(Preparation.NONE, config.preparation());
        assertEquals(0, config.percentile(-13).orElseThrow());
        assertEquals(0.1, config.percentile(-11.875).orElseThrow(), 1e-9);
        assertEquals(50, config.percentile(-5.625).orElseThrow(), 1e-9);
        assertEquals(100, config.percentile(-2.5).orElseThrow());
    }

    @Test
    void allPresetsOfFormatOneAreKept() throws IOException {
        Set<String> expected =
                Set.of(
                        "RealNvp",
                        "NeuralSplineFlow",
                        "MaskedAutoregressiveFlow",
                        "AutoregressiveSplineFlow",
                        "BlockNeuralAutoregressiveFlow",
                        "PlanarFlow",
                        "RadialFlow",
                        "RealNvpImages",
                        "Glow",
                        "TarFlow");
        Set<String> tested = new TreeSet<>();
        for (Path file : presets()) {
            tested.add(json(file).get("preset").getAsString());
        }
        assertEquals(expected, tested);
    }

    private static List<Path> presets() throws IOException {
        try (Stream<Path> files = Files.list(stored("format1-presets"))) {
            return files.filter(file -> file.toString().endsWith(".json")).sorted().toList();
        }
    }

    private static FlowConfig read(Path file) throws IOException {
        return FlowConfig.fromJson(Files.readString(file));
    }

    @Test
    void presetsOfFormatOneKeepTheirHyperParameters() throws IOException {
        for (Path file : presets()) {
            JsonObject old = json(file).getAsJsonObject("hyperParameters");
            FlowConfig config = read(file);
            assertEquals(config, FlowConfig.fromJson(config.toJson()));
            for (String name : old.keySet()) {
                Optional<JsonElement> found = value(config, name);
                assertEquals(Optional.of(old.get(name)), found, file + ": " + name);
            }
        }
    }

    /** Returns what became of a hyper-parameter of format 1. */
    private static Optional<JsonElement> value(FlowConfig config, String name) {
        Object network = Specs.value(config.flow(), "network").orElse("");
        boolean blocks = network instanceof Network.ResidualNet;
        boolean has = Specs.value(config.flow(), name).isPresent();
        Optional<Object> value =
                switch (name) {
                    case "features" -> Optional.of(config.features());
                    case "context", "classes" -> Optional.of(config.context());
                    case "channels" -> config.images().map(images -> images.channels());
                    case "height" -> config.images().map(images -> images.height());
                    case "width" -> config.images().map(images -> images.width());
                    case "scaleMap" -> Specs.value(config.flow(), "scale");
                    case "residual" -> has ? Specs.value(config.flow(), name) : Optional.of(blocks);
                    case "hidden" -> blocks ? widths(config) : Specs.value(config.flow(), name);
                    default -> Specs.value(config.flow(), name);
                };
        // As numbers from text are compared.
        return value.map(SpecJson::write).map(json -> JsonParser.parseString(json.toString()));
    }

    private static Optional<Object> widths(FlowConfig config) {
        Network.ResidualNet network =
                (Network.ResidualNet) Specs.value(config.flow(), "network").orElseThrow();
        return Optional.of(
                IntStream.range(0, network.blocks()).mapToObj(i -> network.width()).toList());
    }

    /** The names of the weights beside each configuration of format 1 lead to all parameters. */
    @Test
    void presetsOfFormatOneKeepTheirWeights() throws IOException {
        for (Path file : presets()) {
            FlowConfig config = read(file);
            NormalizingFlow flow = Flows.of(config);
            Shape x = new Shape(1).addAll(FlowModel.event(config));
            Shape context = new Shape(1, config.context());
            Shape[] shapes = config.context() == 0 ? new Shape[] {x} : new Shape[] {x, context};
            flow.initialize(manager, DataType.FLOAT32, shapes);
            Path names = Path.of(file.toString().replace(".json", ".txt"));
            Set<String> renamed =
                    Files.readAllLines(names).stream()
                            .map(name -> Migration.weight(name, config))
                            .collect(Collectors.toSet());
            assertEquals(paths(flow), renamed, file.toString());
            // Those of today stay.
            for (String path : renamed) {
                assertEquals(path, Migration.weight(path, config));
            }
        }
    }

    /** Of more than 99 layers DJL's numbers had three digits. */
    @Test
    void weightsOfManyLayersAreFound() {
        FlowConfig config =
                FlowConfig.fromJson(
                        """
                        {"format": 2, "columns": ["x"],
                         "flow": {"kind": "vector-flow", "transforms": 1000}}
                        """);
        assertEquals(
                "bijection.step100.lu",
                Migration.weight("02base_01bijection_100LuLinear_lu", config));
        assertEquals(
                "bijection.step1999.conditioner.layer0_weight",
                Migration.weight(
                        "02base_01bijection_1999Coupling_01conditioner_layer0_weight", config));
    }
}
