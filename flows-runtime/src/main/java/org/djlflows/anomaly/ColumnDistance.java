package org.djlflows.anomaly;

import org.djlflows.table.ColumnStatistics;

import java.util.Arrays;

/** The squared distances of a cell of a column from those of the rows that are kept. */
sealed interface ColumnDistance {

    /** Squared, between cells that have nothing in common. */
    float DIFFERENT = 2;

    /**
     * Adds the squared distances.
     *
     * @param cell the cell: infinite if it is missing, NaN if it is not known, which adds nothing
     * @param sums a sum for each row that is kept
     */
    void add(float cell, float[] sums);

    /** Of levels: 0 for the same one, 2 for others; all missing cells are one level. */
    final class OfLevels implements ColumnDistance {

        private final float[] levels;

        OfLevels(float... cells) {
            levels = new float[cells.length];
            for (int k = 0; k < cells.length; k++) {
                levels[k] = level(cells[k]);
            }
        }

        private static float level(float cell) {
            return Float.isFinite(cell) ? cell : -1;
        }

        @Override
        public void add(float cell, float[] sums) {
            if (Float.isNaN(cell)) {
                return;
            }
            float level = level(cell);
            for (int k = 0; k < sums.length; k++) {
                sums[k] += levels[k] == level ? 0 : DIFFERENT;
            }
        }
    }

    /**
     * Of numbers: in deviations and by rank. A missing number stands in the centre of both, with 2
     * between it and one that is there.
     */
    final class OfNumbers implements ColumnDistance {

        /** In deviations, where distances begin to be logarithmic. */
        private static final double TAILS = 3;

        /** Half of what gives the logit of a uniform number a deviation of 1. */
        private static final double RANK_SCALE = 0.5 * Math.sqrt(3) / Math.PI;

        private final float[] sorted;
        private final ColumnStatistics statistics;

        /** Where the numbers lie, 0 where they are missing. */
        private final float[] places;

        private final float[] ranks;

        /** 1 where a number is missing; empty if none is. */
        private final float[] missing;

        OfNumbers(float... cells) {
            int count = 0;
            float[] known = new float[cells.length];
            for (float cell : cells) {
                if (Float.isFinite(cell)) {
                    known[count++] = cell;
                }
            }
            sorted = Arrays.copyOf(known, count);
            Arrays.sort(sorted);
            double[] wide = new double[Math.max(1, count)];
            for (int k = 0; k < count; k++) {
                wide[k] = sorted[k];
            }
            statistics = ColumnStatistics.of(wide);
            places = new float[cells.length];
            ranks = new float[cells.length];
            missing = new float[count == cells.length ? 0 : cells.length];
            for (int k = 0; k < cells.length; k++) {
                if (Float.isFinite(cells[k])) {
                    places[k] = place(cells[k]);
                    ranks[k] = rank(cells[k]);
                } else {
                    missing[k] = 1;
                }
            }
        }

        private float place(float cell) {
            double unit = statistics.isConstant() ? 1 : statistics.deviation();
            double z = (cell - statistics.center()) / unit;
            double beyond = Math.max(1, Math.abs(z) / TAILS);
            return (float) (z / beyond * (1 + Math.log(beyond)));
        }

        private float rank(float cell) {
            double below = Ranks.below(sorted, cell);
            double upTo = Ranks.below(sorted, Math.nextUp(cell));
            double share = (below + upTo + 1) / (2.0 * (sorted.length + 1));
            return (float) (RANK_SCALE * Math.log(share / (1 - share)));
        }

        @Override
        public void add(float cell, float[] sums) {
            if (Float.isNaN(cell)) {
                return;
            }
            boolean isMissing = Float.isInfinite(cell);
            float place = isMissing ? 0 : place(cell);
            float rank = isMissing ? 0 : rank(cell);
            for (int k = 0; k < sums.length; k++) {
                float dz = places[k] - place;
                float dg = ranks[k] - rank;
                sums[k] += dz * dz + dg * dg;
            }
            if (isMissing && missing.length == 0) {
                for (int k = 0; k < sums.length; k++) {
                    sums[k] += DIFFERENT;
                }
            }
            float expected = isMissing ? 1 : 0;
            for (int k = 0; k < missing.length; k++) {
                sums[k] += missing[k] == expected ? 0 : DIFFERENT;
            }
        }
    }
}
