package org.djlflows.plot;

import org.jfree.chart.annotations.AbstractXYAnnotation;
import org.jfree.chart.axis.ValueAxis;
import org.jfree.chart.plot.PlotRenderingInfo;
import org.jfree.chart.plot.XYPlot;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;

/**
 * Points as translucent discs, which look darker where they lie close.
 *
 * <p>A disc is a line of length 0 with round ends, and a few paths hold all discs: thousands of
 * elements of their own would make an SVG many times as large. Discs of one path do not darken each
 * other; those of different paths do.
 */
final class Cloud extends AbstractXYAnnotation {

    private static final long serialVersionUID = 1L;
    private static final int PATHS = 12;

    private final double[][] points;
    private final Color color;
    private final float diameter;

    /**
     * Creates a cloud.
     *
     * @param points the finite x of the points and their y
     * @param color the colour, translucent
     * @param diameter pixels
     */
    Cloud(double[][] points, Color color, double diameter) {
        this.points = points;
        this.color = color;
        this.diameter = (float) diameter;
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
        g.setPaint(color);
        g.setStroke(new BasicStroke(diameter, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
        for (int path = 0; path < PATHS; path++) {
            Path2D discs = new Path2D.Double();
            for (int i = path; i < points[0].length; i += PATHS) {
                double left = x.valueToJava2D(points[0][i], area, plot.getDomainAxisEdge());
                double top = y.valueToJava2D(points[1][i], area, plot.getRangeAxisEdge());
                if (area.contains(left, top)) {
                    discs.moveTo(left, top);
                    discs.lineTo(left, top);
                }
            }
            g.draw(discs);
        }
    }
}
