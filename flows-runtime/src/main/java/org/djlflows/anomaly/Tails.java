package org.djlflows.anomaly;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How far out the cells of a row lie in their columns, each by itself: \(-\sum_j \log p_j\), where
 * \(p_j\) is twice the share of rows beyond the number, on the side where there are fewer, or the
 * share of rows with its level or a rarer one. It is what Fisher's rule makes of the p-values of
 * columns. Cells that are not known add nothing; missing ones count as a level.
 *
 * @see <a href="https://arxiv.org/abs/2201.00382">Li et al., ECOD: Unsupervised Outlier Detection
 *     Using Empirical Cumulative Distribution Functions, 2022, section 3</a>
 */
final class Tails {

    private final int width;

    /** The numbers of each column, ascending, none of a column of levels. */
    private final float[][] numbers;

    /** How many rows have each level of a column; of numbers only those that are missing count. */
    private final List<Map<Float, Double>> shares;

    private final double[] ofUnseen;

    /**
     * Creates the tails.
     *
     * @param levels which columns hold levels
     * @param rows cells of rows, as {@link Neighbours} takes them
     */
    Tails(List<Boolean> levels, float... rows) {
        width = levels.size();
        int count = rows.length / width;
        numbers = new float[width][];
        shares = new ArrayList<>();
        ofUnseen = new double[width];
        for (int j = 0; j < width; j++) {
            Map<Float, Integer> counts = new HashMap<>();
            float[] found = new float[count];
            int known = 0;
            for (int i = 0; i < count; i++) {
                float cell = rows[i * width + j];
                if (levels.get(j) || Float.isInfinite(cell)) {
                    counts.merge(level(cell), 1, Integer::sum);
                } else if (!Float.isNaN(cell)) {
                    found[known++] = cell;
                }
            }
            numbers[j] = Arrays.copyOf(found, known);
            Arrays.sort(numbers[j]);
            Map<Float, Double> own = new HashMap<>();
            for (Map.Entry<Float, Integer> level : counts.entrySet()) {
                int asRare =
                        counts.values().stream()
                                .filter(n -> n <= level.getValue())
                                .mapToInt(Integer::intValue)
                                .sum();
                own.put(level.getKey(), (1.0 + asRare) / (1.0 + count));
            }
            shares.add(own);
            ofUnseen[j] = 1 / (1.0 + count);
        }
    }

    /** All missing cells are one level, whether they are known to be there or not. */
    private static float level(float cell) {
        return Float.isInfinite(cell) ? Float.POSITIVE_INFINITY : cell;
    }

    /** Returns the sum for row i of rows. */
    double of(float[] rows, int i) {
        double sum = 0;
        for (int j = 0; j < width; j++) {
            sum -= Math.log(share(j, rows[i * width + j]));
        }
        return sum;
    }

    private double share(int column, float cell) {
        if (Float.isNaN(cell)) {
            return 1;
        }
        float[] sorted = numbers[column];
        if (Float.isInfinite(cell) || sorted.length == 0) {
            return shares.get(column).getOrDefault(level(cell), ofUnseen[column]);
        }
        int below = Ranks.below(sorted, cell);
        int upTo = Ranks.below(sorted, Math.nextUp(cell));
        double all = sorted.length + 1.0;
        return Math.min(1, 2 * Math.min(upTo + 1, sorted.length - below + 1) / all);
    }
}
