package org.djlflows.plot;

import org.jfree.data.Range;

import java.util.Arrays;
import java.util.stream.IntStream;

/** A row-major matrix of numbers, seen as columns to plot. */
final class Columns {

    private static final double TAIL = 0.005;
    private static final double MARGIN = 0.08;

    private final float[] values;
    private final int width;

    private Columns(float[] values, int width) {
        this.values = values;
        this.width = width;
    }

    /**
     * Wraps a matrix.
     *
     * @param values the values, row-major
     * @param width the number of columns
     * @return the columns
     * @throws IllegalArgumentException if the values do not make whole rows
     */
    static Columns of(float[] values, int width) {
        if (values.length % width != 0) {
            throw new IllegalArgumentException(
                    "Plots: expected rows of "
                            + width
                            + " values, got "
                            + values.length
                            + " values");
        }
        return new Columns(values, width);
    }

    int rows() {
        return values.length / width;
    }

    /** Returns the finite values of a column, sorted. */
    double[] sorted(int column) {
        return IntStream.range(0, rows())
                .mapToDouble(row -> values[row * width + column])
                .filter(Double::isFinite)
                .sorted()
                .toArray();
    }

    /** Returns the range of a column without its tails, with a margin; never empty. */
    Range range(int column) {
        double[] sorted = sorted(column);
        if (sorted.length == 0) {
            throw new IllegalArgumentException(
                    "Plots: expected finite values in column " + column + ", got none");
        }
        double low = sorted[(int) Math.floor(TAIL * (sorted.length - 1))];
        double high = sorted[(int) Math.ceil((1 - TAIL) * (sorted.length - 1))];
        double margin = MARGIN * (high - low);
        if (margin == 0) {
            margin = low == 0 ? 1 : Math.abs(low) / 2;
        }
        return new Range(low - margin, high + margin);
    }

    /**
     * Returns rows of two columns, evenly spread over all rows, without those that are not finite.
     *
     * @param x the first column
     * @param y the second
     * @param limit the most rows to return
     * @return the values of x and those of y
     */
    double[][] pairs(int x, int y, int limit) {
        return pairs(column(x), column(y), limit);
    }

    /** Returns all values of a column. */
    double[] column(int column) {
        return IntStream.range(0, rows())
                .mapToDouble(row -> values[row * width + column])
                .toArray();
    }

    /** Returns rows of two columns, as the other method. */
    static double[][] pairs(double[] x, double[] y, int limit) {
        int count = Math.min(limit, x.length);
        double[][] pairs = new double[2][count];
        int kept = 0;
        for (int i = 0; i < count; i++) {
            int row = (int) ((long) i * x.length / count);
            pairs[0][kept] = x[row];
            pairs[1][kept] = y[row];
            if (Double.isFinite(x[row]) && Double.isFinite(y[row])) {
                kept++;
            }
        }
        return new double[][] {Arrays.copyOf(pairs[0], kept), Arrays.copyOf(pairs[1], kept)};
    }
}
