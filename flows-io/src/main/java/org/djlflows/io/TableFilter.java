package org.djlflows.io;

import org.djlflows.table.Table;
import org.djlflows.table.TableColumn;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The rows of tables for which a condition holds, such as {@code age > 30 AND fare BETWEEN 10 AND
 * 20}: an expression of DuckDB's SQL over the columns by their names, evaluated in this process by
 * a database that can reach no file and no network.
 *
 * <p>Numbers are DOUBLE, times TIMESTAMP, texts VARCHAR, and missing cells NULL, for which a
 * comparison does not hold. Names with blanks or of SQL are written in double quotes; upper and
 * lower case are the same.
 *
 * <p>Instances belong to one thread.
 */
public final class TableFilter implements AutoCloseable {

    private static final String WHERE = "condition";

    private final Duck duck = Duck.shut();
    private final String condition;

    /** The name of a column with the numbers of rows, which no other has. */
    private String number = "";

    private List<String> names = List.of();

    /**
     * Creates a filter. What is wrong with the condition shows in the first table.
     *
     * @param condition the condition
     */
    public TableFilter(String condition) {
        this.condition = condition;
    }

    /**
     * Returns which rows the condition holds for.
     *
     * @param rows a table; all have the same columns
     * @return the rows from 0, in order
     * @throws TableException if the condition is none over these columns
     */
    public int[] rows(Table rows) {
        if (names.isEmpty()) {
            create(rows);
        }
        duck.execute("TRUNCATE given", WHERE);
        duck.append("given", rows);
        return duck.query(
                select(),
                WHERE,
                result -> {
                    List<Integer> found = new ArrayList<>();
                    while (result.next()) {
                        found.add(result.getInt(1));
                    }
                    return found.stream().mapToInt(row -> row).toArray();
                });
    }

    private void create(Table rows) {
        number = "row";
        while (rows.names().stream()
                .map(name -> name.toLowerCase(Locale.ROOT))
                .anyMatch(number::equals)) {
            number += "_";
        }
        List<String> columns = new ArrayList<>(List.of(number + " INTEGER"));
        for (TableColumn column : rows.columns()) {
            columns.add(Duck.identifier(column.name()) + " " + type(column));
        }
        duck.execute("CREATE TABLE given (" + String.join(", ", columns) + ")", WHERE);
        duck.requireSelect(select(), WHERE, "a condition of SQL such as a > 1 AND b = 'x'");
        names = rows.names();
    }

    /** The line break ends a comment that the condition may end with. */
    private String select() {
        return "SELECT " + number + " FROM given WHERE (" + condition + "\n) ORDER BY " + number;
    }

    private static String type(TableColumn column) {
        if (column instanceof TableColumn.Times) {
            return "TIMESTAMP";
        }
        return column instanceof TableColumn.Numbers ? "DOUBLE" : "VARCHAR";
    }

    @Override
    public void close() {
        duck.close();
    }
}
