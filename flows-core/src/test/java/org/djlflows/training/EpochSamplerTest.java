package org.djlflows.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
        assertEquals(BATCH, sampler.getBatchSize());
        Set<Long> seen = new HashSet<>();
        int batches = 0;
        for (Iterator<List<Long>> all = sampler.batches(ROWS); all.hasNext(); batches++) {
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
        List<Long> first = new EpochSampler(BATCH, 3).batches(ROWS).next();
        assertEquals(first, new EpochSampler(BATCH, 3).batches(ROWS).next());
        assertNotEquals(first, new EpochSampler(BATCH, 4).batches(ROWS).next());
        assertTrue(first.stream().anyMatch(row -> row >= BATCH));
    }

    @Test
    void aBatchOfAllRowsIsTheOnlyOne() {
        Iterator<List<Long>> batches = new EpochSampler(7, 0).batches(7);
        assertEquals(7, batches.next().size());
        assertFalse(batches.hasNext());
    }
}
