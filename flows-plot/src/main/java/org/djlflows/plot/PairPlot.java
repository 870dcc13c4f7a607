package org.djlflows.plot;

import org.jfree.chart.axis.AxisSpace;
import org.jfree.chart.axis.AxisState;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.axis.NumberTickUnit;
import org.jfree.chart.axis.ValueTick;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.xy.XYAreaRenderer;
import org.jfree.chart.ui.RectangleEdge;
import org.jfree.chart.ui.RectangleInsets;
import org.jfree.data.Range;

import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Rectangle2D;
import java.util.List;
import java.util.stream.IntStream;

/** Draws a grid of panels, one per pair of columns. */
final class PairPlot {

    private static final int MOST_COLUMNS = 8;
    private static final int MOST_POINTS = 1500;
    private static final int MOST_BINS = 40;
    private static final int LEFT = 74;
    private static final int TOP = 66;
    private static final int BOTTOM = 52;
    private static final int GAP = 12;

    private final List<String> names;
    private final Columns data;
    private final Columns samples;
    private final List<Range> ranges;
    private final int shown;
    private final int side;

    PairPlot(List<String> names, float[] data, float[] samples) {
        this.names = names;
        this.data = Columns.of(data, names.size());
        this.samples = Columns.of(samples, names.size());
        shown = Math.min(names.size(), MOST_COLUMNS);
        ranges = IntStream.range(0, shown).mapToObj(this.data::range).toList();
        side = Math.max(140, Math.min(400, 900 / shown));
    }

    Picture picture() {
        int grid = shown * (side + GAP);
        return new Picture(LEFT + grid + GAP, TOP + grid + BOTTOM, this::draw);
    }

    private void draw(Graphics2D g) {
        g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        g.setRenderingHint(
                RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        g.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
        drawHeading(g);
        for (int row = 0; row < shown; row++) {
            for (int column = 0; column < shown; column++) {
                drawPanel(g, row, column);
            }
        }
    }

    private void drawHeading(Graphics2D g) {
        String cut =
                shown < names.size() ? ", first " + shown + " of " + names.size() + " columns" : "";
        g.setColor(Look.INK);
        g.setFont(Look.font(Font.BOLD, 16));
        g.drawString("Data and samples" + cut, LEFT, 26);
        g.setFont(Look.font(Font.PLAIN, 13));
        String below = shown > 1 ? ", below the diagonal" : "";
        String above = shown > 1 ? ", above the diagonal" : "";
        int x = drawKey(g, Look.DATA, "data" + below, LEFT);
        drawKey(g, Look.SAMPLES, "samples" + above, x);
    }

    private static int drawKey(Graphics2D g, Color color, String text, int x) {
        g.setColor(color);
        g.fill(new Rectangle2D.Double(x, 39, 12, 12));
        g.setColor(Look.INK);
        g.drawString(text, x + 18, 50);
        return x + 18 + g.getFontMetrics().stringWidth(text) + 24;
    }

    private void drawPanel(Graphics2D g, int row, int column) {
        boolean leftmost = column == 0;
        boolean lowest = row == shown - 1;
        Range across = ranges.get(column);
        Range up = ranges.get(row);
        NumberAxis x = axis(g, names.get(column), across, Look.xTicks(across, side), lowest);
        NumberAxis y = axis(g, names.get(row), up, Look.yTicks(up, side), leftmost && shown > 1);
        XYPlot plot = Look.plot(x, y);
        plot.setInsets(RectangleInsets.ZERO_INSETS);
        plot.setFixedDomainAxisSpace(space(lowest ? BOTTOM : 0));
        plot.setFixedRangeAxisSpace(space(leftmost ? LEFT : 0));
        if (row == column) {
            addHistograms(plot, column);
        } else {
            Columns shownHere = row > column ? data : samples;
            Color color = row > column ? Look.DATA : Look.SAMPLES;
            double[][] points = shownHere.pairs(column, row, MOST_POINTS);
            plot.addAnnotation(new Cloud(points, Look.translucent(color, 90), 3));
        }
        double left = leftmost ? 0 : LEFT + column * (side + GAP);
        double top = TOP + row * (side + GAP);
        double width = leftmost ? LEFT + side : side;
        double height = lowest ? side + BOTTOM : side;
        plot.draw(g, new Rectangle2D.Double(left, top, width, height), null, null, null);
    }

    private void addHistograms(XYPlot plot, int column) {
        Range range = ranges.get(column);
        int bins = Math.min(MOST_BINS, Math.max(10, (int) Math.sqrt(data.rows())));
        double[][] dataSteps = data.histogram(column, range, bins);
        double[][] sampleSteps = samples.histogram(column, range, bins);
        double highest = 0;
        for (int i = 0; i < dataSteps[1].length; i++) {
            highest = Math.max(highest, Math.max(dataSteps[1][i], sampleSteps[1][i]));
        }
        // The heights are densities, not values of the column: they get no ticks.
        NumberAxis y = (NumberAxis) plot.getRangeAxis();
        y.setRange(0, 1.1 * highest);
        y.setTickLabelsVisible(false);
        y.setTickMarksVisible(false);
        plot.setRangeGridlinesVisible(false);
        XYAreaRenderer area = new XYAreaRenderer(XYAreaRenderer.AREA);
        area.setSeriesPaint(0, Look.DATA_LIGHT);
        plot.setDataset(0, Look.series("", dataSteps));
        plot.setRenderer(0, area);
        plot.setDataset(1, Look.series("", sampleSteps));
        plot.setRenderer(1, Look.line(Look.SAMPLES, 1.6f, 0));
    }

    private NumberAxis axis(
            Graphics2D g, String name, Range range, NumberTickUnit ticks, boolean outer) {
        NumberAxis axis = Look.style(new InnerTicksAxis(), range, ticks);
        axis.setTickLabelsVisible(outer);
        axis.setTickMarksVisible(outer);
        if (outer) {
            g.setFont(axis.getLabelFont());
            axis.setLabel(shortened(g, name));
        }
        return axis;
    }

    private String shortened(Graphics2D g, String name) {
        String text = name;
        for (int end = name.length() - 1; g.getFontMetrics().stringWidth(text) > side; end--) {
            text = name.substring(0, end) + "\u2026";
        }
        return text;
    }

    private static AxisSpace space(double size) {
        AxisSpace space = new AxisSpace();
        space.setLeft(size);
        space.setBottom(size);
        return space;
    }

    /** An axis without ticks near its ends, whose labels would run into those of a neighbour. */
    private static final class InnerTicksAxis extends NumberAxis {

        private static final long serialVersionUID = 1L;

        @Override
        public List<?> refreshTicks(
                Graphics2D g, AxisState state, Rectangle2D area, RectangleEdge edge) {
            boolean across = RectangleEdge.isTopOrBottom(edge);
            double end = across ? 16 / area.getWidth() : 4 / area.getHeight();
            Range inner = Range.expand(getRange(), -end, -end);
            List<?> ticks = super.refreshTicks(g, state, area, edge);
            return ticks.stream().filter(t -> inner.contains(((ValueTick) t).getValue())).toList();
        }
    }
}
