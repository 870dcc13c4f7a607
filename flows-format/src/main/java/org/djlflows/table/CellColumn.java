package org.djlflows.table;

import org.djlflows.files.Excerpt;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** A column made of Java objects: what they stand for, and that all stand for the same kind. */
final class CellColumn {

    private enum Kind {
        NUMBER("a number"),
        TEXT("a text"),
        TIME("a time");

        private final String described;

        Kind(String described) {
            this.described = described;
        }
    }

    private final String name;

    /** What the first cell that is not missing was, for the message about one of another kind. */
    private Object first;

    private Kind kind;

    private CellColumn(String name) {
        this.name = name;
    }

    /**
     * Makes a column.
     *
     * @param name its name
     * @param cells a cell for each row
     * @return a column of the kind of the cells; of texts if all are missing
     * @throws IllegalArgumentException if they are of several kinds or of none
     */
    static TableColumn of(String name, List<?> cells) {
        return new CellColumn(name).column(cells);
    }

    private TableColumn column(List<?> cells) {
        double[] values = new double[cells.size()];
        String[] texts = new String[cells.size()];
        Arrays.fill(values, Double.NaN);
        int row = 0;
        for (Object cell : cells) {
            Object found = unwrapped(cell);
            if (found != null) {
                Kind its = kindOf(found, row);
                requireSame(its, found, row);
                switch (its) {
                    case NUMBER -> values[row] = number((Number) found, row);
                    case TIME -> values[row] = seconds(found);
                    case TEXT -> texts[row] = text(found);
                }
            }
            row++;
        }
        if (kind == Kind.NUMBER) {
            return new TableColumn.Numbers(name, values);
        }
        return kind == Kind.TIME
                ? new TableColumn.Times(name, values)
                : new TableColumn.Texts(name, texts);
    }

    private static Object unwrapped(Object cell) {
        if (cell instanceof Optional<?> some) {
            return unwrapped(some.orElse(null));
        }
        if (cell instanceof OptionalDouble some) {
            return some.isPresent() ? some.getAsDouble() : null;
        }
        if (cell instanceof OptionalInt some) {
            return some.isPresent() ? some.getAsInt() : null;
        }
        if (cell instanceof OptionalLong some) {
            return some.isPresent() ? some.getAsLong() : null;
        }
        return cell;
    }

    private Kind kindOf(Object cell, int row) {
        if (cell instanceof Number) {
            return Kind.NUMBER;
        }
        if (cell instanceof CharSequence
                || cell instanceof Boolean
                || cell instanceof Character
                || cell instanceof Enum<?>) {
            return Kind.TEXT;
        }
        if (cell instanceof Instant
                || cell instanceof LocalDateTime
                || cell instanceof LocalDate
                || cell instanceof ZonedDateTime
                || cell instanceof OffsetDateTime
                || cell instanceof Date) {
            return Kind.TIME;
        }
        throw new IllegalArgumentException(
                at(row) + "expected a number, a text or a time, got " + described(cell));
    }

    private void requireSame(Kind its, Object cell, int row) {
        if (kind == null) {
            kind = its;
            first = cell;
        } else if (kind != its) {
            throw new IllegalArgumentException(
                    at(row)
                            + "expected "
                            + kind.described
                            + " as in the rows before ("
                            + described(first)
                            + "), got "
                            + its.described
                            + " ("
                            + described(cell)
                            + "); convert the cells to one kind");
        }
    }

    private double number(Number cell, int row) {
        if (!ExactNumbers.isExact(cell)) {
            throw new IllegalArgumentException(
                    at(row)
                            + "expected a whole number within \u00b12^53, which a double holds, got "
                            + described(cell)
                            + "; if it is a key, pass it as text");
        }
        return cell.doubleValue();
    }

    private static String text(Object cell) {
        return cell instanceof Enum<?> constant ? constant.name() : cell.toString();
    }

    @SuppressWarnings("JavaUtilDate") // What callers have is read, not made.
    private static double seconds(Object cell) {
        if (cell instanceof LocalDate date) {
            return date.toEpochDay() * 86_400.0;
        }
        if (cell instanceof Date date) {
            // Not toInstant(), which java.sql.Date refuses.
            return date.getTime() / 1000.0;
        }
        Instant moment;
        if (cell instanceof LocalDateTime local) {
            moment = local.toInstant(ZoneOffset.UTC);
        } else if (cell instanceof ZonedDateTime zoned) {
            moment = zoned.toInstant();
        } else if (cell instanceof OffsetDateTime offset) {
            moment = offset.toInstant();
        } else {
            moment = (Instant) cell;
        }
        return moment.getEpochSecond() + moment.getNano() / 1e9;
    }

    private String at(int row) {
        return "Table, column " + Excerpt.of(name, 100) + ", row " + row + ": ";
    }

    private static String described(Object cell) {
        return cell.getClass().getSimpleName() + " " + Excerpt.of(cell, 40);
    }
}
