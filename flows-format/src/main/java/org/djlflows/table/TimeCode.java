package org.djlflows.table;

import org.djlflows.spec.Column;

import java.util.OptionalDouble;
import java.util.function.Consumer;

/** Times in seconds, less their offset. */
final class TimeCode implements CellCode {

    private final Column.Time column;
    private final double offset;
    private final TimePattern pattern;

    TimeCode(Column.Time column, double offset) {
        this.column = column;
        this.offset = offset;
        pattern = TimePattern.of(column.format());
    }

    private float code(double seconds) {
        return (float) (seconds - offset) + 0f;
    }

    @Override
    public Column encoded() {
        return new Column.Time(
                column.format(), code(column.least()), code(column.most()), column.missing());
    }

    @Override
    public float encode(TableColumn cells, int row, Consumer<String> bad) {
        OptionalDouble seconds = seconds(cells, row);
        float code = seconds.isPresent() ? code(seconds.getAsDouble()) : Float.NaN;
        if (!Float.isFinite(code)) {
            String form = pattern.isNumber() ? "since 1970 as a number" : "as " + column.format();
            bad.accept("expected a time " + form + ", got " + CellCode.described(cells, row));
            return Float.NaN;
        }
        return code;
    }

    private OptionalDouble seconds(TableColumn cells, int row) {
        if (cells instanceof TableColumn.Texts texts) {
            return parsed(texts.value(row));
        }
        double value = ((TableColumn.Doubles) cells).value(row);
        if (cells instanceof TableColumn.Times) {
            return OptionalDouble.of(value);
        }
        return pattern.isNumber()
                ? OptionalDouble.of(pattern.seconds(value))
                : OptionalDouble.empty();
    }

    @Override
    public TableColumn restored(TableColumn decoded, TableColumn known) {
        return CellCode.restored(decoded, known, row -> shown(known, row));
    }

    /** A cell in the unit of the decoded column. */
    private OptionalDouble shown(TableColumn cells, int row) {
        OptionalDouble seconds = seconds(cells, row);
        if (seconds.isEmpty() || !pattern.isNumber()) {
            return seconds;
        }
        return OptionalDouble.of(
                cells instanceof TableColumn.Numbers numbers
                        ? numbers.value(row)
                        : pattern.number(seconds.getAsDouble()));
    }

    private OptionalDouble parsed(String text) {
        if (!pattern.isNumber()) {
            return pattern.parse(text);
        }
        OptionalDouble number = Numerals.parse(text);
        return number.isPresent()
                ? OptionalDouble.of(pattern.seconds(number.getAsDouble()))
                : number;
    }

    @Override
    public TableColumn decode(String name, float[] values) {
        double[] cells = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            cells[i] = Float.isFinite(values[i]) ? decoded(values[i]) : Double.NaN;
        }
        return pattern.isNumber()
                ? new TableColumn.Numbers(name, cells)
                : new TableColumn.Times(name, cells);
    }

    private double decoded(float code) {
        // Within the range first, since calendars end.
        double seconds = within(pattern.rounded(within(code + offset)));
        return pattern.isNumber() ? pattern.number(seconds) : seconds;
    }

    private double within(double seconds) {
        return CellCode.within(seconds, column.least(), column.most());
    }
}
