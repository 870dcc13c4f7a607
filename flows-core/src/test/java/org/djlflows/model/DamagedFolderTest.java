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

import org.djlflows.format.FlowConfig;
import org.djlflows.spec.Glow;
import org.djlflows.spec.ImageFlow;
import org.djlflows.spec.ImageShape;
import org.djlflows.spec.Presets;
import org.djlflows.spec.RealNvpImages;
import org.djlflows.spec.TarFlow;
import org.djlflows.spec.VectorFlow;
import org.djlflows.testing.Fixtures;
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
    private static final String TENSOR = "bijection.step1.conditioner.layer0_weight";

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

    /** A named damage, the model that suffers it, and what the message says beside the folder. */
    private record Case(String name, FlowConfig config, Damage damage, List<String> expected) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Case damage(String name, Damage damage, String... expected) {
        return new Case(name, spline(), damage, List.of(expected));
    }

    private static FlowConfig spline() {
        VectorFlow flow = Presets.neuralSplineFlow().withTransforms(2).withHidden(6);
        return new FlowConfig(flow, List.of("x0", "x1", "x2"), List.of("c0", "c1"))
                .withMetrics(Map.of("nll", 1.25));
    }

    private static FlowConfig small(VectorFlow flow) {
        return new FlowConfig(
                flow.withTransforms(1).withHidden(6, 6), List.of("x0", "x1", "x2"), List.of());
    }

    private static FlowConfig ofImages(ImageFlow flow, int side) {
        return new FlowConfig(flow, new ImageShape(1, side, side), List.of());
    }

    private static Case config(String name, UnaryOperator<String> change, String... expected) {
        return damage(name, folder -> edit(folder, change), withFile(CONFIG, expected));
    }

    private static Case configOf(
            FlowConfig config, String name, UnaryOperator<String> change, String... expected) {
        return new Case(name, config, folder -> edit(folder, change), List.of(expected));
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
                config("JSON without fields", json -> "{}", "expected format 1 or 2, got none"),
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
                        json -> json.replace("\"format\": 2", "\"format\": 0"),
                        "expected format 1 or 2, got 0"),
                config(
                        "format 99",
                        json -> json.replace("\"format\": 2", "\"format\": 99"),
                        "expected format 1 or 2, got 99, which a newer version wrote"),
                config(
                        "format as text",
                        json -> json.replace("\"format\": 2", "\"format\": \"2\""),
                        "expected format 1 or 2, got \"2\""),
                config(
                        "an earlier format",
                        json -> json.replace("\"format\": 2", "\"format\": 1"),
                        "expected preset, got none"),
                config(
                        "no format",
                        json -> json.replace("\"format\": 2,", ""),
                        "expected format 1 or 2, got none"),
                config(
                        "an unknown field",
                        json -> json.replace("\"format\": 2,", "\"format\": 2, \"depth\": 2,"),
                        "expected no fields but [calibration, columns, ",
                        "got [depth]"),
                config(
                        "a field twice",
                        json -> json.replace("\"bins\": 8", "\"bins\": 8, \"bins\": 9"),
                        "expected each field once, got two bins"),
                config("no flow", DamagedFolderTest::withoutFlow, "expected flow, got none"),
                config(
                        "an unknown flow",
                        json -> json.replace("\"vector-flow\"", "\"no-such-flow\""),
                        "expected flow.kind to be one of [glow, ",
                        "vector-flow",
                        "got \"no-such-flow\""),
                config(
                        "a kind that is no text",
                        json -> json.replace("\"coupling\"", "{}"),
                        "expected flow.transform.kind to be one of [",
                        "got {}"),
                config(
                        "a kind missing",
                        json -> json.replace("\"kind\": \"coupling\",", ""),
                        "expected flow.transform.kind, got none"),
                config(
                        "another kind with its fields",
                        json -> json.replace("\"coupling\"", "\"autoregressive\""),
                        "expected flow.transform to have no fields but [kind, map, network, orders,"
                                + " passes], got [masks, unconditional]"),
                config(
                        "a kind of another family",
                        json -> json.replace("\"mlp\"", "\"planar\""),
                        "expected flow.transform.network.kind to be one of [",
                        "got \"planar\""),
                config(
                        "a hyper-parameter too many",
                        json -> json.replace("\"bins\": 8", "\"bins\": 8, \"depth\": 2"),
                        "expected flow.transform.map to have no fields but [",
                        "got [depth]"),
                config(
                        "a null",
                        json -> json.replace("\"RELU\"", "null"),
                        "expected flow.transform.network.activation to be one of [RELU, TANH, ",
                        "got null"),
                config(
                        "a hyper-parameter out of range",
                        json -> json.replace("\"bins\": 8", "\"bins\": 1"),
                        "flow.transform.map: RationalQuadraticSpline: expected bins of at least 2",
                        "got 1"),
                config(
                        "a hyper-parameter that is not whole",
                        json -> json.replace("\"bins\": 8", "\"bins\": 8.5"),
                        "expected flow.transform.map.bins to be a whole number, got 8.5"),
                config(
                        "no columns",
                        json -> json.replaceAll("\"columns\": \\[[^]]*]", "\"columns\": []"),
                        "expected columns that vary and no size of images for vector-flow, got []"),
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
                        "expected columns[1] to be a text, got 1"),
                config(
                        "a metric that is no number",
                        json -> json.replace("1.25", "\"low\""),
                        "expected metrics.nll to be a number, got \"low\""));
    }

    private static String withoutFlow(String config) {
        JsonObject json = JsonParser.parseString(config).getAsJsonObject();
        json.remove("flow");
        return json.toString();
    }

    /** Configurations that are right in themselves, of other models than the weights. */
    private static Stream<Case> sizes() {
        return Stream.of(
                configOf(
                        spline(),
                        "a column too many",
                        json -> json.replace("\"x0\"", "\"x0\", \"x3\""),
                        "/model/model.safetensors: ",
                        " tensors disagree: expected ",
                        " float32 (4), got float32 (3)"),
                configOf(
                        spline(),
                        "a column of the context too many",
                        json -> json.replace("\"c0\"", "\"c0\", \"c3\""),
                        "expected " + TENSOR + " float32 (6, 4), got float32 (6, 3)"),
                configOf(
                        spline(),
                        "a hyper-parameter missing that is not its default",
                        json -> json.replaceAll(",?\\s*\"transforms\": 2", ""),
                        " tensors disagree: expected ",
                        ", got none"),
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
                        "expected transforms of at least 1 and at most 1000, got 1000000000"),
                configOf(
                        spline(),
                        "units that fill the memory",
                        json -> json.replace("6\n", "65536\n"),
                        "got far fewer numbers than it asks for"),
                configOf(
                        spline(),
                        "a billion units",
                        json -> json.replace("6\n", "1000000000\n"),
                        "expected hidden of at least 1 and at most 65536, got 1000000000"),
                configOf(
                        spline(),
                        "a number of transforms that is no int",
                        json -> json.replace("\"transforms\": 2", "\"transforms\": 4294967298"),
                        "expected flow.transforms to be a whole number, got 4294967298"),
                configOf(
                        small(Presets.maskedAutoregressiveFlow()),
                        "masks that fill the memory",
                        json -> json.replace("6,", "40000,").replace("6\n", "50000\n"),
                        "expected layers of at most 16777216 weights, got one of 40000 inputs and"
                                + " 50000 units"),
                configOf(
                        small(Presets.maskedAutoregressiveFlow()),
                        "masks whose size is no int",
                        json -> json.replace("6,", "65536,").replace("6\n", "65536\n"),
                        "expected layers of at most 16777216 weights, got one of 65536 inputs"),
                configOf(
                        small(Presets.maskedAutoregressiveFlow()),
                        "masks of the largest size",
                        json -> json.replace("6,", "256,").replace("6\n", "65536\n"),
                        "got far fewer numbers than it asks for"),
                configOf(
                        small(Presets.blockNeuralAutoregressiveFlow()),
                        "blocks that fill the memory",
                        json -> json.replace("6,", "65536,").replace("6\n", "60000\n"),
                        "expected layers of at most 16777216 weights, got one of 196608 inputs and"
                                + " 180000 units"),
                configOf(
                        ofImages(new TarFlow(4, 8, 4, 1, 0, false, 0.1, false), 8),
                        "10000 attention layers",
                        json ->
                                json.replace("\"blocks\": 4", "\"blocks\": 100")
                                        .replace("\"layers\": 1", "\"layers\": 100"),
                        " tensors disagree: expected ",
                        "; and "),
                configOf(
                        ofImages(new TarFlow(4, 8, 4, 1, 0, false, 0.1, false), 8),
                        "65536 patches",
                        json ->
                                json.replace("\"height\": 8", "\"height\": 1024")
                                        .replace("\"width\": 8", "\"width\": 1024"),
                        "got far fewer numbers than it asks for"),
                configOf(
                        ofImages(new Glow(2, 1, 4), 4),
                        "images of another number of channels",
                        json -> json.replace("\"channels\": 1", "\"channels\": 3"),
                        " tensors disagree: expected ",
                        "got float32 "),
                configOf(
                        ofImages(new RealNvpImages(2, 4, 2), 4),
                        "1000 residual blocks",
                        json -> json.replace("\"blocks\": 2", "\"blocks\": 1000"),
                        " tensors disagree: expected ",
                        "; and "));
    }

    @ParameterizedTest
    @MethodSource("damages")
    @Timeout(30)
    void damagedFoldersAreRefused(Case damaged) throws Exception {
        Path path = save(damaged.config());
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
        byte[] bytes = spline().toJson().getBytes(StandardCharsets.UTF_8);
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
                        e.getMessage().matches("FlowConfig: ([\\w.]+: )*expected .*"),
                        e.getMessage());
            }
        }
        assertTrue(accepted < bytes.length, accepted + " of " + 8 * bytes.length);
    }

    @Test
    void propertiesAreForDjlAlone() throws IOException {
        Path path = save(spline());
        Files.delete(path.resolve(SERVING));
        assertEquals(spline(), FlowModel.load(path, manager).config());
    }

    private Path save(FlowConfig config) throws IOException {
        Fixtures.seed(4);
        NDList rows = new NDList();
        if (config.images().isEmpty()) {
            rows.add(manager.randomNormal(new Shape(20, config.features())));
        }
        if (config.context() > 0) {
            rows.add(manager.randomNormal(new Shape(20, config.context())));
        }
        Path path = folder.resolve("model");
        FlowModel.create(config, rows, manager).save(path, report -> {});
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
