package org.djlflows.spec;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;

import org.djlflows.files.Excerpt;

import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;

/**
 * Records of {@link Field}s as JSON. It is read strictly: a field that is missing takes its
 * default, and one that is unknown, or of another type, is refused with its path.
 */
public final class SpecJson {

    /** The field of a {@link Spec} that names its kind. */
    static final String KIND = "kind";

    /** Numbers that JSON does not have. */
    static final Set<String> NOT_FINITE = Set.of("NaN", "Infinity", "-Infinity");

    private SpecJson() {}

    /**
     * Writes a value.
     *
     * @param value a record, or what a component of one can be
     * @return JSON; a record that is a {@link Spec} begins with its kind
     */
    public static JsonElement write(Object value) {
        if (value instanceof Record record) {
            JsonObject json = new JsonObject();
            if (record instanceof Spec) {
                json.addProperty(KIND, Specs.name(record.getClass()));
            }
            for (RecordComponent component : record.getClass().getRecordComponents()) {
                JsonElement element = write(Specs.get(record, component));
                if (!element.isJsonNull()) {
                    json.add(component.getName(), element);
                }
            }
            return json;
        }
        if (value instanceof List<?> list) {
            JsonArray json = new JsonArray();
            list.forEach(element -> json.add(write(element)));
            return json;
        }
        if (value instanceof Map<?, ?> map) {
            JsonObject json = new JsonObject();
            map.forEach((name, element) -> json.add(name.toString(), write(element)));
            return json;
        }
        if (value instanceof OptionalDouble number) {
            return number.isPresent() ? write(number.getAsDouble()) : JsonNull.INSTANCE;
        }
        if (value instanceof Optional<?> present) {
            return present.map(SpecJson::write).orElse(JsonNull.INSTANCE);
        }
        if (value instanceof Boolean truth) {
            return new JsonPrimitive(truth);
        }
        if (value instanceof Number number && Double.isFinite(number.doubleValue())) {
            return new JsonPrimitive(number);
        }
        return new JsonPrimitive(value.toString());
    }

    /**
     * Reads a value.
     *
     * @param json JSON
     * @param type a record or a sealed interface of records
     * @param path what messages call the value
     * @param <T> its type
     * @return the value
     * @throws IllegalArgumentException if it is none; the message names the path, what was expected
     *     and what came
     */
    public static <T> T read(JsonElement json, Class<T> type, String path) {
        return type.cast(read(json, (Type) type, path));
    }

    private static Object read(JsonElement json, Type type, String path) {
        Class<?> raw = Specs.raw(type);
        boolean ofKind = Spec.class.isAssignableFrom(raw);
        if (ofKind || raw.isRecord()) {
            require(json.isJsonObject(), path, "an object", json);
            JsonObject object = json.getAsJsonObject();
            return record(object, ofKind ? kind(object, raw, path) : raw, path);
        }
        if (raw == List.class) {
            require(json.isJsonArray(), path, "a list", json);
            List<Object> list = new ArrayList<>();
            for (JsonElement element : json.getAsJsonArray()) {
                String place = path + "[" + list.size() + "]";
                list.add(read(element, Specs.element(type), place));
            }
            return list;
        }
        if (raw == Map.class) {
            require(json.isJsonObject(), path, "an object", json);
            Type element = Specs.element(type);
            Map<String, Object> map = new LinkedHashMap<>();
            json.getAsJsonObject()
                    .asMap()
                    .forEach(
                            (name, value) -> {
                                String place = path + "." + Excerpt.of(name);
                                map.put(
                                        name,
                                        element == Double.class
                                                ? numberOrName(value, place)
                                                : read(value, element, place));
                            });
            return map;
        }
        if (raw == Optional.class) {
            return Optional.of(read(json, Specs.element(type), path));
        }
        if (raw == OptionalDouble.class) {
            return OptionalDouble.of(number(json, path));
        }
        if (raw == int.class || raw == Integer.class) {
            boolean whole = isNumber(json) && json.getAsDouble() == (int) json.getAsDouble();
            require(whole, path, "a whole number", json);
            return (int) json.getAsDouble();
        }
        if (raw == double.class || raw == Double.class) {
            return number(json, path);
        }
        if (raw == boolean.class || raw == Boolean.class) {
            boolean truth = json.isJsonPrimitive() && json.getAsJsonPrimitive().isBoolean();
            require(truth, path, "true or false", json);
            return json.getAsBoolean();
        }
        if (raw == String.class) {
            require(isString(json), path, "a text", json);
            return json.getAsString();
        }
        List<String> names = Arrays.stream(raw.getEnumConstants()).map(Object::toString).toList();
        boolean known = isString(json) && names.contains(json.getAsString());
        require(known, path, "one of " + names, json);
        return raw.getEnumConstants()[names.indexOf(json.getAsString())];
    }

    private static Class<?> kind(JsonObject json, Class<?> family, String path) {
        Map<String, Class<? extends Record>> kinds = Specs.kinds(family);
        String place = path.isEmpty() ? KIND : path + "." + KIND;
        JsonElement kind = json.get(KIND);
        requireThere(kind != null, place);
        Class<?> known = isString(kind) ? kinds.get(kind.getAsString()) : null;
        require(known != null, place, "one of " + kinds.keySet(), kind);
        return known;
    }

    private static Object record(JsonObject json, Class<?> type, String path) {
        RecordComponent[] components = type.getRecordComponents();
        Set<String> names = new TreeSet<>();
        if (Spec.class.isAssignableFrom(type)) {
            names.add(KIND);
        }
        Arrays.stream(components).map(RecordComponent::getName).forEach(names::add);
        Set<String> unknown = new TreeSet<>(json.keySet());
        unknown.removeAll(names);
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException(
                    String.format(
                            "expected %sno fields but %s, got %s",
                            path.isEmpty() ? "" : path + " to have ", names, Excerpt.of(unknown)));
        }
        Object[] values = new Object[components.length];
        for (int i = 0; i < values.length; i++) {
            String name = components[i].getName();
            String place = path.isEmpty() ? name : path + "." + name;
            requireThere(json.has(name) || Specs.hasDefault(components[i]), place);
            values[i] =
                    json.has(name)
                            ? read(json.get(name), components[i].getGenericType(), place)
                            : Specs.defaultOf(components[i]);
        }
        try {
            return Specs.make(type, values);
        } catch (IllegalArgumentException e) {
            throw path.isEmpty()
                    ? e
                    : new IllegalArgumentException(path + ": " + e.getMessage(), e);
        }
    }

    private static double number(JsonElement json, String path) {
        require(isNumber(json), path, "a number", json);
        return json.getAsDouble();
    }

    private static double numberOrName(JsonElement json, String path) {
        boolean named = isString(json) && NOT_FINITE.contains(json.getAsString());
        return named ? json.getAsDouble() : number(json, path);
    }

    private static boolean isNumber(JsonElement json) {
        return json.isJsonPrimitive()
                && json.getAsJsonPrimitive().isNumber()
                && Double.isFinite(json.getAsDouble());
    }

    private static boolean isString(JsonElement json) {
        return json.isJsonPrimitive() && json.getAsJsonPrimitive().isString();
    }

    private static void requireThere(boolean there, String path) {
        if (!there) {
            throw new IllegalArgumentException("expected " + path + ", got none");
        }
    }

    private static void require(boolean holds, String path, String expected, JsonElement got) {
        if (!holds) {
            throw new IllegalArgumentException(
                    String.format("expected %s to be %s, got %s", path, expected, Excerpt.of(got)));
        }
    }
}
