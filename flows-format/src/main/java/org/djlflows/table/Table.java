package org.djlflows.table;

import org.djlflows.files.Excerpt;

import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * An immutable table in memory: columns of distinct names and the same number of rows, in order.
 *
 * <p>A table may have no rows, but it has a column. Of Java objects, cells are
 *
 * <ul>
 *   <li>numbers: every {@link Number}; NaN is missing. A {@code Long} or {@code BigInteger} beyond
 *       ±2<sup>53</sup> is refused, since it would be rounded;
 *   <li>texts: {@code CharSequence}, {@code Character}, {@code Enum} (its name) and {@code Boolean}
 *       ("true" and "false");
 *   <li>times: {@code Instant}, {@code OffsetDateTime}, {@code ZonedDateTime}, {@code Date}, and
 *       {@code LocalDate} and {@code LocalDateTime}, which are taken as UTC;
 *   <li>missing: null and an empty {@code Optional}; other ones are what they hold.
 * </ul>
 *
 * <p>All cells of a column must be of one kind. A column of missing cells alone is one of texts.
 */
public final class Table implements TableSource {

    private final Map<String, TableColumn> columns;
    private final List<String> names;
    private final int rows;

    private Table(Collection<? extends TableColumn> given) {
        if (given.isEmpty()) {
            throw new IllegalArgumentException("Table: expected at least one column, got none");
        }
        columns = new LinkedHashMap<>();
        rows = given.iterator().next().rows();
        for (TableColumn column : given) {
            if (column.rows() != rows) {
                throw new IllegalArgumentException(
                        "Table: expected "
                                + rows
                                + " rows in every column, as in the first, got "
                                + column.rows()
                                + " in "
                                + Excerpt.of(column.name()));
            }
            if (columns.put(column.name(), column) != null) {
                throw repeated(column.name());
            }
        }
        names = List.copyOf(columns.keySet());
    }

    /**
     * Makes a table of columns.
     *
     * @param columns the columns, in order
     * @return the table
     * @throws IllegalArgumentException if there is none, two have the same name or they differ in
     *     their number of rows
     */
    public static Table of(List<? extends TableColumn> columns) {
        return new Table(columns);
    }

    /**
     * Makes a table of rows of numbers.
     *
     * @param names the names of the columns
     * @param rows a number for each column in every row, NaN where it is missing
     * @return the table
     * @throws IllegalArgumentException if names repeat, there is none, or a row is of another
     *     length
     */
    public static Table ofNumbers(List<String> names, double[][] rows) {
        for (int i = 0; i < rows.length; i++) {
            requireWidth(names, rows[i].length, i);
        }
        return new Table(
                IntStream.range(0, names.size())
                        .mapToObj(
                                j ->
                                        new TableColumn.Numbers(
                                                names.get(j),
                                                Arrays.stream(rows)
                                                        .mapToDouble(row -> row[j])
                                                        .toArray()))
                        .toList());
    }

    /**
     * Makes a table of rows of objects.
     *
     * @param names the names of the columns
     * @param rows a cell for each column in every row
     * @return the table
     * @throws IllegalArgumentException if names repeat, there is none, a row is of another length,
     *     or the cells of a column are not of one kind; the message names column, row and types
     */
    public static Table ofRows(List<String> names, List<Object[]> rows) {
        int i = 0;
        for (Object[] row : rows) {
            requireWidth(names, row.length, i++);
        }
        List<TableColumn> columns = new ArrayList<>();
        for (int j = 0; j < names.size(); j++) {
            int position = j;
            columns.add(column(names.get(j), rows, row -> row[position]));
        }
        return new Table(columns);
    }

    /**
     * Makes a table of maps, such as objects of JSON.
     *
     * @param rows for each row, its cells by the names of their columns; what a map has no key for
     *     is missing
     * @return the table, whose columns are in the order in which their names come up
     * @throws IllegalArgumentException if there are no keys at all, or the cells of a column are
     *     not of one kind; the message names column, row and types
     */
    public static Table ofMaps(List<? extends Map<String, ?>> rows) {
        Set<String> names = new LinkedHashSet<>();
        rows.forEach(row -> names.addAll(row.keySet()));
        return new Table(
                names.stream().map(name -> column(name, rows, row -> row.get(name))).toList());
    }

    /**
     * Makes a table of records, with a column for each of their components.
     *
     * @param rows records of one class; at least one, since without there are no names
     * @return the table
     * @throws IllegalArgumentException if there are none, they are of several classes, their
     *     components cannot be read, or the cells of a column are not of one kind
     */
    public static Table ofRecords(List<? extends Record> rows) {
        if (rows.isEmpty()) {
            throw new IllegalArgumentException(
                    "Table: expected at least one record, whose components name the columns, got"
                            + " none; use Table.of for a table without rows");
        }
        Class<?> type = rows.get(0).getClass();
        int i = 0;
        for (Record row : rows) {
            if (row.getClass() != type) {
                throw new IllegalArgumentException(
                        "Table, row "
                                + i
                                + ": expected a "
                                + type.getName()
                                + ", as the first, got a "
                                + row.getClass().getName());
            }
            i++;
        }
        return new Table(
                Arrays.stream(type.getRecordComponents())
                        .map(part -> column(part.getName(), rows, row -> read(part, row)))
                        .toList());
    }

    /**
     * Puts tables below each other.
     *
     * @param parts at least one table, all with the same columns in the same order
     * @return the rows of all of them
     * @throws IllegalArgumentException if there is none, or they differ in a name or a kind of
     *     their columns
     */
    public static Table concat(List<Table> parts) {
        if (parts.isEmpty()) {
            throw new IllegalArgumentException("Table: expected at least one table, got none");
        }
        List<String> names = parts.get(0).names();
        List<TableColumn> joined = new ArrayList<>();
        for (String name : names) {
            List<TableColumn> columns = new ArrayList<>();
            for (Table part : parts) {
                if (!part.names().equals(names)) {
                    throw new IllegalArgumentException(
                            String.format(
                                    "Table: expected tables of the columns %s, got one of %s",
                                    Excerpt.of(names), Excerpt.of(part.names())));
                }
                columns.add(part.column(name));
            }
            joined.add(joined(name, columns));
        }
        return new Table(joined);
    }

    private static TableColumn joined(String name, List<TableColumn> parts) {
        Set<Class<?>> kinds = new LinkedHashSet<>();
        parts.forEach(part -> kinds.add(part.getClass()));
        if (kinds.size() > 1) {
            throw new IllegalArgumentException(
                    String.format(
                            "Table: expected one kind of cells in %s, got %s",
                            Excerpt.of(name, 100),
                            kinds.stream().map(Class::getSimpleName).toList()));
        }
        return parts.get(0) instanceof TableColumn.Doubles first
                ? first.with(
                        name,
                        parts.stream()
                                .flatMapToDouble(
                                        part ->
                                                Arrays.stream(
                                                        ((TableColumn.Doubles) part).values()))
                                .toArray())
                : new TableColumn.Texts(
                        name,
                        parts.stream()
                                .flatMap(part -> Arrays.stream(((TableColumn.Texts) part).values()))
                                .toArray(String[]::new));
    }

    private static Object read(RecordComponent part, Record row) {
        try {
            // A record may be private to a class, and its accessors then to the package.
            part.getAccessor().setAccessible(true);
            return part.getAccessor().invoke(row);
        } catch (IllegalAccessException | InaccessibleObjectException e) {
            throw new IllegalArgumentException(
                    "Table: expected a record that can be read, got "
                            + row.getClass().getName()
                            + "; make it public, or open its package to this module",
                    e);
        } catch (InvocationTargetException e) {
            throw new IllegalArgumentException(
                    "Table: expected a value of " + part + ", got " + e.getCause(), e);
        }
    }

    private interface Cell<R> {
        Object of(R row);
    }

    private static <R> TableColumn column(String name, List<R> rows, Cell<? super R> cell) {
        List<Object> cells = new ArrayList<>(rows.size());
        rows.forEach(row -> cells.add(cell.of(row)));
        return CellColumn.of(name, cells);
    }

    private static void requireWidth(List<String> names, int got, int row) {
        if (got != names.size()) {
            throw new IllegalArgumentException(
                    "Table, row "
                            + row
                            + ": expected "
                            + names.size()
                            + " cells, one for each name, got "
                            + got);
        }
    }

    @Override
    public List<String> names() {
        return names;
    }

    /**
     * Returns a column.
     *
     * @param name its name
     * @return the column
     * @throws IllegalArgumentException if there is none of this name; the message lists what there
     *     is
     */
    public TableColumn column(String name) {
        TableColumn found = columns.get(name);
        if (found == null) {
            throw new IllegalArgumentException(
                    "Table: expected a column of "
                            + Excerpt.of(String.join(", ", names))
                            + ", got "
                            + Excerpt.of(name, 100));
        }
        return found;
    }

    /**
     * Returns all columns, in order.
     *
     * @return an unmodifiable list
     */
    public List<TableColumn> columns() {
        return List.copyOf(columns.values());
    }

    /**
     * Returns the number of rows.
     *
     * @return the number of rows, which may be 0
     */
    public int rows() {
        return rows;
    }

    /**
     * Returns some columns, in the order given.
     *
     * @param chosen their names
     * @return the table of these columns
     * @throws IllegalArgumentException if there is no such column, one is chosen twice or none is
     */
    public Table select(List<String> chosen) {
        return new Table(chosen.stream().map(this::column).toList());
    }

    /**
     * Returns consecutive rows.
     *
     * @param from the first row, from 0
     * @param to the row after the last
     * @return a table of {@code to - from} rows
     * @throws IndexOutOfBoundsException if that is no part of the table
     */
    public Table slice(int from, int to) {
        Objects.checkFromToIndex(from, to, rows);
        return new Table(columns.values().stream().map(c -> c.slice(from, to)).toList());
    }

    /**
     * Returns some rows, in the order given.
     *
     * @param chosen the rows, from 0, each as often as wanted
     * @return a table of as many rows
     * @throws IndexOutOfBoundsException if there is no such row
     */
    public Table take(int[] chosen) {
        return new Table(columns.values().stream().map(c -> c.take(chosen)).toList());
    }

    /**
     * {@inheritDoc}
     *
     * <p>The chunks are copies, so that one that is kept does not keep the table.
     */
    @Override
    public void forEachChunk(int rows, Consumer<Table> action) {
        if (rows < 1) {
            throw new IllegalArgumentException(
                    "Table: expected at least 1 row per chunk, got " + rows);
        }
        // Counted in long: from + rows may be beyond an int.
        for (long from = 0; from < this.rows; from += rows) {
            action.accept(slice((int) from, (int) Math.min(from + rows, this.rows)));
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Table that && columns().equals(that.columns());
    }

    @Override
    public int hashCode() {
        return columns().hashCode();
    }

    /**
     * Returns the number of rows and what the columns are.
     *
     * @return a short text
     */
    @Override
    public String toString() {
        return "Table[" + rows + " rows: " + Excerpt.of(String.join(", ", names)) + "]";
    }

    private static IllegalArgumentException repeated(String name) {
        return new IllegalArgumentException(
                "Table: expected distinct names of columns, got " + Excerpt.of(name) + " twice");
    }
}
