package org.djlflows.model;

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

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Holds {@code config.schema.json} and the code that reads configurations together. */
class ConfigSchemaTest {

    /** What the schema says in words alone: rules between fields. */
    private static final List<String> BETWEEN_FIELDS =
            List.of(
                    " columns and ",
                    "columns of different names",
                    "residual blocks of one width",
                    " passes, got ",
                    "divides",
                    "divide, two or more",
                    "levels in [0, 1] that ascend",
                    "to prepare some of the columns",
                    "a context for the regression",
                    "expected images as they are",
                    "at most 16777216 values in an image",
                    "at most 65536 patches",
                    "at most 16777216 weights in a layer",
                    "a width that the width of a head divides");

    private static final String TEXT = read();
    private static final JsonObject SCHEMA = JsonParser.parseString(TEXT).getAsJsonObject();
    private static final JsonSchema VALIDATOR =
            JsonSchemaFactory.getInstance(VersionFlag.V202012).getSchema(TEXT);

    private static String read() {
        try (InputStream in = FlowConfig.class.getResourceAsStream("config.schema.json")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Set<String> violations(String json) {
        return VALIDATOR.validate(json, InputFormat.JSON).stream()
                .map(Object::toString)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    static Stream<Class<? extends Preset>> records() {
        return ConfigJson.PRESETS.values().stream();
    }

    static Stream<Preset> presets() {
        return SmallPresets.all();
    }

    @Test
    void itIsASchema() {
        JsonSchema meta =
                JsonSchemaFactory.getInstance(VersionFlag.V202012)
                        .getSchema(
                                SchemaLocation.of("https://json-schema.org/draft/2020-12/schema"));
        assertEquals(Set.of(), Set.copyOf(meta.validate(TEXT, InputFormat.JSON)));
        // One of another format has another name.
        assertEquals("urn:djl-flows:config:" + ConfigJson.FORMAT, string(SCHEMA, "$id"));
        assertEquals(
                ConfigJson.FORMAT,
                SCHEMA.getAsJsonObject("properties")
                        .getAsJsonObject("format")
                        .get("const")
                        .getAsInt());
    }

    @Test
    void theTestedPresetsAreAll() {
        for (boolean conditional : new boolean[] {false, true}) {
            Set<String> tested =
                    SmallPresets.all()
                            .filter(preset -> preset.context() > 0 == conditional)
                            .map(preset -> preset.getClass().getSimpleName())
                            .collect(Collectors.toSet());
            assertEquals(ConfigJson.PRESETS.keySet(), tested);
        }
    }

    @ParameterizedTest
    @MethodSource("presets")
    void configurationsOfAllPresetsAreValid(Preset preset) {
        FlowConfig config = SmallPresets.config(preset);
        assertEquals(Set.of(), violations(config.toJson()));
        FlowConfig measured =
                config.withMetrics(
                                Map.of(
                                        "nan", Double.NaN,
                                        "high", Double.POSITIVE_INFINITY,
                                        "low", Double.NEGATIVE_INFINITY,
                                        "small", Double.MIN_VALUE,
                                        "zero", -0.0))
                        .withCalibration(
                                Calibration.of(new double[] {-Double.MAX_VALUE, Double.MAX_VALUE}));
        assertEquals(Set.of(), violations(measured.toJson()));
        assertEquals(measured, FlowConfig.fromJson(measured.toJson()));
    }

    @ParameterizedTest
    @MethodSource("records")
    void itNamesTheComponentsOfThePresetAndNoOther(Class<? extends Preset> type) {
        JsonObject definition = definition(type.getSimpleName());
        List<String> components =
                Arrays.stream(type.getRecordComponents()).map(RecordComponent::getName).toList();
        assertEquals(components, List.copyOf(definition.getAsJsonObject("properties").keySet()));
        assertEquals(components, strings(definition.get("required")));
        assertFalse(definition.get("additionalProperties").getAsBoolean());
        for (RecordComponent component : type.getRecordComponents()) {
            JsonObject property = property(type, component.getName());
            assertFalse(string(property, "description").isBlank(), component.getName());
            if (component.getType().isEnum()) {
                List<String> constants =
                        Arrays.stream(component.getType().getEnumConstants())
                                .map(String::valueOf)
                                .toList();
                assertEquals(constants, strings(property.get("enum")), component.getName());
            } else {
                assertEquals(typeName(component), string(property, "type"), component.getName());
            }
        }
    }

    private static String typeName(RecordComponent component) {
        if (component.getType() == List.class) {
            return "array";
        }
        return Map.of("int", "integer", "double", "number", "boolean", "boolean")
                .get(component.getType().getName());
    }

    @Test
    void itNamesAllPresetsAndNoDefinitionTooMany() {
        List<String> names =
                strings(SCHEMA.getAsJsonObject("properties").getAsJsonObject("preset").get("enum"));
        assertEquals(ConfigJson.PRESETS.keySet(), new TreeSet<>(names));
        assertEquals(names.size(), SCHEMA.getAsJsonArray("allOf").size());
        for (String definition : SCHEMA.getAsJsonObject("$defs").keySet()) {
            assertTrue(TEXT.contains("\"#/$defs/" + definition + "\""), definition);
        }
        for (String name : names) {
            boolean images = ImagePreset.class.isAssignableFrom(ConfigJson.PRESETS.get(name));
            JsonObject rule =
                    SCHEMA.getAsJsonArray("allOf").get(names.indexOf(name)).getAsJsonObject();
            assertTrue(rule.get("if").toString().contains("\"" + name + "\""), name);
            assertTrue(rule.get("then").toString().contains("#/$defs/" + name + "\""), name);
            assertEquals(images, rule.get("then").toString().contains("\"maxItems\":0"), name);
        }
    }

    /** The bounds of the schema are those of the constructors: one further is refused by both. */
    @ParameterizedTest
    @MethodSource("presets")
    void boundsAreThoseOfTheCode(Preset preset) {
        Class<? extends Preset> type = preset.getClass();
        for (RecordComponent component : type.getRecordComponents()) {
            JsonObject property = property(type, component.getName());
            JsonObject numbers =
                    property.has("items") ? property.getAsJsonObject("items") : property;
            if (string(numbers, "type").equals("integer")) {
                int least = numbers.get("minimum").getAsInt();
                int most = numbers.get("maximum").getAsInt();
                assertBound(preset, component.getName(), least, least - 1);
                assertBound(preset, component.getName(), most, most + 1);
            }
        }
    }

    private static void assertBound(Preset preset, String name, int inside, int outside) {
        JsonObject json =
                JsonParser.parseString(SmallPresets.config(preset).toJson()).getAsJsonObject();
        JsonObject parameters = json.getAsJsonObject("hyperParameters");
        boolean list = parameters.get(name).isJsonArray();
        parameters.add(name, value(outside, list));
        assertFalse(violations(json.toString()).isEmpty(), name + " " + outside);
        IllegalArgumentException refusal =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> ConfigJson.preset(parameters, preset.getClass()));
        // Nothing else bounds from above what divides, and one message has both rules.
        boolean divides = name.equals("patch") || name.equals("headWidth");
        boolean both =
                refusal.getMessage().contains("expected positive sizes and a width that")
                        || refusal.getMessage().contains(" passes, got ");
        assertTrue(
                divides || both || !isBetweenFields(refusal), name + ": " + refusal.getMessage());
        parameters.add(name, value(inside, list));
        assertEquals(Set.of(), violations(json.toString()), name + " " + inside);
        try {
            ConfigJson.preset(parameters, preset.getClass());
        } catch (IllegalArgumentException e) {
            assertTrue(isBetweenFields(e), name + " " + inside + ": " + e.getMessage());
        }
    }

    private static JsonElement value(int number, boolean list) {
        JsonArray array = new JsonArray();
        array.add(number);
        return list ? array : new JsonPrimitive(number);
    }

    private static boolean isBetweenFields(IllegalArgumentException e) {
        return BETWEEN_FIELDS.stream().anyMatch(e.getMessage()::contains);
    }

    /** Each field is replaced by values of all kinds; schema and code judge alike. */
    @ParameterizedTest
    @MethodSource("presets")
    void whatItRefusesIsRefused(Preset preset) {
        FlowConfig config =
                SmallPresets.config(preset)
                        .withCalibration(Calibration.of(new double[] {1.5, 2}))
                        .withPreparation(prepared(preset));
        int refused = 0;
        for (JsonElement other : others()) {
            JsonObject json = JsonParser.parseString(config.toJson()).getAsJsonObject();
            JsonObject parameters = json.getAsJsonObject("hyperParameters");
            List<JsonObject> objects =
                    List.of(
                            json,
                            parameters,
                            json.getAsJsonObject("calibration"),
                            json.has("preparation")
                                    ? json.getAsJsonObject("preparation")
                                    : new JsonObject());
            for (JsonObject object : objects) {
                for (String name : List.copyOf(object.keySet())) {
                    JsonElement own = object.get(name);
                    object.add(name, other);
                    refused += assertAgree(json, name);
                    object.remove(name);
                    refused += assertAgree(json, name);
                    object.add(name, own);
                }
                object.add("more", other);
                refused += assertAgree(json, "more");
                object.remove("more");
                assertEquals(0, assertAgree(json, "restored"));
            }
        }
        assertTrue(refused > 100, "refused " + refused);
    }

    private static Preparation prepared(Preset preset) {
        return preset instanceof ImagePreset
                ? Preparation.NONE
                : new Preparation(Map.of(), Map.of(), OptionalDouble.of(5), preset.context() > 0);
    }

    private static Stream<JsonElement> othersOf(String... texts) {
        return Arrays.stream(texts).map(JsonParser::parseString);
    }

    private static List<JsonElement> others() {
        return Stream.concat(
                        Stream.of(JsonNull.INSTANCE),
                        othersOf(
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
                                "\"RealNvp\"",
                                "\"\"",
                                "{}",
                                "[]",
                                "[1]",
                                "[null]",
                                "[\"a\", \"b\"]",
                                "[\"a\", \"a\"]",
                                "[1.5, 2]",
                                "[3, 2]",
                                "{\"a\": 1}",
                                "{\"a\": \"NaN\"}",
                                "{\"a\": \"nan\"}",
                                "{\"a\": null}"))
                .toList();
    }

    private static int assertAgree(JsonObject json, String name) {
        Set<String> violations = violations(json.toString());
        try {
            FlowConfig.fromJson(json.toString());
            assertEquals(Set.of(), violations, "accepted with " + name + ": " + json);
            return 0;
        } catch (IllegalArgumentException e) {
            assertTrue(e.getMessage().startsWith("FlowConfig: "), e.getMessage());
            assertTrue(
                    !violations.isEmpty() || isBetweenFields(e),
                    "refused with " + name + ": " + e.getMessage());
            return 1;
        }
    }

    private static JsonObject property(Class<? extends Preset> type, String name) {
        JsonObject property =
                definition(type.getSimpleName())
                        .getAsJsonObject("properties")
                        .getAsJsonObject(name);
        return property.has("$ref")
                ? definition(string(property, "$ref").substring("#/$defs/".length()))
                : property;
    }

    private static JsonObject definition(String name) {
        return SCHEMA.getAsJsonObject("$defs").getAsJsonObject(name);
    }

    private static String string(JsonObject json, String name) {
        return json.has(name) ? json.get(name).getAsString() : "";
    }

    private static List<String> strings(JsonElement list) {
        return list.getAsJsonArray().asList().stream().map(JsonElement::getAsString).toList();
    }
}
