package org.djlflows.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

import org.junit.jupiter.api.Test;

import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;

class EpochSamplerTest {

    private static final int ROWS = 1030;
    private static final int BATCH = 100;

    @Test
    void goesThroughDifferentRowsInWholeBatches() {
        EpochSampler sampler = new EpochSampler(BATCH, 3);
        assertEquals(BATCH, sampler.batchSize());
        Set<Long> seen = new HashSet<>();
        int batches = 0;
        for (Iterator<List<Long>> all = sampler.batches(ROWS).iterator();
                all.hasNext();
                batches++) {
            List<Long> batch = all.next();
            assertEquals(BATCH, batch.size());
            seen.addAll(batch);
        }
        assertEquals(10, batches);
        assertEquals(batches * BATCH, seen.size());
        assertTrue(seen.stream().allMatch(row -> row >= 0 && row < ROWS));
    }

    /** Rows are left out by chance, not always the last ones. */
    @Test
    void theSeedDecidesTheOrder() {
        List<Long> first = first(3);
        assertEquals(first, first(3));
        assertNotEquals(first, first(4));
        assertTrue(first.stream().anyMatch(row -> row >= BATCH));
    }

    private static List<Long> first(long seed) {
        return new EpochSampler(BATCH, seed).batches(ROWS).findFirst().orElseThrow();
    }

    @Test
    void aBatchOfAllRowsIsTheOnlyOne() {
        Iterator<List<Long>> batches = new EpochSampler(7, 0).batches(7).iterator();
        assertEquals(7, batches.next().size());
        assertFalse(batches.hasNext());
    }

    /** Of each array the same rows, on the manager that is asked to hold them. */
    @Test
    void takesTheRowsOfAllArrays() {
        try (NDManager manager = NDManager.newBaseManager();
                NDManager owner = manager.newSubManager()) {
            NDArray x = manager.arange(10f).reshape(10, 1);
            NDList data = new NDList(x.concat(x, 1), x.toType(DataType.INT64, true));
            EpochSampler sampler = new EpochSampler(4, 5);
            Iterator<List<Long>> numbers = sampler.batches(10).iterator();
            Iterator<NDList> batches = sampler.batches(data, owner).iterator();
            for (int i = 0; i < 2; i++) {
                long[] rows = numbers.next().stream().mapToLong(row -> row).toArray();
                int managed = owner.getManagedArrays().size();
                NDList batch = batches.next();
                assertEquals(managed + 2, owner.getManagedArrays().size());
                assertArrayEquals(rows, batch.get(1).toLongArray());
                NDArray left = batch.get(0).get(":, 0").toType(DataType.INT64, true);
                assertArrayEquals(rows, left.toLongArray());
                assertEquals(new Shape(4, 2), batch.get(0).getShape());
                assertEquals(owner, batch.get(0).getManager());
            }
            assertFalse(batches.hasNext());
        }
    }
}
