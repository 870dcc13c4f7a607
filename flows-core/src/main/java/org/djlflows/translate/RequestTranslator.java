package org.djlflows.translate;

import ai.djl.modality.Input;
import ai.djl.modality.Output;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.translate.ArgumentsUtil;
import ai.djl.translate.Batchifier;
import ai.djl.translate.ServingTranslator;
import ai.djl.translate.TranslatorContext;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonPrimitive;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.JsonWriter;

import org.djlflows.anomaly.RowScore;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;

/** Answers each request by itself, without the block: what is asked is known when it is read. */
abstract class RequestTranslator implements ServingTranslator {

    private static final String REQUEST = "request";
    private static final int MOST_SAMPLES = 10_000;
    private static final int MOST_VALUES = 1 << 20;

    /** What asks for samples is small, and is held as a tree; rows are read one by one. */
    private static final int LONGEST_REQUEST = 1 << 16;

    static final String SAMPLES = "samples";

    private static final Set<String> FIELDS = Set.of(SAMPLES, "given", "seed");

    /** The property with the number of log-densities in an answer. */
    static final String SCORED = "Scored-Rows";

    static final Gson STRICT =
            new GsonBuilder().setStrictness(Strictness.STRICT).disableHtmlEscaping().create();

    private final int valuesOfSample;
    private int maxSamples;

    /**
     * Creates the translator.
     *
     * @param valuesOfSample how many values a sample has
     */
    RequestTranslator(int valuesOfSample) {
        this.valuesOfSample = valuesOfSample;
        setArguments(Map.of());
    }

    /**
     * Answers a request.
     *
     * @param manager the manager of the call
     * @param request the request
     * @param output the answer, which receives properties
     * @return the content of the answer, JSON
     * @throws IOException if the request cannot be read
     * @throws IllegalArgumentException if it is none that can be answered
     */
    abstract String answer(NDManager manager, Input request, Output output) throws IOException;

    /**
     * Takes the argument {@code maxSamples}, the most samples that a request may ask for: 10,000 if
     * it is missing, or fewer where these were more than a million values.
     *
     * @param arguments those of {@code serving.properties} and {@code Criteria}
     * @throws IllegalArgumentException if it is not positive
     */
    @Override
    public final void setArguments(Map<String, ?> arguments) {
        int usual = Math.max(1, Math.min(MOST_SAMPLES, MOST_VALUES / valuesOfSample));
        maxSamples = ArgumentsUtil.intValue(arguments, "maxSamples", usual);
        if (maxSamples < 1) {
            throw Rows.refusal("a maxSamples of 1 or more", maxSamples);
        }
    }

    /** Returns nothing: each request is an array of rows already, and is refused on its own. */
    @Override
    public final Batchifier getBatchifier() {
        return null;
    }

    /**
     * Keeps the request for {@link #processOutput}, where all work is done.
     *
     * @param ctx the context of the call
     * @param input the request
     * @return no arrays, so that the block is not called
     */
    @Override
    public final NDList processInput(TranslatorContext ctx, Input input) {
        ctx.setAttachment(REQUEST, input);
        return new NDList();
    }

    /**
     * Answers the request.
     *
     * @param ctx the context of the call
     * @param none no arrays
     * @return the answer, or the code 400
     */
    @Override
    public final Output processOutput(TranslatorContext ctx, NDList none) {
        Input request = (Input) ctx.getAttachment(REQUEST);
        try {
            Output output = new Output();
            return json(output, answer(ctx.getNDManager(), request, output));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (IllegalArgumentException e) {
            return refused(e);
        }
    }

    static void writeScore(JsonWriter writer, RowScore row) throws IOException {
        writer.beginObject().name("logDensity");
        write(writer, (float) row.logDensity());
        if (row.percentile().isPresent()) {
            writer.name("percentile")
                    .value(Math.round(1000 * row.percentile().getAsDouble()) / 1000.0);
        }
        if (row.score().isPresent()) {
            writer.name("anomalyScore");
            write(writer, (float) row.score().getAsDouble());
            writer.name("pValue").value(row.pValue().orElseThrow());
        }
        writer.endObject();
    }

    static void write(JsonWriter writer, float value) throws IOException {
        if (Float.isFinite(value)) {
            writer.value(value);
        } else {
            // JSON has no such number, and JavaScript would take null for 0.
            writer.value(Float.toString(value));
        }
    }

    /** Says what is wrong with a request. */
    static Output refused(IllegalArgumentException e) {
        JsonObject error = new JsonObject();
        error.addProperty("code", 400);
        error.addProperty("type", "BadRequestException");
        error.addProperty("message", e.getMessage());
        return json(new Output(400, "Bad Request"), STRICT.toJson(error));
    }

    static Output json(Output output, String content) {
        output.addProperty("Content-Type", "application/json");
        output.add(content);
        return output;
    }

    static IllegalArgumentException expectation(String got) {
        return Rows.refusal(
                "an array of rows, a row by column name, a count, or {\"samples\": count}", got);
    }

    static JsonElement tree(String text) {
        if (text.length() > LONGEST_REQUEST) {
            throw expectation(text.length() + " characters of something else");
        }
        try {
            return STRICT.fromJson(text, JsonElement.class);
        } catch (JsonParseException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw expectation("no JSON: " + cause.getMessage());
        }
    }

    /** Gson takes the last of two fields of one name, which would hide that one is a mistake. */
    static void requireEachOnce(JsonReader reader) throws IOException {
        if (reader.peek() != JsonToken.BEGIN_OBJECT) {
            reader.skipValue();
            return;
        }
        Set<String> names = new HashSet<>();
        reader.beginObject();
        while (reader.hasNext()) {
            String name = reader.nextName();
            if (!names.add(name)) {
                throw Rows.refusal("each field once", name + " twice");
            }
            requireEachOnce(reader);
        }
        reader.endObject();
    }

    /**
     * What samples are asked for.
     *
     * @param count how many
     * @param given values of columns by their names
     * @param seed makes the samples repeatable
     * @param <V> what values are
     */
    record SampleTask<V>(int count, Map<String, V> given, Optional<Integer> seed) {}

    /**
     * Reads what samples are asked for.
     *
     * @param json a count, or an object
     * @param value reads the value of a column by its name
     */
    final <V> SampleTask<V> sampleTask(JsonElement json, BiFunction<String, JsonElement, V> value) {
        if (isNumber(json)) {
            return new SampleTask<>(count(json), Map.of(), Optional.empty());
        }
        if (!(json instanceof JsonObject object) || !object.has(SAMPLES)) {
            throw expectation(json.toString());
        }
        if (!FIELDS.containsAll(object.keySet())) {
            throw Rows.refusal("only the fields of " + FIELDS, object.keySet());
        }
        JsonElement given = object.has("given") ? object.get("given") : new JsonObject();
        if (!(given instanceof JsonObject cells)) {
            throw Rows.refusal("an object by name as given", given);
        }
        Map<String, V> values = new HashMap<>();
        cells.asMap().forEach((name, cell) -> values.put(name, value.apply(name, cell)));
        return new SampleTask<>(
                count(object.get(SAMPLES)),
                values,
                Optional.ofNullable(object.get("seed")).map(seed -> whole("seed", seed)));
    }

    private int count(JsonElement json) {
        int count = whole("count of samples", json);
        if (count < 0 || count > maxSamples) {
            throw Rows.refusal("a count of samples from 0 to " + maxSamples, count);
        }
        return count;
    }

    private static int whole(String what, JsonElement json) {
        if (isNumber(json)) {
            try {
                return json.getAsBigDecimal().intValueExact();
            } catch (ArithmeticException | NumberFormatException e) {
                // Too large, or not whole: refused below.
            }
        }
        throw Rows.refusal("a whole number of 32 bits as " + what, json);
    }

    static boolean isNumber(JsonElement json) {
        return json instanceof JsonPrimitive primitive && primitive.isNumber();
    }
}
