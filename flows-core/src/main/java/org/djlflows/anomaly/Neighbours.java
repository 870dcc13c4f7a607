package org.djlflows.anomaly;

import org.djlflows.data.ColumnStatistics;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How far a row lies from rows of training, by kernels of two widths: \(-\log \frac{1}{m} \sum_i
 * e^{-d^2(x, r_i) / 2 h^2}\) with h = 1/4 and 3/2. The narrow kernel sees gaps between rows, the
 * wide one what is far from all. \(d^2\) is a sum over columns: of numbers \((z - z_i)^2\), in
 * deviations and logarithmic beyond three of them; 2 for different levels, and where one of two
 * cells is missing. A cell that is not known adds nothing.
 *
 * <p>A row that is among those of training is not its own neighbour, so that rows of training and
 * new ones compare.
 *
 * <p>Immutable. A row costs the distances to at most 8,192 rows.
 *
 * @see <a href="https://doi.org/10.1214/aoms/1177704472">Parzen, On Estimation of a Probability
 *     Density Function and Mode, 1962, equation 1.4</a>
 */
public final class Neighbours {

    /** The most rows of training that are kept. */
    public static final int MOST = 8_192;

    private static final double NARROW = 0.25;
    private static final double WIDE = 1.5;

    /** The wide kernel sees as much by fewer rows. */
    private static final int MOST_WIDE = 1_024;

    /** In deviations, where distances begin to be logarithmic. */
    private static final double TAILS = 3;

    /** Squared, between cells that have nothing in common. */
    private static final float DIFFERENT = 2;

    private static final float MISSING_LEVEL = -1;

    /** Exponents of less say nothing beside others. */
    private static final double NEGLIGIBLE = 30;

    private final List<Boolean> levels;
    private final double[] center;
    private final double[] deviation;
    private final int count;

    /** The cells of each column: levels, where missing ones are one, or places of numbers. */
    private final float[][] cells;

    /** Which cells of each column of numbers are missing, 1 or 0; empty where none is. */
    private final float[][] missing;

    /**
     * Creates the neighbours.
     *
     * @param levels which columns hold levels; the others hold numbers
     * @param rows the cells of at most 8,192 rows of training in random order, one row after the
     *     other: numbers, or the numbers of levels; infinite ones are missing, NaN is not known
     */
    Neighbours(List<Boolean> levels, float... rows) {
        this.levels = List.copyOf(levels);
        int width = levels.size();
        count = rows.length / width;
        center = new double[width];
        deviation = new double[width];
        cells = new float[width][count];
        missing = new float[width][];
        for (int j = 0; j < width; j++) {
            int column = j;
            double[] known =
                    IntStream.range(0, count)
                            .mapToDouble(i -> rows[i * width + column])
                            .filter(Double::isFinite)
                            .toArray();
            deviation[j] = 1;
            if (!levels.get(j) && known.length > 0) {
                ColumnStatistics statistics = ColumnStatistics.of(known);
                center[j] = statistics.center();
                deviation[j] = statistics.isConstant() ? 1 : statistics.deviation();
            }
            missing[j] = new float[levels.get(j) || known.length == count ? 0 : count];
            for (int i = 0; i < count; i++) {
                float cell = rows[i * width + j];
                cells[j][i] = place(j, cell);
                if (!levels.get(j) && !Float.isFinite(cell)) {
                    missing[j][i] = 1;
                }
            }
        }
    }

    /** Where a cell lies in its column; numbers that are missing or not known lie at 0. */
    private float place(int column, float cell) {
        boolean known = Float.isFinite(cell);
        if (levels.get(column)) {
            return known ? cell : MISSING_LEVEL;
        }
        if (!known) {
            return 0;
        }
        double z = (cell - center[column]) / deviation[column];
        double beyond = Math.max(1, Math.abs(z) / TAILS);
        return (float) (z / beyond * (1 + Math.log(beyond)));
    }

    /** The squared distances from a row to all rows of training. */
    private final class Distances {

        private final float[] row;
        private final float[] all = new float[count];

        Distances(float[] rows, int i) {
            int width = levels.size();
            row = Arrays.copyOfRange(rows, i * width, (i + 1) * width);
            for (int j = 0; j < width; j++) {
                add(j, all);
            }
            for (int k = 0; k < count; k++) {
                if (all[k] == 0) {
                    all[k] = Float.POSITIVE_INFINITY;
                    break;
                }
            }
        }

        /** Adds what a column makes of them. */
        private void add(int column, float[] sums) {
            float cell = row[column];
            if (Float.isNaN(cell)) {
                return;
            }
            float at = place(column, cell);
            float[] others = cells[column];
            if (levels.get(column)) {
                for (int k = 0; k < sums.length; k++) {
                    sums[k] += others[k] == at ? 0 : DIFFERENT;
                }
                return;
            }
            for (int k = 0; k < sums.length; k++) {
                float d = others[k] - at;
                sums[k] += d * d;
            }
            float[] lost = missing[column];
            boolean isLost = Float.isInfinite(cell);
            if (isLost && lost.length == 0) {
                for (int k = 0; k < sums.length; k++) {
                    sums[k] += DIFFERENT;
                }
            } else {
                for (int k = 0; k < lost.length; k++) {
                    sums[k] += (lost[k] == 1) == isLost ? 0 : DIFFERENT;
                }
            }
        }

        /** Those without a column. */
        float[] without(int column) {
            float[] own = new float[count];
            add(column, own);
            for (int k = 0; k < count; k++) {
                own[k] = Math.max(0, all[k] - own[k]);
            }
            return own;
        }
    }

    /** Minus the logarithm of the mean kernel over the first rows of training. */
    private static double surprise(float[] distances, int count, double width) {
        float least = Float.POSITIVE_INFINITY;
        for (int k = 0; k < count; k++) {
            least = Math.min(least, distances[k]);
        }
        if (least == Float.POSITIVE_INFINITY) {
            return Double.POSITIVE_INFINITY;
        }
        double scale = 0.5 / (width * width);
        float last = (float) (least + NEGLIGIBLE / scale);
        double sum = 0;
        for (int k = 0; k < count; k++) {
            if (distances[k] <= last) {
                sum += Math.exp(-scale * (distances[k] - least));
            }
        }
        return scale * least - Math.log(sum / count);
    }

    /**
     * Returns how far a row lies from those of training.
     *
     * @param rows the cells, one row after the other
     * @param i the row
     * @return the surprise by the narrow kernels and by the wide ones
     */
    double[] surprises(float[] rows, int i) {
        Distances distances = new Distances(rows, i);
        return new double[] {
            surprise(distances.all, count, NARROW),
            surprise(distances.all, Math.min(count, MOST_WIDE), WIDE)
        };
    }

    /**
     * Returns what each cell adds to how far a row lies: \(-\log \hat p(x_j \mid x_{-j})\) of the
     * narrow kernels up to a constant of the column.
     *
     * @param row the cells of a row
     * @return nats of 0 or more for each column
     */
    double[] blame(float... row) {
        Distances distances = new Distances(row, 0);
        double whole = surprise(distances.all, count, NARROW);
        return IntStream.range(0, levels.size())
                .parallel()
                .mapToDouble(j -> whole - surprise(distances.without(j), count, NARROW))
                .toArray();
    }
}
