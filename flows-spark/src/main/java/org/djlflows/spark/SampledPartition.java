package org.djlflows.spark;

import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.djlflows.format.FlowConfig;
import org.djlflows.runtime.ModelFiles;
import org.djlflows.runtime.Scorer;
import org.djlflows.runtime.TableCells;
import org.djlflows.spec.TableFlow;
import org.djlflows.table.Table;

import scala.Tuple2;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Appends drawn cells to the numbered rows of a partition, given the cells that these have. Each
 * row has a seed of its own, by its number.
 *
 * @param model the model, which an executor gets once
 * @param columns where the columns that are given are
 * @param seeds those of the rows
 */
record SampledPartition(Broadcast<ModelFiles> model, InputColumns columns, Seeds seeds)
        implements FlatMapFunction<Iterator<Tuple2<Row, Long>>, Row> {

    @Override
    public Iterator<Row> call(Iterator<Tuple2<Row, Long>> rows) {
        return Batches.of(rows, this::drawn);
    }

    private List<Row> drawn(List<Tuple2<Row, Long>> batch) {
        Scorer scorer = model.value().scorer();
        FlowConfig config = scorer.config();
        List<Row> given = batch.stream().map(Tuple2::_1).toList();
        Object[][] cells = new Object[batch.size()][config.columns().size()];
        if (config.flow() instanceof TableFlow) {
            Table table = columns.table(given);
            boolean[] bad = new boolean[given.size()];
            new TableCells(config).context(table, cell -> bad[cell.row()] = true);
            int[] known = IntStream.range(0, bad.length).filter(i -> !bad[i]).toArray();
            Table drawn = scorer.sampleTable(table.take(known), seeds(batch, known));
            for (int k = 0; k < known.length; k++) {
                cells[known[k]] = SampledColumns.cells(drawn, k);
            }
        } else {
            double[][] values = given.stream().map(columns::numbers).toArray(double[][]::new);
            int[] known =
                    IntStream.range(0, values.length)
                            .filter(i -> InputColumns.isWhole(values[i]))
                            .toArray();
            double[][] whole =
                    Arrays.stream(known).mapToObj(i -> values[i]).toArray(double[][]::new);
            double[][] drawn = scorer.sample(whole, seeds(batch, known));
            for (int k = 0; k < known.length; k++) {
                cells[known[k]] = Arrays.stream(drawn[k]).boxed().toArray();
            }
        }
        List<Row> rows = new ArrayList<>(batch.size());
        for (int i = 0; i < cells.length; i++) {
            rows.add(RowFactory.create(joined(Batches.cells(given.get(i)), cells[i])));
        }
        return rows;
    }

    private long[] seeds(List<Tuple2<Row, Long>> batch, int[] which) {
        return Arrays.stream(which).mapToLong(i -> seeds.of(batch.get(i)._2())).toArray();
    }

    private static Object[] joined(Object[] first, Object[] second) {
        Object[] all = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, all, first.length, second.length);
        return all;
    }
}
