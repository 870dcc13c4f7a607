package org.djlflows.io;

import org.djlflows.files.Excerpt;
import org.djlflows.format.CsvFormat;
import org.djlflows.table.Table;
import org.djlflows.table.TableSource;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A table in a file, or the result of a query over files, read by DuckDB in this process.
 *
 * <p>What is read: CSV files of any separator, quotes and line breaks, also compressed by gzip;
 * JSON, an array of objects or one on each line; Parquet. Which it is shows in the file, not only
 * in its name. Opening reads the file once, since the kind of a column is that of all its cells:
 *
 * <ul>
 *   <li>numbers, if all cells are finite numbers. Columns with codes such as {@code 007} and whole
 *       numbers beyond ±2<sup>53</sup> stay texts;
 *   <li>times, if all are dates or moments of one form, which {@link #formats} tells. Without an
 *       offset they are taken as UTC;
 *   <li>texts otherwise, as they are in the file but for blanks around them; also true and false.
 * </ul>
 *
 * <p>Cells that are one of {@link ReadOptions#missing} do not count. Parquet and JSON say
 * themselves what is a number; texts there are looked at for times alone.
 *
 * <p>In CSV files, blank lines are no rows, and neither are lines that begin with "#" and have not
 * as many fields as the others. Without a header, columns are called column1, column2 and so on; a
 * name that comes up again gets _2 behind it. Everything that was decided without being sure is in
 * {@link #notes}.
 *
 * <p>Rows keep the order of the file, and memory does not grow with it: Java holds a chunk, DuckDB
 * at most 1 GB of its own. A CSV file of ten columns of numbers takes about 1 s for each million
 * rows (170 MB) to open on two cores, and 1 s to read on one, of which Java's share is a tenth.
 * Thousands of columns take longer to open, 3 s for each thousand. Passes may be nested, but all
 * belong to one thread. The file must not change while it is open.
 */
public final class TableFile implements TableSource, AutoCloseable {

    /** What is looked at to see how a CSV file is written. */
    private static final int HEAD = 1 << 20;

    /** The rows, and at most so many cells, that are looked at for a header and forms of times. */
    private static final int SAMPLE = 10_000;

    private static final int SAMPLE_CELLS = 1_000_000;

    /** More decimals in each cell are digits of a double, to which nobody adds zeros. */
    private static final int MOST_PADDED = 6;

    private final Duck duck;
    private final Path folder;
    private final ReadOptions options;
    private final List<String> notes = new ArrayList<>();
    private final List<Path> files = new ArrayList<>();
    private final List<String> stamps = new ArrayList<>();
    private final String where;
    private final Set<String> missing;
    private String source = "";
    private List<ColumnPlan> plans = List.of();
    private CsvFormat csv = CsvFormat.usual(List.of());
    private long rows;

    private TableFile(String where, ReadOptions options) {
        this.where = where;
        this.options = options;
        missing = new HashSet<>(options.missing());
        try {
            folder = InputCopy.folder();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        duck = Duck.open(folder);
    }

    /**
     * Opens a file and reads it once, to know its columns.
     *
     * @param source the path of the file, or "-" for standard input, which is copied to a temporary
     *     file until the table is closed, as pipes are
     * @param options what the file does not say itself
     * @return the table, to be closed
     * @throws TableException if there is no such file or it gives no table; the message names the
     *     file and where it can the line, and says what to do
     * @throws UncheckedIOException if it cannot be read
     */
    public static TableFile open(String source, ReadOptions options) {
        TableFile table =
                new TableFile(source.equals("-") ? "standard input" : nameOf(source), options);
        try {
            Opened opened = table.opened(InputCopy.of(source, table.folder));
            table.source = opened.source();
            table.plans = opened.plans();
            table.csv = opened.csv();
            table.rows = opened.rows();
            return table;
        } catch (RuntimeException e) {
            table.close();
            throw e;
        }
    }

    /**
     * Opens the result of a query over files.
     *
     * <p>CSV files whose names stand in FROM or JOIN, such as {@code SELECT x, y FROM 'data.csv'
     * WHERE x > 0}, are read as {@link #open} does, in all their columns; the functions of DuckDB,
     * such as {@code read_csv}, as they do. The query runs again in every pass, so it should give
     * the same rows each time: a sample needs a seed ({@code REPEATABLE}).
     *
     * @param sql one SELECT
     * @param options what files do not say themselves
     * @return the table, to be closed
     * @throws TableException if it is no SELECT, or fails
     * @throws UncheckedIOException if a file cannot be read
     */
    public static TableFile query(String sql, ReadOptions options) {
        TableFile table = new TableFile("query", options);
        try {
            table.openQuery(sql.strip().replaceAll(";$", ""));
            return table;
        } catch (RuntimeException e) {
            table.close();
            throw e;
        }
    }

    /** What opening found. */
    private record Opened(String source, List<ColumnPlan> plans, CsvFormat csv, long rows) {}

    private Opened opened(InputCopy input) {
        watch(input.path());
        String file = Duck.literal(input.path().toString());
        return switch (input.kind()) {
            case CSV -> openedCsv(input);
            case PARQUET -> openedTyped("read_parquet(" + file + ")", input.name());
            case JSON -> openedTyped(json(input, file), input.name());
        };
    }

    private void openQuery(String sql) {
        duck.requireSelect(sql, where, "one SELECT");
        List<String> tables = new ArrayList<>();
        duck.query(
                "SELECT DISTINCT unnest(json_serialize_sql("
                        + Duck.literal(sql)
                        + ") ->> '$..table_name') AS t ORDER BY t",
                where,
                result -> {
                    while (result.next()) {
                        tables.add(result.getString(1));
                    }
                    return null;
                });
        Map<String, TimeFormat> forms = new HashMap<>();
        tables.forEach(name -> openFileOfQuery(name, forms));
        // The line break ends a comment that the query may end with.
        Opened opened;
        try {
            opened = openedTyped("(" + sql + "\n)", where);
        } catch (TableException e) {
            // That a column is of texts, and why, may be what is wrong.
            throw notes.isEmpty()
                    ? e
                    : new TableException(e.getMessage() + " (" + String.join("; ", notes) + ")", e);
        }
        source = opened.source();
        plans = opened.plans().stream().map(plan -> plan.withForm(forms)).toList();
        csv = opened.csv();
        rows = opened.rows();
    }

    /** Lets a name of a CSV file in a query stand for the file as it is read here. */
    private void openFileOfQuery(String name, Map<String, TimeFormat> forms) {
        if (name.isEmpty() || !isFile(name)) {
            return;
        }
        InputCopy input = InputCopy.of(name, folder);
        if (input.kind() != InputCopy.Kind.CSV) {
            return;
        }
        Opened opened = opened(input);
        opened.plans().forEach(plan -> plan.format().ifPresent(f -> forms.put(plan.name(), f)));
        List<String> columns =
                opened.plans().stream()
                        .map(plan -> plan.typed() + " AS " + Duck.identifier(plan.name()))
                        .toList();
        duck.execute(
                "CREATE VIEW "
                        + Duck.identifier(name)
                        + " AS SELECT "
                        + String.join(", ", columns)
                        + " FROM "
                        + opened.source(),
                input.name());
    }

    private static boolean isFile(String name) {
        try {
            return Files.isRegularFile(Path.of(name));
        } catch (java.nio.file.InvalidPathException e) {
            return false;
        }
    }

    private Opened openedCsv(InputCopy given) {
        InputCopy input = given;
        try {
            if (given.mark().isPresent() || !options.encoding().equals(StandardCharsets.UTF_8)) {
                Path copy = InputCopy.fresh(folder);
                CsvCopy.recode(
                        given.path(), given.gzip(), given.mark().orElse(options.encoding()), copy);
                input = given.withPath(copy);
            }
            String head = input.text(HEAD);
            if (head.indexOf('\0') >= 0) {
                throw new TableException(
                        input.name()
                                + ": expected a file of CSV, JSON or Parquet, got other bytes; if it"
                                + " is text, say its encoding, such as --encoding utf-16le");
            }
            boolean whole = head.length() < HEAD / 4;
            Dialect dialect = Dialect.of(head, whole, options);
            if (dialect.fields() == 0) {
                throw new TableException(input.name() + ": expected rows, got an empty file");
            }
            if (dialect.unclean()) {
                return openedCsv(cleaned(input, dialect), dialect);
            }
            try {
                return openedCsv(input, dialect);
            } catch (TableException e) {
                // A comment or another line break may stand below what was looked at.
                try {
                    return openedCsv(cleaned(input, dialect), dialect);
                } catch (TableException | java.nio.charset.CharacterCodingException same) {
                    throw e;
                }
            }
        } catch (java.nio.charset.CharacterCodingException e) {
            throw new TableException(
                    given.name()
                            + ": expected text in "
                            + options.encoding()
                            + ", got other bytes; say the encoding that it has, such as --encoding"
                            + " latin-1, windows-1252 or utf-16",
                    e);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    given.name() + ": expected a readable file, got " + e, e);
        }
    }

    private InputCopy cleaned(InputCopy input, Dialect dialect) throws IOException {
        Path copy = InputCopy.fresh(folder);
        CsvCopy.clean(input.path(), input.gzip(), dialect, copy);
        return input.withPath(copy);
    }

    private Opened openedCsv(InputCopy input, Dialect dialect) {
        String file = Duck.literal(input.path().toString());
        int width = dialect.fields();
        List<String[]> sample =
                sample(input.name(), dialect.source(file, input.gzip(), false), width);
        List<String> found = new ArrayList<>();
        if (dialect.titles()) {
            found.add(
                    "%s: lines 1 to %,d were left out, since they have one field and the rows %,d"
                            .formatted(input.name(), dialect.skipped(), width));
        }
        boolean header = hasHeader(input.name(), dialect, file, input.gzip(), sample, found);
        if (header) {
            uncomment(sample);
        }
        List<String> names =
                CsvNames.of(header ? Optional.of(sample.get(0)) : Optional.empty(), width, found);
        List<String[]> rest = header ? sample.subList(1, sample.size()) : sample;
        List<ColumnKinds.Raw> columns = new ArrayList<>();
        for (int j = 0; j < width; j++) {
            columns.add(new ColumnKinds.Raw(names.get(j), "c" + j, "VARCHAR", cells(rest, j)));
        }
        String from = dialect.source(file, input.gzip(), header);
        ColumnKinds kinds = new ColumnKinds(duck, input.name(), from, columns, true, options);
        notes.addAll(found);
        notes.addAll(kinds.notes());
        Map<String, Integer> decimals = leastDecimals(columns, kinds.plans());
        CsvFormat csv = dialect.format(names, header, options.decimal(), decimals);
        return new Opened(from, kinds.plans(), csv, kinds.rows());
    }

    /** The decimals that all numbers of a column have in the sample, where there are some. */
    private Map<String, Integer> leastDecimals(
            List<ColumnKinds.Raw> columns, List<ColumnPlan> plans) {
        Map<String, Integer> found = new HashMap<>();
        for (int j = 0; j < plans.size(); j++) {
            int least =
                    columns.get(j).sample().stream()
                            .mapToInt(cell -> decimals(cell, options.decimal()))
                            .min()
                            .orElse(0);
            if (least > 0 && plans.get(j).kind() == ColumnPlan.Kind.NUMBERS) {
                found.put(plans.get(j).name(), least > MOST_PADDED ? 1 : least);
            }
        }
        return found;
    }

    private static int decimals(String cell, char decimal) {
        int point = cell.indexOf(decimal);
        boolean power = cell.indexOf('e') >= 0 || cell.indexOf('E') >= 0;
        return point < 0 || power ? 0 : cell.length() - point - 1;
    }

    /** NumPy writes "# a,b" above its numbers. */
    private static void uncomment(List<String[]> sample) {
        String[] names = sample.get(0);
        boolean marked =
                sample.stream().skip(1).anyMatch(r -> r[0] != null && r[0].startsWith("#"));
        if (names[0] != null && names[0].matches("#\\s*[^#\\s].*") && !marked) {
            names[0] = names[0].substring(1).strip();
        }
    }

    private boolean hasHeader(
            String name,
            Dialect dialect,
            String file,
            boolean gzip,
            List<String[]> sample,
            List<String> found) {
        if (options.header().isPresent() || sample.isEmpty()) {
            return options.header().orElse(false) && !sample.isEmpty();
        }
        CsvHeader header = CsvHeader.of(sample, this::isMissing, this::isValue);
        String[] first = sample.get(0);
        boolean present = header.present();
        if (header.sure()) {
            return present;
        }
        if (present
                && !header.counting()
                && sample.size() > 1
                && comesUpAgain(name, dialect, file, gzip, first)) {
            return false;
        }
        found.add(
                "%s: the first row, %s, was taken for %s; if it is not, say %s"
                        .formatted(
                                name,
                                Excerpt.of(String.join(", ", nonNull(first)), 80),
                                present
                                        ? "the names of the columns"
                                        : "a row without names above it",
                                present ? "--no-header" : "--header"));
        return present;
    }

    /** Whether a cell of the first row is in its column again, anywhere in the file. */
    private boolean comesUpAgain(
            String name, Dialect dialect, String file, boolean gzip, String[] first) {
        List<String> same = new ArrayList<>();
        for (int j = 0; j < first.length; j++) {
            if (!isMissing(first[j])) {
                same.add("trim(c" + j + ") = " + Duck.literal(first[j]));
            }
        }
        return duck.query(
                "SELECT 1 FROM "
                        + dialect.source(file, gzip, true)
                        + " WHERE "
                        + String.join(" OR ", same)
                        + " LIMIT 1",
                name,
                result -> result.next());
    }

    private static List<String> nonNull(String[] cells) {
        List<String> texts = new ArrayList<>();
        for (String cell : cells) {
            texts.add(cell == null ? "" : cell);
        }
        return texts;
    }

    private boolean isMissing(String cell) {
        return cell == null || cell.isEmpty() || missing.contains(cell);
    }

    private boolean isValue(String cell) {
        return options.number(cell).isPresent()
                || cell.matches("[+-]?\\d+,\\d+")
                || !TimeFormat.of(List.of(cell)).isEmpty();
    }

    private List<String> cells(List<String[]> sample, int column) {
        return sample.stream().map(row -> row[column]).filter(cell -> !isMissing(cell)).toList();
    }

    private List<String[]> sample(String name, String from, int width) {
        int most = Math.max(2, Math.min(SAMPLE, SAMPLE_CELLS / width));
        return duck.query(
                "SELECT * FROM " + from + " LIMIT " + most,
                name,
                result -> {
                    List<String[]> found = new ArrayList<>();
                    while (result.next()) {
                        String[] row = new String[width];
                        for (int j = 0; j < width; j++) {
                            String cell = result.getString(j + 1);
                            row[j] = cell == null ? null : cell.strip();
                        }
                        found.add(row);
                    }
                    return found;
                });
    }

    /** DuckDB would turn texts that look like times into times, and forget their form. */
    private String json(InputCopy input, String file) {
        String arguments =
                ", sample_size = -1, compression = " + (input.gzip() ? "'gzip'" : "'uncompressed'");
        List<String> columns =
                duck.query(
                        "DESCRIBE SELECT * FROM read_json(" + file + arguments + ")",
                        input.name(),
                        result -> {
                            List<String> found = new ArrayList<>();
                            while (result.next()) {
                                String type = result.getString(2);
                                boolean text = type.matches("DATE|TIME.*|UUID");
                                found.add(
                                        Duck.literal(result.getString(1))
                                                + ": "
                                                + Duck.literal(text ? "VARCHAR" : type));
                            }
                            return found;
                        });
        return "read_json("
                + file
                + arguments
                + ", columns = {"
                + String.join(", ", columns)
                + "})";
    }

    private Opened openedTyped(String from, String name) {
        record Described(String name, String type) {}
        List<Described> described =
                duck.query(
                        "DESCRIBE SELECT * FROM " + from,
                        name,
                        result -> {
                            List<Described> found = new ArrayList<>();
                            while (result.next()) {
                                found.add(new Described(result.getString(1), result.getString(2)));
                            }
                            return found;
                        });
        List<String> ids =
                described.stream()
                        .map(column -> "CAST(" + Duck.identifier(column.name()) + " AS VARCHAR)")
                        .toList();
        List<String[]> sample =
                sample(
                        name,
                        "(SELECT " + String.join(", ", ids) + " FROM " + from + ")",
                        ids.size());
        List<ColumnKinds.Raw> columns = new ArrayList<>();
        for (int j = 0; j < described.size(); j++) {
            columns.add(
                    new ColumnKinds.Raw(
                            described.get(j).name(),
                            Duck.identifier(described.get(j).name()),
                            described.get(j).type(),
                            cells(sample, j)));
        }
        ColumnKinds kinds = new ColumnKinds(duck, name, from, columns, false, options);
        notes.addAll(kinds.notes());
        List<String> names = described.stream().map(Described::name).toList();
        return new Opened(from, kinds.plans(), CsvFormat.usual(names), kinds.rows());
    }

    @Override
    public List<String> names() {
        return plans.stream().map(ColumnPlan::name).toList();
    }

    /**
     * Returns the number of rows.
     *
     * @return the number of rows, which may be 0
     */
    public long rows() {
        return rows;
    }

    /**
     * Returns what was decided without being sure, or kept columns from being numbers or times.
     *
     * @return a sentence for each, for the person who made the file
     */
    public List<String> notes() {
        return Collections.unmodifiableList(notes);
    }

    /**
     * Returns the forms in which times are written, so that they can be written like that again.
     *
     * <p>Offsets from UTC are lost, since seconds have none; patterns write UTC.
     *
     * @return for each column of times, in order, its pattern for {@link
     *     java.time.format.DateTimeFormatter} in English
     */
    public Map<String, String> formats() {
        Map<String, String> found = new LinkedHashMap<>();
        plans.forEach(
                plan -> plan.format().ifPresent(form -> found.put(plan.name(), form.pattern())));
        return Collections.unmodifiableMap(found);
    }

    /**
     * Returns how the table is written, so that others can be written like it.
     *
     * @return the format of a CSV file; the usual one of all that is no CSV file, and of queries
     */
    public CsvFormat csv() {
        return csv;
    }

    /**
     * Reads all of the table into memory.
     *
     * @return the table
     * @throws TableException if it has more rows than an array can hold, or has changed
     */
    public Table read() {
        return read(names());
    }

    /**
     * Reads some columns into memory; the others cost little.
     *
     * @param columns their names, in the order wanted
     * @return the table
     * @throws IllegalArgumentException if there is no such column, one is chosen twice or none is
     * @throws TableException if it has more rows than an array can hold, or has changed
     */
    public Table read(List<String> columns) {
        if (rows > Integer.MAX_VALUE - 8) {
            throw new TableException(
                    where
                            + ": expected at most 2^31 - 9 rows to read at once, got "
                            + rows
                            + "; read it in chunks");
        }
        List<ColumnPlan> chosen = chosen(columns);
        List<Table> read = new ArrayList<>();
        pass(chosen, (int) Math.max(1, rows), read::add);
        return read.isEmpty() ? new Chunk(chosen, 0, missing).table() : read.get(0);
    }

    private List<ColumnPlan> chosen(List<String> columns) {
        // An empty table has the messages for wrong names.
        return new Chunk(plans, 0, missing)
                .table().select(columns).names().stream()
                        .map(name -> plans.get(names().indexOf(name)))
                        .toList();
    }

    /**
     * {@inheritDoc}
     *
     * @throws TableException if the file or the result has changed since it was opened
     */
    @Override
    public void forEachChunk(int rows, Consumer<Table> action) {
        requirePositive(rows);
        pass(plans, rows, action);
    }

    /**
     * Reads some columns in chunks; the others cost little.
     *
     * @param columns their names, in the order wanted
     * @param rows the rows of every chunk but the last, which may have fewer
     * @param action receives each chunk, which it may keep
     * @throws IllegalArgumentException if there is no such column, one is chosen twice or none is,
     *     or {@code rows} is not positive
     * @throws TableException if the file or the result has changed since it was opened
     */
    public void forEachChunk(List<String> columns, int rows, Consumer<Table> action) {
        requirePositive(rows);
        pass(chosen(columns), rows, action);
    }

    private static void requirePositive(int rows) {
        if (rows < 1) {
            throw new IllegalArgumentException(
                    "TableFile: expected at least 1 row per chunk, got " + rows);
        }
    }

    private void pass(List<ColumnPlan> columns, int chunkRows, Consumer<Table> action) {
        requireUnchanged();
        String sql =
                "SELECT "
                        + String.join(", ", columns.stream().map(ColumnPlan::read).toList())
                        + " FROM "
                        + source;
        duck.query(
                sql,
                where,
                result -> {
                    long left = rows;
                    while (left > 0) {
                        Chunk chunk = new Chunk(columns, (int) Math.min(chunkRows, left), missing);
                        if (!chunk.fill(result)) {
                            throw changed();
                        }
                        left -= chunk.rows();
                        action.accept(chunk.table());
                    }
                    if (result.next()) {
                        throw changed();
                    }
                    return null;
                });
    }

    /** A file that was written to would give rows that nobody has looked at. */
    private void watch(Path file) {
        files.add(file);
        stamps.add(stamp(file));
    }

    private void requireUnchanged() {
        for (int i = 0; i < files.size(); i++) {
            if (!stamp(files.get(i)).equals(stamps.get(i))) {
                throw changed();
            }
        }
    }

    private TableException changed() {
        return new TableException(
                where
                        + ": expected the same "
                        + rows
                        + " rows in every pass, got others; read it when it no longer changes,"
                        + " and give a sample in a query a seed (REPEATABLE)");
    }

    private static String stamp(Path file) {
        try {
            return Files.size(file) + " " + Files.getLastModifiedTime(file);
        } catch (IOException e) {
            return "none";
        }
    }

    private static String nameOf(String source) {
        return source.substring(Math.max(source.lastIndexOf('/'), source.lastIndexOf('\\')) + 1);
    }

    /** Ends DuckDB and deletes the copies of files that were needed. */
    @Override
    public void close() {
        duck.close();
        InputCopy.delete(folder);
    }
}
