package org.djlflows.data;

import static org.djlflows.testing.Fixtures.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

class SplitTest {

    @Test
    void byRowNumberTheLastTwoOfTenAreLeftAside() {
        Split split = Split.modulo(23);
        int[] training = {0, 1, 2, 3, 4, 5, 6, 7, 10, 11, 12, 13, 14, 15, 16, 17, 20, 21, 22};
        assertArrayEquals(training, split.training());
        assertArrayEquals(new int[] {8, 18}, split.validation());
        assertArrayEquals(new int[] {9, 19}, split.test());
    }

    /** A row in two parts would make what is measured look better than it is. */
    @ParameterizedTest
    @ValueSource(ints = {20, 29, 1234})
    void eachRowIsInOnePart(int rows) {
        for (Split split :
                new Split[] {Split.modulo(rows), Split.random(rows, 5), Split.random(rows, 6)}) {
            int[] all =
                    Stream.of(split.training(), split.validation(), split.test())
                            .flatMapToInt(Arrays::stream)
                            .sorted()
                            .toArray();
            assertArrayEquals(IntStream.range(0, rows).toArray(), all);
            assertEquals((rows + 1) / 10, split.validation().length);
            assertEquals(rows / 10, split.test().length);
        }
    }

    /** Each row is for test in about a tenth of the splits, wherever in the table it is. */
    @Test
    void atRandomEachRowHasTheSameChance() {
        int rows = 20;
        int splits = 4000;
        int[] counts = new int[rows];
        for (int seed = 0; seed < splits; seed++) {
            for (int row : Split.random(rows, seed).test()) {
                counts[row]++;
            }
        }
        // Four standard deviations of a binomial count with probability 0.1 are 76.
        for (int row = 0; row < rows; row++) {
            assertEquals(400, counts[row], 76, "row " + row);
        }
    }

    @Test
    void theSeedDecides() {
        int[] training = Split.random(500, 1).training();
        assertArrayEquals(training, Split.random(500, 1).training());
        assertFalse(Arrays.equals(training, Split.random(500, 2).training()));
        assertFalse(Arrays.equals(training, Split.modulo(500).training()));
    }

    @Test
    void partsAreCopies() {
        Split split = Split.modulo(20);
        split.training()[0] = 7;
        split.validation()[0] = 7;
        split.test()[0] = 7;
        assertEquals(0, split.training()[0]);
        assertEquals(8, split.validation()[0]);
        assertEquals(9, split.test()[0]);
    }

    @Test
    void takesWholeRowsInTheOrderAskedFor() {
        float[] matrix = {0, 1, 2, 10, 11, 12, 20, 21, 22, 30, 31, 32};
        float[] expected = {30, 31, 32, 0, 1, 2, 30, 31, 32};
        assertArrayEquals(expected, Split.take(matrix, 3, new int[] {3, 0, 3}));
        assertEquals(0, Split.take(matrix, 3, new int[0]).length);
    }

    @ParameterizedTest
    @CsvSource({"23, 5", "20, 2", "21, 10"})
    void eachRowIsForTestInOneFold(int rows, int folds) {
        List<Split> splits = Split.folds(rows, folds, 3);
        assertEquals(folds, splits.size());
        int[] all = IntStream.range(0, rows).toArray();
        int[] tested = splits.stream().flatMapToInt(s -> Arrays.stream(s.test())).toArray();
        assertFalse(Arrays.equals(all, tested));
        assertArrayEquals(all, Arrays.stream(tested).sorted().toArray());
        for (Split split : splits) {
            assertTrue(Set.of(0, 1).contains(split.test().length - rows / folds));
            int rest = rows - split.test().length;
            assertEquals(rest / 10, split.validation().length);
            assertArrayEquals(
                    all,
                    Stream.of(split.training(), split.validation(), split.test())
                            .flatMapToInt(Arrays::stream)
                            .sorted()
                            .toArray());
        }
        assertFalse(Arrays.equals(splits.get(0).test(), Split.folds(rows, folds, 4).get(0).test()));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 12})
    void foldsOfOneRowAreRefused(int folds) {
        String message = "Split: expected 2 to 11 folds of 23 rows, got " + folds;
        assertRefused(IllegalArgumentException.class, message, () -> Split.folds(23, folds, 0));
    }

    @Test
    void fewerThanTwentyRowsAreRefused() {
        String message = "Split: expected at least 20 rows, better thousands, got 19";
        assertRefused(IllegalArgumentException.class, message, () -> Split.modulo(19));
        assertRefused(IllegalArgumentException.class, message, () -> Split.random(19, 0));
    }

    /**
     * The seed of a run decides its order for ever: checkpoints and published numbers rely on it.
     */
    @Test
    void shuffledNumbersAreThoseOfCollectionsShuffle() {
        List<Integer> expected = new ArrayList<>(IntStream.range(0, 1000).boxed().toList());
        Collections.shuffle(expected, new Random(7));
        assertEquals(expected, Arrays.stream(Split.shuffled(1000, 7)).boxed().toList());
    }

    @Test
    void aBoundedSplitMeasuresByRowsOfAllParts() {
        int rows = 1_500_000;
        Split split = Split.modulo(rows);
        Split bounded = split.bounded();
        assertArrayEquals(split.training(), bounded.training());
        assertEquals(25_000, bounded.validation().length);
        assertEquals(100_000, bounded.test().length);
        assertEquals(
                100_000, Arrays.stream(bounded.test()).filter(i -> i % 10 == 9).distinct().count());
        for (int[] part : new int[][] {bounded.validation(), bounded.test()}) {
            assertEquals(rows / 2.0, Arrays.stream(part).average().orElseThrow(), 100);
        }
        Split small = Split.random(250_000, 1);
        assertArrayEquals(small.validation(), small.bounded().validation());
        assertArrayEquals(small.test(), small.bounded().test());
    }

    @Test
    void rowsOfAListAreAView() {
        List<String> list = Arrays.asList("a", "b", "c");
        List<String> taken = Split.take(list, new int[] {2, 0, 2});
        assertEquals(List.of("c", "a", "c"), taken);
        list.set(2, "d");
        assertEquals("d", taken.get(0));
    }
}
