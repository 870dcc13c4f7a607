package org.djlflows.plot;

import org.jfree.chart.annotations.AbstractXYAnnotation;
import org.jfree.chart.axis.ValueAxis;
import org.jfree.chart.plot.PlotRenderingInfo;
import org.jfree.chart.plot.XYPlot;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.Rectangle2D;

/** Tiles of a grid whose lines need not be evenly spaced. */
final class Tiles extends AbstractXYAnnotation {

    private static final long serialVersionUID = 1L;

    private final double[] across;
    private final double[] up;
    private final int[][] colors;

    /**
     * Creates tiles.
     *
     * @param across the edges of the columns, ascending
     * @param up the edges of the rows, ascending
     * @param colors for each column, the red, green and blue of each row
     */
    Tiles(double[] across, double[] up, int[]... colors) {
        this.across = across;
        this.up = up;
        this.colors = colors;
    }

    @Override
    public void draw(
            Graphics2D g,
            XYPlot plot,
            Rectangle2D area,
            ValueAxis x,
            ValueAxis y,
            int index,
            PlotRenderingInfo info) {
        for (int i = 0; i < colors.length; i++) {
            // Whole pixels, between which smooth edges would leave lines.
            long left = Math.round(x.valueToJava2D(across[i], area, plot.getDomainAxisEdge()));
            long right = Math.round(x.valueToJava2D(across[i + 1], area, plot.getDomainAxisEdge()));
            for (int k = 0; k < colors[i].length; k++) {
                long low = Math.round(y.valueToJava2D(up[k], area, plot.getRangeAxisEdge()));
                long high = Math.round(y.valueToJava2D(up[k + 1], area, plot.getRangeAxisEdge()));
                g.setPaint(new Color(colors[i][k]));
                g.fill(new Rectangle2D.Double(left, high, right - left, low - high));
            }
        }
    }
}
