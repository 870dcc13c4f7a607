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
        int count = Math.min(limit, rows());
        double[][] pairs = new double[2][count];
        int kept = 0;
        for (int i = 0; i < count; i++) {
            int row = (int) ((long) i * rows() / count);
            pairs[0][kept] = values[row * width + x];
            pairs[1][kept] = values[row * width + y];
            if (Double.isFinite(pairs[0][kept]) && Double.isFinite(pairs[1][kept])) {
                kept++;
            }
        }
        return new double[][] {Arrays.copyOf(pairs[0], kept), Arrays.copyOf(pairs[1], kept)};
    }

    /**
     * Returns the outline of a histogram of a column.
     *
     * @param column the column
     * @param range what the bins divide
     * @param bins the number of bins
     * @return the x and y of the corners of the steps; y is a density, of all finite values
     */
    double[][] histogram(int column, Range range, int bins) {
        double[] sorted = sorted(column);
        double binWidth = range.getLength() / bins;
        double[] heights = new double[bins];
        for (double value : sorted) {
            if (range.contains(value)) {
                int bin = (int) ((value - range.getLowerBound()) / binWidth);
                heights[Math.min(bin, bins - 1)] += 1 / (binWidth * sorted.length);
            }
        }
        double[][] corners = new double[2][2 * bins + 2];
        corners[0][0] = range.getLowerBound();
        corners[0][2 * bins + 1] = range.getUpperBound();
        for (int bin = 0; bin < bins; bin++) {
            corners[0][2 * bin + 1] = range.getLowerBound() + bin * binWidth;
            corners[0][2 * bin + 2] = range.getLowerBound() + (bin + 1) * binWidth;
            corners[1][2 * bin + 1] = heights[bin];
            corners[1][2 * bin + 2] = heights[bin];
        }
        return corners;
    }
}
