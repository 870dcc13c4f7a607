package org.djlflows.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.BaseNDManager;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.repository.zoo.Criteria;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;

import org.djlflows.Fixtures;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** Model folders that are damaged in many ways: each is refused with one clear message. */
class DamagedFolderTest {

    private static final String CONFIG = "config.json";
    private static final String WEIGHTS = "model.safetensors";
    private static final String SERVING = "serving.properties";

    /** One of the tensors, float32 (6, 3). */
    private static final String TENSOR = "base.bijection.step0.conditioner.layer0_weight";

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

    /** A way in which a model folder can be damaged. */
    @FunctionalInterface
    private interface Damage {
        void to(Path folder) throws IOException;
    }

    /** A named damage, the preset that suffers it, and what the message says beside the folder. */
    private record Case(String name, Preset preset, Damage damage, List<String> expected) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Case damage(String name, Damage damage, String... expected) {
        return new Case(name, spline(), damage, List.of(expected));
    }

    private static Preset spline() {
        return NeuralSplineFlow.builder()
                .setFeatures(3)
                .optContext(2)
                .optTransforms(2)
                .optHidden(6)
                .build();
    }

    private static Case config(String name, UnaryOperator<String> change, String... expected) {
        return damage(name, folder -> edit(folder, change), withFile(CONFIG, expected));
    }

    private static Case configOf(
            Preset preset, String name, UnaryOperator<String> change, String... expected) {
        return new Case(name, preset, folder -> edit(folder, change), List.of(expected));
    }

    private static void edit(Path folder, UnaryOperator<String> change) throws IOException {
        Path file = folder.resolve(CONFIG);
        Files.writeString(file, change.apply(Files.readString(file)));
    }

    private static Case weights(String name, UnaryOperator<byte[]> change, String... expected) {
        return damage(
                name,
                folder -> {
                    Path file = folder.resolve(WEIGHTS);
                    Files.write(file, change.apply(Files.readAllBytes(file)));
                },
                withFile(WEIGHTS, expected));
    }

    /** A change of the header, as JSON. */
    private static Case header(String name, Consumer<JsonObject> change, String... expected) {
        return weights(
                name,
                bytes -> {
                    JsonObject header = JsonParser.parseString(header(bytes)).getAsJsonObject();
                    change.accept(header);
                    return withHeader(bytes, header.toString());
                },
                expected);
    }

    private static String[] withFile(String file, String... expected) {
        return Stream.concat(Stream.of("/model/" + file + ": "), Arrays.stream(expected))
                .toArray(String[]::new);
    }

    private static String header(byte[] bytes) {
        return new String(bytes, Long.BYTES, length(bytes), StandardCharsets.UTF_8);
    }

    private static int length(byte[] bytes) {
        return (int) ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
    }

    private static byte[] withHeader(byte[] bytes, String header) {
        byte[] text = header.getBytes(StandardCharsets.UTF_8);
        int data = Long.BYTES + length(bytes);
        return ByteBuffer.allocate(Long.BYTES + text.length + bytes.length - data)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(text.length)
                .put(text)
                .put(bytes, data, bytes.length - data)
                .array();
    }

    private static byte[] withLength(byte[] bytes, long length) {
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(length);
        return bytes;
    }

    private static JsonObject first(JsonObject header) {
        return header.getAsJsonObject(TENSOR);
    }

    private static void add(JsonElement offsets, int from, int to) {
        JsonArray array = offsets.getAsJsonArray();
        long[] bounds = {array.get(0).getAsLong() + from, array.get(1).getAsLong() + to};
        while (!array.isEmpty()) {
            array.remove(0);
        }
        array.add(bounds[0]);
        array.add(bounds[1]);
    }

    private static void setShape(JsonObject tensor, int... sizes) {
        JsonArray shape = new JsonArray();
        Arrays.stream(sizes).forEach(shape::add);
        tensor.add("shape", shape);
    }

    static Stream<Case> damages() {
        return Stream.of(files(), ofWeights(), headers(), configs(), sizes()).flatMap(s -> s);
    }

    private static Stream<Case> files() {
        return Stream.of(
                damage("no folder", DamagedFolderTest::delete, "with config.json, got none"),
                damage(
                        "an empty folder",
                        path -> Files.createDirectory(deleted(path)),
                        "with config.json, got a folder without it"),
                damage(
                        "the folder is a file",
                        path -> Files.writeString(deleted(path), "text"),
                        "expected a model folder with config.json, got a file"),
                damage(
                        "no configuration",
                        path -> Files.delete(path.resolve(CONFIG)),
                        "with config.json, got a folder without it"),
                damage(
                        "the configuration is a folder",
                        path -> Files.createDirectory(deleted(path.resolve(CONFIG))),
                        "with config.json, got a folder without it"),
                damage(
                        "no weights",
                        path -> Files.delete(path.resolve(WEIGHTS)),
                        "/model/model.safetensors: expected tensors in safetensors, got no file"),
                damage(
                        "the weights are a folder",
                        path -> Files.createDirectory(deleted(path.resolve(WEIGHTS))),
                        "/model/model.safetensors: expected tensors in safetensors, got a folder"),
                damage(
                        "no weights and no properties",
                        path -> {
                            Files.delete(path.resolve(WEIGHTS));
                            Files.delete(path.resolve(SERVING));
                        },
                        "expected tensors in safetensors, got no file"));
    }

    private static Stream<Case> ofWeights() {
        return Stream.of(
                weights("empty weights", bytes -> new byte[0], "got no whole header"),
                weights("cut in the length", bytes -> Arrays.copyOf(bytes, 4), "no whole header"),
                weights("cut after the length", b -> Arrays.copyOf(b, 8), "no whole header"),
                weights("cut in the header", b -> Arrays.copyOf(b, 100), "no whole header"),
                weights(
                        "cut after the header",
                        bytes -> Arrays.copyOf(bytes, 8 + length(bytes)),
                        "got a tensor that leaves the file: "),
                weights(
                        "cut in a tensor",
                        bytes -> Arrays.copyOf(bytes, bytes.length * 2 / 3),
                        "got a tensor that leaves the file: "),
                weights(
                        "the last byte missing",
                        bytes -> Arrays.copyOf(bytes, bytes.length - 1),
                        "got a tensor that leaves the file: "),
                weights(
                        "a byte behind the end",
                        bytes -> Arrays.copyOf(bytes, bytes.length + 1),
                        "got 1 bytes behind the last tensor"),
                weights(
                        "a file twice",
                        bytes ->
                                ByteBuffer.allocate(2 * bytes.length).put(bytes).put(bytes).array(),
                        " bytes behind the last tensor"),
                weights(
                        "text",
                        bytes ->
                                "These are no weights, but a text."
                                        .getBytes(StandardCharsets.UTF_8),
                        "got no whole header"),
                weights("zeros", bytes -> new byte[bytes.length], "got a damaged header"),
                weights("a negative length", b -> withLength(b, -1), "got no whole header"),
                weights(
                        "the largest length",
                        bytes -> withLength(bytes, Long.MAX_VALUE),
                        "got no whole header"),
                weights(
                        "a length of the largest array",
                        bytes -> withLength(bytes, Integer.MAX_VALUE),
                        "got no whole header"),
                weights(
                        "a header of 20 MB",
                        bytes -> withHeader(bytes, header(bytes) + " ".repeat(20_000_000)),
                        "got a header of more than 16777216 bytes"),
                weights(
                        "a header that is no JSON",
                        bytes -> withHeader(bytes, "x".repeat(50)),
                        "got a damaged header"),
                weights(
                        "half a header",
                        bytes -> withHeader(bytes, header(bytes).substring(0, 80)),
                        "got a damaged header"),
                weights(
                        "a header of another form",
                        bytes -> withHeader(bytes, "[1, 2]"),
                        "got a damaged header"),
                weights(
                        "a file of torch.save",
                        bytes -> new byte[] {'P', 'K', 3, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0},
                        "expected tensors in safetensors, got "),
                weights(
                        "a tensor twice",
                        bytes -> withHeader(bytes, twice(header(bytes))),
                        "got two tensors " + TENSOR),
                weights(
                        "a number that is not finite",
                        bytes -> {
                            Arrays.fill(bytes, bytes.length - 4, bytes.length, (byte) 0xff);
                            return bytes;
                        },
                        "a tensor disagrees: expected finite ",
                        ", got NaN or infinity"));
    }

    private static String twice(String header) {
        JsonObject json = JsonParser.parseString(header).getAsJsonObject();
        return "{\"" + TENSOR + "\":" + json.get(TENSOR) + "," + header.strip().substring(1);
    }

    private static Stream<Case> headers() {
        return Stream.of(
                header(
                        "offsets that overlap",
                        json -> add(first(json).get("data_offsets"), -4, -4),
                        "got tensors that overlap at byte "),
                header(
                        "offsets beyond the end",
                        json -> add(first(json).get("data_offsets"), 1 << 20, 1 << 20),
                        "got a tensor that leaves the file: " + TENSOR),
                header(
                        "negative offsets",
                        json -> add(first(json).get("data_offsets"), -1 << 20, -1 << 20),
                        "got a tensor that leaves the file: "),
                header(
                        "offsets the other way round",
                        json -> add(first(json).get("data_offsets"), 1 << 10, 0),
                        "got a tensor that leaves the file: "),
                header(
                        "offsets of too few bytes",
                        json -> add(first(json).get("data_offsets"), 4, 0),
                        "got a shape that does not fit its bytes: " + TENSOR),
                header(
                        "an unknown type",
                        json -> first(json).addProperty("dtype", "F99"),
                        "got tensors of type F99: " + TENSOR),
                header(
                        "bfloat16",
                        json -> {
                            first(json).addProperty("dtype", "BF16");
                            setShape(first(json), 2, 6, 3);
                        },
                        "got a tensor of type BFLOAT16, which is not read as it is: " + TENSOR),
                header(
                        "float16",
                        json -> {
                            first(json).addProperty("dtype", "F16");
                            setShape(first(json), 2, 6, 3);
                        },
                        "got a tensor of type FLOAT16, which is not read as it is: " + TENSOR),
                header(
                        "another type of that size",
                        json -> first(json).addProperty("dtype", "I32"),
                        "a tensor disagrees: expected "
                                + TENSOR
                                + " float32 (6, 3), got int32 (6, 3)"),
                header(
                        "another type and shape",
                        json -> {
                            first(json).addProperty("dtype", "F64");
                            setShape(first(json), 3, 3);
                        },
                        "a tensor disagrees: expected "
                                + TENSOR
                                + " float32 (6, 3), got float64 (3, 3)"),
                header(
                        "another shape of that size",
                        json -> setShape(first(json), 3, 6),
                        "a tensor disagrees: expected "
                                + TENSOR
                                + " float32 (6, 3), got float32 (3, 6)"),
                header(
                        "a shape too large",
                        json -> setShape(first(json), 60, 3),
                        "got a shape that does not fit its bytes: " + TENSOR),
                header(
                        "a shape whose size is no number",
                        json -> setShape(first(json), 1 << 30, 1 << 30, 1 << 30),
                        "got a shape that does not fit its bytes: " + TENSOR),
                header(
                        "a missing tensor",
                        json -> {
                            // Its bytes stay, as those of another.
                            JsonObject tensor = json.remove(TENSOR).getAsJsonObject();
                            json.add("other", tensor);
                        },
                        "expected " + TENSOR + " float32 (6, 3), got none"),
                header(
                        "a tensor too many",
                        json ->
                                json.add(
                                        "more",
                                        JsonParser.parseString(
                                                "{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}")),
                        "a tensor disagrees: expected no more, got one"),
                header(
                        "tensors of other names",
                        json -> {
                            for (String name : List.copyOf(json.keySet())) {
                                json.add("model." + name, json.remove(name));
                            }
                        },
                        " tensors disagree: expected ",
                        "; and "));
    }

    private static Stream<Case> configs() {
        return Stream.of(
                config(
                        "an empty configuration",
                        json -> "",
                        "expected a configuration, got no JSON"),
                config(
                        "a configuration that is no JSON",
                        json -> "engine=PyTorch",
                        "expected a configuration, got no JSON"),
                config(
                        "half a configuration",
                        json -> json.substring(0, json.length() / 2),
                        "expected a configuration, got no JSON"),
                config(
                        "two configurations",
                        json -> json + json,
                        "expected a configuration, got no JSON"),
                config("JSON of another form", json -> "[1]", "expected a configuration, got [1]"),
                config("null", json -> "null", "expected a configuration, got null"),
                config("JSON without fields", json -> "{}", "expected the fields [", "got []"),
                damage(
                        "a configuration in Latin-1",
                        path ->
                                Files.write(
                                        path.resolve(CONFIG),
                                        "{\"name\": \"\u00e9\"}"
                                                .getBytes(StandardCharsets.ISO_8859_1)),
                        "/model/config.json: expected text in UTF-8, got other bytes"),
                config(
                        "format 0",
                        json -> json.replace("\"format\": 1", "\"format\": 0"),
                        "expected format 1, got 0"),
                config(
                        "format 99",
                        json -> json.replace("\"format\": 1", "\"format\": 99"),
                        "expected format 1, got 99"),
                config(
                        "format as text",
                        json -> json.replace("\"format\": 1", "\"format\": \"1\""),
                        "expected format 1, got \"1\""),
                config(
                        "no format",
                        json -> json.replace("\"format\": 1,", ""),
                        "missing [format], unknown []"),
                config(
                        "an unknown field",
                        json -> json.replace("\"format\": 1,", "\"format\": 1, \"depth\": 2,"),
                        "missing [], unknown [depth]"),
                config(
                        "a field twice",
                        json -> json.replace("\"bins\": 8", "\"bins\": 8, \"bins\": 9"),
                        "expected each field once, got two bins"),
                config(
                        "an unknown preset",
                        json -> json.replace("\"NeuralSplineFlow\"", "\"NoSuchFlow\""),
                        "expected a preset of [",
                        "RealNvp",
                        "got \"NoSuchFlow\""),
                config(
                        "a preset that is no text",
                        json -> json.replace("\"NeuralSplineFlow\"", "{}"),
                        "expected a preset of [",
                        "got {}"),
                config(
                        "another preset with its hyper-parameters",
                        json -> ofAnotherPreset(),
                        "expected the hyper-parameters of RealNvp ["),
                config(
                        "a hyper-parameter missing",
                        json -> json.replace("\"bins\": 8,", ""),
                        "missing [bins], unknown []"),
                config(
                        "a hyper-parameter too many",
                        json -> json.replace("\"bins\": 8", "\"bins\": 8, \"depth\": 2"),
                        "missing [], unknown [depth]"),
                config(
                        "a null",
                        json -> json.replace("\"RELU\"", "null"),
                        "expected activation to be one of [RELU, TANH, ",
                        "got null"),
                config(
                        "a hyper-parameter out of range",
                        json -> json.replace("\"bins\": 8", "\"bins\": 1"),
                        "expected at least 2 bins, got 1"),
                config(
                        "a hyper-parameter that is not whole",
                        json -> json.replace("\"bins\": 8", "\"bins\": 8.5"),
                        "expected bins to be a whole number, got 8.5"),
                config(
                        "a column too many",
                        json -> json.replace("\"x0\"", "\"x0\", \"x3\""),
                        "expected 3 columns and 2 of context, got [x0, x3, x1, x2] and [c0, c1]"),
                config(
                        "two columns of a name",
                        json -> json.replace("\"x1\"", "\"x0\""),
                        "expected columns of different names, got two x0"),
                config(
                        "a column that is also context",
                        json -> json.replace("\"x1\"", "\"c1\""),
                        "expected columns of different names, got two c1"),
                config(
                        "a column that is no text",
                        json -> json.replace("\"x1\"", "1"),
                        "expected columns to be a list of"),
                config(
                        "a metric that is no number",
                        json -> json.replace("1.25", "\"low\""),
                        "expected metrics that are numbers, got {"));
    }

    private static String ofAnotherPreset() {
        Preset preset = RealNvp.builder().setFeatures(3).optContext(2).build();
        return SmallPresets.config(spline())
                .toJson()
                .replace("NeuralSplineFlow", preset.getClass().getSimpleName());
    }

    /** Configurations that are right in themselves, of other models than the weights. */
    private static Stream<Case> sizes() {
        return Stream.of(
                configOf(
                        spline(),
                        "another width",
                        json -> json.replace("6\n", "7\n"),
                        "/model/model.safetensors: ",
                        " tensors disagree: expected ",
                        "expected " + TENSOR + " float32 (7, 3), got float32 (6, 3)"),
                configOf(
                        spline(),
                        "a flipped bit: 3 transforms for 2",
                        json -> json.replace("\"transforms\": 2", "\"transforms\": 3"),
                        "/model/model.safetensors: ",
                        " tensors disagree: expected ",
                        ", got none"),
                configOf(
                        spline(),
                        "a transform less",
                        json -> json.replace("\"transforms\": 2", "\"transforms\": 1"),
                        " tensors disagree: expected no ",
                        ", got one"),
                configOf(
                        spline(),
                        "1000 transforms",
                        json -> json.replace("\"transforms\": 2", "\"transforms\": 1000"),
                        " tensors disagree: expected ",
                        "; and "),
                configOf(
                        spline(),
                        "a billion transforms",
                        json -> json.replace("\"transforms\": 2", "\"transforms\": 1000000000"),
                        "/model/config.json: ",
                        "expected at most 1000 transforms, got 1000000000"),
                configOf(
                        spline(),
                        "units that fill the memory",
                        json -> json.replace("6\n", "65536\n"),
                        "got far fewer numbers than it asks for"),
                configOf(
                        spline(),
                        "a billion units",
                        json -> json.replace("6\n", "1000000000\n"),
                        "expected at most 65536 units in a layer, got 1000000000"),
                configOf(
                        spline(),
                        "a number of features that is no int",
                        json -> json.replace("\"features\": 3", "\"features\": 4294967299"),
                        "expected features to be a whole number, got 4294967299"),
                configOf(
                        MaskedAutoregressiveFlow.builder()
                                .setFeatures(3)
                                .optTransforms(1)
                                .optHidden(6, 6)
                                .build(),
                        "masks that fill the memory",
                        json -> json.replace("6,", "40000,").replace("6\n", "50000\n"),
                        "expected at most 16777216 weights in a layer, got 2000000000"),
                configOf(
                        MaskedAutoregressiveFlow.builder()
                                .setFeatures(3)
                                .optTransforms(1)
                                .optHidden(6, 6)
                                .build(),
                        "masks whose size is no int",
                        json -> json.replace("6,", "65536,").replace("6\n", "65536\n"),
                        "expected at most 16777216 weights in a layer, got 4294967296"),
                configOf(
                        MaskedAutoregressiveFlow.builder()
                                .setFeatures(3)
                                .optTransforms(1)
                                .optHidden(6, 6)
                                .build(),
                        "masks of the largest size",
                        json -> json.replace("6,", "256,").replace("6\n", "65536\n"),
                        "got far fewer numbers than it asks for"),
                configOf(
                        BlockNeuralAutoregressiveFlow.builder()
                                .setFeatures(3)
                                .optTransforms(1)
                                .optHidden(6, 6)
                                .build(),
                        "blocks that fill the memory",
                        json -> json.replace("6,", "65536,").replace("6\n", "60000\n"),
                        "expected at most 16777216 weights in a layer, got "),
                configOf(
                        TarFlow.builder().setImages(1, 8, 8).optHidden(8).optLayers(1).build(),
                        "10000 attention layers",
                        json ->
                                json.replace("\"blocks\": 4", "\"blocks\": 100")
                                        .replace("\"layers\": 1", "\"layers\": 100"),
                        " tensors disagree: expected ",
                        "; and "),
                configOf(
                        TarFlow.builder().setImages(1, 8, 8).optHidden(8).optLayers(1).build(),
                        "65536 patches",
                        json ->
                                json.replace("\"height\": 8", "\"height\": 1024")
                                        .replace("\"width\": 8", "\"width\": 1024"),
                        "got far fewer numbers than it asks for"),
                configOf(
                        Glow.builder().setImages(1, 4, 4).optFilters(4).optSteps(1).build(),
                        "images of another number of channels",
                        json -> json.replace("\"channels\": 1", "\"channels\": 3"),
                        " tensors disagree: expected ",
                        "got float32 "),
                configOf(
                        RealNvpImages.builder().setImages(1, 4, 4).optFilters(4).build(),
                        "1000 residual blocks",
                        json -> json.replace("\"blocks\": 2", "\"blocks\": 1000"),
                        " tensors disagree: expected ",
                        "; and "));
    }

    @ParameterizedTest
    @MethodSource("damages")
    @Timeout(30)
    void damagedFoldersAreRefused(Case damaged) throws Exception {
        Path path = save(damaged.preset());
        String before = contents(path);
        FlowModel.load(path, manager);
        int held = resources(manager);
        damaged.damage().to(path);
        assertFalse(before.equals(contents(path)), "not damaged");

        IOException refusal = assertThrows(IOException.class, () -> load(path));
        assertClear(refusal.getMessage(), path, damaged.expected());
        assertEquals(held, resources(manager), "left with the manager");

        if (Files.exists(path.resolve(SERVING))) {
            Exception thrown = assertThrows(Exception.class, () -> criteria(path).loadModel());
            String messages = messages(thrown);
            for (String expected : damaged.expected()) {
                assertTrue(messages.contains(expected), messages);
            }
        }
    }

    /** One bit of the header at a time; whatever it was, it is noticed. */
    @Test
    @Timeout(120)
    void aFlippedBitInTheHeaderIsNoticed() throws IOException {
        Path path = save(spline());
        Path file = path.resolve(WEIGHTS);
        byte[] bytes = Files.readAllBytes(file);
        int end = 8 * (Long.BYTES + length(bytes));
        for (int bit = 0; bit < end; bit += 13) {
            byte[] flipped = bytes.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            Files.write(file, flipped);
            IOException refusal = assertThrows(IOException.class, () -> load(path), "bit " + bit);
            assertClear(refusal.getMessage(), path, List.of(WEIGHTS + ": "));
        }
    }

    /** A bit of the configuration is noticed, or it is one of a name or of a metric. */
    @Test
    void aFlippedBitInTheConfigurationIsNoticed() {
        FlowConfig config = SmallPresets.config(spline());
        byte[] bytes = config.toJson().getBytes(StandardCharsets.UTF_8);
        int accepted = 0;
        for (int bit = 0; bit < 8 * bytes.length; bit++) {
            byte[] flipped = bytes.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            String text = new String(flipped, StandardCharsets.UTF_8);
            try {
                FlowConfig read = FlowConfig.fromJson(text);
                accepted++;
                assertEquals(read, FlowConfig.fromJson(read.toJson()));
            } catch (IllegalArgumentException e) {
                assertTrue(
                        e.getMessage().startsWith("FlowConfig: expected ")
                                || e.getMessage().matches("FlowConfig: \\w+: expected .*"),
                        e.getMessage());
            }
        }
        assertTrue(accepted < bytes.length, accepted + " of " + 8 * bytes.length);
    }

    @Test
    void propertiesAreForDjlAlone() throws IOException {
        Path path = save(spline());
        Files.delete(path.resolve(SERVING));
        assertEquals(spline(), FlowModel.load(path, manager).config().preset());
    }

    private Path save(Preset preset) throws IOException {
        Fixtures.seed(4);
        NDList rows = new NDList();
        if (!(preset instanceof ImagePreset)) {
            rows.add(manager.randomNormal(new Shape(20, preset.features())));
        }
        if (preset.context() > 0) {
            rows.add(manager.randomNormal(new Shape(20, preset.context())));
        }
        Path path = folder.resolve("model");
        FlowModel.create(SmallPresets.config(preset), rows, manager).save(path, report -> {});
        return path;
    }

    private void load(Path path) throws IOException {
        try {
            FlowModel.load(path, manager);
        } catch (OutOfMemoryError e) {
            // JUnit would stop all tests.
            throw new IllegalStateException("A length was believed", e);
        }
    }

    private static void assertClear(String message, Path path, List<String> expected) {
        assertTrue(message.startsWith(path.toString()), message);
        for (String part : expected) {
            assertTrue(message.contains(part), message);
        }
        assertTrue(message.contains("expected "), message);
        assertFalse(message.contains("Exception") || message.contains("ai.djl"), message);
        assertTrue(message.length() < 2000, message);
    }

    private static String messages(Throwable thrown) {
        StringBuilder messages = new StringBuilder();
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            messages.append(cause.getMessage()).append('\n');
        }
        return messages.toString();
    }

    private static Criteria<NDList, NDList> criteria(Path path) {
        return Criteria.builder().setTypes(NDList.class, NDList.class).optModelPath(path).build();
    }

    /** Counts arrays and managers that a manager closes. */
    private static int resources(NDManager manager) throws ReflectiveOperationException {
        Field field = BaseNDManager.class.getDeclaredField("resources");
        field.setAccessible(true);
        return ((Map<?, ?>) field.get(manager)).size();
    }

    private static String contents(Path path) throws IOException {
        StringBuilder contents = new StringBuilder();
        if (Files.exists(path)) {
            try (Stream<Path> files = Files.walk(path)) {
                for (Path file : files.sorted().toList()) {
                    contents.append(path.relativize(file));
                    if (Files.isRegularFile(file)) {
                        contents.append(Arrays.toString(Files.readAllBytes(file)));
                    }
                }
            }
        }
        return contents.toString();
    }

    private static Path deleted(Path path) throws IOException {
        delete(path);
        return path;
    }

    private static void delete(Path path) throws IOException {
        try (Stream<Path> files = Files.walk(path)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
