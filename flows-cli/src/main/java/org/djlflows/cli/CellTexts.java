package org.djlflows.cli;

import org.djlflows.format.FlowConfig;
import org.djlflows.spec.Column;
import org.djlflows.table.Table;
import org.djlflows.table.TableColumn;
import org.djlflows.table.TableEncoding;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntFunction;

/** How the cells of a table are written: as the file had them from which the model was trained. */
final class CellTexts {

    private static final double NANOS = 1e9;

    private final Map<String, Column> kinds;

    CellTexts(FlowConfig config) {
        kinds = config.preparation().kinds();
    }

    /**
     * Returns the rows of a table as texts.
     *
     * @param table the table
     * @return for each row the text of each column, empty for a missing cell
     */
    List<List<String>> rows(Table table) {
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
            text = i -> number(numbers.value(i));
        } else if (column instanceof TableColumn.Times times) {
            text = time(times);
        } else {
            text = ((TableColumn.Texts) column)::value;
        }
        return i -> column.isMissing(i) ? "" : text.apply(i);
    }

    private static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < Long.MAX_VALUE
                ? Long.toString((long) value)
                : new BigDecimal(Double.toString(value)).toPlainString();
    }

    private IntFunction<String> time(TableColumn.Times times) {
        String format =
                kinds.get(times.name()) instanceof Column.Time time
                        ? time.format()
                        : "yyyy-MM-dd HH:mm:ss";
        if (format.isEmpty()) {
            return i -> number(times.second(i));
        }
        if (format.equals(TableEncoding.MILLISECONDS)) {
            return i -> number(Math.rint(1000 * times.second(i)));
        }
        DateTimeFormatter formatter =
                DateTimeFormatter.ofPattern(format, Locale.ENGLISH).withZone(ZoneOffset.UTC);
        return i -> {
            double seconds = Math.floor(times.second(i));
            long nanos = Math.round((times.second(i) - seconds) * NANOS);
            return formatter.format(Instant.ofEpochSecond((long) seconds, nanos));
        };
    }
}
