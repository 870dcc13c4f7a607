package org.djlflows.anomaly;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How far a row lies from rows of training, by kernels of two widths: \(-\log \frac{1}{m} \sum_i
 * e^{-d^2(x, r_i) / 2 h^2}\) with h = 1/4 and 3/2. The narrow kernel sees gaps between rows, the
 * wide one what is far from all. \(d^2\) is a sum over columns: of numbers \((z - z_i)^2 + \frac14
 * (g - g_i)^2\), with z in deviations and logarithmic beyond three of them, and g the logit of
 * their rank, which tells apart what lies close together in skewed columns; 2 for different levels.
 * A missing level is one more; a missing number lies at \(z = g = 0\), with 2 between it and one
 * that is there. A cell that is not known adds nothing.
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

    /** Exponents of less say nothing beside others. */
    private static final double NEGLIGIBLE = 30;

    private final int count;
    private final List<ColumnDistance> columns;

    /**
     * Creates the neighbours.
     *
     * @param levels which columns hold levels; the others hold numbers
     * @param rows the cells of at most 8,192 rows of training in random order, one row after the
     *     other: numbers, or the numbers of levels; infinite ones are missing, NaN is not known
     */
    Neighbours(List<Boolean> levels, float... rows) {
        int width = levels.size();
        count = rows.length / width;
        columns = new ArrayList<>();
        for (int j = 0; j < width; j++) {
            float[] cells = new float[count];
            for (int i = 0; i < count; i++) {
                cells[i] = rows[i * width + j];
            }
            columns.add(
                    levels.get(j)
                            ? new ColumnDistance.OfLevels(cells)
                            : new ColumnDistance.OfNumbers(cells));
        }
    }

    /**
     * The squared distances of a row from all that are kept; one that is the same does not count.
     */
    private float[] distances(float[] rows, int i) {
        float[] sums = new float[count];
        int first = i * columns.size();
        for (int j = 0; j < columns.size(); j++) {
            columns.get(j).add(rows[first + j], sums);
        }
        for (int k = 0; k < count; k++) {
            if (sums[k] == 0) {
                sums[k] = Float.POSITIVE_INFINITY;
                break;
            }
        }
        return sums;
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
        float[] distances = distances(rows, i);
        return new double[] {
            surprise(distances, count, NARROW),
            surprise(distances, Math.min(count, MOST_WIDE), WIDE)
        };
    }

    /**
     * Returns the share of each cell in how far a row lies: \(-\log \hat p(x_j \mid x_{-j})\) of
     * the narrow kernels up to a constant of the column.
     *
     * @param row the cells of a row
     * @return nats of 0 or more for each column
     */
    double[] shares(float... row) {
        float[] all = distances(row, 0);
        double whole = surprise(all, count, NARROW);
        return IntStream.range(0, columns.size())
                .parallel()
                .mapToDouble(j -> whole - surprise(without(j, row[j], all), count, NARROW))
                // Rounding, and no neighbour but the row itself.
                .map(nats -> nats > 0 ? nats : 0)
                .toArray();
    }

    /** The squared distances without those in a column. */
    private float[] without(int column, float cell, float... all) {
        float[] others = new float[count];
        columns.get(column).add(cell, others);
        for (int k = 0; k < count; k++) {
            others[k] = Math.max(0, all[k] - others[k]);
        }
        return others;
    }
}
