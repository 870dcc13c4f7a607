package org.djlflows.plot;

import org.djlflows.table.TableColumn;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * How far the samples of a column are from its data, from 0 to 1 and without units, and how far
 * rows of one distribution would be by chance.
 *
 * <p>Of numbers and times it is the Kolmogorov-Smirnov distance \(\max_x |F(x) - G(x)|\), of levels
 * the total variation \(\frac{1}{2} \sum_l |p_l - q_l|\). A missing cell counts as a number below
 * all, and as a level. Chance is the mean distance over 20 random divisions of all rows, data and
 * samples together, into parts of the same sizes; it is large where levels are many and rows few.
 *
 * @param ordered whether it is the distance of numbers
 * @param distance from 0 to 1
 * @param chance from 0 to 1
 */
record Misfit(boolean ordered, double distance, double chance) {

    private static final int DIVISIONS = 20;

    /** Compares the cells of two columns, each with a row at least. */
    static Misfit of(TableColumn data, TableColumn samples, boolean levels) {
        int n = data.rows();
        int all = n + samples.rows();
        int[] codes = new int[all];
        if (levels) {
            Map<String, Integer> seen = new HashMap<>();
            Arrays.setAll(
                    codes,
                    i -> {
                        String level = i < n ? Cells.level(data, i) : Cells.level(samples, i - n);
                        return seen.computeIfAbsent(level, l -> seen.size());
                    });
        } else {
            double[] values = new double[all];
            Arrays.setAll(
                    values, i -> i < n ? Cells.number(data, i) : Cells.number(samples, i - n));
            double[] distinct =
                    Arrays.stream(values)
                            .filter(v -> !Double.isNaN(v))
                            .distinct()
                            .sorted()
                            .toArray();
            Arrays.setAll(
                    codes,
                    i ->
                            Double.isNaN(values[i])
                                    ? 0
                                    : 1 + Arrays.binarySearch(distinct, values[i]));
        }
        double distance = distance(codes, n, !levels);
        Random random = new Random(1);
        double sum = 0;
        for (int k = 0; k < DIVISIONS; k++) {
            divide(codes, n, random);
            sum += distance(codes, n, !levels);
        }
        return new Misfit(!levels, distance, sum / DIVISIONS);
    }

    /** Puts a random choice of so many codes first. */
    private static void divide(int[] codes, int first, Random random) {
        for (int i = 0; i < first; i++) {
            int j = i + random.nextInt(codes.length - i);
            int code = codes[i];
            codes[i] = codes[j];
            codes[j] = code;
        }
    }

    private static double distance(int[] codes, int n, boolean ordered) {
        int classes = IntStream.of(codes).max().orElse(0) + 1;
        double[] shares = new double[classes];
        for (int i = 0; i < codes.length; i++) {
            shares[codes[i]] += i < n ? 1.0 / n : -1.0 / (codes.length - n);
        }
        double largest = 0;
        double sum = 0;
        double total = 0;
        for (double share : shares) {
            sum += share;
            largest = Math.max(largest, Math.abs(sum));
            total += Math.abs(share) / 2;
        }
        return ordered ? largest : total;
    }

    /** Returns by how much the distance is more than chance; columns are ranked by it. */
    double excess() {
        return distance - chance;
    }

    /** Returns the distance and that of chance. */
    @Override
    public String toString() {
        return String.format(
                java.util.Locale.ROOT,
                "%s %.2f (chance %.2f)",
                ordered ? "KS" : "TV",
                distance,
                chance);
    }
}
