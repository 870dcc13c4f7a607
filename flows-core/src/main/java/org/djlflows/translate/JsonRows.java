package org.djlflows.translate;

import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Reads an array of rows, each an array of numbers or an object by column name, or one such object.
 * Nothing is kept but the numbers of rows of the right width: as a tree a request would take fifty
 * times its bytes. What objects say beside the columns is ignored.
 */
final class JsonRows {

    private final JsonReader reader;
    private final Answers answers;
    private final int width;

    JsonRows(JsonReader reader, Answers answers) {
        this.reader = reader;
        this.answers = answers;
        width = answers.rows().width();
    }

    /** Reads all rows, and that nothing follows. */
    double[][] read() throws IOException {
        List<double[]> rows = new ArrayList<>();
        reader.beginArray();
        while (reader.hasNext()) {
            rows.add(row(rows.size()));
        }
        reader.endArray();
        requireEnd();
        return rows.toArray(double[][]::new);
    }

    /** Reads a row that is an object, and that nothing follows. */
    double[] readOne() throws IOException {
        double[] row = named(0);
        requireEnd();
        return row;
    }

    private void requireEnd() throws IOException {
        if (reader.peek() != JsonToken.END_DOCUMENT) {
            throw new MalformedJsonException("more than one value");
        }
    }

    private double[] row(int number) throws IOException {
        boolean table = answers.pictures().isEmpty();
        if (reader.peek() == JsonToken.BEGIN_ARRAY) {
            return numbers(number);
        }
        if (reader.peek() == JsonToken.BEGIN_OBJECT && table) {
            return named(number);
        }
        String form = "an array of numbers" + (table ? " or an object by column name" : "");
        throw Rows.refusal(form + " as row " + number, found());
    }

    private double[] numbers(int number) throws IOException {
        double[] row = new double[width];
        int read = 0;
        reader.beginArray();
        while (reader.hasNext()) {
            double value = number("value " + read + " of row " + number);
            if (read < width) {
                row[read] = value;
            }
            read++;
        }
        reader.endArray();
        answers.rows().requireWidth(read, number);
        return row;
    }

    private double[] named(int number) throws IOException {
        Map<String, Double> row = new HashMap<>();
        reader.beginObject();
        while (reader.hasNext()) {
            String name = reader.nextName();
            if (!answers.rows().knows(name)) {
                reader.skipValue();
            } else if (row.put(name, number(name + " of row " + number)) != null) {
                throw Rows.refusal("each name once in row " + number, name + " twice");
            }
        }
        reader.endObject();
        return answers.rows().row(row);
    }

    private double number(String what) throws IOException {
        if (reader.peek() != JsonToken.NUMBER) {
            throw Rows.refusal("a number as " + what, found());
        }
        return Double.parseDouble(reader.nextString());
    }

    private String found() throws IOException {
        return switch (reader.peek()) {
            case STRING -> '"' + reader.nextString() + '"';
            case NUMBER -> reader.nextString();
            case BEGIN_ARRAY -> "an array";
            case BEGIN_OBJECT -> "an object";
            default -> reader.peek().name().toLowerCase(Locale.ROOT);
        };
    }
}
