package org.djlflows.plot;

import org.jfree.chart.plot.XYPlot;

import java.awt.Color;
import java.util.Arrays;
import java.util.List;

/** A grid of lines in the noise, and where a flow takes them. */
final class Warp {

    /** Lines of a direction: with the middle one, and at the ends of the window. */
    private static final int LINES = 13;

    private static final int POINTS = 201;

    private static final Color GREY = new Color(100, 100, 100, 90);

    /** From light to dark, so that a line is found again. */
    private static final int[] ACROSS = {0x8CC8EE, 0x004A7F};

    private static final int[] UP = {0xF2A875, 0x9E3D00};

    private final Window noise;

    Warp(Window noise) {
        this.noise = noise;
    }

    /** Returns the points of the lines of equal x, then of those of equal y, in the noise. */
    float[] points() {
        float[] points = new float[2 * 2 * LINES * POINTS];
        for (int i = 0; i < LINES * POINTS; i++) {
            int index = i / POINTS;
            double line = index / (LINES - 1.0);
            double way = i % POINTS / (POINTS - 1.0);
            points[2 * i] = x(line);
            points[2 * i + 1] = y(way);
            points[2 * (LINES * POINTS + i)] = x(way);
            points[2 * (LINES * POINTS + i) + 1] = y(line);
        }
        return points;
    }

    private float x(double part) {
        return (float) (noise.xMin() + part * noise.x().getLength());
    }

    private float y(double part) {
        return (float) (noise.yMin() + part * noise.y().getLength());
    }

    /**
     * Draws the noise on the left and the data on the right.
     *
     * @param columns the names of the two columns
     * @param window what to show of the data
     * @param warped where the flow takes the {@link #points}
     * @param data the data
     * @param note a line below the title on the right
     */
    Picture draw(List<String> columns, Window window, float[] warped, float[] data, String note) {
        XYPlot left = Plots.plane("z1", "z2", noise);
        addLines(left, points());
        XYPlot right = Plots.plane(columns.get(0), columns.get(1), window);
        right.addAnnotation(Plots.cloud(data, GREY, 3));
        addLines(right, warped);
        int side = Plots.PANEL;
        return Picture.beside(
                Look.draw(Look.chart("A grid of the noise", "", left), side + 40, side),
                Look.draw(Look.chart("Where the flow takes it", note, right), side + 40, side));
    }

    private static void addLines(XYPlot plot, float[] points) {
        for (int line = 0; line < 2 * LINES; line++) {
            int from = line * POINTS;
            double[][] xy = new double[2][POINTS];
            Arrays.setAll(xy[0], i -> points[2 * (from + i)]);
            Arrays.setAll(xy[1], i -> points[2 * (from + i) + 1]);
            int[] ends = line < LINES ? ACROSS : UP;
            int color = ColorMap.between(ends[0], ends[1], line % LINES / (LINES - 1.0));
            plot.addAnnotation(new Lines(xy, new Color(color), 1.2));
        }
    }
}
