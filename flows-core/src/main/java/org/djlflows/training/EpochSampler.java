package org.djlflows.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Batches in an order that depends on the seed alone, so that a run can be repeated and resumed.
 * Rows that fill no whole batch wait for the next epoch.
 *
 * @param batchSize the number of rows in a batch
 * @param seed the seed
 */
record EpochSampler(int batchSize, long seed) {

    /** Returns the row numbers of each batch. */
    Stream<List<Long>> batches(int rows) {
        List<Long> order =
                new ArrayList<>(IntStream.range(0, rows).asLongStream().boxed().toList());
        Collections.shuffle(order, new Random(seed));
        return IntStream.range(0, rows / batchSize)
                .mapToObj(i -> order.subList(i * batchSize, (i + 1) * batchSize));
    }

    /** Returns the rows of each batch, on the manager that is given. */
    Stream<NDList> batches(NDList data, NDManager manager) {
        return batches(Math.toIntExact(data.head().getShape().get(0)))
                .map(numbers -> rows(data, numbers, manager));
    }

    /** Data that do not fit a GPU stay where they are, and go there batch by batch. */
    private static NDList rows(NDList data, List<Long> numbers, NDManager manager) {
        try (NDManager scratch = manager.newSubManager()) {
            NDList batch = new NDList();
            NDArray index = scratch.create(numbers.stream().mapToLong(i -> i).toArray());
            NDArray there = index.toDevice(data.head().getDevice(), false);
            for (NDArray array : data) {
                NDArray rows = array.get(scratch, new NDIndex("{}", there));
                batch.add(rows.toDevice(manager.getDevice(), false));
            }
            batch.attach(manager);
            return batch;
        }
    }
}
