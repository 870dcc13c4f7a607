package org.djlflows.plot;

import org.jfree.data.Range;

/**
 * A rectangle of the plane that a picture shows.
 *
 * @param xMin the left edge
 * @param xMax the right edge
 * @param yMin the lower edge
 * @param yMax the upper edge
 */
public record Window(double xMin, double xMax, double yMin, double yMax) {

    /**
     * Creates a window.
     *
     * @param xMin the left edge
     * @param xMax the right edge
     * @param yMin the lower edge
     * @param yMax the upper edge
     * @throws IllegalArgumentException if an edge is not finite or a side is not positive
     */
    public Window {
        double width = xMax - xMin;
        double height = yMax - yMin;
        if (!(width > 0 && height > 0 && Double.isFinite(width) && Double.isFinite(height))) {
            throw new IllegalArgumentException(
                    String.format(
                            "Window: expected increasing finite edges, got [%s, %s] x [%s, %s]",
                            xMin, xMax, yMin, yMax));
        }
    }

    /**
     * Returns a window around points: from the 0.5 % to the 99.5 % quantile of each coordinate,
     * with a margin.
     *
     * @param points x and y of each point, row-major
     * @return the window
     * @throws IllegalArgumentException if there is no point with finite coordinates
     */
    public static Window around(float[] points) {
        Range x = Columns.of(points, 2).range(0);
        Range y = Columns.of(points, 2).range(1);
        return new Window(
                x.getLowerBound(), x.getUpperBound(), y.getLowerBound(), y.getUpperBound());
    }

    /**
     * Returns the centres of a regular grid of cells, at which to evaluate a density for {@link
     * Plots#density}.
     *
     * @param cells the cells per side
     * @return the points of shape {@code (cells * cells, 2)}, row-major: x changes fastest, and
     *     both increase
     */
    public float[] grid(int cells) {
        float[] points = new float[2 * cells * cells];
        for (int i = 0; i < cells * cells; i++) {
            int column = i % cells;
            int row = i / cells;
            points[2 * i] = (float) (xMin + (xMax - xMin) * (column + 0.5) / cells);
            points[2 * i + 1] = (float) (yMin + (yMax - yMin) * (row + 0.5) / cells);
        }
        return points;
    }

    /**
     * Returns the area of one cell of {@link #grid}, by which the sum of a density over the grid is
     * to be multiplied to get the probability of this window.
     *
     * @param cells the cells per side
     * @return the area, in the units of x times those of y
     */
    public double cellArea(int cells) {
        return (xMax - xMin) / cells * ((yMax - yMin) / cells);
    }

    Range x() {
        return new Range(xMin, xMax);
    }

    Range y() {
        return new Range(yMin, yMax);
    }
}
