package org.djlflows.plot;

import org.jfree.chart.axis.AxisSpace;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.ui.RectangleInsets;

import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.geom.Rectangle2D;
import java.util.List;

/** Draws a grid of panels, one per pair of columns. */
final class PairPlot {

    private static final int MOST_POINTS = 1500;
    private static final int LEFT = 112;
    private static final int LABEL = 84;
    private static final int TOP = 66;
    private static final int BOTTOM = 104;
    private static final int GAP = 12;

    private final List<Variable> variables;
    private final String title;
    private final String samples;
    private final int shown;
    private final int side;

    /**
     * Creates a picture.
     *
     * @param variables the columns, at least one
     * @param title the title
     * @param samples what the samples are called
     */
    PairPlot(List<Variable> variables, String title, String samples) {
        this.variables = variables;
        this.title = title;
        this.samples = samples;
        shown = variables.size();
        side = Math.max(140, Math.min(400, 900 / shown));
    }

    Picture picture() {
        int grid = shown * (side + GAP);
        return new Picture(LEFT + grid + GAP, TOP + grid + BOTTOM, this::draw);
    }

    private void draw(Graphics2D g) {
        Look.smooth(g);
        drawHeading(g);
        for (int row = 0; row < shown; row++) {
            for (int column = 0; column < shown; column++) {
                drawPanel(g, row, column);
            }
        }
    }

    private void drawHeading(Graphics2D g) {
        int width = shown * (side + GAP);
        g.setColor(Look.INK);
        g.setFont(Look.font(Font.BOLD, 16));
        g.drawString(Look.middle(g, title, width), LEFT, 26);
        g.setFont(Look.font(Font.PLAIN, 13));
        boolean both = shown > 1 && variables.stream().anyMatch(Variable::hasData);
        int x = LEFT;
        if (variables.stream().anyMatch(Variable::hasData)) {
            x = Look.key(g, Look.DATA, "data" + (both ? ", below the diagonal" : ""), x, 50);
        }
        String above = samples + (both ? ", above the diagonal" : "");
        Look.key(g, Look.SAMPLES, Look.middle(g, above, LEFT + width - x - 18), x, 50);
    }

    private void drawPanel(Graphics2D g, int row, int column) {
        boolean leftmost = column == 0;
        boolean lowest = row == shown - 1;
        Variable across = variables.get(column);
        Variable up = variables.get(row);
        NumberAxis x = axis(g, across, true, lowest);
        NumberAxis y = axis(g, up, false, leftmost && shown > 1);
        XYPlot plot = Look.plot(x, y);
        plot.setInsets(RectangleInsets.ZERO_INSETS);
        plot.setFixedDomainAxisSpace(space(lowest ? BOTTOM : 0));
        plot.setFixedRangeAxisSpace(space(leftmost ? LEFT : 0));
        if (row == column) {
            // The heights are no values of the column: they get no ticks.
            y.setRange(Marginal.heights(across));
            Marginal.hideTicks(y);
            plot.setRangeGridlinesVisible(false);
            Marginal.add(plot, across);
        } else {
            boolean ofData = row > column && across.hasData() && up.hasData();
            Color color = ofData ? Look.DATA : Look.SAMPLES;
            double[][] points = ofData ? data(across, up) : samples(across, up);
            plot.addAnnotation(new Cloud(points, Look.translucent(color, 90), 3));
        }
        double left = leftmost ? 0 : LEFT + column * (side + GAP);
        double top = TOP + row * (side + GAP);
        double width = leftmost ? LEFT + side : side;
        double height = lowest ? side + BOTTOM : side;
        plot.draw(g, new Rectangle2D.Double(left, top, width, height), null, null, null);
    }

    private static double[][] data(Variable x, Variable y) {
        return Columns.pairs(x.spread(x.measured(), 1), y.spread(y.measured(), 2), MOST_POINTS);
    }

    private static double[][] samples(Variable x, Variable y) {
        return Columns.pairs(x.spread(x.sampled(), 3), y.spread(y.sampled(), 4), MOST_POINTS);
    }

    private NumberAxis axis(Graphics2D g, Variable variable, boolean across, boolean outer) {
        NumberAxis axis =
                new TickAxis(
                        null,
                        variable.places().range(),
                        variable.places().ticks(side, across),
                        side,
                        LABEL);
        axis.setTickLabelsVisible(outer);
        axis.setTickMarksVisible(outer);
        if (outer) {
            g.setFont(axis.getLabelFont());
            axis.setLabel(Look.middle(g, variable.name(), side));
        }
        return axis;
    }

    private static AxisSpace space(double size) {
        AxisSpace space = new AxisSpace();
        space.setLeft(size);
        space.setBottom(size);
        return space;
    }
}
