package org.djlflows.spark;

import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.djlflows.format.FlowConfig;
import org.djlflows.runtime.Scorer;
import org.djlflows.spec.TableFlow;
import org.djlflows.table.Table;
import org.djlflows.table.TableColumn;

import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Iterator;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Draws a block of rows by its number. Blocks have seeds of their own, so that a sample does not
 * depend on how many partitions there are.
 *
 * @param model the model, which an executor gets once
 * @param n the number of rows of all blocks
 * @param seed decides the rows
 */
record SampledBlock(Broadcast<ModelFiles> model, long n, long seed)
        implements FlatMapFunction<Long, Row> {

    /** The rows of a block, but for the last. */
    static final int ROWS = 8192;

    /**
     * Returns the columns of a sample.
     *
     * @param scorer the model
     * @return numbers as doubles, texts as strings, times as such without a zone
     * @throws IllegalArgumentException if a context must be given
     */
    static StructType schema(Scorer scorer) {
        FlowConfig config = scorer.config();
        StructType schema = new StructType();
        if (config.flow() instanceof TableFlow) {
            for (TableColumn column : scorer.sampleTable(0, 0).columns()) {
                schema = schema.add(column.name(), type(column));
            }
            return schema;
        }
        scorer.sample(0, 0);
        for (String name : config.columns()) {
            schema = schema.add(name, DataTypes.DoubleType);
        }
        return schema;
    }

    private static DataType type(TableColumn column) {
        if (column instanceof TableColumn.Texts) {
            return DataTypes.StringType;
        }
        return column instanceof TableColumn.Times
                ? DataTypes.TimestampNTZType
                : DataTypes.DoubleType;
    }

    @Override
    public Iterator<Row> call(Long block) {
        Scorer scorer = model.value().scorer();
        int rows = (int) Math.min(ROWS, n - block * ROWS);
        // Mixed twice: neither neighbouring blocks nor neighbouring seeds may have rows in common.
        long own = new SplittableRandom(new SplittableRandom(seed).nextLong() + block).nextLong();
        if (scorer.config().flow() instanceof TableFlow) {
            Table table = scorer.sampleTable(rows, own);
            return IntStream.range(0, rows)
                    .mapToObj(
                            i ->
                                    RowFactory.create(
                                            table.columns().stream()
                                                    .map(column -> cell(column, i))
                                                    .toArray()))
                    .iterator();
        }
        return Arrays.stream(scorer.sample(rows, own))
                .map(row -> RowFactory.create(Arrays.stream(row).boxed().toArray()))
                .iterator();
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
