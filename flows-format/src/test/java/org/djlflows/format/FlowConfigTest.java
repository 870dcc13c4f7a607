package org.djlflows.format;

import static org.djlflows.files.Refusals.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;

import org.djlflows.spec.Activation;
import org.djlflows.spec.Column;
import org.djlflows.spec.ColumnFlow;
import org.djlflows.spec.Domain;
import org.djlflows.spec.FlowSpec;
import org.djlflows.spec.Glow;
import org.djlflows.spec.ImageFlow;
import org.djlflows.spec.ImageShape;
import org.djlflows.spec.Network;
import org.djlflows.spec.Presets;
import org.djlflows.spec.Residual;
import org.djlflows.spec.ScalarMap;
import org.djlflows.spec.ScaleMap;
import org.djlflows.spec.Specs;
import org.djlflows.spec.TableFlow;
import org.djlflows.spec.VectorFlow;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

class FlowConfigTest {

    private static final ImageShape IMAGES = new ImageShape(3, 8, 16);

    static Stream<FlowSpec> flows() {
        Stream<FlowSpec> presets =
                Presets.of(FlowSpec.class).keySet().stream()
                        .map(name -> Presets.named(name, FlowSpec.class));
        return Stream.concat(
                presets,
                Stream.of(
                        Presets.realNvp()
                                .withTransforms(3)
                                .withHidden(7, 8, 9)
                                .with("activation", Activation.GELU)
                                .withMap(new ScalarMap.Affine(ScaleMap.SOFTPLUS)),
                        Presets.realNvp().withMap(new ScalarMap.Additive()),
                        Presets.neuralSplineFlow().with("bins", 3).with("bound", 0.1),
                        Presets.autoregressiveSplineFlow()
                                .withNetwork(new Network.ResidualNet(5, 3, Activation.TANH)),
                        Presets.blockNeuralAutoregressiveFlow()
                                .with("residual", Residual.NORMAL)
                                .with("lastResidual", Residual.NONE),
                        new TableFlow(7, 5, 3, 0, new ScalarMap.Affine(ScaleMap.SOFTPLUS), 9)));
    }

    private static FlowConfig config(FlowSpec flow) {
        Map<String, Double> metrics = Map.of("nll", 1.25, "seconds", 1e-300);
        FlowConfig config =
                flow instanceof ColumnFlow ofColumns
                        ? new FlowConfig(
                                ofColumns, List.of("x, or \"y\"", "длина"), List.of("hour"))
                        : new FlowConfig((ImageFlow) flow, IMAGES, List.of());
        return config.withMetrics(metrics);
    }

    /** With a value in each field. */
    private static FlowConfig whole() {
        return new FlowConfig(
                Presets.neuralSplineFlow(),
                List.of("x", "y", "seven"),
                List.of("c"),
                Optional.empty(),
                new Preparation(
                        Map.of("seven", 7.0),
                        Map.of("y", 1.5e12),
                        OptionalDouble.of(5),
                        true,
                        Map.of("x", new Domain.Interval(-1, 2.5)),
                        Map.of()),
                Map.of("nll", 1.25),
                Calibration.of(new double[] {-3, -2}),
                Optional.of(
                        new CsvFormat(
                                List.of("x", "c", "seven", "y"),
                                false,
                                ";",
                                ",",
                                "'",
                                Map.of("x", 2))));
    }

    /** With a column of each kind, none of whose fields is as by default. */
    private static FlowConfig table() {
        return new FlowConfig(
                Presets.anyOrder(),
                List.of("price", "town", "at", "none"),
                List.of("rooms"),
                Optional.empty(),
                new Preparation(
                        Map.of("none", 0.0),
                        Map.of("at", 1.5e9),
                        OptionalDouble.empty(),
                        false,
                        Map.of(),
                        Map.of(
                                "price", new Column.Real(List.of(0.0, 9.99), 0, 1e6, true, 0.01),
                                "rooms", new Column.Whole(List.of(2.0), -1, 40, true, 5),
                                "at", new Column.Time("yyyy-MM-dd HH:mm", 1e9, 2e9, true),
                                "town", new Column.Category(List.of("", "длина"), 0.25, true))),
                Map.of("nll", 1.25),
                Calibration.of(new double[] {-3, -2}),
                Optional.of(CsvFormat.usual(List.of("price", "town", "rooms", "at", "none"))));
    }

    /** Where the kind of a column is said. */
    private static String[] kindOf(String column) {
        return new String[] {"preparation", "kinds", column};
    }

    private static JsonObject json(FlowConfig config) {
        return JsonParser.parseString(config.toJson()).getAsJsonObject();
    }

    private static JsonObject json() {
        return json(new FlowConfig(Presets.neuralSplineFlow(), List.of("x", "y"), List.of()));
    }

    private static JsonObject in(JsonObject json, String... path) {
        JsonObject found = json;
        for (String name : path) {
            found = found.getAsJsonObject(name);
        }
        return found;
    }

    private static String refuses(JsonElement json, String message) {
        return refuses(json.toString(), message);
    }

    private static String refuses(String text, String message) {
        String got =
                assertRefused(
                                IllegalArgumentException.class,
                                message,
                                () -> FlowConfig.fromJson(text))
                        .getMessage();
        assertTrue(got.startsWith("FlowConfig: "), got);
        assertTrue(got.contains("expected "), got);
        assertTrue(got.length() < 1900, got);
        return got;
    }

    @ParameterizedTest
    @MethodSource("flows")
    void jsonKeepsEverything(FlowSpec flow) {
        FlowConfig config = config(flow);
        assertEquals(config, FlowConfig.fromJson(config.toJson()));
        // Written again it is the same text: models can be compared by their files.
        assertEquals(config.toJson(), FlowConfig.fromJson(config.toJson()).toJson());
    }

    @Test
    void thePartsHaveTheirKinds() {
        JsonObject json = json(whole());
        assertEquals(2, json.get("format").getAsInt());
        assertEquals("vector-flow", in(json, "flow").get("kind").getAsString());
        assertEquals("coupling", in(json, "flow", "transform").get("kind").getAsString());
        assertEquals(
                "rational-quadratic-spline",
                in(json, "flow", "transform", "map").get("kind").getAsString());
        assertEquals("mlp", in(json, "flow", "transform", "network").get("kind").getAsString());
        assertEquals(
                JsonParser.parseString("[\"FIRST_HALF\", \"SECOND_HALF\"]"),
                in(json, "flow", "transform").get("masks"));
    }

    @Test
    void aMissingFieldTakesItsDefault() {
        String least =
                """
                {"format": 2, "flow": {"kind": "vector-flow"}, "columns": ["x"]}
                """;
        assertEquals(
                new FlowConfig(Specs.defaults(VectorFlow.class), List.of("x"), List.of()),
                FlowConfig.fromJson(least));
        assertDefaults(
                new FlowConfig(Presets.neuralSplineFlow(), List.of("x"), List.of()),
                List.of("kind", "format", "flow", "columns"),
                new String[][] {
                    {},
                    {"flow"},
                    {"flow", "transform"},
                    {"flow", "transform", "map"},
                    {"flow", "transform", "network"}
                });
    }

    @Test
    void aMissingFieldOfAKindOfAColumnTakesItsDefault() {
        Preparation kinds =
                new Preparation(
                        Map.of(),
                        Map.of(),
                        OptionalDouble.empty(),
                        false,
                        Map.of(),
                        Map.of(
                                "price", Specs.defaults(Column.Real.class),
                                "rooms", Specs.defaults(Column.Whole.class),
                                "at", Specs.defaults(Column.Time.class),
                                "town", new Column.Category(List.of("a"), 1e-4, false)));
        assertDefaults(
                new FlowConfig(
                                Specs.defaults(TableFlow.class),
                                List.of("price", "rooms", "at", "town"),
                                List.of())
                        .withPreparation(kinds),
                List.of("kind", "levels"),
                new String[][] {
                    {"flow"},
                    {"flow", "map"},
                    kindOf("price"),
                    kindOf("rooms"),
                    kindOf("at"),
                    kindOf("town")
                });
    }

    private static void assertDefaults(FlowConfig config, List<String> needed, String[][] paths) {
        for (String[] path : paths) {
            for (String name : in(json(config), path).keySet()) {
                if (!needed.contains(name)) {
                    JsonObject json = json(config);
                    in(json, path).remove(name);
                    assertEquals(config, FlowConfig.fromJson(json.toString()), name);
                }
            }
        }
    }

    @Test
    void whatHasNoDefaultIsNeeded() {
        JsonObject json = json();
        json.remove("format");
        refuses(json, "expected format 1 or 2, got none");
        json = json();
        json.remove("flow");
        refuses(json, "expected flow, got none");
        json = json();
        json.remove("columns");
        refuses(json, "expected columns that vary and no size of images for vector-flow, got []");
        json = json();
        in(json, "flow").remove("kind");
        refuses(json, "expected flow.kind, got none");
        json = json();
        in(json, "flow", "transform", "map").remove("kind");
        refuses(json, "expected flow.transform.map.kind, got none");
        json = json(config(Presets.glow()));
        json.remove("images");
        refuses(json, "expected a size of images and no columns for glow, got none and []");
        json = json(config(Presets.glow()));
        in(json, "images").remove("height");
        refuses(json, "expected images.height, got none");
        json = json(table());
        in(json, kindOf("price")).remove("kind");
        refuses(json, "expected preparation.kinds.price.kind, got none");
        json = json(table());
        in(json, kindOf("town")).remove("levels");
        refuses(json, "expected preparation.kinds.town.levels, got none");
    }

    @Test
    void anUnknownFieldIsRefusedWithItsPlace() {
        JsonObject json = json();
        json.addProperty("depth", 3);
        refuses(json, "expected no fields but [calibration, columns, ");
        refuses(json, ", preparation], got [depth]");
        json = json();
        in(json, "flow").addProperty("depth", 3);
        refuses(
                json,
                "flow to have no fields but [base, kind, mixing, transform, transforms], got");
        json = json();
        in(json, "flow", "transform", "network").addProperty("depth", 3);
        refuses(json, "expected flow.transform.network to have no fields but [");
        json = json(whole());
        in(json, "preparation").addProperty("scale", 3);
        refuses(json, "expected preparation to have no fields but [");
        json = json(table());
        in(json, kindOf("town")).addProperty("atoms", 3);
        refuses(
                json,
                "expected preparation.kinds.town to have no fields but [kind, levels, missing,"
                        + " unseen], got [atoms]");
    }

    @Test
    void aKindWhereNoneBelongsIsRefused() {
        JsonObject json = json(whole());
        json.addProperty("kind", "vector-flow");
        refuses(json, "got [kind]");
        json = json(whole());
        in(json, "preparation").addProperty("kind", "preparation");
        refuses(json, "expected preparation to have no fields but [");
        json = json(whole());
        in(json, "calibration").addProperty("kind", "calibration");
        refuses(json, "expected calibration to have no fields but [");
        json = json(config(Presets.glow()));
        in(json, "images").addProperty("kind", "image-shape");
        refuses(json, "expected images to have no fields but [");
        // A metric may have any name, but it is a number.
        json = json(whole());
        in(json, "metrics").addProperty("kind", "none");
        refuses(json, "expected metrics.kind to be a number, got \"none\"");
    }

    @Test
    void aKindOfAnotherFamilyIsRefused() {
        JsonObject json = json();
        in(json, "flow").addProperty("kind", "mlp");
        refuses(
                json,
                "expected flow.kind to be one of [glow, jet, published-glow, published-real-nvp,"
                        + " real-nvp-images, table-flow, tar-flow, vector-flow], got \"mlp\"");
        json = json();
        in(json, "flow", "transform").addProperty("kind", "glow");
        refuses(json, "expected flow.transform.kind to be one of [autoregressive, ");
        json = json(table());
        in(json, kindOf("at")).addProperty("kind", "circle");
        refuses(
                json,
                "expected preparation.kinds.at.kind to be one of [category, real, time, whole], got"
                        + " \"circle\"");
        json = json();
        in(json, "flow", "transform").addProperty("kind", "Coupling");
        refuses(json, "got \"Coupling\"");
        json = json();
        in(json, "flow", "transform").add("kind", JsonNull.INSTANCE);
        refuses(json, "got null");
        // Of another kind of the family, the fields are others.
        json = json();
        in(json, "flow", "transform").addProperty("kind", "autoregressive");
        refuses(
                json,
                "flow.transform to have no fields but [kind, map, network, orders, passes], got"
                        + " [masks, unconditional]");
    }

    /** The paths of all fields, with dots. */
    private static List<String> paths(JsonObject json, String before) {
        List<String> paths = new ArrayList<>();
        json.asMap()
                .forEach(
                        (name, value) -> {
                            paths.add(before + name);
                            if (value.isJsonObject()) {
                                paths.addAll(paths(value.getAsJsonObject(), before + name + "."));
                            }
                        });
        return paths;
    }

    private static JsonObject replaced(JsonObject json, String path, JsonElement value) {
        String[] names = path.split("\\.", -1);
        JsonObject parent = json;
        for (int i = 0; i < names.length - 1; i++) {
            parent = parent.getAsJsonObject(names[i]);
        }
        parent.add(names[names.length - 1], value);
        return json;
    }

    @Test
    void aFieldOfAnotherTypeIsRefusedWithItsPath() {
        JsonElement[] others = {
            JsonNull.INSTANCE, new JsonPrimitive("seven"), new JsonObject(), new JsonArray()
        };
        for (FlowConfig config : List.of(whole(), table(), config(Presets.glow()))) {
            for (String path : paths(json(config), "")) {
                JsonElement own = find(json(config), path);
                for (JsonElement other : others) {
                    // Of texts it is checked elsewhere whether they are patterns and signs.
                    boolean text =
                            (path.endsWith(".format") || path.startsWith("csv."))
                                    && isText(own)
                                    && other instanceof JsonPrimitive;
                    boolean same = other.getClass().equals(own.getClass()) && isEmpty(other);
                    if (!text && !same) {
                        refuses(replaced(json(config), path, other), path);
                    }
                }
            }
        }
    }

    private static boolean isText(JsonElement json) {
        return json instanceof JsonPrimitive primitive && primitive.isString();
    }

    private static boolean isEmpty(JsonElement json) {
        return json.isJsonArray() || json.isJsonObject();
    }

    private static JsonElement find(JsonObject json, String path) {
        JsonElement found = json;
        for (String name : path.split("\\.", -1)) {
            found = found.getAsJsonObject().get(name);
        }
        return found;
    }

    @ParameterizedTest
    @CsvSource({
        "8.0, 8",
        "8e0, 8",
        "80e-1, 8",
        "1e1, 10",
        "1000E-2, 10",
    })
    void wholeNumbersCanBeWrittenInManyWays(String number, int value) {
        String text = json().toString().replace("\"bins\":8", "\"bins\":" + number);
        assertEquals(Optional.of(value), Specs.value(FlowConfig.fromJson(text).flow(), "bins"));
    }

    @ParameterizedTest
    @CsvSource({
        "8.5, 'expected flow.transform.map.bins to be a whole number, got 8.5'",
        "1e999, 'expected flow.transform.map.bins to be a whole number, got 1e999'",
        "4294967304, 'expected flow.transform.map.bins to be a whole number, got 4294967304'",
        "'\"8\"', 'expected flow.transform.map.bins to be a whole number, got \"8\"'",
        "true, 'expected flow.transform.map.bins to be a whole number, got true'",
        "-0, 'flow.transform.map: RationalQuadraticSpline: expected bins of at least 2 and at'",
        "1000, 'expected bins of at least 2 and at most 999, got 1000'",
        "NaN, got no JSON",
        "Infinity, got no JSON",
        "08, got no JSON",
        "0x8, got no JSON",
        "8., got no JSON",
        "+8, got no JSON",
    })
    void whatIsNoWholeNumberInItsRangeIsRefused(String number, String message) {
        String text = json().toString();
        assertTrue(text.contains("\"bins\":8"), text);
        refuses(text.replace("\"bins\":8", "\"bins\":" + number), message);
    }

    @ParameterizedTest
    @CsvSource({
        "1e999, 'expected flow.transform.map.bound to be a number, got 1e999'",
        "'\"NaN\"', 'expected flow.transform.map.bound to be a number, got \"NaN\"'",
        "0, 'flow.transform.map: RationalQuadraticSpline: expected bound above 0 and finite in"
                + " float32, got 0.0'",
        "-0.0, 'expected bound above 0 and finite in float32, got -0.0'",
        "1e-400, 'expected bound above 0 and finite in float32, got 0.0'",
        "1e300, 'expected bound above 0 and finite in float32, got 1.0E300'",
    })
    void whatIsNoNumberInItsRangeIsRefused(String number, String message) {
        String text = json().toString();
        assertTrue(text.contains("\"bound\":5.0"), text);
        refuses(text.replace("\"bound\":5.0", "\"bound\":" + number), message);
    }

    @Test
    void anElementOfAnotherTypeIsRefusedWithItsPlace() {
        JsonObject json = json();
        in(json, "flow", "transform", "network").getAsJsonArray("hidden").set(1, JsonNull.INSTANCE);
        refuses(json, "expected flow.transform.network.hidden[1] to be a whole number, got null");
        json = json();
        JsonPrimitive step = new JsonPrimitive("THIRD_HALF");
        in(json, "flow", "transform").getAsJsonArray("masks").set(0, step);
        refuses(
                json,
                "expected flow.transform.masks[0] to be one of [FIRST_HALF, SECOND_HALF, EVEN,"
                        + " ODD], got \"THIRD_HALF\"");
        json = json();
        json.getAsJsonArray("columns").set(0, new JsonPrimitive(1));
        refuses(json, "expected columns[0] to be a text, got 1");
    }

    @ParameterizedTest
    @CsvSource({
        "0, 'expected format 1 or 2, got 0'",
        "3, 'expected format 1 or 2, got 3, which a newer version wrote: update this library'",
        "99, 'got 99, which a newer version wrote'",
        "2.5, 'expected format 1 or 2, got 2.5'",
        "1e999, 'expected format 1 or 2, got 1e999'",
        "'\"2\"', 'expected format 1 or 2, got \"2\"'",
        "null, 'expected format 1 or 2, got null'",
        "[2], 'expected format 1 or 2, got [2]'",
    })
    void anotherFormatIsRefused(String format, String message) {
        JsonObject json = json();
        json.add("format", JsonParser.parseString(format));
        String got = refuses(json, message);
        assertEquals(message.contains("newer"), got.contains("newer"), got);
    }

    @Test
    void columnsThatDoNotFitAreRefused() {
        JsonObject json = json();
        json.getAsJsonArray("columns").add("x");
        refuses(json, "expected columns of different names, got two x");
        json = json();
        json.getAsJsonArray("contextColumns").add("y");
        refuses(json, "expected columns of different names, got two y");
        json = json();
        json.add("images", json(config(Presets.glow())).get("images"));
        refuses(json, "expected columns that vary and no size of images for vector-flow, got [x, ");
        json = json(config(Presets.glow()));
        json.add("columns", json().get("columns"));
        refuses(json, "expected a size of images and no columns for glow, got ImageShape[");
        json = json(config(Presets.glow()));
        in(json, "images").addProperty("width", 10);
        refuses(json, "a width that 4 divides, for 2 scales, got 8 x 10");
        assertRefused(
                IllegalArgumentException.class,
                "expected 1 to 65536 features",
                () ->
                        new FlowConfig(
                                Presets.planarFlow(),
                                IntStream.range(0, 65_537).mapToObj(i -> "x" + i).toList(),
                                List.of()));
    }

    @Test
    void sizesFollowFromColumnsAndImages() {
        FlowConfig config = whole();
        assertEquals(2, config.features());
        assertEquals(1, config.context());
        FlowConfig images = new FlowConfig(Presets.glow(), IMAGES, List.of("cat", "dog"));
        assertEquals(384, images.features());
        assertEquals(2, images.context());
        assertEquals(Optional.of(IMAGES), images.images());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "null",
                "[]",
                "3",
                "no JSON",
                "{\"format\": 2",
                "{\"format\": 2} {}",
                "{\"format\": 2, }",
                "{format: 2}",
                "{'format': 2}",
                "// no comment\n{}"
            })
    void textThatIsNoConfigurationIsRefused(String text) {
        refuses(text, "FlowConfig: expected a configuration, got ");
    }

    @Test
    void aFieldTwiceIsRefused() {
        String text = json().toString();
        refuses(text.replace("\"bins\":8", "\"bins\":8,\"bins\":8"), "once, got two bins");
        refuses(text.replace("\"bins\":8", "\"bins\":8,\"b\\u0069ns\":8"), "once, got two bins");
        refuses(text.replace("\"format\":2", "\"format\":2,\"format\":2"), "got two format");
        refuses(
                text.replace("\"metrics\":{", "\"metrics\":{\"a\":1,\"a\":2"),
                "expected each field once, got two a");
    }

    @ParameterizedTest
    @ValueSource(ints = {100, 200, 300, 100_000, 1_000_000})
    void nestedJsonIsRefused(int depth) {
        String lists = "[".repeat(depth) + "]".repeat(depth);
        String objects = "{\"a\":".repeat(depth) + "1" + "}".repeat(depth);
        for (String nested : List.of(lists, objects, "[".repeat(depth))) {
            refuses(nested, "FlowConfig: ");
            String text = json().toString();
            refuses(text.replace("\"bins\":8", "\"bins\":" + nested), "FlowConfig: ");
            refuses(text.replace("\"format\":2", "\"format\":" + nested), "FlowConfig: ");
            refuses(text.replace("\"bins\":8", "\"x\":" + nested), "FlowConfig: ");
            refuses(text.replace("\"metrics\":{}", "\"metrics\":" + nested), "FlowConfig: ");
            refuses(text.replace("\"x\",", nested + ","), "FlowConfig: ");
            refuses("{\"format\":1,\"preset\":" + nested + "}", "FlowConfig: ");
        }
    }

    /** Names and values of a megabyte. */
    @Test
    void messagesAreShort() {
        String name = "x".repeat(1 << 20);
        String long1 = "\"" + name + "\"";
        String text = json(whole()).toString();
        for (String[] change :
                new String[][] {
                    {"\"format\":2", "\"format\":" + long1},
                    {"\"format\":2", "\"format\":" + "9".repeat(1 << 20)},
                    {"\"format\":2", "\"format\":2," + long1 + ":1"},
                    {"\"bins\":8", "\"bins\":8," + long1 + ":1"},
                    {"\"bins\":8", "\"bins\":" + "9".repeat(1 << 20)},
                    {"\"vector-flow\"", long1},
                    {"\"mlp\"", long1},
                    {"\"RELU\"", long1},
                    {"\"FIRST_HALF\"", long1},
                    {"\"x\"", long1 + "," + long1 + ",\"x\""},
                    {"1.25", long1},
                    {"\"nll\":1.25", long1 + ":null"},
                    {"\"seven\":7.0", long1 + ":7"},
                    {"\"seven\":7.0", "\"seven\":7," + long1 + ":\"NaN\""},
                    {"\"tails\":5.0", "\"tails\":" + long1},
                    {"\"levels\":[", "\"levels\":[" + long1 + ","},
                    {"\"format\":2", "\"format\":2,\"" + name + "\":1,\"" + name + "\":1"},
                    {"\"format\":2", "\"format\":2,\"sha256\":" + long1}
                }) {
            assertTrue(text.contains(change[0]), change[0]);
            refuses(text.replace(change[0], change[1]), "FlowConfig: ");
        }
    }

    /** Names and levels of a megabyte, and atoms of as much. */
    @Test
    void messagesOnKindsAreShort() {
        String name = "x".repeat(1 << 20);
        String long1 = "\"" + name + "\"";
        String text = json(table()).toString();
        for (String[] change :
                new String[][] {
                    {"\"kinds\":{", "\"kinds\":{" + long1 + ":{\"kind\":\"real\"},"},
                    {"\"kinds\":{", "\"kinds\":{" + long1 + ":1,"},
                    {"\"category\"", long1},
                    {"\"levels\":[", "\"levels\":[" + long1 + "," + long1 + ","},
                    {"\"atoms\":[2.0", "\"atoms\":[2.0" + ",2".repeat(1 << 19)},
                    {"\"atoms\":[2.0", "\"atoms\":[" + long1},
                    {"\"domains\":{", "\"domains\":{" + long1 + ":{\"kind\":\"line\"}"}
                }) {
            assertTrue(text.contains(change[0]), change[0]);
            refuses(text.replace(change[0], change[1]), "FlowConfig: ");
        }
    }

    /** All that is prepared is named where it is not for a circle. */
    @Test
    void messagesOnCirclesAreShort() {
        String name = "x".repeat(1 << 20);
        FlowConfig config =
                new FlowConfig(Presets.neuralSplineFlow(), List.of("angle", name), List.of());
        assertRefusedShortly(
                config,
                new Preparation(
                        Map.of(),
                        Map.of(name, 1.0),
                        OptionalDouble.of(3),
                        false,
                        Map.of("angle", new Domain.Circle(0, 360)),
                        Map.of()));
    }

    private static void assertRefusedShortly(FlowConfig config, Preparation preparation) {
        String got =
                assertRefused(
                                IllegalArgumentException.class,
                                "FlowConfig: expected ",
                                () -> config.withPreparation(preparation))
                        .getMessage();
        assertTrue(got.length() < 1900, got);
    }

    @Test
    void metricsCanBeReplaced() {
        FlowConfig config = whole();
        FlowConfig measured = config.withMetrics(Map.of("nll", 2.0));
        assertEquals(Map.of("nll", 2.0), measured.metrics());
        assertEquals(config, measured.withMetrics(config.metrics()));
    }

    @Test
    void decimalsAreOfColumnsOfTheFile() {
        assertRefused(
                IllegalArgumentException.class,
                "CsvFormat: expected decimals of 1 to 17 of columns among [x], got {y=2}",
                () -> new CsvFormat(List.of("x"), true, ",", ".", "\"", Map.of("y", 2)));
    }

    @Test
    void metricsThatAreNotFiniteCanBeWritten() {
        FlowConfig config =
                config(Presets.realNvp())
                        .withMetrics(
                                Map.of(
                                        "nll", Double.NaN,
                                        "validation", Double.POSITIVE_INFINITY,
                                        "least", Double.NEGATIVE_INFINITY,
                                        "zero", -0.0));
        assertEquals(config, FlowConfig.fromJson(config.toJson()));
        refuses(
                config.toJson().replace("\"NaN\"", "\"nan\""),
                "expected metrics.nll to be a number, got \"nan\"");
    }

    private static FlowConfig calibrated(double... logDensities) {
        return config(Presets.realNvp()).withCalibration(Calibration.of(logDensities));
    }

    @Test
    void theCalibrationIsKept() {
        FlowConfig config = config(Presets.realNvp());
        FlowConfig measured = calibrated(-3.25, (float) -0.1, -7, 2);
        assertEquals(List.of(0.2, 0.4, 0.6, 0.8), measured.calibration().levels());
        assertEquals(
                List.of(-7.0, -3.25, (double) (float) -0.1, 2.0),
                measured.calibration().logDensities());
        assertEquals(config, measured.withCalibration(Calibration.NONE));
        assertEquals(measured.calibration(), measured.withMetrics(Map.of()).calibration());
        FlowConfig read = FlowConfig.fromJson(measured.toJson());
        assertEquals(measured, read);
        assertEquals(measured.toJson(), read.toJson());
        // However many numbers there are, a person can read the rest of the file.
        assertEquals(
                config.toJson().lines().count(),
                measured.toJson().lines().count(),
                measured.toJson());
    }

    @Test
    void thePreparationIsKept() {
        FlowConfig config =
                new FlowConfig(Presets.realNvp(), List.of("x", "t"), List.of())
                        .withPreparation(
                                new Preparation(
                                        Map.of(),
                                        Map.of("t", 1.55e12),
                                        OptionalDouble.of(4.5),
                                        false,
                                        Map.of(),
                                        Map.of()));
        assertEquals(config, FlowConfig.fromJson(config.toJson()));
        FlowConfig constant =
                config.withPreparation(
                        new Preparation(
                                Map.of("x", 0.1),
                                Map.of(),
                                OptionalDouble.empty(),
                                false,
                                Map.of(),
                                Map.of()));
        assertEquals(1, constant.features());
        assertEquals(constant, FlowConfig.fromJson(constant.toJson()));
        assertFalse(constant.toJson().contains("tails"), constant.toJson());
    }

    @Test
    void kindsOfColumnsAreKept() {
        FlowConfig config = table();
        FlowConfig read = FlowConfig.fromJson(config.toJson());
        assertEquals(config, read);
        assertEquals(config.toJson(), read.toJson());
        assertEquals(
                Set.copyOf(Specs.kinds(Column.class).values()),
                read.preparation().kinds().values().stream()
                        .map(Column::getClass)
                        .collect(Collectors.toSet()));
        // Sorted, so that equal configurations are equal as text.
        assertEquals(
                List.of("at", "price", "rooms", "town"),
                List.copyOf(in(json(config), "preparation", "kinds").keySet()));
        Preparation preparation = read.preparation();
        assertEquals(new Column.Whole(List.of(2.0), -1, 40, true, 5), preparation.kind("rooms"));
        assertEquals(Specs.defaults(Column.Real.class), preparation.kind("none"));
        assertEquals(3, config.features());
        assertEquals(1, config.context());
    }

    @Test
    void kindsThatDoNotFitAreRefused() {
        JsonElement real = JsonParser.parseString("{\"w\": {\"kind\": \"real\"}}");
        JsonElement ofColumn = JsonParser.parseString("{\"x\": {\"kind\": \"real\"}}");
        JsonObject json = json(config(Presets.glow()));
        in(json, "preparation").add("kinds", ofColumn);
        refuses(json, "expected kinds of the columns [], got those of [x]");
        json = json(table());
        in(json, "preparation").add("kinds", real);
        refuses(
                json,
                "expected kinds of the columns [price, town, at, none, rooms], got those of [w]");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "tails | 5 | tails of 5.0, regression false and domains of []",
                "regression | true | tails of none, regression true and domains of []",
                "domains | {\"at\": {\"kind\": \"circle\"}} | regression false and domains of [at]",
            })
    void aTableFlowHasScalesOfItsOwn(String field, String value, String message) {
        JsonObject json = json(table());
        in(json, "preparation").add(field, JsonParser.parseString(value));
        refuses(
                json,
                "expected no tails, regression or domains for table-flow, which has scales of its"
                        + " own, got ");
        refuses(json, message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "price | atoms | [1, 1.0] | Real: expected different atoms from least to most",
                "price | least | 1e7 | Real: expected least not above most, got 1.0E7 and",
                "price | atoms | [\"NaN\"] | expected preparation.kinds.price.atoms[0] to be a",
                "rooms | atoms | [0.5] | Whole: expected whole numbers, got atoms [0.5]",
                "at | most | 1 | Time: expected least not above most, got 1.0E9 and 1.0",
                "town | levels | [\"a\", \"a\"] | Category: expected different levels, got [a, a]",
                "town | levels | [] | Category: expected levels, at least 1 of them, got 0",
                "town | levels | [null] | expected preparation.kinds.town.levels[0] to be a text",
                "town | unseen | 0 | Category: expected unseen above 0 and at most 0.5, got 0.0",
            })
    void aColumnThatCannotBeIsRefusedWithItsPlace(
            String column, String field, String value, String message) {
        JsonObject json = json(table());
        in(json, kindOf(column)).add(field, JsonParser.parseString(value));
        String got = refuses(json, message);
        assertTrue(got.contains("preparation.kinds." + column), got);
    }

    @Test
    void whatIsPreparedIsAColumn() {
        refusesPreparation(
                "{\"offsets\": {\"w\": 1}}",
                "expected to prepare some of the columns [x, y], got [w]");
        refusesPreparation(
                "{\"constants\": {\"x\": 1, \"y\": 1}}",
                "expected columns that vary and no size of images for vector-flow, got [x, y] and"
                        + " none, of which are constant [x, y]");
        refusesPreparation(
                "{\"tails\": 0.5}",
                "preparation: Preparation: expected tails of at least 1 and finite in float32, got 0.5");
        refusesPreparation(
                "{\"constants\": {\"x\": \"NaN\"}}", "expected constants that are finite");
        refusesPreparation(
                "{\"domains\": {\"w\": {\"kind\": \"line\"}}}",
                "expected domains of columns that are modelled, vary and have no offset of their"
                        + " own, got those of [w]");
        refusesPreparation(
                "{\"domains\": {\"x\": {\"kind\": \"half-line\"}}, \"offsets\": {\"x\": 2}}",
                "expected domains of columns that are modelled");
        refusesPreparation(
                "{\"domains\": {\"x\": {\"kind\": \"ring\"}}}",
                "expected preparation.domains.x.kind to be one of [circle, half-line, interval,"
                        + " line], got \"ring\"");
        refusesPreparation(
                "{\"domains\": {\"x\": {\"kind\": \"circle\"}}, \"tails\": 3}",
                "tails of at least pi over a circle, got ");
        refusesPreparation("{\"regression\": true}", "expected a context for the regression");
        refusesPreparation("{\"regression\": 1}", "preparation.regression to be true or false");
        JsonObject images = json(config(Presets.glow()));
        in(images, "preparation").addProperty("tails", 5);
        refuses(images, "expected images as they are, got a preparation");
    }

    private static void refusesPreparation(String preparation, String message) {
        JsonObject json = json();
        json.add("preparation", JsonParser.parseString(preparation));
        refuses(json, message);
    }

    /** A row that is rarer than all has 0, one as rare as the k-th of n has k / (n + 1). */
    @Test
    void percentilesAreRanks() {
        FlowConfig config = calibrated(-10, -1, -1, 3);
        assertEquals(0, percentile(config, Double.NEGATIVE_INFINITY));
        assertEquals(0, percentile(config, Math.nextDown(-10.0)));
        assertEquals(20, percentile(config, -10), 1e-12);
        // However wide the gap is, the rank stays.
        assertEquals(20, percentile(config, -1.001), 1e-12);
        assertEquals(60, percentile(config, -1), 1e-12);
        assertEquals(60, percentile(config, 2.999), 1e-12);
        assertEquals(80, percentile(config, 3), 1e-12);
        assertEquals(80, percentile(config, Double.POSITIVE_INFINITY), 1e-12);
        assertArrayEquals(new double[] {0, 60, 80}, config.percentiles(-11, -1, 3), 1e-12);
    }

    /** Of many rows the lowest thousand are exact, and no other level is too high. */
    @Test
    void ranksOfManyRowsAreThinned() {
        int n = 12_345;
        double[] logDensities = IntStream.range(0, n).mapToDouble(i -> 0.5 * i).toArray();
        FlowConfig config = FlowConfig.fromJson(calibrated(logDensities).toJson());
        assertEquals(2000, config.calibration().levels().size());
        for (int i = 0; i < n; i++) {
            double exact = 100.0 * (i + 1) / (n + 1);
            double got = percentile(config, logDensities[i]);
            if (i < 1000) {
                assertEquals(exact, got, 1e-12);
            } else {
                assertTrue(got <= exact + 1e-12 && got > exact - 0.1, i + ": " + got);
            }
        }
        assertEquals(100.0 * n / (n + 1), percentile(config, 1e9), 1e-12);
    }

    /** Rows without a density count, but have no rank to compare with. */
    @Test
    void rowsWithoutDensityAreBelowAll() {
        FlowConfig config = calibrated(Double.NEGATIVE_INFINITY, 1, Double.NEGATIVE_INFINITY);
        assertEquals(List.of(0.75), config.calibration().levels());
        assertEquals(0, percentile(config, 0.5));
        assertEquals(Calibration.NONE, Calibration.of(new double[] {Double.NEGATIVE_INFINITY}));
    }

    private static double percentile(FlowConfig config, double logDensity) {
        return config.percentile(logDensity).orElseThrow();
    }

    @Test
    void withoutCalibrationThereIsNoPercentile() {
        FlowConfig config = config(Presets.realNvp());
        assertEquals(OptionalDouble.empty(), config.percentile(1));
        assertRefused(
                IllegalStateException.class,
                "FlowConfig: expected log-densities of held-out rows",
                () -> config.percentiles(1, 2));
        for (FlowConfig any : List.of(config, calibrated(1, 2))) {
            assertRefused(
                    IllegalArgumentException.class,
                    "FlowConfig: expected a log-density, got NaN",
                    () -> any.percentile(Double.NaN));
        }
    }

    @Test
    void calibrationsThatAreNoneAreRefused() {
        List<Double> two = List.of(0.25, 0.5);
        for (List<List<Double>> wrong :
                List.of(
                        List.of(two, List.of(2.0, 1.0)),
                        List.of(two, List.of(Double.NEGATIVE_INFINITY, 1.0)),
                        List.of(two, List.of(1.0, Double.NaN)),
                        List.of(two, List.of(1.0)),
                        List.of(List.of(0.5, 0.5), List.of(1.0, 2.0)),
                        List.of(List.of(-0.1, 0.5), List.of(1.0, 2.0)),
                        List.of(List.of(0.5, 1.1), List.of(1.0, 2.0)))) {
            assertRefused(
                    IllegalArgumentException.class,
                    "Calibration: expected levels in [0, 1] that ascend",
                    () -> new Calibration(wrong.get(0), wrong.get(1)));
        }
        JsonObject json = json(whole());
        in(json, "calibration").getAsJsonArray("levels").remove(0);
        refuses(json, "calibration: Calibration: expected levels in [0, 1] that ascend");
    }

    private static final String EARLIER =
            """
            {"format": 1, "preset": "NeuralSplineFlow", "hyperParameters": {"features": 2,
             "context": 0, "transforms": 8, "hidden": [64, 64], "activation": "RELU", "bins": 8,
             "bound": 5, "constraint": "SOFTPLUS", "masks": ["FIRST_HALF", "SECOND_HALF"],
             "residual": false, "mixing": "LU_LINEAR"}, "columns": ["x", "y"],
             "contextColumns": [], "metrics": {"nll": 1.25}}
            """;

    @Test
    void formatOneIsRead() {
        FlowConfig config = FlowConfig.fromJson(EARLIER);
        assertEquals(json().get("flow"), json(config).get("flow"));
        assertEquals(List.of("x", "y"), config.columns());
        assertEquals(Map.of("nll", 1.25), config.metrics());
        assertEquals(Preparation.NONE, config.preparation());
        FlowConfig blocks =
                FlowConfig.fromJson(
                        EARLIER.replace("\"residual\": false", "\"residual\": true")
                                .replace("[64, 64]", "[32, 32, 32]"));
        assertEquals(
                Optional.of(new Network.ResidualNet(32, 3, Activation.RELU)),
                Specs.value(blocks.flow(), "network"));
        assertEquals(2, json(config).get("format").getAsInt());
    }

    /** Folders of before have 17 quantiles. */
    @Test
    void quantilesOfEarlierVersionsAreRead() {
        JsonArray quantiles = new JsonArray();
        for (int i = 0; i < 17; i++) {
            quantiles.add(-20 + i);
        }
        JsonObject json = JsonParser.parseString(EARLIER).getAsJsonObject();
        json.add("logDensities", quantiles);
        FlowConfig config = FlowConfig.fromJson(json.toString());
        assertEquals(0, percentile(config, -20.5));
        assertEquals(0.2, percentile(config, -17.5), 1e-12);
        assertEquals(50, percentile(config, -9), 1e-12);
        assertEquals(100, percentile(config, 0), 1e-12);
        json.add("calibration", json(whole()).get("calibration"));
        refuses(json, "expected one calibration, got ");
        json.remove("calibration");
        quantiles.remove(3);
        refuses(json, "got 17 and 16 numbers");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"NeuralSplineFlow\" | \"NoSuchFlow\" | expected a preset that format 1 has",
                "\"NeuralSplineFlow\" | {} | expected preset to be a text, got {}",
                "\"NeuralSplineFlow\" | \"RealNvp\" | expected scaleMap, got none",
                "\"NeuralSplineFlow\" | \"AutoregressiveSplineFlow\" | expected orders, got none",
                "\"NeuralSplineFlow\" | \"Glow\" | expected flow to have no fields but [",
                "\"preset\": | \"flow\": {}, \"preset\": | expected no flow in format 1, got {}",
                "\"preset\": | \"images\": {}, \"preset\": | expected no images in format 1",
                "\"preset\": | \"depth\": 1, \"preset\": | got [depth]",
                "\"bins\": 8, | '' | expected bins, got none",
                "\"bins\": 8 | \"bins\": 8, \"depth\": 3 | got [depth]",
                "\"bins\": 8 | \"bins\": 8, \"transform\": 3 | expected no transform in format 1",
                "\"bins\": 8 | \"bins\": 1 | expected bins of at least 2",
                "\"features\": 2 | \"features\": 3 | as many features as columns that vary, 2, got",
                "\"features\": 2 | \"features\": null | got null",
                "\"context\": 0 | \"context\": 1 | as many features of the context as columns that",
                "\"context\": 0, | '' | expected context, got none",
                "false | null | expected residual to be true or false, got null",
                "false | {} | expected residual to be true or false, got {}",
                "false | [] | expected residual to be true or false, got []",
                "false | \"yes\" | expected residual to be true or false, got \"yes\"",
                "[64, 64] | [64, null] | expected flow.transform.network.hidden[1] to be a whole",
                "\"hyperParameters\": { | \"hyperParameters\": 3, \"x\": { | an object, got 3",
            })
    void whatFormatOneDidNotHaveIsRefused(String from, String to, String message) {
        assertTrue(EARLIER.contains(from), from);
        refuses(EARLIER.replace(from, to == null ? "" : to), message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"[64, 32]", "[]", "{}", "64", "[64, null]"})
    void residualBlocksOfFormatOneHaveOneWidth(String hidden) {
        String blocks = EARLIER.replace("\"residual\": false", "\"residual\": true");
        refuses(
                blocks.replace("[64, 64]", hidden),
                "expected hidden to be equal widths, got " + hidden.replace(" ", ""));
    }

    @Test
    void messagesOnFormatOneAreShort() {
        String name = "\"" + "x".repeat(1 << 20) + "\"";
        for (String part :
                List.of(
                        "\"NeuralSplineFlow\"",
                        "\"RELU\"",
                        "\"preset\"",
                        "\"bins\"",
                        "false",
                        "[64, 64]",
                        "2,",
                        "1.25")) {
            assertTrue(EARLIER.contains(part), part);
            refuses(EARLIER.replace(part, part.endsWith(",") ? name + "," : name), "FlowConfig: ");
        }
        refuses("{\"format\": 1, \"preset\": \"Glow\", \"hyperParameters\": " + name + "}", "xxx");
    }

    /** Of two equal records the JSON is equal, whatever the order of maps. */
    @Test
    void theOrderOfMetricsIsThatOfTheirNames() {
        FlowConfig config = whole().withMetrics(Map.of("b", 1.0, "a", 2.0, "c", 3.0));
        assertEquals(List.of("a", "b", "c"), List.copyOf(in(json(config), "metrics").keySet()));
    }

    @Test
    void theFlowOfImagesIsKept() {
        Glow glow = new Glow(1, 2, 3);
        FlowConfig config = new FlowConfig(glow, IMAGES, List.of("cat", "dog"));
        FlowConfig read = FlowConfig.fromJson(config.toJson());
        assertEquals(config, read);
        assertEquals(glow, read.flow());
    }
}
