package org.djlflows.training;

import ai.djl.training.dataset.RandomAccessDataset;
import ai.djl.training.dataset.Sampler;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Batches in an order that depends on the seed alone, so that a run can be repeated and resumed.
 * Rows that fill no whole batch wait for the next epoch.
 */
final class EpochSampler implements Sampler {

    private final int batchSize;
    private final long seed;

    EpochSampler(int batchSize, long seed) {
        this.batchSize = batchSize;
        this.seed = seed;
    }

    @Override
    public Iterator<List<Long>> sample(RandomAccessDataset dataset) {
        return batches(Math.toIntExact(dataset.size()));
    }

    /** Returns the row numbers of each batch. */
    Iterator<List<Long>> batches(int rows) {
        List<Long> order =
                new ArrayList<>(IntStream.range(0, rows).asLongStream().boxed().toList());
        Collections.shuffle(order, new Random(seed));
        return IntStream.range(0, rows / batchSize)
                .mapToObj(i -> order.subList(i * batchSize, (i + 1) * batchSize))
                .iterator();
    }

    @Override
    public int getBatchSize() {
        return batchSize;
    }
}
