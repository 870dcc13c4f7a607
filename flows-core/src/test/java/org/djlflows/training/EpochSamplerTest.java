package org.djlflows.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

class EpochSamplerTest {

    private static final int ROWS = 1030;
    private static final int BATCH = 100;

    private static List<int[]> batches(long seed, long first, int count) {
        return new EpochSampler(ROWS, BATCH, seed).batches(first).limit(count).toList();
    }

    @Test
    void goesThroughDifferentRowsInWholeBatches() {
        Set<Integer> seen = new HashSet<>();
        for (int[] batch : batches(3, 0, 10)) {
            assertEquals(BATCH, batch.length);
            Arrays.stream(batch).forEach(seen::add);
        }
        assertEquals(10 * BATCH, seen.size());
        assertTrue(seen.stream().allMatch(row -> row >= 0 && row < ROWS));
    }

    /** Rows are left out by chance, not always the last ones. */
    @Test
    void theSeedDecidesTheOrder() {
        int[] first = batches(3, 0, 1).get(0);
        assertArrayEquals(first, batches(3, 0, 1).get(0));
        assertFalse(Arrays.equals(first, batches(4, 0, 1).get(0)));
        assertTrue(Arrays.stream(first).anyMatch(row -> row >= BATCH));
    }

    /** An epoch can end anywhere, and the next one go on: so a run can be resumed. */
    @Test
    void batchesAreThoseOfTheirNumber() {
        List<int[]> all = batches(3, 0, 25);
        for (int first : new int[] {1, 7, 10, 19}) {
            int count = 25 - first;
            List<int[]> later = batches(3, first, count);
            for (int i = 0; i < count; i++) {
                assertArrayEquals(all.get(first + i), later.get(i));
            }
        }
        assertFalse(Arrays.equals(all.get(0), all.get(10)), "the same order in the next pass");
    }

    @Test
    void aBatchOfAllRowsIsTheOnlyOneOfAPass() {
        List<int[]> passes = new EpochSampler(7, 7, 0).batches(0).limit(2).toList();
        for (int[] batch : passes) {
            assertEquals(7, Arrays.stream(batch).distinct().count());
        }
        assertFalse(Arrays.equals(passes.get(0), passes.get(1)));
    }

    /** Whoever holds rows of a batch takes them: together these are the batch of all rows. */
    @Test
    void peersDivideABatch() {
        int[] sizes = {700, 0, 30, 300};
        List<int[]> whole = batches(3, 7, 25);
        List<List<int[]>> parts = new ArrayList<>();
        int first = 0;
        for (int size : sizes) {
            parts.add(new EpochSampler(ROWS, first, size, BATCH, 3).batches(7).limit(25).toList());
            first += size;
        }
        for (int i = 0; i < whole.size(); i++) {
            Set<Integer> together = new HashSet<>();
            first = 0;
            for (int part = 0; part < sizes.length; part++) {
                for (int row : parts.get(part).get(i)) {
                    assertTrue(row >= 0 && row < sizes[part]);
                    assertTrue(together.add(first + row));
                }
                first += sizes[part];
            }
            assertEquals(Arrays.stream(whole.get(i)).boxed().collect(Collectors.toSet()), together);
        }
    }
}
