package org.djlflows.table;

import org.djlflows.files.Excerpt;
import org.djlflows.spec.Column;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Counts the rows of a table that have values of a kind that training did not see: numbers and
 * times outside of their range, fractions among whole numbers, and new levels. What a model says of
 * such rows, it says of a place where it has no data.
 */
public final class UnseenValues {

    private static final int MOST_SENTENCES = 10;
    private static final int LONGEST = 40;

    private final Map<String, Column> kinds;

    /** What was found, by the names of columns. */
    private final Map<String, Found> found = new HashMap<>();

    private long rows;

    private static final class Found {

        private final long row;
        private final String cell;
        private long count;

        Found(long row, String cell) {
            this.row = row;
            this.cell = cell;
        }
    }

    /**
     * Begins to count.
     *
     * @param kinds what the columns were in training, by their names, with their ranges and levels
     */
    public UnseenValues(Map<String, Column> kinds) {
        this.kinds = Map.copyOf(kinds);
    }

    /**
     * Looks at the next rows. Cells that are missing or cannot be in their column do not count, and
     * neither do columns that are not known.
     *
     * @param table the rows
     */
    public void add(Table table) {
        List<String> known = table.names().stream().filter(kinds::containsKey).toList();
        if (!known.isEmpty()) {
            TableEncoding encoding = new TableEncoding(known, kinds, TableEncoding.offsets(kinds));
            float[] codes = encoding.encode(table, cell -> {});
            List<Column> columns = encoding.encoded();
            for (int i = 0; i < codes.length; i++) {
                int j = i % known.size();
                if (Float.isFinite(codes[i]) && isUnseen(columns.get(j), codes[i])) {
                    count(table.column(known.get(j)), i / known.size());
                }
            }
        }
        rows += table.rows();
    }

    private static boolean isUnseen(Column column, float code) {
        if (column instanceof Column.Category category) {
            return code >= category.levels().size();
        }
        Column.Number number = (Column.Number) column;
        return code < number.least()
                || code > number.most()
                || (column instanceof Column.Whole && !Numerals.isWhole(code));
    }

    private void count(TableColumn column, int row) {
        String name = column.name();
        found.computeIfAbsent(
                        name,
                        key -> {
                            List<TableColumn> cell = List.of(column.take(new int[] {row}));
                            return new Found(rows + row + 1, text(Table.of(cell)));
                        })
                .count++;
    }

    private String text(Table cell) {
        return Excerpt.of(new CellTexts(kinds).rows(cell).get(0).get(0), LONGEST);
    }

    /**
     * Says what was found, that in the most rows first.
     *
     * @return a sentence for each column, of ten at most, and one that counts the others
     */
    public List<String> sentences() {
        List<String> names = new ArrayList<>(found.keySet());
        names.sort(
                (a, b) -> {
                    int most = Long.compare(found.get(b).count, found.get(a).count);
                    return most == 0 ? a.compareTo(b) : most;
                });
        List<String> sentences = new ArrayList<>();
        for (String name : names.subList(0, Math.min(MOST_SENTENCES, names.size()))) {
            Found one = found.get(name);
            sentences.add(
                    String.format(
                            Locale.ROOT,
                            "%s: %,d of %,d rows %s outside of what training saw, %s; the first is"
                                    + " row %d with %s",
                            Excerpt.of(name, LONGEST),
                            one.count,
                            rows,
                            one.count == 1 ? "is" : "are",
                            what(name, kinds.get(name)),
                            one.row,
                            one.cell));
        }
        if (names.size() > MOST_SENTENCES) {
            sentences.add(
                    "The same in "
                            + Numerals.grouped(names.size() - MOST_SENTENCES)
                            + " other columns");
        }
        return sentences;
    }

    private String what(String name, Column column) {
        if (column instanceof Column.Category category) {
            int levels = category.levels().size();
            return Numerals.grouped(levels) + (levels == 1 ? " level" : " levels");
        }
        Column.Number number = (Column.Number) column;
        double[] ends = {number.least(), number.most()};
        TableColumn cells =
                column instanceof Column.Time
                        ? new TableColumn.Times(name, ends)
                        : new TableColumn.Numbers(name, ends);
        Table table = Table.of(List.of(cells));
        return (column instanceof Column.Whole ? "whole numbers from " : "")
                + text(table.slice(0, 1))
                + " to "
                + text(table.slice(1, 2));
    }
}
