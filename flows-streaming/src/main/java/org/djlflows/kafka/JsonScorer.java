package org.djlflows.kafka;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonPrimitive;
import com.google.gson.Strictness;
import com.google.gson.TypeAdapter;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;

import org.apache.kafka.streams.kstream.ValueMapper;
import org.djlflows.anomaly.RowScore;
import org.djlflows.files.Excerpt;
import org.djlflows.runtime.RecordScorer;
import org.djlflows.runtime.Scorer;
import org.djlflows.table.ExactNumbers;

import java.io.IOException;
import java.io.StringReader;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Says of the records of a stream, objects of JSON, how odd they are.
 *
 * <pre>{@code
 * builder.stream("payments", Consumed.with(Serdes.String(), Serdes.String()))
 *         .mapValues(JsonScorer.load(Path.of("model")))
 *         .mapValues(ScoredJson::json)
 *         .to("scored", Produced.with(Serdes.String(), Serdes.String()));
 * }</pre>
 *
 * <p>The cells of a row are the fields of an object by the names of their columns: numbers, texts
 * (levels, or times as they were written in training), booleans, and null for a missing one, as is
 * a field that is not there. Other fields are carried along.
 *
 * <p>No record makes a topology fail. One that cannot be scored has a {@linkplain
 * ScoredJson#problem problem} instead of a score: a value that is no object of JSON, a name that
 * comes twice, an object with none of the columns, a cell that cannot be in its column, or, in a
 * model of numbers, a missing one.
 *
 * <p>It keeps nothing between records, so there is nothing to restore, and the model is loaded once
 * for all threads of a topology. Records of another form, as a serde of one's own makes them, are
 * scored by {@link RecordScorer} in a {@code mapValues}.
 */
public final class JsonScorer implements ValueMapper<String, ScoredJson> {

    private static final TypeAdapter<JsonElement> ELEMENTS =
            new Gson().getAdapter(JsonElement.class);

    private final RecordScorer records;

    /**
     * Creates a scorer of JSON.
     *
     * @param scorer the model
     * @throws IllegalArgumentException if it has a column of the name of a score
     */
    public JsonScorer(Scorer scorer) {
        records = new RecordScorer(scorer);
        for (String name : RowScore.NAMES) {
            if (records.columns().contains(name)) {
                throw new IllegalArgumentException(
                        "JsonScorer: expected columns of other names than "
                                + RowScore.NAMES
                                + ", which scores have, got "
                                + Excerpt.of(records.columns()));
            }
        }
    }

    /**
     * Loads a model folder.
     *
     * @param folder the folder
     * @return the scorer
     * @throws IOException as {@link Scorer#load} does
     * @throws IllegalArgumentException if the model has a column of the name of a score
     */
    public static JsonScorer load(Path folder) throws IOException {
        return new JsonScorer(Scorer.load(folder));
    }

    /**
     * Scores a record.
     *
     * @param value an object of JSON; null, the mark of a deleted record, stays so
     * @return the record and its score or problem
     */
    @Override
    public ScoredJson apply(String value) {
        if (value == null) {
            return refused(null, "expected an object of JSON, got null", null);
        }
        JsonObject record;
        try {
            record = parsed(value);
        } catch (IOException | JsonParseException e) {
            JsonObject wrapped = new JsonObject();
            wrapped.addProperty("value", value);
            return refused(
                    value,
                    "expected an object of JSON in which each name comes once, got "
                            + Excerpt.of(value, 100),
                    json(wrapped, Optional.empty()));
        }
        List<String> problems = new ArrayList<>();
        Optional<RowScore> score = records.score(cells(record), problems::add);
        String json = json(record, score);
        return score.isEmpty()
                ? refused(value, problems.get(0), json)
                : new ScoredJson(value, score, Optional.empty(), json);
    }

    private static ScoredJson refused(String value, String problem, String json) {
        return new ScoredJson(value, Optional.empty(), Optional.of(problem), json);
    }

    private static String json(JsonObject record, Optional<RowScore> score) {
        for (int i = 0; i < RowScore.NAMES.size(); i++) {
            int number = i;
            JsonElement field =
                    score.map(found -> field(found.values().get(number))).orElse(JsonNull.INSTANCE);
            record.add(RowScore.NAMES.get(i), field);
        }
        return record.toString();
    }

    private static JsonElement field(OptionalDouble number) {
        if (number.isEmpty()) {
            return JsonNull.INSTANCE;
        }
        double found = number.getAsDouble();
        return Double.isFinite(found)
                ? new JsonPrimitive(found)
                : new JsonPrimitive(Double.toString(found));
    }

    private static JsonObject parsed(String value) throws IOException {
        try (JsonReader reader = new JsonReader(new StringReader(value))) {
            reader.setStrictness(Strictness.STRICT);
            JsonObject record = new JsonObject();
            reader.beginObject();
            while (reader.hasNext()) {
                String name = reader.nextName();
                if (record.has(name)) {
                    throw new MalformedJsonException(name + " twice");
                }
                record.add(name, ELEMENTS.read(reader));
            }
            reader.endObject();
            if (reader.peek() != JsonToken.END_DOCUMENT) {
                throw new MalformedJsonException("more than one value");
            }
            return record;
        } catch (IllegalStateException e) {
            // Gson's word for a value of another kind than the one that is read.
            throw new MalformedJsonException("no object", e);
        }
    }

    private Map<String, Object> cells(JsonObject object) {
        Map<String, Object> cells = new HashMap<>();
        for (String name : records.columns()) {
            if (object.has(name)) {
                cells.put(name, cell(object.get(name)));
            }
        }
        return cells;
    }

    /** A list or an object stays one, and is refused by whoever reads the cell. */
    private Object cell(JsonElement cell) {
        if (!(cell instanceof JsonPrimitive value)) {
            return cell.isJsonNull() ? null : cell;
        }
        if (value.isNumber()) {
            BigDecimal number = value.getAsBigDecimal();
            return records.isOfAnyKind() && !ExactNumbers.isExact(number)
                    ? (Object) value.getAsString()
                    : number.doubleValue();
        }
        return value.isBoolean() ? (Object) value.getAsBoolean() : value.getAsString();
    }
}
