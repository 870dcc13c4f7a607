package org.djlflows.spark;

import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.djlflows.anomaly.RowScore;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;

/**
 * Appends the scores to the rows of a partition, a batch after the other.
 *
 * @param scores how odd rows are
 * @param columns where the columns of the model are
 */
record ScoredPartition(RowScores scores, InputColumns columns)
        implements MapPartitionsFunction<Row, Row> {

    private static final int BATCH = 512;

    @Override
    public Iterator<Row> call(Iterator<Row> rows) {
        return new Iterator<>() {
            private Iterator<Row> scored = Collections.emptyIterator();

            @Override
            public boolean hasNext() {
                return scored.hasNext() || rows.hasNext();
            }

            @Override
            public Row next() {
                if (!hasNext()) {
                    throw new NoSuchElementException();
                }
                if (!scored.hasNext()) {
                    scored = scored(batch(rows)).iterator();
                }
                return scored.next();
            }
        };
    }

    private static List<Row> batch(Iterator<Row> rows) {
        List<Row> batch = new ArrayList<>(BATCH);
        while (batch.size() < BATCH && rows.hasNext()) {
            batch.add(rows.next());
        }
        return batch;
    }

    private List<Row> scored(List<Row> batch) {
        List<Optional<RowScore>> found = scores.of(batch, columns);
        List<Row> scored = new ArrayList<>(batch.size());
        for (int i = 0; i < batch.size(); i++) {
            scored.add(
                    RowFactory.create(scores.outputs().append(cells(batch.get(i)), found.get(i))));
        }
        return scored;
    }

    private static Object[] cells(Row row) {
        Object[] cells = new Object[row.size()];
        for (int j = 0; j < cells.length; j++) {
            cells[j] = row.get(j);
        }
        return cells;
    }
}
