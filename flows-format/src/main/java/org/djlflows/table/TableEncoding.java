package org.djlflows.table;

import org.djlflows.files.Excerpt;
import org.djlflows.spec.Column;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * How tables become the rows of a flow, one float32 a cell, and its samples tables.
 *
 * <ul>
 *   <li>Real and whole numbers are themselves, less the offset of their column, which is subtracted
 *       in double precision; a fraction among whole numbers is one still, and has no probability.
 *       Back, an atom is the number that it was, others are rounded to the step of their column,
 *       and all are kept within what was seen.
 *   <li>Levels are their number from 0; one that was never seen is the number of levels, and
 *       missing on the way back. Levels that are numbers, written without needless signs and zeros,
 *       are compared as numbers and come back as such.
 *   <li>Times are seconds, less the offset. Back, they are rounded to what their format shows.
 *   <li>A missing cell is infinite where cells of its column can be missing. Otherwise it is not
 *       known, as all cells of a column that the table does not have, and NaN. Back, both are
 *       missing.
 * </ul>
 *
 * <p>Texts in columns of numbers and times are read as such where they can be. Instances are
 * immutable.
 */
public final class TableEncoding {

    /**
     * The format of {@link Column.Time} for times that are numbers of milliseconds since 1970, as
     * the empty one is for seconds.
     */
    public static final String MILLISECONDS = "epoch-milliseconds";

    /** From here on float32 does not have all halves between whole numbers. */
    private static final double HALVES = 1 << 22;

    /** Of the range of a column, what should be told apart even if its step does not say so. */
    private static final double STEPS = 1 << 20;

    /** An offset of fewer ranges gains next to nothing. */
    private static final double FAR = 4;

    private final List<String> names;
    private final List<Column> columns;
    private final List<CellCode> codes;

    /**
     * Creates an encoding.
     *
     * @param names the columns of the flow, in its order
     * @param kinds what they are; others are not looked at
     * @param offsets what is subtracted from numbers and times, 0 where it is not said; others are
     *     not looked at
     * @throws IllegalArgumentException if there is no name, one comes twice or has no kind, or an
     *     offset is not finite, is one of levels, or of whole numbers and not whole
     */
    public TableEncoding(
            List<String> names, Map<String, Column> kinds, Map<String, Double> offsets) {
        this.names = List.copyOf(names);
        if (names.isEmpty() || names.stream().distinct().count() < names.size()) {
            throw new IllegalArgumentException(
                    "TableEncoding: expected different names of columns, at least one, got "
                            + Excerpt.of(names));
        }
        for (String name : names) {
            if (!kinds.containsKey(name)) {
                throw new IllegalArgumentException(
                        "TableEncoding: expected a kind for column "
                                + Excerpt.of(name, 100)
                                + ", got only those of "
                                + Excerpt.of(kinds.keySet()));
            }
        }
        columns = this.names.stream().map(kinds::get).toList();
        codes = this.names.stream().map(name -> code(name, kinds.get(name), offsets)).toList();
    }

    private static CellCode code(String name, Column column, Map<String, Double> offsets) {
        double offset = offsets.getOrDefault(name, 0.0);
        boolean level = column instanceof Column.Category;
        boolean whole = column instanceof Column.Whole;
        if (!Double.isFinite(offset)
                || (level && offset != 0)
                || (whole && !Numerals.isWhole(offset))) {
            throw new IllegalArgumentException(
                    "TableEncoding: expected "
                            + (level ? "no" : whole ? "a whole" : "a finite")
                            + " offset for column "
                            + Excerpt.of(name, 100)
                            + ", got "
                            + offset);
        }
        if (column instanceof Column.Category category) {
            return new LevelCode(category);
        }
        return column instanceof Column.Time time
                ? new TimeCode(time, offset)
                : new NumberCode((Column.Number) column, offset);
    }

    /**
     * Proposes what to subtract from columns, so that float32 tells their values apart: of times,
     * and of numbers that are large beside their range.
     *
     * @param kinds what the columns are
     * @return the offsets of those that need one, whole where the range is 1 or more
     */
    public static Map<String, Double> offsets(Map<String, Column> kinds) {
        Map<String, Double> offsets = new LinkedHashMap<>();
        kinds.forEach(
                (name, column) -> {
                    if (column instanceof Column.Number number && needsOffset(number)) {
                        offsets.put(name, center(number));
                    }
                });
        return offsets;
    }

    private static boolean needsOffset(Column.Number column) {
        double largest = Math.max(Math.abs(column.least()), Math.abs(column.most()));
        double range = column.most() - column.least();
        // Nobody has looked at a column that goes from one end of float32 to the other.
        if (largest == Float.MAX_VALUE || column instanceof Column.Time) {
            return largest < Float.MAX_VALUE;
        }
        if (column instanceof Column.Real real) {
            double unit = Math.max(real.step(), range / STEPS);
            return Math.abs(column.least() + column.most()) / 2 > FAR * range
                    && Math.ulp((float) largest) > unit / 2;
        }
        return largest > HALVES;
    }

    /** Rounded, so that it can be read, but to less than the range. */
    private static double center(Column.Number column) {
        double range = column.most() - column.least();
        double center = column.least() + range / 2;
        double steps = range >= 1 || range == 0 ? 1 : Math.pow(10, Math.ceil(-Math.log10(range)));
        double rounded = Math.rint(center * steps) / steps;
        return Double.isFinite(rounded) ? rounded : center;
    }

    /**
     * Returns the names of the columns.
     *
     * @return the names, in the order of the flow
     */
    public List<String> names() {
        return names;
    }

    /**
     * Returns the columns in the numbers of the flow: atoms, least and greatest values are less the
     * offset, and numbers of float32.
     *
     * @return a column for each name
     */
    public List<Column> encoded() {
        return codes.stream().map(CellCode::encoded).toList();
    }

    /**
     * Returns the rows of a table as a flow takes them.
     *
     * @param table a table that has one of the columns, at least
     * @return for each row, one after the other, a number for each name
     * @throws IllegalArgumentException if it has none of the columns, or a cell cannot be in its
     *     column; the message names row and column
     */
    public float[] encode(Table table) {
        return encode(
                table,
                cell -> {
                    throw new IllegalArgumentException(
                            "TableEncoding, "
                                    + cell
                                    + "; correct the cell, or leave it empty if it is not known");
                });
    }

    /**
     * Returns the rows of a table as a flow takes them, with NaN, which is not known, for cells
     * that cannot be.
     *
     * @param table a table that has one of the columns, at least
     * @param bad receives each cell that cannot be in its column, column by column
     * @return for each row, one after the other, a number for each name
     * @throws IllegalArgumentException if it has none of the columns
     */
    public float[] encode(Table table, Consumer<BadCell> bad) {
        if (names.stream().noneMatch(table.names()::contains)) {
            throw new IllegalArgumentException(
                    "TableEncoding: expected one of the columns "
                            + Excerpt.of(String.join(", ", names))
                            + ", got only "
                            + Excerpt.of(String.join(", ", table.names())));
        }
        int width = names.size();
        float[] rows = new float[Math.multiplyExact(table.rows(), width)];
        for (int j = 0; j < width; j++) {
            if (table.names().contains(names.get(j))) {
                TableColumn cells = table.column(names.get(j));
                for (int i = 0; i < cells.rows(); i++) {
                    rows[i * width + j] = cell(cells, i, j, bad);
                }
            } else {
                for (int i = 0; i < table.rows(); i++) {
                    rows[i * width + j] = Float.NaN;
                }
            }
        }
        return rows;
    }

    private float cell(TableColumn cells, int row, int j, Consumer<BadCell> bad) {
        if (cells.isMissing(row)) {
            return columns.get(j).missing() ? Float.POSITIVE_INFINITY : Float.NaN;
        }
        return codes.get(j)
                .encode(cells, row, what -> bad.accept(new BadCell(row, cells.name(), what)));
    }

    /**
     * Returns rows of a flow as a table.
     *
     * @param values for each row, one after the other, a number for each name
     * @return the table of these columns
     * @throws IllegalArgumentException if the last row is not complete
     */
    public Table decode(float[] values) {
        return Table.of(columns(values));
    }

    /**
     * Returns rows of a flow as a table in which what was known before is still the same: numbers
     * and times in double precision, levels that were never seen as they are written. A column of
     * numbers with such a level that is a text becomes one of texts.
     *
     * @param values for each row, one after the other, a number for each name
     * @param known the rows as they were encoded; a cell that is missing in them, or a column that
     *     they lack, is decoded
     * @return the table of these columns
     * @throws IllegalArgumentException if the numbers of rows differ, or the last row is not
     *     complete
     */
    public Table decode(float[] values, Table known) {
        List<TableColumn> decoded = columns(values);
        if (decoded.get(0).rows() != known.rows()) {
            throw new IllegalArgumentException(
                    "TableEncoding: expected "
                            + known.rows()
                            + " rows, as are known, got "
                            + decoded.get(0).rows());
        }
        for (int j = 0; j < names.size(); j++) {
            if (known.names().contains(names.get(j))) {
                TableColumn cells = known.column(names.get(j));
                decoded.set(j, codes.get(j).restored(decoded.get(j), cells));
            }
        }
        return Table.of(decoded);
    }

    private List<TableColumn> columns(float[] values) {
        int width = names.size();
        if (values.length % width != 0) {
            throw new IllegalArgumentException(
                    "TableEncoding: expected rows of "
                            + width
                            + " values, got "
                            + values.length
                            + " in all");
        }
        List<TableColumn> decoded = new ArrayList<>();
        for (int j = 0; j < width; j++) {
            float[] column = new float[values.length / width];
            for (int i = 0; i < column.length; i++) {
                column[i] = values[i * width + j];
            }
            decoded.add(codes.get(j).decode(names.get(j), column));
        }
        return decoded;
    }
}
