package org.djlflows.spark;

import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.djlflows.runtime.Explanation;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * Appends the scores to the rows of a partition.
 *
 * @param scores how odd rows are
 * @param columns where the columns of the model are
 */
record ScoredPartition(RowScores scores, InputColumns columns)
        implements MapPartitionsFunction<Row, Row> {

    @Override
    public Iterator<Row> call(Iterator<Row> rows) {
        return Batches.of(rows, this::scored);
    }

    private List<Row> scored(List<Row> batch) {
        List<Optional<Explanation>> found = scores.of(batch, columns);
        List<Row> scored = new ArrayList<>(batch.size());
        for (int i = 0; i < batch.size(); i++) {
            Object[] cells = Batches.cells(batch.get(i));
            scored.add(RowFactory.create(scores.outputs().append(cells, found.get(i))));
        }
        return scored;
    }
}
