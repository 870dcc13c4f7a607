package org.djlflows.format;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.JsonWriter;

import org.djlflows.files.Excerpt;
import org.djlflows.spec.SpecJson;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A configuration as JSON: its format, then what {@link FlowConfig} consists of. Nothing that was
 * written is passed over. An earlier format is migrated, a newer one refused.
 */
final class ConfigJson {

    /** The version of the format; a change that old code cannot read raises it. */
    static final int FORMAT = 2;

    static final String FORMAT_FIELD = "format";

    /** Where Gson stopped. */
    private static final Pattern PLACE = Pattern.compile("line \\d+ column \\d+");

    private static final Gson GSON = new GsonBuilder().setPrettyPrinting().create();

    private ConfigJson() {}

    static String write(FlowConfig config) {
        JsonObject json = new JsonObject();
        json.addProperty(FORMAT_FIELD, FORMAT);
        SpecJson.write(config).getAsJsonObject().asMap().forEach(json::add);
        return text(json);
    }

    /** The thousands of numbers of the calibration are written in one line. */
    static String text(JsonObject json) {
        StringWriter text = new StringWriter();
        try {
            JsonWriter out = new JsonWriter(text);
            out.setIndent("  ");
            out.beginObject();
            for (Map.Entry<String, JsonElement> field : json.entrySet()) {
                out.name(field.getKey());
                if (field.getKey().equals("calibration")) {
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

    static FlowConfig read(String text) {
        JsonElement parsed = parse(text);
        if (!parsed.isJsonObject()) {
            throw new IllegalArgumentException(
                    "FlowConfig: expected a configuration, got " + Excerpt.of(parsed));
        }
        JsonObject json = parsed.getAsJsonObject();
        Checksums.in(json);
        json.remove(Checksums.FIELD);
        try {
            int format = format(json.remove(FORMAT_FIELD));
            return format < FORMAT
                    ? Migration.config(json)
                    : SpecJson.read(json, FlowConfig.class, "");
        } catch (IllegalArgumentException e) {
            String message = e.getMessage();
            throw message.startsWith("FlowConfig: ")
                    ? e
                    : new IllegalArgumentException("FlowConfig: " + message, e);
        }
    }

    private static int format(JsonElement json) {
        boolean number = json instanceof JsonPrimitive primitive && primitive.isNumber();
        double format = number ? json.getAsDouble() : Double.NaN;
        if (format != 1 && format != FORMAT) {
            boolean newer = format > FORMAT && format == (int) format;
            throw new IllegalArgumentException(
                    String.format(
                            "expected format 1 or %d, got %s%s",
                            FORMAT,
                            json == null ? "none" : Excerpt.of(json),
                            newer ? ", which a newer version wrote: update this library" : ""));
        }
        return (int) format;
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
                    if (!names.element().add(name)) {
                        throw new IllegalArgumentException(
                                "FlowConfig: expected each field once, got two "
                                        + Excerpt.of(name));
                    }
                }
                default -> in.skipValue();
            }
        }
    }
}
