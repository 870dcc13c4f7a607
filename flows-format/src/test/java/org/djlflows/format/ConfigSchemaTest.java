package org.djlflows.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SpecVersion.VersionFlag;

import org.djlflows.spec.Base;
import org.djlflows.spec.Column;
import org.djlflows.spec.ColumnFlow;
import org.djlflows.spec.Domain;
import org.djlflows.spec.Field;
import org.djlflows.spec.FlowSpec;
import org.djlflows.spec.ImageFlow;
import org.djlflows.spec.ImageShape;
import org.djlflows.spec.Mixing;
import org.djlflows.spec.Network;
import org.djlflows.spec.OwnKinds;
import org.djlflows.spec.Presets;
import org.djlflows.spec.ScalarMap;
import org.djlflows.spec.Spec;
import org.djlflows.spec.SpecJson;
import org.djlflows.spec.Specs;
import org.djlflows.spec.TableFlow;
import org.djlflows.spec.Transform;
import org.djlflows.spec.VectorFlow;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Holds the schema and the code that reads configurations together. */
class ConfigSchemaTest {

    /** What the schema says in words alone: rules between fields. */
    private static final List<String> BETWEEN_FIELDS =
            List.of(
                    "expected least below most",
                    "expected patches of 2 or more values",
                    "columns of different names",
                    "columns that vary and no size of images",
                    "a size of images and no columns",
                    "to prepare some of the columns",
                    "a context for the regression",
                    "expected kinds of the columns",
                    "expected csv to have the columns",
                    "CsvFormat: expected different columns",
                    "CsvFormat: expected a separator and a quote",
                    "CsvFormat: expected a decimal sign",
                    "CsvFormat: expected decimals of 1 to 17",
                    "no tails, regression or domains for table-flow",
                    "expected least not above most",
                    "different atoms from least to most",
                    "Whole: expected whole numbers",
                    "different levels",
                    "images as they are",
                    "levels in [0, 1] that ascend",
                    "constants that are finite",
                    "offsets that are finite",
                    "heads that divide the width",
                    "passes of at most",
                    "layers of at most 16777216 weights",
                    "a height and a width that",
                    "at most 16777216 values in an image");

    private static final List<Class<? extends Spec>> FAMILIES =
            List.of(
                    FlowSpec.class,
                    Transform.class,
                    ScalarMap.class,
                    Network.class,
                    Base.class,
                    Domain.class,
                    Column.class);

    private static final String TEXT = ConfigSchema.text();
    private static final JsonObject SCHEMA = JsonParser.parseString(TEXT).getAsJsonObject();
    private static final JsonSchema VALIDATOR = validator(TEXT);

    private static JsonSchema validator(String text) {
        return JsonSchemaFactory.getInstance(VersionFlag.V202012).getSchema(text);
    }

    private static Set<String> violations(JsonSchema schema, JsonElement json) {
        return schema.validate(json.toString(), InputFormat.JSON).stream()
                .map(Object::toString)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> violations(JsonElement json) {
        return violations(VALIDATOR, json);
    }

    private static JsonObject json(FlowConfig config) {
        return JsonParser.parseString(config.toJson()).getAsJsonObject();
    }

    /** Every kind, those with a field that has no default with what they need. */
    static Stream<Spec> kinds() {
        Map<Class<?>, Spec> needy =
                Map.of(
                        OwnKinds.Fourier.class,
                        new OwnKinds.Fourier(List.of(0.5), true),
                        Column.Category.class,
                        new Column.Category(List.of("no", "yes"), 1e-4, false));
        return FAMILIES.stream()
                .flatMap(family -> Specs.kinds(family).values().stream())
                .map(
                        kind ->
                                needy.containsKey(kind)
                                        ? needy.get(kind)
                                        : (Spec) Specs.defaults(kind));
    }

    private static <T extends Spec> Stream<T> kinds(Class<T> family) {
        return kinds().filter(family::isInstance).map(family::cast);
    }

    /** Every preset, and flows that have every kind of a part between them. */
    static Stream<FlowSpec> flows() {
        Stream<FlowSpec> presets =
                Presets.of(FlowSpec.class).keySet().stream()
                        .map(name -> Presets.named(name, FlowSpec.class));
        return Stream.concat(presets, flowsOfEachKind());
    }

    /** Flows that have every kind of a part between them. */
    static Stream<FlowSpec> flowsOfEachKind() {
        VectorFlow coupling = Presets.realNvp();
        TableFlow table = Presets.anyOrder();
        return Stream.of(
                        kinds(ImageFlow.class),
                        kinds(TableFlow.class),
                        kinds(ScalarMap.class).map(map -> Specs.with(table, "map", map)),
                        kinds(Transform.class)
                                .map(layer -> new VectorFlow(layer, 3, Mixing.PERMUTATION)),
                        kinds(ScalarMap.class).map(coupling::withMap),
                        // One is for columns on a circle.
                        kinds(Base.class)
                                .filter(base -> !(base instanceof Base.VonMises))
                                .filter(base -> !(base instanceof Base.ClassConditionalNormal))
                                .map(coupling::withBase),
                        kinds(Network.class).map(coupling::withNetwork))
                .flatMap(flow -> flow);
    }

    private static FlowConfig config(FlowSpec flow, int context) {
        List<String> given = IntStream.range(0, context).mapToObj(i -> "c" + i).toList();
        return flow instanceof ColumnFlow ofColumns
                ? new FlowConfig(ofColumns, List.of("x", "y"), given)
                : new FlowConfig((ImageFlow) flow, new ImageShape(1, 8, 8), given);
    }

    @Test
    void everyKindOfAFlowIsTried() {
        assertEquals(
                Set.copyOf(Specs.kinds(FlowSpec.class).values()),
                flowsOfEachKind().map(FlowSpec::getClass).collect(Collectors.toSet()));
    }

    @Test
    void itIsASchema() {
        JsonSchema meta =
                JsonSchemaFactory.getInstance(VersionFlag.V202012)
                        .getSchema(
                                SchemaLocation.of("https://json-schema.org/draft/2020-12/schema"));
        assertEquals(Set.of(), violations(meta, SCHEMA));
        assertFalse(violations(meta, JsonParser.parseString("{\"type\": 3}")).isEmpty());
        // One of another format has another name.
        assertEquals("urn:djl-flows:config:2", SCHEMA.get("$id").getAsString());
        assertEquals(2, property(SCHEMA, "format").get("const").getAsInt());
        JsonObject flow = property(SCHEMA, "flow");
        assertEquals("Since format 2.", flow.get("$comment").getAsString());
    }

    @ParameterizedTest
    @MethodSource("flows")
    void whatIsWrittenIsValid(FlowSpec flow) {
        for (int context : new int[] {0, 3}) {
            FlowConfig config = config(flow, context);
            assertEquals(Set.of(), violations(json(config)));
            FlowConfig measured =
                    config.withMetrics(
                                    Map.of(
                                            "nan", Double.NaN,
                                            "high", Double.POSITIVE_INFINITY,
                                            "low", Double.NEGATIVE_INFINITY,
                                            "small", Double.MIN_VALUE,
                                            "zero", -0.0))
                            .withCalibration(
                                    Calibration.of(
                                            new double[] {-Double.MAX_VALUE, Double.MAX_VALUE}));
            assertEquals(Set.of(), violations(json(measured)));
            assertEquals(measured, FlowConfig.fromJson(measured.toJson()));
            String saved = Checksums.withChecksums(measured.toJson(), "0123456789abcdef".repeat(4));
            assertEquals(Set.of(), violations(JsonParser.parseString(saved)));
            assertEquals(measured, FlowConfig.fromJson(saved));
            if (context > 0) {
                FlowConfig prepared = measured.withPreparation(prepared(flow));
                assertEquals(Set.of(), violations(json(prepared)));
                assertEquals(prepared, FlowConfig.fromJson(prepared.toJson()));
            }
        }
    }

    /** What takes its default in the code need not be there for the schema. */
    @Test
    void theLeastConfigurationIsValid() {
        for (Class<? extends Record> flow : Specs.kinds(FlowSpec.class).values()) {
            String kind = Specs.name(flow);
            String over =
                    ColumnFlow.class.isAssignableFrom(flow)
                            ? "\"columns\": [\"x\"]"
                            : "\"images\": {\"channels\": 1, \"height\": 8, \"width\": 8}";
            String text = "{\"format\": 2, \"flow\": {\"kind\": \"" + kind + "\"}, " + over + "}";
            assertEquals(Set.of(), violations(JsonParser.parseString(text)));
            FlowConfig.fromJson(text);
        }
    }

    private static JsonObject property(JsonObject schema, String name) {
        return schema.getAsJsonObject("properties").getAsJsonObject(name);
    }

    private static String definitionOf(Class<?> kind) {
        Class<?> family =
                FAMILIES.stream().filter(f -> f.isAssignableFrom(kind)).findFirst().orElseThrow();
        return Specs.name(family) + "." + Specs.name(kind);
    }

    private static JsonObject definition(Class<?> kind) {
        return SCHEMA.getAsJsonObject("$defs").getAsJsonObject(definitionOf(kind));
    }

    private static List<String> strings(JsonElement list) {
        return list.getAsJsonArray().asList().stream().map(JsonElement::getAsString).toList();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void itNamesTheComponentsOfAKindAndNoOther(Spec value) {
        JsonObject definition = definition(value.getClass());
        RecordComponent[] components = value.getClass().getRecordComponents();
        List<String> names = new ArrayList<>(List.of("kind"));
        Arrays.stream(components).map(RecordComponent::getName).forEach(names::add);
        assertEquals(names, List.copyOf(definition.getAsJsonObject("properties").keySet()));
        assertFalse(definition.get("additionalProperties").getAsBoolean());
        assertEquals(
                Specs.name(value.getClass()),
                property(definition, "kind").get("const").getAsString());
        for (RecordComponent component : components) {
            JsonObject property = property(definition, component.getName());
            assertEquals(
                    Specs.field(component).value() + ".",
                    property.get("description").getAsString());
            assertForm(component, property);
        }
    }

    private static void assertForm(RecordComponent component, JsonObject property) {
        Class<?> type = component.getType();
        if (type.isEnum()) {
            List<String> constants =
                    Arrays.stream(type.getEnumConstants()).map(String::valueOf).toList();
            assertEquals(constants, strings(property.get("enum")), component.getName());
        } else if (Spec.class.isAssignableFrom(type)) {
            Set<String> references =
                    property.getAsJsonArray("oneOf").asList().stream()
                            .map(one -> one.getAsJsonObject().get("$ref").getAsString())
                            .collect(Collectors.toSet());
            Set<String> kinds =
                    Specs.kinds(type).values().stream()
                            .map(kind -> "#/$defs/" + definitionOf(kind))
                            .collect(Collectors.toSet());
            assertEquals(kinds, references, component.getName());
        } else {
            String expected =
                    Map.of(
                                    "int", "integer",
                                    "double", "number",
                                    "OptionalDouble", "number",
                                    "boolean", "boolean",
                                    "String", "string",
                                    "List", "array")
                            .get(type.getSimpleName());
            assertEquals(expected, property.get("type").getAsString(), component.getName());
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void defaultsAreThoseOfTheCode(Spec value) {
        JsonObject definition = definition(value.getClass());
        List<String> required = new ArrayList<>(List.of("kind"));
        for (RecordComponent component : value.getClass().getRecordComponents()) {
            String name = component.getName();
            boolean needed = Specs.field(component).byDefault().equals(Field.NONE);
            boolean optional = component.getType() == OptionalDouble.class;
            if (needed && !optional) {
                required.add(name);
            }
            JsonElement written = property(definition, name).get("default");
            assertEquals(needed, written == null, name);
            if (!needed) {
                JsonObject json = SpecJson.write(value).getAsJsonObject();
                assertEquals(json.get(name), written, name);
            }
        }
        assertEquals(required, strings(definition.get("required")));
    }

    @Test
    void noDefinitionIsLeftOver() {
        Set<String> expected =
                kinds().map(kind -> definitionOf(kind.getClass())).collect(Collectors.toSet());
        Set<String> definitions = SCHEMA.getAsJsonObject("$defs").keySet();
        assertEquals(expected, definitions);
        for (String definition : definitions) {
            assertTrue(TEXT.contains("\"#/$defs/" + definition + "\""), definition);
        }
    }

    /** The schema of a kind alone. */
    private static JsonSchema alone(Class<?> kind) {
        JsonObject schema = new JsonObject();
        schema.add("$schema", SCHEMA.get("$schema"));
        schema.addProperty("$ref", "#/$defs/" + definitionOf(kind));
        schema.add("$defs", SCHEMA.get("$defs"));
        return validator(schema.toString());
    }

    private static List<Double> outside(Field field) {
        List<Double> outside = new ArrayList<>();
        if (field.least() > Double.NEGATIVE_INFINITY) {
            outside.add(field.least() - Math.max(1, Math.ulp(field.least())));
        }
        if (field.above() > Double.NEGATIVE_INFINITY) {
            outside.add(field.above());
        }
        if (field.most() < Double.POSITIVE_INFINITY) {
            outside.add(field.most() + Math.max(1, Math.ulp(field.most())));
        }
        return outside;
    }

    private static List<Double> inside(Field field, boolean whole) {
        List<Double> inside = new ArrayList<>();
        if (field.least() > Double.NEGATIVE_INFINITY) {
            inside.add(field.least());
        }
        if (field.above() > Double.NEGATIVE_INFINITY) {
            inside.add(whole ? field.above() + 1 : Math.nextUp(field.above()));
        }
        if (field.most() < Double.POSITIVE_INFINITY) {
            inside.add(field.most());
        }
        return inside;
    }

    /** The bounds of the schema are those of the code: one further is refused by both. */
    @ParameterizedTest
    @MethodSource("kinds")
    void boundsAreThoseOfTheCode(Spec value) {
        Class<? extends Spec> kind = value.getClass();
        JsonSchema schema = alone(kind);
        for (RecordComponent component : kind.getRecordComponents()) {
            Field field = Specs.field(component);
            JsonObject json = SpecJson.write(value).getAsJsonObject();
            boolean list = component.getType() == List.class;
            JsonObject property = property(definition(kind), component.getName());
            JsonObject numbers = list ? property.getAsJsonObject("items") : property;
            boolean whole = numbers.toString().contains("\"integer\"");
            for (double number : outside(field)) {
                json.add(component.getName(), element(number, whole, list));
                assertFalse(violations(schema, json).isEmpty(), json.toString());
                IllegalArgumentException refusal =
                        assertThrows(
                                IllegalArgumentException.class,
                                () -> SpecJson.read(json, kind, "it"));
                assertFalse(isBetweenFields(refusal), refusal.getMessage());
                assertTrue(refusal.getMessage().contains(component.getName()), json.toString());
            }
            for (double number : inside(field, whole)) {
                json.add(component.getName(), element(number, whole, list));
                assertEquals(Set.of(), violations(schema, json), json.toString());
                try {
                    SpecJson.read(json, kind, "it");
                } catch (IllegalArgumentException e) {
                    assertTrue(isBetweenFields(e), json + ": " + e.getMessage());
                }
            }
        }
    }

    private static JsonElement element(double number, boolean whole, boolean list) {
        JsonElement json = new JsonPrimitive(whole ? (Number) (long) number : (Number) number);
        JsonArray array = new JsonArray();
        array.add(json);
        return list ? array : json;
    }

    /** Lists with an element less or more than they may have. */
    @ParameterizedTest
    @MethodSource("kinds")
    void sizesOfListsAreThoseOfTheCode(Spec value) {
        Class<? extends Spec> kind = value.getClass();
        JsonSchema schema = alone(kind);
        for (RecordComponent component : kind.getRecordComponents()) {
            int[] size = Specs.field(component).size();
            if (component.getType() == List.class) {
                for (int n : sizes(size[0], size[1])) {
                    JsonObject json = SpecJson.write(value).getAsJsonObject();
                    JsonElement first = json.getAsJsonArray(component.getName()).get(0);
                    JsonArray list = new JsonArray();
                    IntStream.range(0, n).forEach(i -> list.add(first));
                    json.add(component.getName(), list);
                    boolean fits = n >= size[0] && n <= size[1];
                    assertEquals(fits, violations(schema, json).isEmpty(), json.toString());
                    assertEquals(fits, isRead(json, kind), json.toString());
                }
            }
        }
    }

    /** On both sides of each bound that there is. */
    private static List<Integer> sizes(int least, int most) {
        List<Integer> sizes = new ArrayList<>();
        if (least > 0) {
            sizes.addAll(List.of(least - 1, least));
        }
        if (most < Integer.MAX_VALUE) {
            sizes.addAll(List.of(most, most + 1));
        }
        return sizes;
    }

    private static boolean isRead(JsonObject json, Class<?> kind) {
        try {
            SpecJson.read(json, kind, "it");
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static boolean isBetweenFields(IllegalArgumentException e) {
        return BETWEEN_FIELDS.stream().anyMatch(e.getMessage()::contains);
    }

    /** All objects of a configuration. */
    private static List<JsonObject> objects(JsonObject json) {
        List<JsonObject> objects = new ArrayList<>(List.of(json));
        for (JsonElement value : json.asMap().values()) {
            if (value.isJsonObject()) {
                objects.addAll(objects(value.getAsJsonObject()));
            }
        }
        return objects;
    }

    /** Each field is replaced by values of all kinds; schema and code judge alike. */
    @ParameterizedTest
    @MethodSource("flowsOfEachKind")
    void whatItRefusesIsRefused(FlowSpec flow) {
        JsonObject json = json(refusing(flow));
        assertAgree(json, objects(json.getAsJsonObject("flow")));
    }

    static Stream<FlowSpec> flowsOfEachClass() {
        return Stream.of(Presets.neuralSplineFlow(), Presets.anyOrder(), Presets.glow());
    }

    /** What a configuration has beside the flow is the same for all flows of a class. */
    @ParameterizedTest
    @MethodSource("flowsOfEachClass")
    void whatItRefusesBesideTheFlowIsRefused(FlowSpec flow) {
        JsonObject json = json(refusing(flow));
        List<JsonObject> others = objects(json);
        others.removeAll(objects(json.getAsJsonObject("flow")));
        assertTrue(assertAgree(json, others) > 100);
    }

    private static FlowConfig refusing(FlowSpec flow) {
        FlowConfig config =
                config(flow, 2)
                        .withCalibration(Calibration.of(new double[] {1.5, 2}))
                        .withMetrics(Map.of("nll", 1.25))
                        .withPreparation(prepared(flow));
        return flow instanceof ColumnFlow
                ? config.withCsv(CsvFormat.usual(List.of("x", "c0", "y", "c1")))
                : config;
    }

    /** Returns how many different refusals there were. */
    private static int assertAgree(JsonObject json, List<JsonObject> objects) {
        FlowConfig config = FlowConfig.fromJson(json.toString());
        Set<String> refused = new HashSet<>();
        List<JsonElement> others = others();
        for (JsonObject object : objects) {
            for (String name : List.copyOf(object.keySet())) {
                JsonElement own = object.remove(name);
                assertAgree(json, name, refused);
                for (JsonElement other : others) {
                    object.add(name, other);
                    assertAgree(json, name, refused);
                }
                object.add(name, own);
            }
            object.addProperty("more", 1);
            assertAgree(json, "more", refused);
            object.remove("more");
        }
        assertEquals(config, FlowConfig.fromJson(json.toString()));
        assertFalse(refused.isEmpty());
        return refused.size();
    }

    private static Preparation prepared(FlowSpec flow) {
        if (flow instanceof ImageFlow) {
            return Preparation.NONE;
        }
        return flow instanceof TableFlow
                ? new Preparation(
                        Map.of(),
                        Map.of("x", 2.5),
                        OptionalDouble.empty(),
                        false,
                        Map.of(),
                        kindsOfColumns())
                : new Preparation(
                        Map.of(),
                        Map.of("x", 2.5),
                        OptionalDouble.of(5),
                        true,
                        Map.of("y", new Domain.HalfLine(2)),
                        Map.of());
    }

    /** One of each kind, with no field as it is by default. */
    private static Map<String, Column> kindsOfColumns() {
        Map<String, Column> kinds =
                Map.of(
                        "x", new Column.Real(List.of(0.0, 2.5), -1, 1e6, true, 0.01),
                        "y", new Column.Category(List.of("", "no", "yes"), 0.25, true),
                        "c0", new Column.Whole(List.of(7.0), 0, 99, true, 5),
                        "c1", new Column.Time("yyyy-MM-dd", -86400, 1.7e9, true));
        assertEquals(
                Set.copyOf(Specs.kinds(Column.class).values()),
                kinds.values().stream().map(Column::getClass).collect(Collectors.toSet()));
        return kinds;
    }

    private static List<JsonElement> others() {
        Stream<String> texts =
                Stream.of(
                        "true",
                        "0",
                        "1",
                        "2.0",
                        "1.5",
                        "-1",
                        "1e300",
                        "4294967297",
                        "\"1\"",
                        "\"RELU\"",
                        "\"glow\"",
                        "\"mlp\"",
                        "\"NaN\"",
                        "\"\"",
                        "{}",
                        "{\"kind\": \"mlp\"}",
                        "{\"kind\": \"affine\", \"scale\": \"SOFT_CLIP\"}",
                        "{\"kind\": \"affine\", \"bins\": 3}",
                        "[]",
                        "[1]",
                        "[null]",
                        "[\"a\", \"b\"]",
                        "[\"a\", \"a\"]",
                        "[1.5, 2]",
                        "[3, 2]",
                        "[\"ODD\"]",
                        "{\"a\": 1}",
                        "{\"x\": \"NaN\"}",
                        "{\"x\": 0.5}",
                        "{\"a\": \"nan\"}",
                        "{\"a\": null}");
        return Stream.concat(Stream.of(JsonNull.INSTANCE), texts.map(JsonParser::parseString))
                .toList();
    }

    private static void assertAgree(JsonObject json, String name, Set<String> refused) {
        Set<String> violations = violations(json);
        Optional<IllegalArgumentException> refusal = Optional.empty();
        try {
            FlowConfig.fromJson(json.toString());
        } catch (IllegalArgumentException e) {
            refusal = Optional.of(e);
        }
        if (refusal.isEmpty()) {
            assertEquals(Set.of(), violations, "accepted with " + name + ": " + json);
        } else {
            String message = refusal.get().getMessage();
            assertTrue(message.startsWith("FlowConfig: "), message);
            assertTrue(
                    !violations.isEmpty() || isBetweenFields(refusal.get()),
                    "refused with " + name + ": " + message + json);
            refused.add(message);
        }
    }
}
