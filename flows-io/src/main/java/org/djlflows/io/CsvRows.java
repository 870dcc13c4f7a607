package org.djlflows.io;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;

import org.djlflows.files.Excerpt;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** Reads the chosen columns of a CSV file row by row: the one place that parses and validates. */
final class CsvRows implements AutoCloseable {

    private static final String NUMBER = "0123456789+-.eE";

    /** The characters of a field that a message shows. */
    private static final int LONGEST = 40;

    private final String name;
    private final CsvReader<CsvRecord> reader;
    private final Iterator<CsvRecord> records;
    private final List<String> header;
    private final List<String> columns;
    private final int[] positions;

    private CsvRows(String name, CsvReader<CsvRecord> reader, Optional<List<String>> chosen) {
        this.name = name;
        this.reader = reader;
        records = reader.iterator();
        CsvRecord first =
                nextRecord().orElseThrow(() -> problem("", "expected a header, got an empty file"));
        header = first.getFields().stream().map(String::strip).toList();
        checkHeader(at(first));
        columns = chosen.orElse(header);
        positions = positions(name + at(first), header, columns);
    }

    /**
     * Opens a file and reads its header.
     *
     * @param file the file
     * @param chosen the columns to read, in this order; all of them if empty
     * @return the rows, to be closed
     * @throws CsvException if the file is missing or empty, its header has an empty or a repeated
     *     name, or a chosen column is not in it
     */
    static CsvRows open(Path file, Optional<List<String>> chosen) {
        CsvReader<CsvRecord> reader;
        try {
            reader =
                    CsvReader.builder()
                            .detectBomHeader(true)
                            .skipEmptyLines(false)
                            .allowUnclosedQuote(false)
                            .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
                            .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
                            .ofCsvRecord(file);
        } catch (NoSuchFileException e) {
            throw new CsvException(file + ": expected a file, got none of this name", e);
        } catch (IOException e) {
            throw new CsvException(file + ": expected a readable file, got " + e, e);
        }
        try {
            return new CsvRows(String.valueOf(file.getFileName()), reader, chosen);
        } catch (CsvException e) {
            close(reader);
            throw e;
        }
    }

    /**
     * Returns where the chosen columns are among the existing ones.
     *
     * @param where what has the columns, for the message
     * @param existing the existing columns
     * @param chosen the chosen ones
     * @return an index into the existing columns per chosen one
     * @throws CsvException if nothing is chosen, or a column that does not exist or is chosen twice
     */
    static int[] positions(String where, List<String> existing, List<String> chosen) {
        Set<String> distinct = new HashSet<>();
        for (String column : chosen) {
            if (!existing.contains(column)) {
                throw new CsvException(
                        where
                                + ": expected a column "
                                + quoted(column)
                                + ", got "
                                + Excerpt.of(String.join(", ", existing)));
            }
            if (!distinct.add(column)) {
                throw new CsvException(
                        where + ": expected each column chosen once, got " + Excerpt.of(chosen));
            }
        }
        if (chosen.isEmpty()) {
            throw new CsvException(where + ": expected a column to read, got none");
        }
        return chosen.stream().mapToInt(existing::indexOf).toArray();
    }

    /** Returns the name of the file without its folder. */
    String name() {
        return name;
    }

    /** Returns the chosen columns. */
    List<String> columns() {
        return columns;
    }

    /**
     * Reads the rows.
     *
     * @param action receives each row, a value per chosen column in a new array
     * @throws CsvException if there is none, a line has not as many fields as the header or a
     *     chosen column does not hold a finite number that fits a float
     */
    void forEach(Consumer<double[]> action) {
        Optional<double[]> row = next();
        if (row.isEmpty()) {
            throw problem("", "expected rows below the header, got none");
        }
        for (; row.isPresent(); row = next()) {
            action.accept(row.get());
        }
    }

    private Optional<double[]> next() {
        Optional<CsvRecord> next = nextRecord();
        if (next.isEmpty()) {
            return Optional.empty();
        }
        CsvRecord found = next.get();
        if (isBlank(found)) {
            requireBlankToTheEnd(found);
            return Optional.empty();
        }
        if (found.getFieldCount() != header.size()) {
            throw problem(
                    at(found),
                    "expected " + header.size() + " fields, got " + found.getFieldCount());
        }
        return Optional.of(Arrays.stream(positions).mapToDouble(i -> number(found, i)).toArray());
    }

    @Override
    public void close() {
        close(reader);
    }

    private static void close(CsvReader<CsvRecord> reader) {
        try {
            reader.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Optional<CsvRecord> nextRecord() {
        try {
            return records.hasNext() ? Optional.of(records.next()) : Optional.empty();
        } catch (CsvParseException e) {
            throw new CsvException(name + ": expected CSV text, got: " + e.getMessage(), e);
        } catch (UncheckedIOException e) {
            throw new CsvException(name + ": expected a readable file, got " + e.getCause(), e);
        }
    }

    private void checkHeader(String line) {
        Set<String> distinct = new HashSet<>();
        for (int i = 0; i < header.size(); i++) {
            if (header.get(i).isEmpty()) {
                throw problem(line + ", column " + (i + 1), "expected a name, got \"\"");
            }
            if (!distinct.add(header.get(i))) {
                throw problem(
                        line + ", column " + (i + 1),
                        "expected a new name, got " + quoted(header.get(i)) + " again");
            }
        }
    }

    private void requireBlankToTheEnd(CsvRecord blank) {
        for (Optional<CsvRecord> r = nextRecord(); r.isPresent(); r = nextRecord()) {
            if (!isBlank(r.get())) {
                throw problem(at(blank), "expected a row, got a blank line");
            }
        }
    }

    private double number(CsvRecord found, int position) {
        String text = found.getField(position).strip();
        double value;
        try {
            value = Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw notANumber(found, position, "a number");
        }
        // parseDouble also takes Java's own forms: NaN, Infinity, 1f, 0x1p3.
        if (!text.chars().allMatch(c -> NUMBER.indexOf(c) >= 0)) {
            throw notANumber(found, position, "a number");
        }
        if (Math.abs(value) > Float.MAX_VALUE) {
            throw notANumber(found, position, "a number within \u00b13.4e38");
        }
        return value;
    }

    private CsvException notANumber(CsvRecord found, int position, String expected) {
        return problem(
                at(found) + ", column " + quoted(header.get(position)),
                "expected " + expected + ", got " + quoted(found.getField(position)));
    }

    private CsvException problem(String place, String text) {
        return new CsvException(name + place + ": " + text);
    }

    private static boolean isBlank(CsvRecord found) {
        return found.getFieldCount() == 1 && found.getField(0).isBlank();
    }

    private static String at(CsvRecord found) {
        return " line " + found.getStartingLineNumber();
    }

    private static String quoted(String text) {
        return '"' + (text.length() > LONGEST ? text.substring(0, LONGEST) + "..." : text) + '"';
    }
}
