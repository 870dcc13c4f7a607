package org.djlflows.spark;

import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.BooleanType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DateType;
import org.apache.spark.sql.types.NullType;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.types.TimestampNTZType;
import org.apache.spark.sql.types.TimestampType;
import org.djlflows.files.Excerpt;
import org.djlflows.format.FlowConfig;
import org.djlflows.runtime.Scorer;
import org.djlflows.table.ExactNumbers;
import org.djlflows.table.Table;
import org.djlflows.table.TableColumn;

import java.io.Serializable;
import java.sql.Date;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The columns of a DataFrame that a model looks at: where they are, and how their cells are read.
 *
 * <p>Dates and times without a zone count as UTC, as they do in training. Whole numbers beyond
 * \(\pm 2^{53}\), which a double would round, are read as texts, as training reads a column that
 * has some.
 *
 * @param names their names, those that are modelled before those that are given
 * @param kinds what their cells are
 * @param positions where they are in a row
 */
record InputColumns(List<String> names, List<Kind> kinds, List<Integer> positions)
        implements Serializable {

    /** What the cells of a column are. */
    enum Kind {
        NUMBER,
        TEXT,
        TIME;

        static Optional<Kind> of(DataType type) {
            if (type instanceof NumericType) {
                return Optional.of(NUMBER);
            }
            if (type instanceof StringType
                    || type instanceof BooleanType
                    || type instanceof NullType) {
                return Optional.of(TEXT);
            }
            return type instanceof DateType
                            || type instanceof TimestampType
                            || type instanceof TimestampNTZType
                    ? Optional.of(TIME)
                    : Optional.empty();
        }
    }

    /**
     * Finds the columns of a model.
     *
     * @param model the model
     * @param schema the columns of the DataFrame
     * @param allowMissing whether some of the columns that are modelled may be missing, where the
     *     flow is over columns of any kind
     * @return the columns that are there
     * @throws IllegalArgumentException if one is missing, there are two of its name, or its type is
     *     none that the model has numbers for
     */
    static InputColumns of(Scorer model, StructType schema, boolean allowMissing) {
        FlowConfig config = model.config();
        List<String> there = Arrays.asList(schema.fieldNames());
        List<String> wanted =
                Stream.concat(config.columns().stream(), config.contextColumns().stream()).toList();
        boolean anyKind = model.isOfAnyKind();
        boolean some = config.columns().stream().anyMatch(there::contains);
        List<String> required = anyKind && allowMissing && some ? config.contextColumns() : wanted;
        String advice =
                "; with allowMissingColumns, densities are those of the modelled columns that are"
                        + " there";
        requireAll(required, there, anyKind ? advice : "");
        return of(wanted, schema, anyKind);
    }

    /**
     * Finds the columns that are given.
     *
     * @param model the model
     * @param schema the columns of the DataFrame
     * @return the columns
     * @throws IllegalArgumentException as the other method does
     */
    static InputColumns ofContext(Scorer model, StructType schema) {
        List<String> context = model.config().contextColumns();
        requireAll(context, Arrays.asList(schema.fieldNames()), "");
        return of(context, schema, model.isOfAnyKind());
    }

    /**
     * Finds those columns that are there.
     *
     * @param wanted their names
     * @param schema the columns of the DataFrame
     * @param anyKind whether they can be others than numbers
     * @return the columns
     * @throws IllegalArgumentException if there are two of a name, or its type is none that a model
     *     has numbers for
     */
    static InputColumns of(List<String> wanted, StructType schema, boolean anyKind) {
        List<String> there = Arrays.asList(schema.fieldNames());
        List<String> names = wanted.stream().filter(there::contains).toList();
        List<Kind> kinds = new ArrayList<>();
        List<Integer> positions = new ArrayList<>();
        for (String name : names) {
            int position = there.indexOf(name);
            if (position != there.lastIndexOf(name)) {
                throw new IllegalArgumentException(
                        "FlowModel: expected one column of the name "
                                + Excerpt.of(name)
                                + ", got several");
            }
            kinds.add(kind(schema.fields()[position], anyKind));
            positions.add(position);
        }
        // Lists that any serializer knows.
        return new InputColumns(new ArrayList<>(names), kinds, positions);
    }

    private static void requireAll(List<String> required, List<String> there, String advice) {
        List<String> lacking = new ArrayList<>(required);
        lacking.removeAll(there);
        if (!lacking.isEmpty()) {
            throw new IllegalArgumentException(
                    String.format(
                            "FlowModel: expected the columns %s, got %s without %s%s",
                            Excerpt.of(required), Excerpt.of(there), Excerpt.of(lacking), advice));
        }
    }

    private static Kind kind(StructField field, boolean anyKind) {
        return Kind.of(field.dataType())
                .filter(kind -> anyKind || kind == Kind.NUMBER)
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        String.format(
                                                "FlowModel: expected %s in column %s, got %s; cast"
                                                        + " the column",
                                                anyKind
                                                        ? "numbers, texts, booleans, dates or times"
                                                        : "numbers",
                                                Excerpt.of(field.name()),
                                                field.dataType().catalogString())));
    }

    /**
     * Returns a row of numbers.
     *
     * @param row a row of the DataFrame, whose columns all are numbers
     * @return a number for each column, NaN where it is missing
     */
    double[] numbers(Row row) {
        double[] numbers = new double[names.size()];
        for (int j = 0; j < numbers.length; j++) {
            Number cell = row.getAs(positions.get(j));
            numbers[j] = cell == null ? Double.NaN : cell.doubleValue();
        }
        return numbers;
    }

    /**
     * Returns a row of numbers for training.
     *
     * @param row a row of the DataFrame, whose columns all are numbers
     * @return a number for each column
     * @throws IllegalArgumentException if a cell has none, or one that float32 cannot hold
     */
    double[] finiteNumbers(Row row) {
        double[] numbers = numbers(row);
        for (int j = 0; j < numbers.length; j++) {
            if (!Float.isFinite((float) numbers[j])) {
                throw new IllegalArgumentException(
                        String.format(
                                "FlowEstimator: expected a number in each cell of column %s, got"
                                        + " %s; choose the flow any-order, which is for cells of"
                                        + " any kind and missing ones, or leave the column out",
                                Excerpt.of(names.get(j)),
                                Double.isNaN(numbers[j]) ? "a missing one" : numbers[j]));
            }
        }
        return numbers;
    }

    /**
     * Tells whether a row of numbers has all of them.
     *
     * @param row the numbers
     * @return whether none is missing or too large for float32
     */
    static boolean isWhole(double... row) {
        boolean whole = true;
        for (double value : row) {
            whole &= Float.isFinite((float) value);
        }
        return whole;
    }

    /**
     * Returns rows as a table.
     *
     * @param rows rows of the DataFrame
     * @return the columns that the model looks at
     */
    Table table(List<Row> rows) {
        List<TableColumn> columns = new ArrayList<>();
        for (int j = 0; j < names.size(); j++) {
            int position = positions.get(j);
            Object[] cells = rows.stream().map(row -> row.get(position)).toArray();
            columns.add(column(names.get(j), kinds.get(j), cells));
        }
        return Table.of(columns);
    }

    private static TableColumn column(String name, Kind kind, Object... cells) {
        if (kind == Kind.TIME) {
            double[] seconds = Arrays.stream(cells).mapToDouble(InputColumns::seconds).toArray();
            return new TableColumn.Times(name, seconds);
        }
        if (kind == Kind.NUMBER && Arrays.stream(cells).allMatch(InputColumns::isExact)) {
            return new TableColumn.Numbers(
                    name,
                    Arrays.stream(cells)
                            .mapToDouble(
                                    cell ->
                                            cell == null
                                                    ? Double.NaN
                                                    : ((Number) cell).doubleValue())
                            .toArray());
        }
        return new TableColumn.Texts(
                name, Arrays.stream(cells).map(InputColumns::text).toArray(String[]::new));
    }

    private static boolean isExact(Object cell) {
        return cell == null || ExactNumbers.isExact((Number) cell);
    }

    private static String text(Object cell) {
        if (cell == null) {
            return null;
        }
        return cell instanceof Number number ? ExactNumbers.text(number) : cell.toString();
    }

    /** Which classes dates and times have depends on settings of Spark. */
    @SuppressWarnings("JavaUtilDate") // Spark's own.
    private static double seconds(Object cell) {
        if (cell == null) {
            return Double.NaN;
        }
        // The day that it shows where this runs, not the moment at which that began.
        Object time = cell instanceof Date date ? date.toLocalDate() : cell;
        if (time instanceof LocalDate date) {
            return date.toEpochDay() * 86_400.0;
        }
        Instant moment;
        if (time instanceof Timestamp timestamp) {
            moment = timestamp.toInstant();
        } else if (time instanceof LocalDateTime local) {
            moment = local.toInstant(ZoneOffset.UTC);
        } else {
            moment = (Instant) time;
        }
        return moment.getEpochSecond() + moment.getNano() / 1e9;
    }
}
