package org.djlflows.plot;

import org.jfree.chart.annotations.AbstractXYAnnotation;
import org.jfree.chart.axis.ValueAxis;
import org.jfree.chart.plot.PlotRenderingInfo;
import org.jfree.chart.plot.XYPlot;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;

/** Lines through points; a point that is not a number ends a line. */
final class Lines extends AbstractXYAnnotation {

    private static final long serialVersionUID = 1L;

    private final double[][] points;
    private final Color color;
    private final float width;
    private final float[] dashes;

    /**
     * Creates lines.
     *
     * @param points the x of the points and their y
     * @param color the colour
     * @param width pixels
     * @param dashes the lengths of dashes and gaps in turn, in pixels; none for whole lines
     */
    Lines(double[][] points, Color color, double width, float... dashes) {
        this.points = points;
        this.color = color;
        this.width = (float) width;
        this.dashes = dashes;
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
        Path2D lines = new Path2D.Double();
        boolean begun = false;
        for (int i = 0; i < points[0].length; i++) {
            double left = x.valueToJava2D(points[0][i], area, plot.getDomainAxisEdge());
            double top = y.valueToJava2D(points[1][i], area, plot.getRangeAxisEdge());
            boolean finite = Double.isFinite(left) && Double.isFinite(top);
            if (finite && begun) {
                lines.lineTo(left, top);
            } else if (finite) {
                lines.moveTo(left, top);
            }
            begun = finite;
        }
        g.setPaint(color);
        g.setStroke(Look.dashed(width, dashes));
        g.draw(lines);
    }
}
