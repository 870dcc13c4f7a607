package org.djlflows.data;

import static org.djlflows.testing.Fixtures.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Arrays;
import java.util.stream.LongStream;

class ShuffleTest {

    private static long[] places(int size, long seed) {
        Shuffle shuffle = new Shuffle(size, seed);
        return LongStream.range(0, size).map(shuffle::placeOf).toArray();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 7, 8, 9, 64, 100, 1024, 1025, 30_000})
    void eachPlaceIsTakenOnce(int size) {
        long[] places = places(size, 11);
        Arrays.sort(places);
        assertArrayEquals(LongStream.range(0, size).toArray(), places);
    }

    /** Over seeds, each thing comes to each place as often: chi-squared of 11 x 11 cells. */
    @Test
    void placesAreUniform() {
        int size = 11;
        int seeds = 22_000;
        int[][] counts = new int[size][size];
        for (int seed = 0; seed < seeds; seed++) {
            long[] places = places(size, seed);
            for (int i = 0; i < size; i++) {
                counts[i][(int) places[i]]++;
            }
        }
        double expected = (double) seeds / size;
        double statistic =
                Arrays.stream(counts)
                        .flatMapToInt(Arrays::stream)
                        .mapToDouble(n -> (n - expected) * (n - expected) / expected)
                        .sum();
        // 100 degrees of freedom: five standard deviations above the mean.
        assertTrue(statistic < 100 + 5 * Math.sqrt(200), () -> "chi-squared " + statistic);
    }

    /** Neither where one stands nor how far its neighbour is says anything of the number. */
    @ParameterizedTest
    @ValueSource(longs = {0, 1, 2, 3})
    void neighboursAreFarApart(long seed) {
        int size = 50_000;
        long[] places = places(size, seed);
        for (int lag : new int[] {0, 1, 2, 64}) {
            double sum = 0;
            for (int i = 0; i < size; i++) {
                double other = lag == 0 ? i : places[(i + lag) % size];
                sum += (places[i] - size / 2.0) * (other - size / 2.0);
            }
            double correlation = sum / (Math.pow(size, 3) / 12);
            assertEquals(0, correlation, 5 / Math.sqrt(size), "lag " + lag);
        }
    }

    @Test
    void largeSizesWork() {
        long size = (1L << 32) - 5;
        Shuffle shuffle = new Shuffle(size, 5);
        long[] places = LongStream.range(size - 1000, size).map(shuffle::placeOf).toArray();
        assertEquals(1000, Arrays.stream(places).distinct().count());
        assertTrue(Arrays.stream(places).allMatch(place -> place >= 0 && place < size));
        assertTrue(Arrays.stream(places).max().orElseThrow() > size / 2);
    }

    @Test
    void nothingIsRefused() {
        assertRefused(
                IllegalArgumentException.class,
                "Shuffle: expected at least 1, got 0",
                () -> new Shuffle(0, 1));
    }
}
