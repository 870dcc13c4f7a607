package org.djlflows.translate;

import ai.djl.modality.Input;
import ai.djl.modality.Output;
import ai.djl.ndarray.BytesSupplier;
import ai.djl.ndarray.NDManager;

import com.google.gson.JsonElement;
import com.google.gson.JsonPrimitive;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.JsonWriter;
import com.google.gson.stream.MalformedJsonException;

import org.djlflows.anomaly.RowScore;
import org.djlflows.format.FlowConfig;
import org.djlflows.kernel.RandomNumbers;
import org.djlflows.model.FlowModel;
import org.djlflows.model.TableModel;
import org.djlflows.table.CellTexts;
import org.djlflows.table.Table;
import org.djlflows.table.TableColumn;

import java.io.EOFException;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Answers requests in JSON to a model of columns of any kind, as {@link FlowServingTranslator} does
 * to others.
 *
 * <ul>
 *   <li>An array of rows, each an array of cells (in the order of the columns, then of those that
 *       are given) or an object by column name: of each row {@code {"logDensity": -2.5,
 *       "percentile": 12.3, "anomalyScore": 0.6, "pValue": 0.124}}. A cell is a number, a text (a
 *       level, or a time as it was written in the data), or null where it is missing, as is one
 *       that an object does not have.
 *   <li>One row as an object by column name: the same for this row. Fields that are no columns are
 *       ignored.
 *   <li>A count such as {@code 5}, or {@code {"samples": 5, "given": {"city": "Bonn"}, "seed": 1}}
 *       of which {@code given} (cells of any columns, by name) and {@code seed} may be missing:
 *       samples, an array of objects by column name. Of a model with a column named {@code samples}
 *       an object is a row.
 * </ul>
 *
 * <p>A request that is none of these, or has a cell that cannot be in its column, gets the code
 * 400.
 */
public final class TableServingTranslator extends RequestTranslator {

    private final FlowConfig config;
    private final TableModel model;
    private final CellTexts texts;
    private final List<String> names;

    TableServingTranslator(FlowModel flow) {
        super(flow.config().columns().size() + flow.config().contextColumns().size());
        config = flow.config();
        model = new TableModel(flow);
        texts = new CellTexts(config.preparation().kinds());
        names = Stream.concat(config.columns().stream(), config.contextColumns().stream()).toList();
    }

    @Override
    String answer(NDManager manager, Input request, Output output) throws IOException {
        BytesSupplier data = request.getData();
        if (data == null) {
            throw expectation("no content");
        }
        String type = request.getProperty("Content-Type", "").toLowerCase(Locale.ROOT);
        if (type.startsWith("image/")) {
            throw Rows.refusal("rows of a table as JSON", "an image");
        }
        String text = data.getAsString();
        StringWriter answer = new StringWriter();
        try (JsonWriter writer = new JsonWriter(answer)) {
            JsonCells cells = new JsonCells(names);
            Optional<SampleTask<Object>> task = read(text, cells);
            if (task.isPresent()) {
                write(writer, task.get());
            } else {
                write(writer, cells, !text.stripLeading().startsWith("["));
                output.addProperty(SCORED, Integer.toString(cells.count()));
            }
        }
        return answer.toString();
    }

    /** Reads rows, or a wish for samples. */
    private Optional<SampleTask<Object>> read(String text, JsonCells cells) throws IOException {
        try (JsonReader reader = new JsonReader(new StringReader(text))) {
            reader.setStrictness(Strictness.STRICT);
            if (reader.peek() == JsonToken.BEGIN_ARRAY) {
                cells.readAll(reader);
                requireEnd(reader);
                return Optional.empty();
            }
            if (reader.peek() != JsonToken.BEGIN_OBJECT || isOfSamples(text)) {
                requireEachOnce(reader);
                return Optional.of(sampleTask(tree(text), TableServingTranslator::value));
            }
            cells.read(reader);
            requireEnd(reader);
            return Optional.empty();
        } catch (EOFException | MalformedJsonException e) {
            throw expectation(text.isBlank() ? "no content" : "no JSON: " + e.getMessage());
        }
    }

    private boolean isOfSamples(String text) {
        return !names.contains(SAMPLES) && tree(text).getAsJsonObject().has(SAMPLES);
    }

    private static void requireEnd(JsonReader reader) throws IOException {
        if (reader.peek() != JsonToken.END_DOCUMENT) {
            throw new MalformedJsonException("more than one value");
        }
    }

    private static Object value(String name, JsonElement json) {
        if (!(json instanceof JsonPrimitive primitive)) {
            throw Rows.refusal("a number or a text as " + name, json);
        }
        return primitive.isNumber() ? (Object) primitive.getAsDouble() : primitive.getAsString();
    }

    private void write(JsonWriter writer, JsonCells cells, boolean alone) throws IOException {
        List<RowScore> found =
                cells.count() == 0
                        ? List.of()
                        : model.rowScores(
                                cells.table(),
                                cell -> {
                                    throw new IllegalArgumentException("FlowTranslator: " + cell);
                                });
        if (!alone) {
            writer.beginArray();
        }
        for (RowScore row : found) {
            writeScore(writer, row);
        }
        if (!alone) {
            writer.endArray();
        }
    }

    private void write(JsonWriter writer, SampleTask<Object> task) throws IOException {
        Optional<Table> given = model.given(task.given(), Math.max(1, task.count()));
        writer.beginArray();
        if (task.count() > 0) {
            write(writer, draw(task, given));
        }
        writer.endArray();
    }

    private Table draw(SampleTask<Object> task, Optional<Table> given) {
        if (task.seed().isEmpty()) {
            return draw(task.count(), given);
        }
        try (RandomNumbers numbers = RandomNumbers.seeded(task.seed().get())) {
            return draw(task.count(), given);
        }
    }

    private Table draw(int count, Optional<Table> given) {
        return given.isEmpty() ? model.sample(count) : model.complete(given.get());
    }

    private void write(JsonWriter writer, Table drawn) throws IOException {
        List<List<String>> rows = texts.rows(drawn);
        for (int i = 0; i < rows.size(); i++) {
            writer.beginObject();
            for (int j = 0; j < drawn.columns().size(); j++) {
                TableColumn column = drawn.columns().get(j);
                writer.name(column.name());
                if (column.isMissing(i)) {
                    writer.nullValue();
                } else if (column instanceof TableColumn.Numbers) {
                    writer.jsonValue(rows.get(i).get(j));
                } else {
                    writer.value(rows.get(i).get(j));
                }
            }
            writer.endObject();
        }
    }
}
