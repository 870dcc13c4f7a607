package org.djlflows.io;

import org.djlflows.table.Table;
import org.djlflows.table.TableColumn;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Some rows of a result, on their way to a table. */
final class Chunk {

    /** The texts of a column that are kept once, as far as they come up again: categories. */
    private static final int SHARED = 1000;

    private final List<ColumnPlan> columns;
    private final Set<String> missing;
    private final double[][] values;
    private final String[][] texts;
    private final List<Map<String, String>> shared = new ArrayList<>();
    private final int rows;

    Chunk(List<ColumnPlan> columns, int rows, Set<String> missing) {
        this.columns = columns;
        this.missing = missing;
        this.rows = rows;
        values = new double[columns.size()][];
        texts = new String[columns.size()][];
        for (int j = 0; j < columns.size(); j++) {
            if (columns.get(j).kind() == ColumnPlan.Kind.TEXTS) {
                texts[j] = new String[rows];
            } else {
                values[j] = new double[rows];
            }
            shared.add(new HashMap<>());
        }
    }

    int rows() {
        return rows;
    }

    /** Reads as many rows as there is room for; false if there are not enough. */
    boolean fill(ResultSet result) throws SQLException {
        for (int i = 0; i < rows; i++) {
            if (!result.next()) {
                return false;
            }
            for (int j = 0; j < values.length; j++) {
                if (values[j] != null) {
                    values[j][i] = result.getDouble(j + 1);
                } else {
                    texts[j][i] = text(result.getString(j + 1), shared.get(j));
                }
            }
        }
        return true;
    }

    private String text(String cell, Map<String, String> known) {
        if (cell == null) {
            return null;
        }
        String text = cell.strip();
        if (missing.contains(text)) {
            return null;
        }
        String before = known.get(text);
        if (before != null) {
            return before;
        }
        if (known.size() < SHARED) {
            known.put(text, text);
        }
        return text;
    }

    Table table() {
        List<TableColumn> made = new ArrayList<>();
        for (int j = 0; j < columns.size(); j++) {
            String name = columns.get(j).name();
            made.add(
                    switch (columns.get(j).kind()) {
                        case NUMBERS -> new TableColumn.Numbers(name, values[j]);
                        case TIMES -> new TableColumn.Times(name, values[j]);
                        case TEXTS -> new TableColumn.Texts(name, texts[j]);
                    });
            // The column has its own copy.
            values[j] = null;
            texts[j] = null;
        }
        return Table.of(made);
    }
}
