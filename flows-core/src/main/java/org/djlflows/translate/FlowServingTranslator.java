package org.djlflows.translate;

import ai.djl.modality.Input;
import ai.djl.modality.Output;
import ai.djl.modality.cv.Image;
import ai.djl.ndarray.BytesSupplier;
import ai.djl.ndarray.NDManager;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.JsonWriter;
import com.google.gson.stream.MalformedJsonException;

import org.djlflows.anomaly.RowScore;

import java.io.EOFException;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Answers requests in JSON, as DJL Serving and {@code flows serve} hand them over.
 *
 * <ul>
 *   <li>An array of rows, each an array of numbers (features, then context) or an object by column
 *       name: of each row {@code {"logDensity": -2.5, "percentile": 12.3, "anomalyScore": 0.6,
 *       "pValue": 0.124}}, the log-density in nats and what {@link RowScore} says; fields that the
 *       model does not know are missing.
 *   <li>One row as an object by column name: the same for this row. Of such objects the fields that
 *       are no columns are ignored. Of a table with a column named {@code samples} an object alone
 *       is a row if it has exactly the columns, more than this one; else it asks for samples.
 *   <li>A count such as {@code 5}, or {@code {"samples": 5, "given": {"hour": 12}, "seed": 1}} of
 *       which {@code given} (the context) and {@code seed} may be missing: samples, an array of
 *       rows, or of PNG images in base64. What {@code given} means for images is said at {@link
 *       SampleRequest}.
 *   <li>An image (a {@code Content-Type} of {@code image/...}): its log-density, in such an object;
 *       of a flow with classes given that of the parameter {@code class}, or without one the log of
 *       the mean over all classes. A pixel of level k counts as (k + 1/2) / 256 where the model was
 *       trained on dequantised images, so that minus this number, plus the logarithm of 256 for
 *       each dimension, are about the nats of the image; as k / 255 where it was trained with
 *       Gaussian noise.
 * </ul>
 *
 * <p>A number that is not finite is text, as in {@code config.json}: {@code "-Infinity"} is the
 * log-density of a row so far away that a layer overflows. A request that is none of these gets the
 * code 400 and {@code {"code": 400, "type": "BadRequestException", "message": "..."}}, which says
 * what was expected and what came. The property {@code Scored-Rows} of an answer is the number of
 * log-densities in it.
 */
public final class FlowServingTranslator extends RequestTranslator {

    private final Answers answers;

    FlowServingTranslator(Answers answers) {
        super(answers.rows().features());
        this.answers = answers;
    }

    @Override
    String answer(NDManager manager, Input request, Output output) throws IOException {
        BytesSupplier data = request.getData();
        if (data == null) {
            throw expectation("no content");
        }
        StringWriter text = new StringWriter();
        try (JsonWriter writer = new JsonWriter(text)) {
            String type = request.getProperty("Content-Type", "").toLowerCase(Locale.ROOT);
            if (type.startsWith("image/")) {
                float logDensity = logDensity(manager, data.getAsBytes(), label(request));
                writeScore(writer, answers.rowScore(logDensity));
                output.addProperty(SCORED, "1");
            } else {
                answer(manager, data.getAsString(), writer, output);
            }
        }
        return text.toString();
    }

    private void answer(NDManager manager, String text, JsonWriter writer, Output output)
            throws IOException {
        try (JsonReader reader = new JsonReader(new StringReader(text))) {
            reader.setStrictness(Strictness.STRICT);
            if (reader.peek() == JsonToken.BEGIN_ARRAY) {
                double[][] rows = new JsonRows(reader, answers).read();
                writer.beginArray();
                for (RowScore row : answers.rowScores(manager, rows)) {
                    writeScore(writer, row);
                }
                writer.endArray();
                output.addProperty(SCORED, Integer.toString(rows.length));
                return;
            }
        } catch (EOFException | MalformedJsonException e) {
            throw expectation(text.isBlank() ? "no content" : "no JSON: " + e.getMessage());
        }
        JsonElement json = tree(text);
        try (JsonReader reader = new JsonReader(new StringReader(text))) {
            if (json instanceof JsonObject object && isRow(object)) {
                double[] row = new JsonRows(reader, answers).readOne();
                writeScore(writer, answers.rowScores(manager, new double[][] {row}).get(0));
                output.addProperty(SCORED, "1");
                return;
            }
            requireEachOnce(reader);
        }
        SampleTask<Double> task = sampleTask(json, FlowServingTranslator::number);
        SampleRequest request = new SampleRequest(task.count(), task.given(), task.seed());
        writer.beginArray();
        if (answers.pictures().isPresent()) {
            for (Image image : answers.images(manager, request)) {
                writer.value(Base64.getEncoder().encodeToString(Pictures.encode(image)));
            }
        } else {
            for (double[] row : answers.samples(manager, request)) {
                write(writer, row);
            }
        }
        writer.endArray();
    }

    /** Samples are numbers of float32, unless an offset made them longer ones. */
    private static void write(JsonWriter writer, double[] values) throws IOException {
        writer.beginArray();
        for (double value : values) {
            if (value == (float) value) {
                write(writer, (float) value);
            } else {
                writer.value(value);
            }
        }
        writer.endArray();
    }

    private float logDensity(NDManager manager, byte[] bytes, Optional<String> label) {
        Pictures pictures =
                answers.pictures()
                        .orElseThrow(() -> Rows.refusal("rows of a table as JSON", "an image"));
        List<Image> images = List.of(pictures.decode(bytes));
        return answers.logDensities(manager, images, label)[0];
    }

    /** Servers hand over parameters of the address as content, and headers as properties. */
    private static Optional<String> label(Input request) {
        return Optional.ofNullable(request.getAsString("class"))
                .or(() -> Optional.ofNullable(request.getProperties().get("class")));
    }

    private static double number(String name, JsonElement json) {
        if (!isNumber(json)) {
            throw Rows.refusal("a number as " + name, json);
        }
        return json.getAsDouble();
    }

    /** Returns whether an object is a row; one with samples asks for some, if that is no column. */
    private boolean isRow(JsonObject object) {
        Set<String> names = object.keySet();
        if (answers.pictures().isPresent()) {
            return false;
        }
        return names.contains(SAMPLES)
                ? names.size() > 1 && answers.rows().hasNames(names)
                : names.stream().anyMatch(answers.rows()::knows);
    }
}
