package org.djlflows.io;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.DoubleStream;

/**
 * A table of numbers with named columns, read from a CSV file.
 *
 * <p>The file is UTF-8 text as of RFC 4180: fields separated by commas, quoted where needed, with a
 * header on line 1. A byte order mark, blanks around names and numbers, and blank lines at the end
 * are ignored. Numbers are written with a decimal point and must be finite and fit a float, since
 * flows compute in float32; the table keeps them as doubles. Everything else is refused with a
 * {@link CsvException}: nothing is skipped or guessed, so row i of the table is row i of the file.
 */
public final class CsvTable {

    private final String name;
    private final List<String> columns;
    private final double[] values;

    private CsvTable(String name, List<String> columns, double[] values) {
        this.name = name;
        this.columns = columns;
        this.values = values;
    }

    /**
     * Reads a file whose columns are all numeric.
     *
     * @param file the file
     * @return the table, with at least one column and one row
     * @throws CsvException if the file is not such a file
     */
    public static CsvTable read(Path file) {
        return read(file, Optional.empty());
    }

    /**
     * Reads some columns of a file; the others may hold anything.
     *
     * @param file the file
     * @param columns the columns to read, in this order
     * @return the table, with at least one row
     * @throws CsvException if the file is not such a file or lacks one of the columns
     */
    public static CsvTable read(Path file, List<String> columns) {
        return read(file, Optional.of(List.copyOf(columns)));
    }

    private static CsvTable read(Path file, Optional<List<String>> columns) {
        try (CsvRows rows = CsvRows.open(file, columns)) {
            DoubleStream.Builder values = DoubleStream.builder();
            rows.forEach(row -> Arrays.stream(row).forEach(values));
            return new CsvTable(rows.name(), rows.columns(), values.build().toArray());
        }
    }

    /**
     * Reads some columns of a file in chunks of rows, so that memory does not grow with the file.
     *
     * <p>An error on a later line is thrown after the chunks before it were handed out.
     *
     * @param file the file
     * @param columns the columns to read, in this order; the others may hold anything
     * @param rowsPerChunk the rows of every chunk but the last, which may have fewer
     * @param action receives each chunk, row-major, in a new array of {@code rows * columns} values
     * @throws CsvException if the file has no rows, is malformed, or lacks one of the columns
     * @throws IllegalArgumentException if {@code rowsPerChunk} is not positive
     */
    public static void forEachChunk(
            Path file, List<String> columns, int rowsPerChunk, Consumer<double[][]> action) {
        if (rowsPerChunk < 1) {
            throw new IllegalArgumentException(
                    "CsvTable: expected at least 1 row per chunk, got " + rowsPerChunk);
        }
        try (CsvRows rows = CsvRows.open(file, Optional.of(List.copyOf(columns)))) {
            List<double[]> chunk = new ArrayList<>();
            rows.forEach(
                    row -> {
                        if (chunk.size() == rowsPerChunk) {
                            action.accept(chunk.toArray(double[][]::new));
                            chunk.clear();
                        }
                        chunk.add(row);
                    });
            action.accept(chunk.toArray(double[][]::new));
        }
    }

    /**
     * Returns the names of the columns, in order.
     *
     * @return an unmodifiable list
     */
    public List<String> columns() {
        return columns;
    }

    /**
     * Returns the number of rows, which is positive.
     *
     * @return the number of rows
     */
    public int rows() {
        return values.length / columns.size();
    }

    /**
     * Returns all values.
     *
     * @return a new array for each row
     */
    public double[][] toRows() {
        return toRows(columns);
    }

    /**
     * Returns some columns.
     *
     * @param chosen the columns, in this order
     * @return a new array for each row
     * @throws CsvException if nothing is chosen, or a column that does not exist or is chosen twice
     */
    public double[][] toRows(List<String> chosen) {
        int[] positions = CsvRows.positions(name, columns, chosen);
        double[][] rows = new double[rows()][];
        int width = columns.size();
        Arrays.setAll(
                rows,
                i -> Arrays.stream(positions).mapToDouble(j -> values[i * width + j]).toArray());
        return rows;
    }
}
