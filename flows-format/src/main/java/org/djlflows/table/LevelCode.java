package org.djlflows.table;

import org.djlflows.spec.Column;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/** Levels by their number, and one more number for all that were never seen. */
final class LevelCode implements CellCode {

    private final Column.Category column;
    private final Map<String, Integer> texts = new HashMap<>();

    /** The levels as numbers, if all are; empty otherwise. */
    private final Map<Double, Integer> numbers = new HashMap<>();

    LevelCode(Column.Category column) {
        this.column = column;
        List<String> levels = column.levels();
        levels.forEach(level -> texts.put(level, texts.size()));
        if (levels.stream().allMatch(Numerals::isPlain)) {
            levels.forEach(level -> numbers.put(Double.parseDouble(level), numbers.size()));
        }
    }

    @Override
    public Column encoded() {
        return column;
    }

    @Override
    public float encode(TableColumn cells, int row, Consumer<String> bad) {
        int unseen = column.levels().size();
        if (cells instanceof TableColumn.Times) {
            bad.accept("expected a level, got " + CellCode.described(cells, row));
            return Float.NaN;
        }
        if (cells instanceof TableColumn.Numbers found) {
            double x = found.value(row);
            return numbers.isEmpty()
                    ? texts.getOrDefault(Numerals.of(x), unseen)
                    : numbers.getOrDefault(x + 0.0, unseen);
        }
        String text = ((TableColumn.Texts) cells).value(row);
        OptionalDouble number = numbers.isEmpty() ? OptionalDouble.empty() : Numerals.parse(text);
        return number.isPresent()
                ? numbers.getOrDefault(number.getAsDouble() + 0.0, unseen)
                : texts.getOrDefault(text, unseen);
    }

    @Override
    public TableColumn restored(TableColumn decoded, TableColumn known) {
        IntPredicate unseen = row -> decoded.isMissing(row) && !known.isMissing(row);
        if (IntStream.range(0, decoded.rows()).noneMatch(unseen)) {
            return decoded;
        }
        if (decoded instanceof TableColumn.Numbers && known instanceof TableColumn.Numbers cells) {
            return CellCode.restored(
                    decoded,
                    known,
                    row ->
                            unseen.test(row)
                                    ? OptionalDouble.of(cells.value(row))
                                    : OptionalDouble.empty());
        }
        String[] found = new String[decoded.rows()];
        for (int i = 0; i < found.length; i++) {
            found[i] = text(unseen.test(i) ? known : decoded, i);
        }
        return new TableColumn.Texts(decoded.name(), found);
    }

    private static String text(TableColumn cells, int row) {
        if (cells instanceof TableColumn.Texts texts) {
            return texts.value(row);
        }
        return cells.isMissing(row) ? null : Numerals.of(((TableColumn.Doubles) cells).value(row));
    }

    @Override
    public TableColumn decode(String name, float[] values) {
        String[] found = new String[values.length];
        for (int i = 0; i < values.length; i++) {
            boolean seen = values[i] >= 0 && values[i] < column.levels().size();
            found[i] = seen ? column.levels().get((int) values[i]) : null;
        }
        if (numbers.isEmpty()) {
            return new TableColumn.Texts(name, found);
        }
        double[] parsed = new double[found.length];
        for (int i = 0; i < found.length; i++) {
            parsed[i] = found[i] == null ? Double.NaN : Double.parseDouble(found[i]);
        }
        return new TableColumn.Numbers(name, parsed);
    }
}
