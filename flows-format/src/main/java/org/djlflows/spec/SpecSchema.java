package org.djlflows.spec;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;

import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** Describes the JSON of {@link SpecJson} as a JSON schema, from the {@link Field}s of records. */
public final class SpecSchema {

    private final JsonObject definitions = new JsonObject();

    /** Creates an empty list of definitions. */
    public SpecSchema() {}

    /**
     * Returns what the schemas refer to.
     *
     * @return the definitions by name, for {@code $defs}
     */
    public JsonObject definitions() {
        return definitions;
    }

    /**
     * Describes the fields of a record.
     *
     * @param record the record
     * @return the schema of an object
     */
    public JsonObject record(Class<?> record) {
        JsonObject properties = new JsonObject();
        JsonArray required = new JsonArray();
        if (Spec.class.isAssignableFrom(record)) {
            JsonObject kind = new JsonObject();
            kind.addProperty("const", Specs.name(record));
            properties.add(SpecJson.KIND, kind);
            required.add(SpecJson.KIND);
        }
        for (RecordComponent component : record.getRecordComponents()) {
            Field field = Specs.field(component);
            JsonObject schema = value(component.getGenericType(), field);
            schema.addProperty("description", field.value() + ".");
            schema.addProperty("$comment", "Since format " + field.since() + ".");
            if (!Specs.hasDefault(component)) {
                required.add(component.getName());
            } else if (!Specs.isOptional(component.getGenericType())) {
                schema.add("default", SpecJson.write(Specs.defaultOf(component)));
            }
            properties.add(component.getName(), schema);
        }
        JsonObject object = type("object");
        object.addProperty("additionalProperties", false);
        object.add("required", required);
        object.add("properties", properties);
        return object;
    }

    private JsonObject value(Type type, Field field) {
        Class<?> raw = Specs.raw(type);
        if (raw == Optional.class) {
            return value(Specs.element(type), field);
        }
        if (raw == List.class) {
            JsonObject list = type("array");
            list.add("items", value(Specs.element(type), field));
            if (field.size()[0] > 0) {
                list.addProperty("minItems", field.size()[0]);
            }
            if (field.size()[1] < Integer.MAX_VALUE) {
                list.addProperty("maxItems", field.size()[1]);
            }
            return list;
        }
        if (raw == Map.class) {
            JsonObject map = type("object");
            Type element = Specs.element(type);
            map.add(
                    "additionalProperties",
                    element == Double.class ? numberOrName() : value(element, field));
            return map;
        }
        if (raw.isEnum()) {
            JsonObject choice = new JsonObject();
            choice.add("enum", names(Arrays.stream(raw.getEnumConstants()).toList()));
            return choice;
        }
        if (raw == boolean.class || raw == Boolean.class) {
            return type("boolean");
        }
        if (raw == String.class) {
            return type("string");
        }
        if (raw == int.class || raw == Integer.class) {
            return bounded(type("integer"), field);
        }
        if (raw == double.class || raw == Double.class || raw == OptionalDouble.class) {
            return bounded(type("number"), field);
        }
        return raw.isRecord() ? record(raw) : family(raw);
    }

    private JsonObject family(Class<?> family) {
        JsonArray kinds = new JsonArray();
        Specs.kinds(family)
                .forEach(
                        (name, record) -> {
                            // Kinds of two families can have the same name.
                            String place = Specs.name(family) + "." + name;
                            if (!definitions.has(place)) {
                                definitions.add(place, new JsonObject());
                                definitions.add(place, record(record));
                            }
                            JsonObject reference = new JsonObject();
                            reference.addProperty("$ref", "#/$defs/" + place);
                            kinds.add(reference);
                        });
        JsonObject one = new JsonObject();
        one.add("oneOf", kinds);
        return one;
    }

    private static JsonObject bounded(JsonObject number, Field field) {
        if (field.least() > Double.NEGATIVE_INFINITY) {
            number.add("minimum", shortly(field.least()));
        }
        if (field.above() > Double.NEGATIVE_INFINITY) {
            number.add("exclusiveMinimum", shortly(field.above()));
        }
        if (field.most() < Double.POSITIVE_INFINITY) {
            number.add("maximum", shortly(field.most()));
        }
        return number;
    }

    private static JsonElement shortly(double x) {
        return JsonParser.parseString(Specs.number(x));
    }

    private static JsonObject numberOrName() {
        JsonObject name = new JsonObject();
        name.add("enum", names(SpecJson.NOT_FINITE.stream().sorted().toList()));
        JsonArray either = new JsonArray();
        either.add(type("number"));
        either.add(name);
        JsonObject value = new JsonObject();
        value.add("anyOf", either);
        return value;
    }

    private static JsonElement names(List<?> values) {
        return SpecJson.write(values.stream().map(Object::toString).toList());
    }

    private static JsonObject type(String name) {
        JsonObject schema = new JsonObject();
        schema.addProperty("type", name);
        return schema;
    }
}
