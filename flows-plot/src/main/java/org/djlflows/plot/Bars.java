package org.djlflows.plot;

import org.jfree.chart.annotations.AbstractXYAnnotation;
import org.jfree.chart.axis.ValueAxis;
import org.jfree.chart.plot.PlotRenderingInfo;
import org.jfree.chart.plot.XYPlot;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.Rectangle2D;
import java.util.List;

/** Bars from 0, which are upright, or lie where the plot is turned. */
final class Bars extends AbstractXYAnnotation {

    private static final long serialVersionUID = 1L;

    /** In pixels, so that a bar between far numbers is seen. */
    private static final double THINNEST = 2;

    /**
     * A bar.
     *
     * @param from where it begins along the axis, on either side; a thin one is widened from there
     * @param to where it ends
     * @param height how high it is
     */
    record Bar(double from, double to, double height) {}

    @SuppressWarnings("serial") // Annotations are not serialised.
    private final List<Bar> bars;

    private final Color color;

    Bars(List<Bar> bars, Color color) {
        this.bars = List.copyOf(bars);
        this.color = color;
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
        boolean turned = plot.getOrientation().isHorizontal();
        g.setPaint(color);
        for (Bar bar : bars) {
            double a = x.valueToJava2D(bar.from(), area, plot.getDomainAxisEdge());
            double b = x.valueToJava2D(bar.to(), area, plot.getDomainAxisEdge());
            double foot = y.valueToJava2D(0, area, plot.getRangeAxisEdge());
            double top = y.valueToJava2D(bar.height(), area, plot.getRangeAxisEdge());
            double width = Math.max(THINNEST, Math.abs(b - a));
            double side = b < a ? a - width : a;
            double low = Math.min(foot, top);
            double length = Math.abs(top - foot);
            g.fill(
                    turned
                            ? new Rectangle2D.Double(low, side, length, width)
                            : new Rectangle2D.Double(side, low, width, length));
        }
    }
}
