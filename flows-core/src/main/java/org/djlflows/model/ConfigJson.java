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
import com.google.gson.stream.JsonWriter;

import org.djlflows.data.Excerpt;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
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

    private static final String PREPARATION = "preparation";
    private static final String CONSTANTS = "constants";
    private static final String OFFSETS = "offsets";
    private static final String TAILS = "tails";
    private static final String REGRESSION = "regression";
    private static final String CALIBRATION = "calibration";
    private static final String LEVELS = "levels";
    private static final String LOG_DENSITIES = "logDensities";

    private static final Set<String> PREPARED =
            new TreeSet<>(Set.of(CONSTANTS, OFFSETS, TAILS, REGRESSION));

    /** Fields that are left out where there is nothing to say, or by earlier versions. */
    private static final Set<String> OPTIONAL =
            Set.of(PREPARATION, CALIBRATION, LOG_DENSITIES, Checksums.FIELD);

    /** The levels of the quantiles that earlier versions wrote as {@code logDensities}. */
    private static final List<Double> EARLIER_LEVELS =
            List.of(
                    0.0, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7,
                    0.8, 0.9, 1.0);

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
        Preparation preparation = config.preparation();
        if (!preparation.equals(Preparation.NONE)) {
            JsonObject prepared = new JsonObject();
            prepared.add(CONSTANTS, GSON.toJsonTree(preparation.constants()));
            prepared.add(OFFSETS, GSON.toJsonTree(preparation.offsets()));
            preparation.tails().ifPresent(tails -> prepared.addProperty(TAILS, tails));
            if (preparation.regression()) {
                prepared.addProperty(REGRESSION, true);
            }
            json.add(PREPARATION, prepared);
        }
        if (!config.calibration().isEmpty()) {
            JsonObject ranks = new JsonObject();
            ranks.add(LEVELS, GSON.toJsonTree(config.calibration().levels()));
            ranks.add(LOG_DENSITIES, GSON.toJsonTree(config.calibration().logDensities()));
            json.add(CALIBRATION, ranks);
        }
        return text(json);
    }

    /** Thousands of numbers in a list are written in one line. */
    static String text(JsonObject json) {
        StringWriter text = new StringWriter();
        try {
            JsonWriter out = new JsonWriter(text);
            out.setIndent("  ");
            out.beginObject();
            for (Map.Entry<String, JsonElement> field : json.entrySet()) {
                out.name(field.getKey());
                if (field.getKey().equals(CALIBRATION)) {
                    out.jsonValue(field.getValue().toString());
                } else {
                    GSON.toJson(field.getValue(), out);
                }
            }
            out.endObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
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
        requireNames("the fields", known(NEEDED, OPTIONAL, json), json);
        Checksums.in(json);
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
                json.has(PREPARATION) ? preparation(json.get(PREPARATION)) : Preparation.NONE,
                numbers(metrics),
                calibration(json));
    }

    /** Returns the fields that are needed and those that are there of the optional ones. */
    private static Set<String> known(Set<String> needed, Set<String> optional, JsonObject json) {
        Set<String> known = new TreeSet<>(optional);
        known.retainAll(json.keySet());
        known.addAll(needed);
        return known;
    }

    private static Preparation preparation(JsonElement element) {
        require(element.isJsonObject(), "what is done to rows", element);
        JsonObject json = element.getAsJsonObject();
        Set<String> unknown = new TreeSet<>(json.keySet());
        unknown.removeAll(PREPARED);
        require(unknown.isEmpty(), "a preparation of " + PREPARED, unknown);
        JsonElement tails = json.get(TAILS);
        require(tails == null || isNumber(tails), "tails to be a number", tails);
        JsonElement regression = json.get(REGRESSION);
        require(
                regression == null || isBoolean(regression),
                "regression to be true or false",
                regression);
        try {
            return new Preparation(
                    finite(json, CONSTANTS),
                    finite(json, OFFSETS),
                    tails == null ? OptionalDouble.empty() : OptionalDouble.of(tails.getAsDouble()),
                    regression != null && regression.getAsBoolean());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("FlowConfig: " + e.getMessage(), e);
        }
    }

    private static Map<String, Double> finite(JsonObject json, String name) {
        JsonElement numbers = json.get(name);
        if (numbers == null) {
            return Map.of();
        }
        require(
                numbers.isJsonObject()
                        && numbers.getAsJsonObject().asMap().values().stream()
                                .allMatch(ConfigJson::isNumber),
                name + " that are numbers",
                numbers);
        return numbers(numbers);
    }

    private static Map<String, Double> numbers(JsonElement object) {
        return object.getAsJsonObject().asMap().entrySet().stream()
                .collect(
                        Collectors.toMap(
                                Map.Entry::getKey, number -> number.getValue().getAsDouble()));
    }

    private static Calibration calibration(JsonObject json) {
        if (json.has(LOG_DENSITIES)) {
            require(!json.has(CALIBRATION), "one calibration", "logDensities beside it");
            List<Double> quantiles =
                    list(json, LOG_DENSITIES, ConfigJson::isNumber, JsonElement::getAsDouble);
            require(
                    quantiles.size() == EARLIER_LEVELS.size(),
                    EARLIER_LEVELS.size() + " log-densities or no such field",
                    json.get(LOG_DENSITIES));
            return calibration(EARLIER_LEVELS, quantiles);
        }
        if (!json.has(CALIBRATION)) {
            return Calibration.NONE;
        }
        JsonElement ranks = json.get(CALIBRATION);
        require(ranks.isJsonObject(), "a calibration", ranks);
        requireNames("a calibration of", Set.of(LEVELS, LOG_DENSITIES), ranks.getAsJsonObject());
        return calibration(
                list(
                        ranks.getAsJsonObject(),
                        LEVELS,
                        ConfigJson::isNumber,
                        JsonElement::getAsDouble),
                list(
                        ranks.getAsJsonObject(),
                        LOG_DENSITIES,
                        ConfigJson::isNumber,
                        JsonElement::getAsDouble));
    }

    private static Calibration calibration(List<Double> levels, List<Double> logDensities) {
        try {
            return new Calibration(levels, logDensities);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("FlowConfig: " + e.getMessage(), e);
        }
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
                    require(
                            names.element().add(name),
                            "each field once",
                            "two " + Excerpt.of(name));
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
            return new Form("true or false", ConfigJson::isBoolean);
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

    private static boolean isBoolean(JsonElement json) {
        return json.isJsonPrimitive() && json.getAsJsonPrimitive().isBoolean();
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
                            what,
                            expected,
                            Excerpt.of(json.keySet()),
                            missing,
                            Excerpt.of(unknown)));
        }
    }

    private static void require(boolean holds, String expected, Object got) {
        if (!holds) {
            throw new IllegalArgumentException(
                    "FlowConfig: expected " + expected + ", got " + Excerpt.of(got));
        }
    }
}
