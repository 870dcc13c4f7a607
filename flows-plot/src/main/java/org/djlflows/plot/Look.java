package org.djlflows.plot;

import org.jfree.chart.JFreeChart;
import org.jfree.chart.LegendItem;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.axis.NumberTickUnit;
import org.jfree.chart.block.BlockBorder;
import org.jfree.chart.plot.DatasetRenderingOrder;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.xy.XYLineAndShapeRenderer;
import org.jfree.chart.text.TextUtils;
import org.jfree.chart.title.LegendTitle;
import org.jfree.chart.title.TextTitle;
import org.jfree.chart.ui.RectangleEdge;
import org.jfree.chart.ui.RectangleInsets;
import org.jfree.data.Range;
import org.jfree.data.xy.DefaultXYDataset;
import org.jfree.data.xy.XYDataset;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.Rectangle;
import java.awt.RenderingHints;
import java.awt.Shape;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Rectangle2D;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** The look that all pictures share: colours that colour-blind readers tell apart, fonts, axes. */
final class Look {

    /** Blue of Okabe and Ito, for data and training. */
    static final Color DATA = new Color(0x0072B2);

    /** Vermilion of Okabe and Ito, for samples and validation. */
    static final Color SAMPLES = new Color(0xD55E00);

    /** The blue of data, light enough to read a line over it. */
    static final Color DATA_LIGHT = new Color(0xA6CBE3);

    static final Color INK = new Color(0x333333);

    private static final Color GRID = new Color(0xE4E4E4);
    private static final Color FRAME = new Color(0xB0B0B0);

    private static final int MOST_TICKS = 9;
    private static final int[] STEPS = {1, 2, 5};

    /** The most characters of a text that are tried. */
    private static final int LONGEST = 200;

    /** The width of a digit of a tick label in pixels. */
    private static final double DIGIT = 7;

    static {
        // Otherwise JFreeChart draws text along the y-axis as outlines, which an SVG would keep.
        TextUtils.setUseDrawRotatedStringWorkaround(false);
    }

    private Look() {}

    static Font font(int style, int size) {
        return new Font(Font.SANS_SERIF, style, size);
    }

    static Color translucent(Color color, int alpha) {
        return new Color(color.getRed(), color.getGreen(), color.getBlue(), alpha);
    }

    /** Creates an axis from left to right whose labels do not touch. */
    static NumberAxis xAxis(String label, Range range, int pixels) {
        return style(new NumberAxis(label), range, xTicks(range, pixels));
    }

    /** Creates an axis from bottom to top whose labels do not touch. */
    static NumberAxis yAxis(String label, Range range, int pixels) {
        return style(new NumberAxis(label), range, yTicks(range, pixels));
    }

    private static NumberAxis style(NumberAxis axis, Range range, NumberTickUnit ticks) {
        style(axis, range);
        axis.setTickUnit(ticks);
        return axis;
    }

    static void style(NumberAxis axis, Range range) {
        axis.setRange(range, true, false);
        axis.setLabelFont(font(Font.PLAIN, 13));
        axis.setTickLabelFont(font(Font.PLAIN, 11));
        axis.setLabelPaint(INK);
        axis.setTickLabelPaint(INK);
        axis.setTickMarkPaint(FRAME);
        axis.setAxisLineVisible(false);
    }

    /**
     * Cuts a text in the middle where it is too wide: names often differ at their ends.
     *
     * @param g what tells the width, in its present font
     * @param text the text
     * @param width the most pixels
     */
    static String middle(Graphics2D g, String text, double width) {
        String line = text.replaceAll("\\p{Cntrl}", " ");
        FontMetrics metrics = g.getFontMetrics();
        int length = line.codePointCount(0, line.length());
        String cut = line;
        for (int kept = Math.min(length - 1, LONGEST);
                kept > 0 && metrics.stringWidth(cut) > width;
                kept--) {
            int end = line.offsetByCodePoints(0, (kept + 1) / 2);
            int begin = line.offsetByCodePoints(line.length(), -(kept / 2));
            cut = line.substring(0, end) + '\u2026' + line.substring(begin);
        }
        return cut;
    }

    /** Returns ticks of an axis of some length in pixels that leave room for the labels' width. */
    static NumberTickUnit xTicks(Range range, int pixels) {
        return ticks(range, pixels, tick -> DIGIT * tick.longestLabel + 8);
    }

    /** Returns ticks of an axis of some length in pixels that leave room for the labels' height. */
    static NumberTickUnit yTicks(Range range, int pixels) {
        return ticks(range, pixels, tick -> 34);
    }

    private static NumberTickUnit ticks(Range range, int pixels, ToDoubleFunction<Tick> room) {
        double perPixel = range.getLength() / pixels;
        int exponent = (int) Math.floor(Math.log10(range.getLength() / MOST_TICKS));
        Tick tick = new Tick(1, exponent, range);
        for (int i = 1;
                tick.getSize() < range.getLength() / MOST_TICKS
                        || tick.getSize() < room.applyAsDouble(tick) * perPixel;
                i++) {
            tick = new Tick(STEPS[i % STEPS.length], exponent + i / STEPS.length, range);
        }
        return tick;
    }

    /** Turns on smooth lines and letters, for what is drawn without a chart. */
    static void smooth(Graphics2D g) {
        g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        g.setRenderingHint(
                RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        g.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
    }

    /** Draws a square of a colour and what it means, and returns where the next one can begin. */
    static int key(Graphics2D g, Color color, String text, int x, int y) {
        g.setColor(color);
        g.fill(new Rectangle2D.Double(x, y - 11, 12, 12));
        g.setColor(INK);
        g.drawString(text, x + 18, y);
        return x + 18 + g.getFontMetrics().stringWidth(text) + 24;
    }

    /** Creates an empty plot with a white background and a light grid. */
    static XYPlot plot(NumberAxis x, NumberAxis y) {
        // Without a renderer there is no grid.
        XYPlot plot = new XYPlot(null, x, y, new XYLineAndShapeRenderer());
        plot.setBackgroundPaint(Color.WHITE);
        plot.setDomainGridlinePaint(GRID);
        plot.setRangeGridlinePaint(GRID);
        plot.setDomainGridlineStroke(new BasicStroke(1));
        plot.setRangeGridlineStroke(new BasicStroke(1));
        plot.setOutlinePaint(FRAME);
        plot.setAxisOffset(RectangleInsets.ZERO_INSETS);
        plot.setDatasetRenderingOrder(DatasetRenderingOrder.FORWARD);
        return plot;
    }

    /** Wraps the x and y of one series. */
    static XYDataset series(String name, double[][] points) {
        DefaultXYDataset dataset = new DefaultXYDataset();
        dataset.addSeries(name, points);
        return dataset;
    }

    /** Draws a line through points, and points as discs. */
    static XYLineAndShapeRenderer line(Color color, float width, double diameter) {
        XYLineAndShapeRenderer renderer = new XYLineAndShapeRenderer(true, diameter > 0);
        renderer.setDrawSeriesLineAsPath(true);
        renderer.setSeriesPaint(0, color);
        renderer.setSeriesStroke(0, dashed(width));
        renderer.setSeriesShape(0, disc(diameter));
        return renderer;
    }

    /** Returns a stroke with the lengths of dashes and gaps in turn, or none for a whole line. */
    static BasicStroke dashed(float width, float... dashes) {
        return new BasicStroke(
                width,
                BasicStroke.CAP_BUTT,
                BasicStroke.JOIN_ROUND,
                1,
                dashes.length == 0 ? null : dashes,
                0);
    }

    private static Shape disc(double diameter) {
        return new Ellipse2D.Double(-diameter / 2, -diameter / 2, diameter, diameter);
    }

    /** Returns an entry of a legend for points. */
    static LegendItem discItem(String text, Color color) {
        return new LegendItem(text, null, null, null, disc(8), color);
    }

    /** Puts a plot under a title, without a legend. */
    static JFreeChart chart(String title, XYPlot plot) {
        JFreeChart chart = new JFreeChart(title, font(Font.BOLD, 16), plot, false);
        chart.setBackgroundPaint(Color.WHITE);
        chart.getTitle().setPaint(INK);
        chart.getTitle().setPadding(4, 0, 6, 0);
        chart.setPadding(new RectangleInsets(8, 8, 8, 16));
        return chart;
    }

    /** Puts a plot under a title and a line of smaller text, which may be empty. */
    static JFreeChart chart(String title, String note, XYPlot plot) {
        JFreeChart chart = chart(title, plot);
        // A blank keeps the line, so that plots side by side have one height.
        TextTitle line = new TextTitle(note.isEmpty() ? " " : note, font(Font.PLAIN, 13));
        line.setPaint(INK);
        line.setPadding(0, 0, 4, 0);
        chart.addSubtitle(line);
        return chart;
    }

    /** Creates a legend of the plot's series. */
    static LegendTitle legend(XYPlot plot) {
        LegendTitle legend = new LegendTitle(plot);
        legend.setItemFont(font(Font.PLAIN, 13));
        legend.setItemPaint(INK);
        legend.setBackgroundPaint(translucent(Color.WHITE, 220));
        legend.setFrame(BlockBorder.NONE);
        legend.setItemLabelPadding(new RectangleInsets(2, 4, 2, 16));
        legend.setPosition(RectangleEdge.TOP);
        return legend;
    }

    static Picture draw(JFreeChart chart, int width, int height) {
        Rectangle area = new Rectangle(width, height);
        return new Picture(width, height, g -> chart.draw(g, area));
    }

    /** The distance between ticks, {@code step * 10^exponent}, with just the decimals it needs. */
    private static final class Tick extends NumberTickUnit {

        private static final long serialVersionUID = 1L;
        private static final int MOST_DECIMALS = 3;
        private static final double LARGE = 1e6;

        private final int longestLabel;

        Tick(int step, int exponent, Range range) {
            super(
                    step * Math.pow(10, exponent),
                    new DecimalFormat(
                            pattern(exponent, range),
                            DecimalFormatSymbols.getInstance(Locale.ROOT)));
            double first = Math.ceil(range.getLowerBound() / getSize()) * getSize();
            double last = Math.floor(range.getUpperBound() / getSize()) * getSize();
            longestLabel = Math.max(valueToString(first).length(), valueToString(last).length());
        }

        private static String pattern(int exponent, Range range) {
            double largest = Math.max(-range.getLowerBound(), range.getUpperBound());
            if (exponent < -MOST_DECIMALS || largest >= LARGE) {
                int digits = (int) Math.floor(Math.log10(largest)) - exponent;
                return "0." + "#".repeat(Math.max(5, digits)) + "E0";
            }
            return exponent < 0 ? "0." + "0".repeat(-exponent) : "0";
        }

        /** Formats a tick; rounding leaves some value near 0, which must not become -0.0. */
        @Override
        public String valueToString(double value) {
            String text = super.valueToString(Math.abs(value) < getSize() / 2 ? 0 : value);
            return "0E0".equals(text) ? "0" : text;
        }
    }
}
