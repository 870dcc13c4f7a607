package org.djlflows.spark;

import org.apache.spark.sql.Row;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.Function;

/** What is made of the rows of a partition, a batch after the other. */
final class Batches {

    private static final int SIZE = 512;

    private Batches() {}

    /**
     * Returns what is made of rows, as it is asked for.
     *
     * @param rows the rows
     * @param work makes something of a batch of them
     * @param <T> the type of a row
     * @return what is made of all
     */
    static <T> Iterator<Row> of(Iterator<T> rows, Function<List<T>, List<Row>> work) {
        return new Iterator<>() {
            private Iterator<Row> made = Collections.emptyIterator();

            @Override
            public boolean hasNext() {
                return made.hasNext() || rows.hasNext();
            }

            @Override
            public Row next() {
                if (!hasNext()) {
                    throw new NoSuchElementException();
                }
                if (!made.hasNext()) {
                    made = work.apply(batch(rows)).iterator();
                }
                return made.next();
            }
        };
    }

    private static <T> List<T> batch(Iterator<T> rows) {
        List<T> batch = new ArrayList<>(SIZE);
        while (batch.size() < SIZE && rows.hasNext()) {
            batch.add(rows.next());
        }
        return batch;
    }

    /**
     * Returns the cells of a row.
     *
     * @param row the row
     * @return what it holds, to be followed by more
     */
    static Object[] cells(Row row) {
        Object[] cells = new Object[row.size()];
        for (int j = 0; j < cells.length; j++) {
            cells[j] = row.get(j);
        }
        return cells;
    }
}
