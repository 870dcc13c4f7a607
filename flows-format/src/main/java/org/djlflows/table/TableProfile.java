package org.djlflows.table;

import org.djlflows.files.Excerpt;
import org.djlflows.spec.Column;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the columns of a table are, as one pass over its rows shows.
 *
 * <ul>
 *   <li><b>Texts</b> are categories. They are left out as a key if 95 % of them differ, in 20 rows
 *       or more, and as free text if there are more than 1,000 of them, or more than 50 in less
 *       than twice as many rows.
 *   <li><b>Numbers</b> of at most two values are categories, and others whole if all of them are.
 *       Whole ones that all differ are left out as a key if they are in order (20 rows or more,
 *       each as far from the last or with gaps of less than 100 in the mean), or if they lie close
 *       (50 rows or more, gaps of less than 4 in the mean). Those that range over more than a
 *       million are real without decimals.
 *   <li><b>Times</b> are times; one time alone is left out. Numbers are never times unless said.
 *   <li><b>Atoms</b> are numbers in 1 % of the rows, and at least 10 of them, that come 8 times as
 *       often as those around them; of at most 50 different whole numbers those in 2 % of the rows,
 *       and at least 5; all numbers, if there are at most 20, each in 20 rows in the mean.
 *   <li><b>Steps</b>, to which samples are rounded, are the coarsest of 1, 2, 2.5 and 5 times a
 *       power of ten of which 99 % of the cells that are no atoms are multiples: the decimals, or
 *       25 for weights in such steps, which takes 20 cells to be told from chance.
 * </ul>
 *
 * <p>Different cells are counted up to 10,000 in a column, fewer in a table of more than 200
 * columns; what comes often is found beyond, too.
 */
public final class TableProfile {

    private static final int CHUNK = 4096;
    private static final int MOST_DISTINCT = 10_000;

    /** Of all columns together, a few hundred megabytes. */
    private static final int MOST_COUNTS = 2_000_000;

    private static final int LEAST_DISTINCT = 500;

    private final List<ColumnProfile> columns;
    private final List<String> notes;
    private final List<String> copies;
    private final long rows;

    private TableProfile(List<ColumnProfile> columns, ProfileNotes notes, long rows) {
        this.columns = List.copyOf(columns);
        this.notes = List.copyOf(notes.sentences());
        copies = notes.copies();
        this.rows = rows;
    }

    /**
     * Looks at a table whose times are written in the shortest usual form.
     *
     * @param source the table
     * @param kinds what columns are by their names, where it is known better: real, whole,
     *     category, time (of numbers, seconds or milliseconds since 1970) or key, which leaves a
     *     column out
     * @return what its columns are
     * @throws IllegalArgumentException if it has no rows, there is no such column or kind, or a
     *     column cannot be of its kind; the message names the column and a cell
     */
    public static TableProfile of(TableSource source, Map<String, String> kinds) {
        return of(source, kinds, Map.of());
    }

    /**
     * Looks at a table.
     *
     * @param source the table
     * @param kinds what columns are by their names, where it is known better: real, whole,
     *     category, time (of numbers, seconds or milliseconds since 1970) or key, which leaves a
     *     column out
     * @param formats how columns of times are written, as patterns of {@code DateTimeFormatter};
     *     the shortest usual one that shows all times where it is not said
     * @return what its columns are
     * @throws IllegalArgumentException if it has no rows, there is no such column, kind or pattern,
     *     or a column cannot be of its kind; the message names the column and a cell
     */
    public static TableProfile of(
            TableSource source, Map<String, String> kinds, Map<String, String> formats) {
        List<String> names = source.names();
        Map<String, ColumnScan.Kind> said = checked(kinds, names);
        int most = Math.max(LEAST_DISTINCT, Math.min(MOST_DISTINCT, MOST_COUNTS / names.size()));
        List<ColumnScan> scans = new ArrayList<>();
        source.forEachChunk(
                CHUNK,
                chunk -> {
                    List<TableColumn> cells = chunk.columns();
                    if (scans.isEmpty()) {
                        cells.forEach(column -> scans.add(scan(column, most, formats)));
                    }
                    for (int j = 0; j < scans.size(); j++) {
                        scans.get(j).add(cells.get(j));
                    }
                });
        if (scans.isEmpty()) {
            throw new IllegalArgumentException(
                    "TableProfile: expected rows, by which columns are known, got none");
        }
        List<ColumnProfile> columns = new ArrayList<>();
        for (int j = 0; j < scans.size(); j++) {
            columns.add(scans.get(j).profile(Optional.ofNullable(said.get(names.get(j)))));
        }
        Tally<?> first = scans.get(0).tally();
        return new TableProfile(
                columns, new ProfileNotes(columns, scans), first.total() + first.missing());
    }

    private static ColumnScan scan(TableColumn column, int most, Map<String, String> formats) {
        String name = column.name();
        if (column instanceof TableColumn.Numbers) {
            return new NumberScan(name, most);
        }
        return column instanceof TableColumn.Times
                ? new TimeScan(name, most, Optional.ofNullable(formats.get(name)))
                : new TextScan(name, most);
    }

    private static Map<String, ColumnScan.Kind> checked(
            Map<String, String> kinds, List<String> names) {
        Map<String, ColumnScan.Kind> found = new LinkedHashMap<>();
        kinds.forEach(
                (name, kind) -> {
                    if (!names.contains(name)) {
                        throw new IllegalArgumentException(
                                "TableProfile: expected kinds of the columns "
                                        + Excerpt.of(String.join(", ", names))
                                        + ", got one of "
                                        + Excerpt.of(name, 100));
                    }
                    found.put(
                            name,
                            Arrays.stream(ColumnScan.Kind.values())
                                    .filter(one -> one.toString().equals(kind))
                                    .findFirst()
                                    .orElseThrow(() -> unknown(name, kind)));
                });
        return found;
    }

    private static IllegalArgumentException unknown(String name, String kind) {
        return new IllegalArgumentException(
                "TableProfile: expected "
                        + Arrays.stream(ColumnScan.Kind.values())
                                .map(ColumnScan.Kind::toString)
                                .collect(Collectors.joining(", "))
                        + " for column "
                        + Excerpt.of(name, 100)
                        + ", got "
                        + Excerpt.of(kind, 40));
    }

    /**
     * Returns the number of rows.
     *
     * @return the number of rows, at least 1
     */
    public long rows() {
        return rows;
    }

    /**
     * Returns what each column is, also those that are left out.
     *
     * @return an unmodifiable list in the order of the table
     */
    public List<ColumnProfile> columns() {
        return columns;
    }

    /**
     * Returns the columns that are modelled.
     *
     * @return what they are by their names, in the order of the table; empty if all are left out
     */
    public Map<String, Column> kinds() {
        Map<String, Column> kinds = new LinkedHashMap<>();
        columns.forEach(one -> one.column().ifPresent(column -> kinds.put(one.name(), column)));
        return Collections.unmodifiableMap(kinds);
    }

    /**
     * Returns the columns that are left out.
     *
     * @return their names, in the order of the table
     */
    public List<String> leftOut() {
        return columns.stream()
                .filter(one -> one.column().isEmpty())
                .map(ColumnProfile::name)
                .toList();
    }

    /**
     * Returns what a person should know before training: columns that are copies of others, that
     * are constant, that are left out or that have too few rows for what they are taken for.
     *
     * @return a sentence for each
     */
    public List<String> notes() {
        return notes;
    }

    /**
     * Returns which columns say what another one says: the same cells, other words for them, or
     * numbers that are a linear function of the other ones but for rounding, in the first rows. One
     * of two is enough; a density of both is one of what rounding has left.
     *
     * @return those of the {@link #notes} that tell of copies
     */
    public List<String> copies() {
        return copies;
    }

    /**
     * Returns the columns as a table for a terminal, with a line of titles.
     *
     * @return the lines, without control characters; long names and cells are cut in the middle
     */
    public List<String> lines() {
        return ProfileLines.of(columns);
    }

    /**
     * Returns the number of rows and the {@linkplain #lines() columns}.
     *
     * @return some lines
     */
    @Override
    public String toString() {
        return Stream.concat(Stream.of(Numerals.grouped(rows) + " rows"), lines().stream())
                .collect(Collectors.joining("\n"));
    }
}
