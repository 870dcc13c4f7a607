package org.djlflows.model;

import static org.djlflows.Fixtures.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
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

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeSet;
import java.util.stream.Stream;

class FlowConfigTest {

    private static final List<String> FIELDS =
            List.of("format", "preset", "hyperParameters", "columns", "contextColumns", "metrics");
    private static final List<String> HYPER_PARAMETERS =
            List.of(
                    "features",
                    "context",
                    "transforms",
                    "hidden",
                    "activation",
                    "bins",
                    "bound",
                    "constraint",
                    "masks",
                    "residual",
                    "mixing");

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
        return new FlowConfig(preset, List.of("x, or \"y\"", "длина"), context, metrics, List.of());
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
        String message = refuses(json, "got \"NoSuchFlow\"");
        assertTrue(message.contains("RealNvp"), message);
        // Of another preset than its hyper-parameters.
        json.addProperty("preset", "RealNvp");
        refuses(json, "expected the hyper-parameters of RealNvp");
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

    /** Quantiles that ascend by another step between each two, with a tie in the middle. */
    private static List<Double> quantiles() {
        double[] quantiles = new double[FlowConfig.LEVELS.size()];
        for (int i = 0; i < quantiles.length; i++) {
            quantiles[i] = -20 + 0.5 * i * i;
        }
        quantiles[11] = quantiles[10];
        return Arrays.stream(quantiles).boxed().toList();
    }

    @Test
    void levelsAscendFromZeroToOne() {
        List<Double> levels = FlowConfig.LEVELS;
        assertEquals(0, levels.get(0));
        assertEquals(1, levels.get(levels.size() - 1));
        assertEquals(List.copyOf(new TreeSet<>(levels)), levels);
    }

    @Test
    void logDensitiesAreKept() {
        FlowConfig config = config(RealNvp.builder().setFeatures(2).build());
        assertFalse(config.toJson().contains("logDensities"), config.toJson());
        FlowConfig measured = config.withLogDensities(quantiles());
        assertEquals(quantiles(), measured.logDensities());
        assertEquals(config, measured.withLogDensities(List.of()));
        assertEquals(quantiles(), measured.withMetrics(Map.of()).logDensities());
        FlowConfig read = FlowConfig.fromJson(measured.toJson());
        assertEquals(measured, read);
        assertEquals(measured.toJson(), read.toJson());
    }

    @Test
    void percentilesAreInterpolatedBetweenTheLevels() {
        FlowConfig config =
                config(RealNvp.builder().setFeatures(2).build()).withLogDensities(quantiles());
        List<Double> quantiles = quantiles();
        double last = quantiles.get(quantiles.size() - 1);
        assertEquals(0, percentile(config, Double.NEGATIVE_INFINITY));
        assertEquals(0, percentile(config, -20.001));
        assertEquals(0, percentile(config, -20));
        assertEquals(100, percentile(config, last));
        assertEquals(100, percentile(config, last + 1e-9));
        assertEquals(100, percentile(config, Double.POSITIVE_INFINITY));
        for (int i = 1; i < quantiles.size(); i++) {
            double level = FlowConfig.LEVELS.get(i);
            if (i == 11) {
                // As many rows are below the tie as below the first quantile of it.
                level = FlowConfig.LEVELS.get(10);
            }
            assertEquals(100 * level, percentile(config, quantiles.get(i)), 1e-12, "" + i);
        }
        double quarter = 0.75 * quantiles.get(7) + 0.25 * quantiles.get(8);
        assertEquals(12.5, percentile(config, quarter), 1e-12);
        assertEquals(0.05, percentile(config, -19.75), 1e-12);
        // Just above a tie it jumps to the last of its levels.
        assertEquals(50, percentile(config, Math.nextUp(quantiles.get(11))), 1e-6);
    }

    @Test
    void percentilesGrowWithTheDensity() {
        FlowConfig config =
                config(RealNvp.builder().setFeatures(2).build()).withLogDensities(quantiles());
        double before = 0;
        for (double logDensity = -25; logDensity < 115; logDensity += 0.125) {
            double next = percentile(config, logDensity);
            assertTrue(next >= before && next <= 100, logDensity + " " + next);
            before = next;
        }
        assertEquals(100, before);
    }

    @Test
    void percentilesOfEqualQuantilesAreZeroOrAll() {
        List<Double> equal = Collections.nCopies(FlowConfig.LEVELS.size(), 2.5);
        FlowConfig config =
                config(RealNvp.builder().setFeatures(2).build()).withLogDensities(equal);
        assertEquals(0, percentile(config, 2.4));
        assertEquals(0, percentile(config, 2.5));
        assertEquals(100, percentile(config, 2.6));
    }

    private static double percentile(FlowConfig config, double logDensity) {
        return config.percentile(logDensity).orElseThrow();
    }

    @Test
    void withoutLogDensitiesThereIsNoPercentile() {
        FlowConfig config = config(RealNvp.builder().setFeatures(2).build());
        assertEquals(OptionalDouble.empty(), config.percentile(1));
        for (FlowConfig any : List.of(config, config.withLogDensities(quantiles()))) {
            assertRefused(
                    IllegalArgumentException.class,
                    "FlowConfig: expected a log-density, got NaN",
                    () -> any.percentile(Double.NaN));
        }
    }

    @Test
    void logDensitiesThatAreNoQuantilesAreRefused() {
        List<Double> descending = new ArrayList<>(quantiles());
        Collections.swap(descending, 0, 1);
        List<Double> infinite = new ArrayList<>(quantiles());
        infinite.set(0, Double.NEGATIVE_INFINITY);
        List<Double> nan = new ArrayList<>(quantiles());
        nan.set(3, Double.NaN);
        List<Double> few = quantiles().subList(1, quantiles().size());
        FlowConfig config = config(RealNvp.builder().setFeatures(2).build());
        for (List<Double> wrong : List.of(descending, infinite, nan, few, List.of(1.0))) {
            assertRefused(
                    IllegalArgumentException.class,
                    "FlowConfig: expected no log-densities or 17 that are finite and ascend, got "
                            + wrong,
                    () -> config.withLogDensities(wrong));
        }
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
                        List.of());
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
