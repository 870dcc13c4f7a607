package org.djlflows.model;

import ai.djl.util.JsonUtils;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;

import java.io.IOException;
import java.io.StringReader;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * A configuration as JSON: what {@code config.schema.json} describes. It is read strictly, so that
 * nothing that was written is passed over, and what is missing is not made up.
 */
final class ConfigJson {

    /** The version of the format; a change that old code cannot read raises it. */
    static final int FORMAT = 1;

    /** The records of {@link Preset} by their names. */
    static final SortedMap<String, Class<? extends Preset>> PRESETS =
            presets(Preset.class)
                    .collect(
                            Collectors.toMap(
                                    Class::getSimpleName, p -> p, (a, b) -> a, TreeMap::new));

    private static final Set<String> NEEDED =
            Set.of("format", "preset", "hyperParameters", "columns", "contextColumns", "metrics");

    /** Is left out where nothing was measured. */
    private static final String LOG_DENSITIES = "logDensities";

    /** Of numbers that JSON does not have. */
    private static final Set<String> NOT_FINITE = Set.of("NaN", "Infinity", "-Infinity");

    /** Where Gson stopped. */
    private static final Pattern PLACE = Pattern.compile("line \\d+ column \\d+");

    private static final Gson GSON = JsonUtils.GSON_PRETTY;

    private ConfigJson() {}

    private static Stream<Class<? extends Preset>> presets(Class<? extends Preset> type) {
        return type.isRecord()
                ? Stream.of(type)
                : Arrays.stream(type.getPermittedSubclasses())
                        .flatMap(permitted -> presets(permitted.asSubclass(Preset.class)));
    }

    static String write(FlowConfig config) {
        JsonObject json = new JsonObject();
        json.addProperty("format", FORMAT);
        json.addProperty("preset", config.preset().getClass().getSimpleName());
        json.add("hyperParameters", GSON.toJsonTree(config.preset()));
        json.add("columns", GSON.toJsonTree(config.columns()));
        json.add("contextColumns", GSON.toJsonTree(config.contextColumns()));
        JsonObject metrics = new JsonObject();
        config.metrics().forEach((name, value) -> metrics.add(name, number(value)));
        json.add("metrics", metrics);
        if (!config.logDensities().isEmpty()) {
            json.add(LOG_DENSITIES, GSON.toJsonTree(config.logDensities()));
        }
        return GSON.toJson(json);
    }

    private static JsonPrimitive number(double value) {
        return Double.isFinite(value)
                ? new JsonPrimitive(value)
                : new JsonPrimitive(Double.toString(value));
    }

    static FlowConfig read(String text) {
        JsonElement parsed = parse(text);
        require(parsed.isJsonObject(), "a configuration", parsed);
        JsonObject json = parsed.getAsJsonObject();
        JsonElement format = json.get("format");
        require(
                format == null || (isInt(format) && format.getAsInt() == FORMAT),
                "format " + FORMAT,
                format);
        Set<String> known = new TreeSet<>(NEEDED);
        if (json.has(LOG_DENSITIES)) {
            known.add(LOG_DENSITIES);
        }
        requireNames("the fields", known, json);
        JsonElement name = json.get("preset");
        Class<? extends Preset> type = isString(name) ? PRESETS.get(name.getAsString()) : null;
        require(type != null, "a preset of " + PRESETS.keySet(), name);
        JsonElement metrics = json.get("metrics");
        require(
                metrics.isJsonObject()
                        && metrics.getAsJsonObject().asMap().values().stream()
                                .allMatch(ConfigJson::isMetric),
                "metrics that are numbers",
                metrics);
        return new FlowConfig(
                preset(json.get("hyperParameters"), type),
                list(json, "columns", ConfigJson::isString, JsonElement::getAsString),
                list(json, "contextColumns", ConfigJson::isString, JsonElement::getAsString),
                metrics.getAsJsonObject().asMap().entrySet().stream()
                        .collect(
                                Collectors.toMap(
                                        Map.Entry::getKey,
                                        metric -> metric.getValue().getAsDouble())),
                logDensities(json));
    }

    private static List<Double> logDensities(JsonObject json) {
        if (!json.has(LOG_DENSITIES)) {
            return List.of();
        }
        List<Double> quantiles =
                list(json, LOG_DENSITIES, ConfigJson::isNumber, JsonElement::getAsDouble);
        require(
                !quantiles.isEmpty(),
                FlowConfig.LEVELS.size() + " log-densities or no such field",
                json.get(LOG_DENSITIES));
        return quantiles;
    }

    /** Parses JSON, in which no object has a name twice. */
    private static JsonElement parse(String text) {
        try {
            JsonReader in = reader(text);
            JsonElement json = JsonParser.parseReader(in);
            if (in.peek() != JsonToken.END_DOCUMENT) {
                throw new JsonParseException("more than one value");
            }
            requireOnce(reader(text));
            return json;
        } catch (IOException | JsonParseException | IllegalStateException e) {
            Matcher place = PLACE.matcher(String.valueOf(e.getMessage()));
            throw new IllegalArgumentException(
                    "FlowConfig: expected a configuration, got no JSON"
                            + (place.find() ? ": see " + place.group() : ""),
                    e);
        }
    }

    private static JsonReader reader(String text) {
        JsonReader in = new JsonReader(new StringReader(text));
        in.setStrictness(Strictness.STRICT);
        return in;
    }

    private static void requireOnce(JsonReader in) throws IOException {
        Deque<Set<String>> names = new ArrayDeque<>();
        for (JsonToken next = in.peek(); next != JsonToken.END_DOCUMENT; next = in.peek()) {
            switch (next) {
                case BEGIN_OBJECT -> {
                    in.beginObject();
                    names.push(new HashSet<>());
                }
                case END_OBJECT -> {
                    in.endObject();
                    names.pop();
                }
                case BEGIN_ARRAY -> in.beginArray();
                case END_ARRAY -> in.endArray();
                case NAME -> {
                    String name = in.nextName();
                    require(names.element().add(name), "each field once", "two " + name);
                }
                default -> in.skipValue();
            }
        }
    }

    static Preset preset(JsonElement element, Class<? extends Preset> type) {
        require(element.isJsonObject(), "hyper-parameters", element);
        JsonObject json = element.getAsJsonObject();
        RecordComponent[] components = type.getRecordComponents();
        requireNames(
                "the hyper-parameters of " + type.getSimpleName(),
                Arrays.stream(components)
                        .map(RecordComponent::getName)
                        .collect(Collectors.toCollection(TreeSet::new)),
                json);
        for (RecordComponent component : components) {
            requireType(component, json.get(component.getName()));
        }
        try {
            return GSON.fromJson(json, type);
        } catch (JsonParseException e) {
            throw new IllegalArgumentException("FlowConfig: " + e.getMessage(), e);
        } catch (RuntimeException e) {
            // Gson wraps what the constructor of a record throws.
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new IllegalArgumentException("FlowConfig: " + cause.getMessage(), e);
        }
    }

    private static void requireType(RecordComponent component, JsonElement value) {
        Form form = form(component.getGenericType());
        require(form.fits.test(value), component.getName() + " to be " + form.name, value);
    }

    /** What JSON has to be to become a hyper-parameter, in words too. */
    private record Form(String name, Predicate<JsonElement> fits) {}

    /** Returns the form of the types that presets have; Gson would convert what nearly fits. */
    private static Form form(Type type) {
        if (type == int.class || type == Integer.class) {
            return new Form("a whole number", ConfigJson::isInt);
        }
        if (type == double.class) {
            return new Form("a number", ConfigJson::isNumber);
        }
        if (type == boolean.class) {
            return new Form(
                    "true or false",
                    json -> json.isJsonPrimitive() && json.getAsJsonPrimitive().isBoolean());
        }
        if (type instanceof ParameterizedType list) {
            Form each = form(list.getActualTypeArguments()[0]);
            return new Form("a list, each " + each.name, json -> isListOf(json, each.fits));
        }
        Object[] values = ((Class<?>) type).getEnumConstants();
        List<String> names = Arrays.stream(values).map(String::valueOf).toList();
        return new Form(
                "one of " + names, json -> isString(json) && names.contains(json.getAsString()));
    }

    private static <T> List<T> list(
            JsonObject json,
            String name,
            Predicate<JsonElement> fits,
            Function<JsonElement, T> value) {
        JsonElement list = json.get(name);
        require(isListOf(list, fits), name + " to be a list of such values", list);
        return elements(list).map(value).toList();
    }

    private static boolean isListOf(JsonElement json, Predicate<JsonElement> fits) {
        return json.isJsonArray() && elements(json).allMatch(fits);
    }

    private static Stream<JsonElement> elements(JsonElement list) {
        return StreamSupport.stream(list.getAsJsonArray().spliterator(), false);
    }

    private static boolean isString(JsonElement json) {
        return json.isJsonPrimitive() && json.getAsJsonPrimitive().isString();
    }

    private static boolean isNumber(JsonElement json) {
        return json.isJsonPrimitive()
                && json.getAsJsonPrimitive().isNumber()
                && Double.isFinite(json.getAsDouble());
    }

    private static boolean isMetric(JsonElement json) {
        return isNumber(json) || (isString(json) && NOT_FINITE.contains(json.getAsString()));
    }

    private static boolean isInt(JsonElement json) {
        return isNumber(json) && json.getAsDouble() == (int) json.getAsDouble();
    }

    private static void requireNames(String what, Set<String> expected, JsonObject json) {
        Set<String> missing = new TreeSet<>(expected);
        missing.removeAll(json.keySet());
        Set<String> unknown = new TreeSet<>(json.keySet());
        unknown.removeAll(expected);
        if (!missing.isEmpty() || !unknown.isEmpty()) {
            throw new IllegalArgumentException(
                    String.format(
                            "FlowConfig: expected %s %s, got %s: missing %s, unknown %s",
                            what, expected, json.keySet(), missing, unknown));
        }
    }

    private static void require(boolean holds, String expected, Object got) {
        if (!holds) {
            throw new IllegalArgumentException("FlowConfig: expected " + expected + ", got " + got);
        }
    }
}
