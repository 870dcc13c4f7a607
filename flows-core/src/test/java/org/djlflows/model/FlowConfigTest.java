package org.djlflows.model;

import static org.djlflows.Fixtures.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;

import org.djlflows.bijection.BlockNeuralAutoregressive.Residual;
import org.djlflows.nn.Activation;
import org.djlflows.univariate.ScaleMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

class FlowConfigTest {

    private static final List<String> FIELDS =
            List.of("format", "preset", "hyperParameters", "columns", "contextColumns", "metrics");
    private static final List<String> HYPER_PARAMETERS =
            List.of("features", "context", "transforms", "hidden", "activation", "bins", "bound");

    static Stream<Preset> presets() {
        return Stream.of(
                RealNvp.builder().setFeatures(2).build(),
                RealNvp.builder()
                        .setFeatures(2)
                        .optContext(1)
                        .optTransforms(3)
                        .optHidden(7, 8, 9)
                        .optActivation(Activation.GELU)
                        .optScaleMap(ScaleMap.SOFTPLUS)
                        .build(),
                NeuralSplineFlow.builder().setFeatures(2).build(),
                NeuralSplineFlow.builder()
                        .setFeatures(2)
                        .optContext(1)
                        .optTransforms(1)
                        .optHidden(5)
                        .optActivation(Activation.SILU)
                        .optBins(3)
                        .optBound(0.1)
                        .build(),
                MaskedAutoregressiveFlow.builder().setFeatures(2).build(),
                AutoregressiveSplineFlow.builder().setFeatures(2).optContext(1).build(),
                BlockNeuralAutoregressiveFlow.builder()
                        .setFeatures(2)
                        .optContext(1)
                        .optResidual(Residual.NORMAL)
                        .optLastResidual(Residual.NONE)
                        .build(),
                PlanarFlow.builder().setFeatures(2).build(),
                RadialFlow.builder().setFeatures(2).optContext(1).build());
    }

    private static FlowConfig config(Preset preset) {
        List<String> context = preset.context() == 0 ? List.of() : List.of("hour");
        Map<String, Double> metrics = Map.of("nll", 1.25, "seconds", 1e-300);
        return new FlowConfig(preset, List.of("x, or \"y\"", "длина"), context, metrics);
    }

    @ParameterizedTest
    @MethodSource("presets")
    void jsonKeepsEverything(Preset preset) {
        FlowConfig config = config(preset);
        assertEquals(config, FlowConfig.fromJson(config.toJson()));
        // Written again it is the same text: models can be compared by their files.
        assertEquals(config.toJson(), FlowConfig.fromJson(config.toJson()).toJson());
    }

    @Test
    void aMissingFieldIsRefused() {
        for (String name : FIELDS) {
            JsonObject json = json();
            json.remove(name);
            refuses(json, name);
        }
        for (String name : HYPER_PARAMETERS) {
            JsonObject json = json();
            json.getAsJsonObject("hyperParameters").remove(name);
            refuses(json, name);
        }
    }

    @Test
    void anUnknownFieldIsRefused() {
        JsonObject inside = json();
        inside.getAsJsonObject("hyperParameters").addProperty("depth", 3);
        refuses(inside, "depth");
        JsonObject outside = json();
        outside.addProperty("depth", 3);
        refuses(outside, "depth");
    }

    @Test
    void aFieldOfAnotherTypeIsRefused() {
        JsonElement[] others = {
            JsonNull.INSTANCE, new JsonPrimitive("seven"), new JsonObject(), new JsonArray()
        };
        for (String name : FIELDS) {
            for (JsonElement other : others) {
                boolean fits =
                        other.isJsonObject()
                                ? name.equals("metrics")
                                : other.isJsonArray() && name.equals("contextColumns");
                if (!fits) {
                    JsonObject json = json();
                    json.add(name, other);
                    refuses(json, "");
                }
            }
        }
        for (String name : HYPER_PARAMETERS) {
            for (JsonElement other : others) {
                JsonObject json = json();
                json.getAsJsonObject("hyperParameters").add(name, other);
                refuses(json, "");
            }
        }
    }

    @Test
    void aValueOutOfRangeIsRefused() {
        refusesHyperParameter("features", new JsonPrimitive(0), "at least 1 feature");
        refusesHyperParameter("transforms", new JsonPrimitive(-2), "at least 1 transform");
        refusesHyperParameter("hidden", new JsonArray(), "hidden layers");
        refusesHyperParameter("transforms", new JsonPrimitive(2.5), "2.5");
        refusesHyperParameter("activation", new JsonPrimitive("STEP"), "STEP");
        JsonArray widths = new JsonArray();
        widths.add(JsonNull.INSTANCE);
        refusesHyperParameter("hidden", widths, "hidden");
    }

    private static void refusesHyperParameter(String name, JsonElement value, String message) {
        JsonObject json = json();
        json.getAsJsonObject("hyperParameters").add(name, value);
        refuses(json, message);
    }

    @Test
    void anotherFormatIsRefused() {
        JsonObject json = json();
        json.addProperty("format", 2);
        refuses(json, "expected format 1, got 2");
    }

    @Test
    void anUnknownPresetIsRefused() {
        JsonObject json = json();
        json.addProperty("preset", "NoSuchFlow");
        String message = refuses(json, "got NoSuchFlow");
        assertTrue(message.contains("RealNvp"), message);
        // Of another preset than its hyper-parameters.
        json.addProperty("preset", "RealNvp");
        refuses(json, "hyper-parameters");
    }

    @Test
    void columnsThatDoNotFitThePresetAreRefused() {
        JsonObject json = json();
        json.getAsJsonArray("columns").add("z");
        refuses(json, "expected 2 columns and 0 of context, got [x, y, z] and []");
        JsonObject conditional = json();
        conditional.getAsJsonArray("contextColumns").add("c");
        refuses(conditional, "got [x, y] and [c]");
        JsonObject unnamed = json();
        unnamed.getAsJsonArray("columns").set(0, JsonNull.INSTANCE);
        refuses(unnamed, "");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "null", "[]", "3", "no JSON", "{\"format\": 1", "{\"format\": 1} {}"})
    void textThatIsNoConfigurationIsRefused(String text) {
        assertRefused(
                IllegalArgumentException.class, "FlowConfig: ", () -> FlowConfig.fromJson(text));
    }

    @Test
    void metricsCanBeReplaced() {
        FlowConfig config = config(RealNvp.builder().setFeatures(2).build());
        FlowConfig measured = config.withMetrics(Map.of("nll", 2.0));
        assertEquals(Map.of("nll", 2.0), measured.metrics());
        assertEquals(config.preset(), measured.preset());
        assertEquals(config.columns(), measured.columns());
    }

    @Test
    void metricsThatAreNotFiniteCanBeWritten() {
        FlowConfig config =
                config(RealNvp.builder().setFeatures(2).build())
                        .withMetrics(
                                Map.of("nll", Double.NaN, "validation", Double.POSITIVE_INFINITY));
        assertEquals(config, FlowConfig.fromJson(config.toJson()));
    }

    @Test
    void presetsOutOfRangeAreRefused() {
        NeuralSplineFlow.Builder b = NeuralSplineFlow.builder();
        assertRefused(IllegalArgumentException.class, "got 0", b::build);
        b.setFeatures(2);
        assertRefused(
                IllegalArgumentException.class,
                "NeuralSplineFlow: expected at least 1 transform, got 0",
                () -> b.optTransforms(0).build());
        b.optTransforms(1);
        assertRefused(IllegalArgumentException.class, "bins", () -> b.optBins(1).build().newFlow());
        assertRefused(
                IllegalArgumentException.class,
                "RealNvp: expected a context of at least 0 features, got -1",
                () -> RealNvp.builder().setFeatures(2).optContext(-1).build());
        assertRefused(
                IllegalArgumentException.class,
                "RealNvp: expected hidden layers of width 1 or more, got [4, 0]",
                () -> RealNvp.builder().setFeatures(2).optHidden(4, 0).build());
    }

    private static JsonObject json() {
        FlowConfig config =
                new FlowConfig(
                        NeuralSplineFlow.builder().setFeatures(2).build(),
                        List.of("x", "y"),
                        List.of(),
                        Map.of());
        return JsonParser.parseString(config.toJson()).getAsJsonObject();
    }

    private static String refuses(JsonObject json, String message) {
        String got =
                assertRefused(
                                IllegalArgumentException.class,
                                message,
                                () -> FlowConfig.fromJson(json.toString()))
                        .getMessage();
        assertTrue(got.startsWith("FlowConfig: "), got);
        return got;
    }
}
