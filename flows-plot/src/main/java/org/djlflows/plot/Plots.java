package org.djlflows.plot;

import org.djlflows.runtime.Explanation;
import org.djlflows.training.History;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.LegendItemCollection;
import org.jfree.chart.annotations.XYDataImageAnnotation;
import org.jfree.chart.axis.AxisLocation;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.axis.NumberTickUnit;
import org.jfree.chart.plot.ValueMarker;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.xy.XYLineAndShapeRenderer;
import org.jfree.chart.title.PaintScaleLegend;
import org.jfree.chart.ui.RectangleAnchor;
import org.jfree.chart.ui.RectangleEdge;
import org.jfree.chart.ui.TextAnchor;
import org.jfree.data.Range;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.stream.DoubleStream;

/**
 * Draws what one looks at when fitting a density: loss curves, data beside samples, and densities
 * in the plane.
 *
 * <p>Points and values are row-major float arrays, as {@code NDArray.toFloatArray()} returns them.
 * Values that are not finite are left out. No display is needed: run with {@code
 * -Djava.awt.headless=true}, with at least one font installed.
 */
public final class Plots {

    /** The colour of data in all pictures, a blue. */
    public static final Color DATA = Look.DATA;

    /**
     * The colour of samples in all pictures, a vermilion that colour-blind readers tell from it.
     */
    public static final Color SAMPLES = Look.SAMPLES;

    private static final int MOST_POINTS = 5000;
    private static final int FEW_POINTS = 200;

    /** The side of the pictures of the plane, with title and one axis, in pixels. */
    static final int PANEL = 520;

    /** What contours enclose, in percent, and their dashes, in pixels. */
    private static final int[] MASSES = {50, 90, 99};

    private static final float[][] DASHES = {{}, {6, 3}, {1.5f, 2.5f}};

    private Plots() {}

    /**
     * Draws the loss of each epoch, in nats, and marks the best epoch. The y-axis leaves out
     * outliers, such as the first epochs, if the rest would be squeezed otherwise.
     *
     * @param history the course of the training, or of a part of it
     * @return a picture of 900 x 560 pixels
     * @throws IllegalArgumentException if there are no epochs, or there is no such best epoch
     */
    public static Picture lossCurves(History history) {
        double[] train = doubles(history.training());
        double[] validation = doubles(history.validation());
        int epochs = train.length;
        int best = history.bestEpoch();
        if (validation.length != epochs || best < 1 || best > epochs) {
            throw new IllegalArgumentException(
                    String.format(
                            "Plots: expected two losses per epoch and one of the epochs as the"
                                    + " best, got %d and %d losses, best epoch %d",
                            epochs, validation.length, best));
        }
        Range epochRange = new Range(0.5, epochs + 0.5 + 0.01 * epochs);
        NumberAxis x = Look.xAxis("epoch", epochRange, 800);
        if (x.getTickUnit().getSize() < 1) {
            x.setTickUnit(new NumberTickUnit(1));
        }
        NumberAxis y =
                Look.yAxis("negative log-likelihood (nats)", lossRange(train, validation), 440);
        XYPlot plot = Look.plot(x, y);
        addCurve(plot, 0, "training", train, Look.DATA);
        addCurve(plot, 1, "validation", validation, Look.SAMPLES);
        plot.addDomainMarker(bestMarker(best, epochs, validation[best - 1]));
        JFreeChart chart = Look.chart("Loss per epoch", plot);
        chart.addSubtitle(Look.legend(plot));
        return Look.draw(chart, 900, 560);
    }

    private static double[] doubles(List<Double> values) {
        return values.stream().mapToDouble(d -> d).toArray();
    }

    private static Range lossRange(double[] train, double[] validation) {
        double[] sorted =
                DoubleStream.concat(Arrays.stream(train), Arrays.stream(validation))
                        .filter(Double::isFinite)
                        .sorted()
                        .toArray();
        if (sorted.length == 0) {
            return new Range(0, 1);
        }
        double low = sorted[0];
        double high = sorted[sorted.length - 1];
        double most = sorted[(int) (0.95 * (sorted.length - 1))];
        if (most > low && high - low > 2 * (most - low)) {
            high = most;
        }
        double margin = high > low ? 0.08 * (high - low) : 0.5;
        return new Range(low - margin, high + margin);
    }

    private static void addCurve(
            XYPlot plot, int index, String name, double[] losses, Color color) {
        double[] epochs = new double[losses.length];
        Arrays.setAll(epochs, i -> i + 1);
        XYLineAndShapeRenderer renderer = Look.line(color, 2, losses.length <= 60 ? 5 : 0);
        plot.setDataset(index, Look.series(name, new double[][] {epochs, losses}));
        plot.setRenderer(index, renderer);
    }

    private static ValueMarker bestMarker(int bestEpoch, int epochs, double loss) {
        ValueMarker marker = new ValueMarker(bestEpoch, Look.INK, new BasicStroke(1));
        boolean rightHalf = 2 * bestEpoch > epochs;
        marker.setLabel(String.format(Locale.ROOT, " best: epoch %d, %.4g ", bestEpoch, loss));
        marker.setLabelFont(Look.font(Font.PLAIN, 12));
        marker.setLabelPaint(Look.INK);
        marker.setLabelBackgroundColor(Look.translucent(Color.WHITE, 220));
        marker.setLabelAnchor(rightHalf ? RectangleAnchor.TOP_LEFT : RectangleAnchor.TOP_RIGHT);
        marker.setLabelTextAnchor(rightHalf ? TextAnchor.TOP_RIGHT : TextAnchor.TOP_LEFT);
        return marker;
    }

    /**
     * Draws why a row is odd: a bar for the share that each cell has in the score, the greatest
     * first, with what came and what was expected, given the other cells.
     *
     * @param title the title, such as which row it is
     * @param explanation why it is odd; of more than 30 cells those with the greatest shares are
     *     drawn
     * @return a picture of a width of 900 pixels, whose height grows with the number of cells
     */
    public static Picture shares(String title, Explanation explanation) {
        return new SharesPicture(title, explanation).picture();
    }

    /**
     * Draws every pair of columns: data below the diagonal, samples above it, and on the diagonal
     * the histograms of both, bars for numbers that come often. A panel above the diagonal is the
     * mirror image of the one below it if the samples follow the data. Axes show the range of the
     * data without its outermost 0.5 % on either side, and are logarithmic where numbers are
     * positive with a heavy right tail; of more than 1500 rows a panel shows 1500, evenly spread,
     * and of more than 8 columns the picture shows those of the pairs that depend on each other
     * most, by the mutual information of their ranks in eight classes.
     *
     * @param columns the names of the columns
     * @param data the data, of shape {@code (rows, columns)}
     * @param samples samples of the model, of shape {@code (rows, columns)}
     * @return a picture whose sides grow with the number of columns, up to about 1300 pixels
     * @throws IllegalArgumentException if the arrays do not hold whole rows
     */
    public static Picture pairPlot(List<String> columns, float[] data, float[] samples) {
        return Comparison.of(Cells.columns(columns, data), Cells.columns(columns, samples)).pairs();
    }

    /**
     * Draws points in the plane.
     *
     * @param title the title
     * @param xName the name of the first coordinate
     * @param yName the name of the second
     * @param window what to show
     * @param points the points, of shape {@code (points, 2)}; of more than 5000 points, 5000 are
     *     drawn
     * @param color the colour of the points, such as {@link #DATA} or {@link #SAMPLES}
     * @return a picture of the same height as that of {@link #density}
     * @throws IllegalArgumentException if the points are not pairs
     */
    public static Picture scatter(
            String title, String xName, String yName, Window window, float[] points, Color color) {
        XYPlot plot = plane(xName, yName, window);
        plot.addAnnotation(cloud(points, Look.translucent(color, 110), 3));
        return Look.draw(Look.chart(title, "", plot), PANEL + 40, PANEL);
    }

    /**
     * Draws samples over data in the plane, or any points over others; of at most 200 points larger
     * ones.
     *
     * @param title the title
     * @param xName the name of the first coordinate
     * @param yName the name of the second
     * @param window what to show
     * @param dataName what the data are called
     * @param data the data, of shape {@code (points, 2)}; of more than 5000 points, 5000 are drawn
     * @param samplesName what the samples are called
     * @param samples samples of a model, likewise
     * @return a picture of the same height as that of {@link #density}
     * @throws IllegalArgumentException if the points are not pairs
     */
    public static Picture samplesOverData(
            String title,
            String xName,
            String yName,
            Window window,
            String dataName,
            float[] data,
            String samplesName,
            float[] samples) {
        XYPlot plot = plane(xName, yName, window);
        plot.addAnnotation(cloud(data, Look.DATA));
        plot.addAnnotation(cloud(samples, Look.SAMPLES));
        LegendItemCollection items = new LegendItemCollection();
        items.add(Look.discItem(dataName, Look.DATA));
        items.add(Look.discItem(samplesName, Look.SAMPLES));
        plot.setFixedLegendItems(items);
        JFreeChart chart = Look.chart(title, plot);
        chart.addSubtitle(Look.legend(plot));
        return Look.draw(chart, PANEL + 40, PANEL);
    }

    /**
     * Draws a density in the plane as colours, with the lines of equal density that enclose 50, 90
     * and 99 % of the probability, each the smallest such region, and with points over it. A line
     * is left out where the window holds less probability.
     *
     * @param title the title
     * @param xName the name of the first coordinate
     * @param yName the name of the second
     * @param window what to show
     * @param density the density at the points of {@link Window#grid}, not its logarithm
     * @param points points to draw over it, of shape {@code (points, 2)}, a few hundred at most to
     *     keep the colours visible; may be empty
     * @return a picture with a bar of the colours, that tells what the lines enclose
     * @throws IllegalArgumentException if the density is not that of a square grid, or the points
     *     are not pairs
     */
    public static Picture density(
            String title,
            String xName,
            String yName,
            Window window,
            float[] density,
            float[] points) {
        return density(title, "", xName, yName, window, density, points);
    }

    /** Draws a density with a note below the title. */
    static Picture density(
            String title,
            String note,
            String xName,
            String yName,
            Window window,
            float[] density,
            float[] points) {
        ColorMap colors = new ColorMap(largest(density));
        XYPlot plot = plane(xName, yName, window);
        plot.addAnnotation(
                new XYDataImageAnnotation(
                        heatMap(density, colors),
                        window.xMin(),
                        window.yMin(),
                        window.x().getLength(),
                        window.y().getLength()));
        plot.addAnnotation(cloud(points, Look.translucent(Color.WHITE, 130), 2.5));
        List<String> masses = addContours(plot, window, density);
        String lines = masses.isEmpty() ? "" : "lines enclose " + String.join(", ", masses) + " %";
        String between = note.isEmpty() || lines.isEmpty() ? "" : "; ";
        JFreeChart chart = Look.chart(title, note + between + lines, plot);
        chart.addSubtitle(colorBar(colors, "density"));
        return Look.draw(chart, PANEL + 120, PANEL);
    }

    /**
     * Adds lines that lie within each other, the first innermost, and returns what they enclose.
     */
    private static List<String> addContours(XYPlot plot, Window window, float[] density) {
        List<String> enclosed = new ArrayList<>();
        double cellArea = window.cellArea((int) Math.round(Math.sqrt(density.length)));
        for (int i = 0; i < MASSES.length; i++) {
            OptionalDouble level = Contours.level(density, cellArea, MASSES[i] / 100.0);
            if (level.isPresent()) {
                double[][] lines = Contours.lines(window, density, level.getAsDouble());
                plot.addAnnotation(new Lines(lines, Color.WHITE, 1.2, DASHES[i]));
                enclosed.add(String.valueOf(MASSES[i]));
            }
        }
        return enclosed;
    }

    /** Draws few points large, since many small ones would hide them. */
    private static Cloud cloud(float[] points, Color color) {
        boolean few = points.length / 2 <= FEW_POINTS;
        return cloud(points, Look.translucent(color, few ? 220 : 90), few ? 6 : 3);
    }

    static Cloud cloud(float[] points, Color color, double diameter) {
        return new Cloud(Columns.of(points, 2).pairs(0, 1, MOST_POINTS), color, diameter);
    }

    static double largest(float[] density) {
        double[] sorted = Columns.of(density, 1).sorted(0);
        double largest = sorted.length == 0 ? 0 : sorted[sorted.length - 1];
        return largest > 0 ? largest : 1;
    }

    static BufferedImage heatMap(float[] density, ColorMap colors) {
        int cells = (int) Math.round(Math.sqrt(density.length));
        if (cells == 0 || cells * cells != density.length) {
            throw new IllegalArgumentException(
                    "Plots: expected the density on a square grid, got "
                            + density.length
                            + " values");
        }
        BufferedImage image = new BufferedImage(cells, cells, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < density.length; i++) {
            image.setRGB(i % cells, cells - 1 - i / cells, colors.rgb(density[i]));
        }
        return image;
    }

    static PaintScaleLegend colorBar(ColorMap colors, String label) {
        NumberAxis axis = Look.yAxis(label, new Range(0, colors.getUpperBound()), PANEL - 80);
        PaintScaleLegend bar = new PaintScaleLegend(colors, axis);
        bar.setPosition(RectangleEdge.RIGHT);
        bar.setAxisLocation(AxisLocation.BOTTOM_OR_RIGHT);
        bar.setSubdivisionCount(256);
        bar.setStripWidth(16);
        bar.setStripOutlineVisible(false);
        bar.setBackgroundPaint(Color.WHITE);
        bar.setMargin(3, 12, 44, 0);
        return bar;
    }

    static XYPlot plane(String xName, String yName, Window window) {
        return Look.plot(
                Look.xAxis(xName, window.x(), PANEL - 80),
                Look.yAxis(yName, window.y(), PANEL - 80));
    }
}
