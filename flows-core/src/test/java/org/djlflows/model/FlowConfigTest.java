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

import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
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
        return new FlowConfig(preset, List.of("x, or \"y\"", "длина"), context)
                .withMetrics(metrics);
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

    private static FlowConfig calibrated(double... logDensities) {
        return config(RealNvp.builder().setFeatures(2).build())
                .withCalibration(Calibration.of(logDensities));
    }

    @Test
    void theCalibrationIsKept() {
        FlowConfig config = config(RealNvp.builder().setFeatures(2).build());
        assertFalse(config.toJson().contains("calibration"), config.toJson());
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
                config.toJson().lines().count() + 1,
                measured.toJson().lines().count(),
                measured.toJson());
    }

    @Test
    void thePreparationIsKept() {
        FlowConfig config =
                new FlowConfig(
                                RealNvp.builder().setFeatures(2).build(),
                                List.of("x", "t"),
                                List.of())
                        .withPreparation(
                                new Preparation(
                                        Map.of(),
                                        Map.of("t", 1.55e12),
                                        OptionalDouble.of(4.5),
                                        false));
        assertEquals(config, FlowConfig.fromJson(config.toJson()));
        FlowConfig constant =
                new FlowConfig(
                        RealNvp.builder().setFeatures(1).build(),
                        List.of("x", "c"),
                        List.of("d"),
                        new Preparation(
                                Map.of("c", 0.1, "d", -3.0),
                                Map.of(),
                                OptionalDouble.empty(),
                                false),
                        Map.of(),
                        Calibration.NONE);
        assertEquals(constant, FlowConfig.fromJson(constant.toJson()));
    }

    @Test
    void whatIsPreparedIsAColumn() {
        JsonObject json = json();
        json.add("preparation", JsonParser.parseString("{\"offsets\": {\"w\": 1}}"));
        refuses(json, "expected to prepare some of the columns [x, y], got [w]");
        json.add("preparation", JsonParser.parseString("{\"constants\": {\"y\": 1}}"));
        refuses(json, "expected 2 columns and 0 of context beside the constant [y]");
        json.add("preparation", JsonParser.parseString("{\"tails\": 0.5}"));
        refuses(json, "expected tails from 1 deviation on, got 0.5");
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

    /** Folders of before have 17 quantiles. */
    @Test
    void quantilesOfEarlierVersionsAreRead() {
        JsonObject json = json();
        JsonArray quantiles = new JsonArray();
        for (int i = 0; i < 17; i++) {
            quantiles.add(-20 + i);
        }
        json.add("logDensities", quantiles);
        FlowConfig config = FlowConfig.fromJson(json.toString());
        assertEquals(0, percentile(config, -20.5));
        assertEquals(0.2, percentile(config, -17.5), 1e-12);
        assertEquals(50, percentile(config, -9), 1e-12);
        assertEquals(100, percentile(config, 0), 1e-12);
        quantiles.remove(3);
        refuses(json, "17 log-densities or no such field");
    }

    private static double percentile(FlowConfig config, double logDensity) {
        return config.percentile(logDensity).orElseThrow();
    }

    @Test
    void withoutCalibrationThereIsNoPercentile() {
        FlowConfig config = config(RealNvp.builder().setFeatures(2).build());
        assertEquals(OptionalDouble.empty(), config.percentile(1));
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
