package org.djlflows.table;

import org.djlflows.format.CsvFormat;
import org.djlflows.spec.Column;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

/**
 * Writes the cells of tables: times as their file has them or the one from which a model was
 * trained, numbers in their shortest form, a missing cell as an empty text.
 */
public final class CellTexts {

    private static final String USUAL = "yyyy-MM-dd HH:mm:ss";

    /** The patterns of columns of times. */
    private final Map<String, TimePattern> patterns = new HashMap<>();

    private CsvFormat csv = CsvFormat.usual(List.of());

    /**
     * Creates the writer of tables that a model has drawn.
     *
     * @param kinds what the columns of the model are
     */
    public CellTexts(Map<String, Column> kinds) {
        this(kinds, Map.of());
    }

    /**
     * Creates the writer of a file and what a model adds to it.
     *
     * @param kinds what the columns of the model are
     * @param formats how the file writes its times, by the names of columns, as patterns of {@code
     *     DateTimeFormatter}
     * @throws IllegalArgumentException if a pattern is none
     */
    public CellTexts(Map<String, Column> kinds, Map<String, String> formats) {
        kinds.forEach(
                (name, kind) -> {
                    if (kind instanceof Column.Time time) {
                        patterns.put(name, TimePattern.of(time.format()));
                    }
                });
        formats.forEach((name, format) -> patterns.put(name, TimePattern.of(format)));
    }

    /**
     * Returns a writer that is the same, but writes numbers as a CSV file does.
     *
     * @param csv the decimal sign, and the decimals that numbers have at least
     * @return the writer
     */
    public CellTexts as(CsvFormat csv) {
        CellTexts texts = new CellTexts(Map.of());
        texts.patterns.putAll(patterns);
        texts.csv = csv;
        return texts;
    }

    /**
     * Returns the rows of a table as texts.
     *
     * @param table the table
     * @return for each row the text of each column
     */
    public List<List<String>> rows(Table table) {
        List<IntFunction<String>> columns = table.columns().stream().map(this::texts).toList();
        List<List<String>> rows = new ArrayList<>();
        for (int i = 0; i < table.rows(); i++) {
            int row = i;
            rows.add(columns.stream().map(column -> column.apply(row)).toList());
        }
        return rows;
    }

    private IntFunction<String> texts(TableColumn column) {
        IntFunction<String> text;
        if (column instanceof TableColumn.Numbers numbers) {
            int least = csv.decimals().getOrDefault(column.name(), 0);
            char sign = csv.decimal().charAt(0);
            text = i -> withDecimals(Numerals.of(numbers.value(i)), least).replace('.', sign);
        } else if (column instanceof TableColumn.Times times) {
            text = time(times);
        } else {
            text = ((TableColumn.Texts) column)::value;
        }
        return i -> column.isMissing(i) ? "" : text.apply(i);
    }

    /** Adds zeros; numbers with powers of ten, or infinite ones, are left as they are. */
    private static String withDecimals(String number, int least) {
        if (least == 0 || number.chars().anyMatch(Character::isLetter)) {
            return number;
        }
        int point = number.indexOf('.');
        int lacking = point < 0 ? least : least - (number.length() - point - 1);
        return lacking <= 0 ? number : number + (point < 0 ? "." : "") + "0".repeat(lacking);
    }

    private IntFunction<String> time(TableColumn.Times times) {
        TimePattern pattern = patterns.computeIfAbsent(times.name(), name -> TimePattern.of(USUAL));
        return pattern.isNumber()
                ? i -> Numerals.of(pattern.number(times.value(i)))
                : i -> pattern.text(times.value(i));
    }
}
