package org.djlflows.table;

import org.djlflows.spec.Column;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Consumer;
import java.util.function.DoubleUnaryOperator;

/** Real and whole numbers, less their offset. */
final class NumberCode implements CellCode {

    /** Below such a step the decimals of float32 itself would show. */
    private static final double FINE = 1e-6;

    private final Column.Number column;
    private final double offset;
    private final boolean whole;
    private final DoubleUnaryOperator rounding;

    /** The atoms by their numbers in float32. */
    private final Map<Float, Double> atoms = new HashMap<>();

    NumberCode(Column.Number column, double offset) {
        this.column = column;
        this.offset = offset;
        whole = column instanceof Column.Whole;
        rounding = Rounding.of(column);
        column.atoms().forEach(atom -> atoms.putIfAbsent(code(atom), atom));
    }

    private float code(double x) {
        return (float) (x - offset) + 0f;
    }

    @Override
    public Column encoded() {
        // Two atoms may be one number of float32, which no offset can change.
        List<Double> codes =
                column.atoms().stream().map(atom -> (double) code(atom)).distinct().toList();
        double least = code(column.least());
        double most = code(column.most());
        return whole
                ? new Column.Whole(codes, least, most, column.missing(), column.step())
                : new Column.Real(codes, least, most, column.missing(), column.step());
    }

    @Override
    public float encode(TableColumn cells, int row, Consumer<String> bad) {
        OptionalDouble number = number(cells, row);
        // A fraction among whole numbers stays one: it has no probability.
        float code = number.isPresent() ? code(number.getAsDouble()) : Float.NaN;
        if (!Float.isFinite(code)) {
            bad.accept(
                    "expected a "
                            + (whole ? "whole number" : "number")
                            + (number.isPresent() ? " within \u00b13.4e38" : "")
                            + ", got "
                            + CellCode.described(cells, row));
            return Float.NaN;
        }
        return code;
    }

    private static OptionalDouble number(TableColumn cells, int row) {
        if (cells instanceof TableColumn.Numbers numbers) {
            return OptionalDouble.of(numbers.value(row));
        }
        return cells instanceof TableColumn.Texts texts
                ? Numerals.parse(texts.value(row))
                : OptionalDouble.empty();
    }

    @Override
    public TableColumn restored(TableColumn decoded, TableColumn known) {
        return CellCode.restored(decoded, known, row -> number(known, row));
    }

    @Override
    public TableColumn decode(String name, float[] values) {
        double[] numbers = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            numbers[i] = Float.isFinite(values[i]) ? decoded(values[i]) : Double.NaN;
        }
        return new TableColumn.Numbers(name, numbers);
    }

    private double decoded(float code) {
        Double atom = atoms.get(code + 0f);
        if (atom != null) {
            return atom;
        }
        double x = offset == 0 && column.step() < FINE ? shortest(code) : code + offset;
        return rounding.applyAsDouble(x);
    }

    /** 0.1 rather than 0.10000000149, which is as near to the number of float32. */
    private static double shortest(float code) {
        return Double.parseDouble(Float.toString(code));
    }
}
