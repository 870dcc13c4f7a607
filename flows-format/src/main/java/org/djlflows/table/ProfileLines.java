package org.djlflows.table;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Columns as a table for a terminal. */
final class ProfileLines {

    private static final int WIDTH_OF_NAME = 28;
    private static final int WIDTH_OF_RANGE = 44;
    private static final int WIDTH_OF_LEVEL = 24;
    private static final int WIDTH_OF_EXAMPLE = 56;

    /** Names and cells come from files, and a line should be one line that moves no cursor. */
    private static final Pattern UNPRINTABLE = Pattern.compile("[\\p{C}\\p{Zl}\\p{Zp}]");

    private ProfileLines() {}

    /** Returns a line of titles and one for each column. */
    static List<String> of(List<ColumnProfile> columns) {
        List<List<String>> cells = new ArrayList<>();
        cells.add(List.of("column", "kind", "distinct", "missing", "range", "example"));
        columns.forEach(column -> cells.add(cells(column)));
        int[] widths = new int[cells.get(0).size()];
        for (List<String> row : cells) {
            for (int j = 0; j < widths.length; j++) {
                widths[j] = Math.max(widths[j], row.get(j).length());
            }
        }
        return cells.stream().map(row -> line(row, widths)).toList();
    }

    private static List<String> cells(ColumnProfile column) {
        String last = column.column().isPresent() ? column.example() : column.reason();
        return List.of(
                shortened(column.name(), WIDTH_OF_NAME),
                column.kind(),
                column.distinct() < 0 ? "many" : Numerals.grouped(column.distinct()),
                column.missing() == 0 ? "-" : Numerals.grouped(column.missing()),
                shortened(column.range(), WIDTH_OF_RANGE),
                shortened(last, WIDTH_OF_EXAMPLE));
    }

    private static String line(List<String> row, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int j = 0; j < widths.length; j++) {
            String blanks = " ".repeat(widths[j] - row.get(j).length());
            boolean number = j == 2 || j == 3;
            line.append(number ? blanks + row.get(j) : row.get(j) + blanks).append("  ");
        }
        return line.toString().stripTrailing();
    }

    /** Returns the first levels, as many as there is room for. */
    static String first(List<String> levels) {
        StringBuilder first = new StringBuilder();
        for (int i = 0; i < levels.size(); i++) {
            String level = (i == 0 ? "" : ", ") + shortened(levels.get(i), WIDTH_OF_LEVEL);
            if (first.length() + level.length() > WIDTH_OF_RANGE - 5) {
                return first + ", ...";
            }
            first.append(level);
        }
        return first.toString();
    }

    /** Returns from where to where a column goes. */
    static String range(String least, String most) {
        return least.equals(most) ? least : least + " to " + most;
    }

    private static String shortened(String text, int most) {
        String line = UNPRINTABLE.matcher(text).replaceAll("?");
        if (line.length() <= most) {
            return line;
        }
        int end = (most - 3) / 2;
        return line.substring(0, most - 3 - end) + "..." + line.substring(line.length() - end);
    }
}
