package org.djlflows.translate;

import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;

import org.djlflows.table.CellTexts;
import org.djlflows.table.Table;
import org.djlflows.table.TableColumn;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads rows with cells of any kind, each an array in the order of the columns or an object by
 * their names, to a table. A cell that is null, or is not there, is missing.
 */
final class JsonCells {

    private final List<String> names;

    /** The rows so far, of each cell a number, a text or null. */
    private final List<Object[]> rows = new ArrayList<>();

    JsonCells(List<String> names) {
        this.names = names;
    }

    /** Reads an array of rows. */
    void readAll(JsonReader reader) throws IOException {
        reader.beginArray();
        while (reader.hasNext()) {
            read(reader);
        }
        reader.endArray();
    }

    /** Reads a row. */
    void read(JsonReader reader) throws IOException {
        JsonToken token = reader.peek();
        if (token == JsonToken.BEGIN_ARRAY) {
            rows.add(inOrder(reader));
        } else if (token == JsonToken.BEGIN_OBJECT) {
            rows.add(named(reader));
        } else {
            throw Rows.refusal(
                    "an array of cells or an object by column name as row " + rows.size(), token);
        }
    }

    private Object[] inOrder(JsonReader reader) throws IOException {
        List<Object> row = new ArrayList<>();
        reader.beginArray();
        while (reader.hasNext()) {
            row.add(cell(reader, "value " + row.size()));
        }
        reader.endArray();
        if (row.size() != names.size()) {
            throw Rows.refusal(
                    names.size() + " values in row " + rows.size() + " " + names, row.size());
        }
        return row.toArray();
    }

    private Object[] named(JsonReader reader) throws IOException {
        Object[] row = new Object[names.size()];
        Set<String> found = new HashSet<>();
        reader.beginObject();
        while (reader.hasNext()) {
            String name = reader.nextName();
            int at = names.indexOf(name);
            if (at < 0) {
                reader.skipValue();
            } else if (found.add(name)) {
                row[at] = cell(reader, name);
            } else {
                throw Rows.refusal("each name once in row " + rows.size(), name + " twice");
            }
        }
        reader.endObject();
        if (found.isEmpty()) {
            throw Rows.refusal("one of " + names + " in row " + rows.size(), "none");
        }
        return row;
    }

    private Object cell(JsonReader reader, String what) throws IOException {
        return switch (reader.peek()) {
            case NUMBER -> Double.valueOf(reader.nextString());
            case STRING -> reader.nextString();
            case BOOLEAN -> Boolean.toString(reader.nextBoolean());
            case NULL -> {
                reader.nextNull();
                yield null;
            }
            default ->
                    throw Rows.refusal(
                            "a number, a text or null as " + what + " of row " + rows.size(),
                            reader.peek());
        };
    }

    /** Returns the number of rows. */
    int count() {
        return rows.size();
    }

    /** Returns the rows; there has to be one. */
    Table table() {
        List<TableColumn> columns = new ArrayList<>();
        for (int j = 0; j < names.size(); j++) {
            columns.add(column(j));
        }
        return Table.of(columns);
    }

    private TableColumn column(int j) {
        TableColumn.Numbers numbers =
                new TableColumn.Numbers(
                        names.get(j),
                        rows.stream()
                                .mapToDouble(row -> row[j] instanceof Double x ? x : Double.NaN)
                                .toArray());
        if (rows.stream().noneMatch(row -> row[j] instanceof String)) {
            return numbers;
        }
        // As levels are written.
        List<List<String>> written = new CellTexts(Map.of()).rows(Table.of(List.of(numbers)));
        String[] texts = new String[rows.size()];
        Arrays.setAll(
                texts, i -> numbers.isMissing(i) ? (String) rows.get(i)[j] : written.get(i).get(0));
        return new TableColumn.Texts(names.get(j), texts);
    }
}
