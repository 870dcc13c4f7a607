package org.djlflows.spark;

import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.djlflows.files.Excerpt;
import org.djlflows.format.FlowConfig;
import org.djlflows.runtime.TableCells;
import org.djlflows.spec.TableFlow;
import org.djlflows.table.Table;
import org.djlflows.table.TableColumn;

import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;

/**
 * The columns that are drawn, as Spark has them: numbers as doubles, texts as strings, times as
 * such without a zone.
 */
final class SampledColumns {

    private SampledColumns() {}

    /**
     * Appends the columns that are drawn.
     *
     * @param config the configuration of the model
     * @param schema the columns before them
     * @return all columns
     * @throws IllegalArgumentException if there is one of a name already
     */
    static StructType addTo(StructType schema, FlowConfig config) {
        for (String name : config.columns()) {
            if (Arrays.asList(schema.fieldNames()).contains(name)) {
                throw new IllegalArgumentException(
                        String.format(
                                "FlowModel: expected rows without the columns that are drawn, got"
                                        + " them with %s; drop or rename the column",
                                Excerpt.of(name)));
            }
        }
        StructType all = schema;
        if (config.flow() instanceof TableFlow) {
            for (TableColumn column : new TableCells(config).rows(new float[0]).columns()) {
                all = all.add(column.name(), type(column));
            }
            return all;
        }
        for (String name : config.columns()) {
            all = all.add(name, DataTypes.DoubleType);
        }
        return all;
    }

    private static DataType type(TableColumn column) {
        if (column instanceof TableColumn.Texts) {
            return DataTypes.StringType;
        }
        return column instanceof TableColumn.Times
                ? DataTypes.TimestampNTZType
                : DataTypes.DoubleType;
    }

    /**
     * Returns a row that was drawn.
     *
     * @param table the rows
     * @param row which one
     * @return its cells, null where they are missing
     */
    static Object[] cells(Table table, int row) {
        return table.columns().stream().map(column -> cell(column, row)).toArray();
    }

    private static Object cell(TableColumn column, int row) {
        if (column.isMissing(row)) {
            return null;
        }
        if (column instanceof TableColumn.Texts texts) {
            return texts.value(row);
        }
        double value = ((TableColumn.Doubles) column).value(row);
        return column instanceof TableColumn.Times ? time(value) : (Object) value;
    }

    /** To the microsecond, which is what Spark keeps. */
    private static LocalDateTime time(double seconds) {
        long micros = Math.round(seconds * 1e6);
        return LocalDateTime.ofEpochSecond(
                Math.floorDiv(micros, 1_000_000L),
                (int) Math.floorMod(micros, 1_000_000L) * 1000,
                ZoneOffset.UTC);
    }
}
