package org.djlflows.spark;

import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.djlflows.runtime.ModelFiles;
import org.djlflows.runtime.Scorer;
import org.djlflows.spec.TableFlow;
import org.djlflows.table.Table;

import java.util.Arrays;
import java.util.Iterator;
import java.util.stream.IntStream;

/**
 * Draws a block of rows by its number. Blocks have seeds of their own, so that a sample does not
 * depend on how many partitions there are.
 *
 * @param model the model, which an executor gets once
 * @param n the number of rows of all blocks
 * @param seeds those of the blocks
 */
record SampledBlock(Broadcast<ModelFiles> model, long n, Seeds seeds)
        implements FlatMapFunction<Long, Row> {

    /** The rows of a block, but for the last. */
    static final int ROWS = 8192;

    @Override
    public Iterator<Row> call(Long block) {
        Scorer scorer = model.value().scorer();
        int rows = (int) Math.min(ROWS, n - block * ROWS);
        if (scorer.config().flow() instanceof TableFlow) {
            Table table = scorer.sampleTable(rows, seeds.of(block));
            return IntStream.range(0, rows)
                    .mapToObj(i -> RowFactory.create(SampledColumns.cells(table, i)))
                    .iterator();
        }
        return Arrays.stream(scorer.sample(rows, seeds.of(block)))
                .map(row -> RowFactory.create(Arrays.stream(row).boxed().toArray()))
                .iterator();
    }
}
