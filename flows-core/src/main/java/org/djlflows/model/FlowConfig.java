package org.djlflows.model;

import ai.djl.util.JsonUtils;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;

import org.djlflows.NormalizingFlow;
import org.djlflows.bijection.Standardize;
import org.djlflows.nn.Standardizer;

import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * All that it takes to build a flow over the columns of a table, and to know what they mean, or
 * over images, which have no columns.
 *
 * <p>Over a table the flow standardises its data, which counts in the density, so that densities
 * and samples are in the units of the columns; it standardises its context too.
 *
 * @param preset the flow over standardised columns, or over images
 * @param columns the names of the features, none for images
 * @param contextColumns the names of the features of the context
 * @param metrics what training measured, by name
 * @param logDensities the quantiles of the log-density of held-out rows, in nats in the units of
 *     the columns, at the {@link #LEVELS}; none where they were not measured
 */
public record FlowConfig(
        Preset preset,
        List<String> columns,
        List<String> contextColumns,
        Map<String, Double> metrics,
        List<Double> logDensities) {

    /** The levels of {@link #logDensities}, closer together where rows are unusual. */
    public static final List<Double> LEVELS =
            List.of(
                    0.0, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7,
                    0.8, 0.9, 1.0);

    /** The version of the format; a change that old code cannot read raises it. */
    private static final int FORMAT = 1;

    private static final SortedMap<String, Class<? extends Preset>> PRESETS =
            presets(Preset.class)
                    .collect(
                            Collectors.toMap(
                                    Class::getSimpleName, p -> p, (a, b) -> a, TreeMap::new));

    private static final Gson GSON = JsonUtils.GSON_PRETTY;

    /** Returns the records of a sealed interface. */
    private static Stream<Class<? extends Preset>> presets(Class<? extends Preset> type) {
        return type.isRecord()
                ? Stream.of(type)
                : Arrays.stream(type.getPermittedSubclasses())
                        .flatMap(permitted -> presets(permitted.asSubclass(Preset.class)));
    }

    /**
     * Checks that the preset fits the columns, and the quantiles the levels.
     *
     * @param preset the flow over standardised columns
     * @param columns the names of the features
     * @param contextColumns the names of the features of the context
     * @param metrics what training measured, by name
     * @param logDensities the quantiles of the log-density of held-out rows, or none
     * @throws IllegalArgumentException if it does not, or the quantiles are not as many as the
     *     levels, not finite or not ascending
     */
    public FlowConfig {
        columns = List.copyOf(columns);
        contextColumns = List.copyOf(contextColumns);
        // Sorted, so that equal configurations are equal as text.
        metrics = Collections.unmodifiableMap(new TreeMap<>(metrics));
        int expected = preset instanceof ImagePreset ? 0 : preset.features();
        if (expected != columns.size() || preset.context() != contextColumns.size()) {
            throw new IllegalArgumentException(
                    String.format(
                            "FlowConfig: expected %d columns and %d of context, got %s and %s",
                            expected, preset.context(), columns, contextColumns));
        }
        logDensities = List.copyOf(logDensities);
        requireQuantiles(logDensities);
    }

    private static void requireQuantiles(List<Double> quantiles) {
        boolean valid = quantiles.isEmpty() || quantiles.size() == LEVELS.size();
        for (int i = 0; valid && i < quantiles.size(); i++) {
            valid =
                    Double.isFinite(quantiles.get(i))
                            && (i == 0 || quantiles.get(i - 1) <= quantiles.get(i));
        }
        if (!valid) {
            throw new IllegalArgumentException(
                    String.format(
                            "FlowConfig: expected no log-densities or %d that are finite and"
                                    + " ascend, got %s",
                            LEVELS.size(), quantiles));
        }
    }

    /** Makes the flow: over columns one whose base is the flow of the preset. */
    NormalizingFlow newFlow(Standardize standardize, Standardizer standardizer) {
        if (preset instanceof ImagePreset) {
            return preset.newFlow();
        }
        return contextColumns.isEmpty()
                ? new NormalizingFlow(standardize, preset.newFlow())
                : new NormalizingFlow(standardize, preset.newFlow(), standardizer);
    }

    /**
     * Returns the configuration with what training measured.
     *
     * @param measured the metrics by name
     * @return a copy with these metrics
     */
    public FlowConfig withMetrics(Map<String, Double> measured) {
        return new FlowConfig(preset, columns, contextColumns, measured, logDensities);
    }

    /**
     * Returns the configuration with what {@link #percentile} needs.
     *
     * @param quantiles the quantiles of the log-density of held-out rows at the {@link #LEVELS}
     * @return a copy with these log-densities
     * @throws IllegalArgumentException if they are not as many as the levels, not finite or not
     *     ascending
     */
    public FlowConfig withLogDensities(List<Double> quantiles) {
        return new FlowConfig(preset, columns, contextColumns, metrics, quantiles);
    }

    /**
     * Says how usual a row is: which percentage of the held-out rows is less likely, that is has a
     * lower log-density. Between the quantiles it is linear; below the lowest it is 0, above the
     * highest 100.
     *
     * @param logDensity the log-density of the row, in nats in the units of the columns
     * @return a number from 0 to 100, or empty where no log-densities were measured
     * @throws IllegalArgumentException if the log-density is NaN
     */
    public OptionalDouble percentile(double logDensity) {
        if (Double.isNaN(logDensity)) {
            throw new IllegalArgumentException("FlowConfig: expected a log-density, got NaN");
        }
        if (logDensities.isEmpty()) {
            return OptionalDouble.empty();
        }
        // Where quantiles are equal, the rows below are those of the lowest of their levels.
        int above = 0;
        while (above < LEVELS.size() && logDensities.get(above) < logDensity) {
            above++;
        }
        if (above == 0 || above == LEVELS.size()) {
            return OptionalDouble.of(above == 0 ? 0 : 100);
        }
        double from = logDensities.get(above - 1);
        double way = (logDensity - from) / (logDensities.get(above) - from);
        double level = LEVELS.get(above - 1);
        return OptionalDouble.of(100 * (level + way * (LEVELS.get(above) - level)));
    }

    /**
     * Writes this configuration.
     *
     * @return JSON
     */
    public String toJson() {
        JsonObject json = new JsonObject();
        json.addProperty("format", FORMAT);
        json.addProperty("preset", preset.getClass().getSimpleName());
        json.add("hyperParameters", GSON.toJsonTree(preset));
        json.add("columns", GSON.toJsonTree(columns));
        json.add("contextColumns", GSON.toJsonTree(contextColumns));
        json.add("metrics", GSON.toJsonTree(metrics));
        if (!logDensities.isEmpty()) {
            json.add("logDensities", GSON.toJsonTree(logDensities));
        }
        return GSON.toJson(json);
    }

    /**
     * Reads a configuration.
     *
     * @param text JSON as {@link #toJson} writes it
     * @return the configuration
     * @throws IllegalArgumentException if it is none, of another format, or has a field too many or
     *     too few
     */
    public static FlowConfig fromJson(String text) {
        try {
            JsonObject json = JsonParser.parseString(text).getAsJsonObject();
            int format = field(json, "format").getAsInt();
            if (format != FORMAT) {
                throw new IllegalArgumentException(
                        "FlowConfig: expected format " + FORMAT + ", got " + format);
            }
            String name = field(json, "preset").getAsString();
            Class<? extends Preset> type = PRESETS.get(name);
            if (type == null) {
                throw new IllegalArgumentException(
                        "FlowConfig: expected a preset of " + PRESETS.keySet() + ", got " + name);
            }
            JsonElement hyperParameters = field(json, "hyperParameters");
            Preset preset = preset(hyperParameters.getAsJsonObject(), type);
            FlowConfig config =
                    new FlowConfig(
                            preset,
                            List.of(GSON.fromJson(field(json, "columns"), String[].class)),
                            List.of(GSON.fromJson(field(json, "contextColumns"), String[].class)),
                            numbers(field(json, "metrics").getAsJsonObject()),
                            json.has("logDensities")
                                    ? List.of(
                                            GSON.fromJson(json.get("logDensities"), Double[].class))
                                    : List.of());
            // Gson passes over what it does not know and fills in what is missing.
            JsonObject read = JsonParser.parseString(config.toJson()).getAsJsonObject();
            if (!read.equals(json)) {
                throw new IllegalArgumentException(
                        "FlowConfig: expected the fields of " + read + ", got " + json);
            }
            return config;
        } catch (JsonParseException
                | IllegalStateException
                | UnsupportedOperationException
                | NumberFormatException
                | NullPointerException e) {
            throw new IllegalArgumentException(
                    "FlowConfig: expected a configuration, got JSON of another form: "
                            + e.getMessage(),
                    e);
        }
    }

    private static Preset preset(JsonObject json, Class<? extends Preset> type) {
        Set<String> fields =
                Arrays.stream(type.getRecordComponents())
                        .map(RecordComponent::getName)
                        .collect(Collectors.toCollection(TreeSet::new));
        if (!json.keySet().equals(fields)) {
            throw new IllegalArgumentException(
                    "FlowConfig: expected the hyper-parameters "
                            + fields
                            + ", got "
                            + new TreeSet<>(json.keySet()));
        }
        try {
            return GSON.fromJson(json, type);
        } catch (JsonParseException e) {
            throw e;
        } catch (RuntimeException e) {
            // Gson wraps what the constructor of a record throws.
            String cause = e.getCause() == null ? e.getMessage() : e.getCause().getMessage();
            throw new IllegalArgumentException(
                    "FlowConfig: expected hyper-parameters of "
                            + type.getSimpleName()
                            + ", got "
                            + json
                            + ": "
                            + cause,
                    e);
        }
    }

    private static JsonElement field(JsonObject json, String name) {
        if (!json.has(name)) {
            throw new IllegalArgumentException("FlowConfig: expected a field " + name);
        }
        return json.get(name);
    }

    private static Map<String, Double> numbers(JsonObject json) {
        return json.asMap().entrySet().stream()
                .collect(
                        Collectors.toMap(
                                Map.Entry::getKey, entry -> entry.getValue().getAsDouble()));
    }
}
