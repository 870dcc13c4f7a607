package org.djlflows.plot;

import org.jfree.chart.JFreeChart;
import org.jfree.chart.LegendItemCollection;
import org.jfree.chart.plot.ValueMarker;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.xy.XYAreaRenderer;
import org.jfree.chart.ui.RectangleAnchor;
import org.jfree.chart.ui.TextAnchor;
import org.jfree.data.Range;

import java.awt.Color;
import java.awt.Font;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * Counts the anomaly scores of rows, any number of them in the same memory, and draws them beside
 * those of calibration rows, which training never saw. If rows are like these, the two agree.
 *
 * <pre>{@code
 * ScoreHistogram histogram = ScoreHistogram.of(score.conformal().scores());
 * estimator.rowScores(rows).forEach(row -> histogram.add(row.score().orElseThrow()));
 * histogram.picture(OptionalDouble.of(score.conformal().threshold(0.01)));
 * }</pre>
 *
 * <p>Heights are logarithmic, since what is odd is rare. Scores that are much greater than those of
 * the calibration rows, also infinite ones, are one bar at the right end.
 */
public final class ScoreHistogram {

    private static final int WIDTH = 900;
    private static final int HEIGHT = 420;
    private static final int BINS = 60;

    /** The share of calibration rows on either side that may lie beyond the bins. */
    private static final double OUTERMOST = 0.01;

    /** What the bins reach beyond the others, in their range. */
    private static final double FURTHER = 1;

    /** Where the bar of all that is beyond begins and ends, in bins. */
    private static final double BEYOND = BINS + 1.5;

    private static final double END = BEYOND + 1.5;

    private final double low;
    private final double bin;
    private final long[] calibration;
    private final long[] counts = new long[BINS + 1];

    private ScoreHistogram(double... scores) {
        double[] finite = Arrays.stream(scores).filter(Double::isFinite).sorted().toArray();
        if (finite.length == 0) {
            throw new IllegalArgumentException(
                    "ScoreHistogram: expected finite scores of calibration rows, got none");
        }
        double first = finite[(int) (OUTERMOST * (finite.length - 1))];
        double range = finite[(int) Math.ceil((1 - OUTERMOST) * (finite.length - 1))] - first;
        low = Math.max(finite[0], first - range / 2);
        bin = (range > 0 ? first + (1 + FURTHER) * range - low : 1) / BINS;
        calibration = new long[BINS + 1];
        Arrays.stream(scores).forEach(score -> calibration[place(score)]++);
    }

    /**
     * Creates a histogram without rows.
     *
     * @param calibration the scores of calibration rows
     * @return the histogram
     * @throws IllegalArgumentException if none is finite
     */
    public static ScoreHistogram of(double... calibration) {
        return new ScoreHistogram(calibration);
    }

    /** The bin of a score, the last one for what is beyond. */
    private int place(double score) {
        return (int) Math.max(0, Math.min(BINS, Math.floor((score - low) / bin)));
    }

    /**
     * Counts a row.
     *
     * @param score its score, the greater the odder; NaN is not counted
     */
    public void add(double score) {
        if (!Double.isNaN(score)) {
            counts[place(score)]++;
        }
    }

    /**
     * Draws the shares of rows by their scores.
     *
     * @param threshold above which score rows are called odd, if one is to be drawn
     * @return a picture of 900 x 420 pixels
     */
    public Picture picture(OptionalDouble threshold) {
        double least = 0.5 / Math.max(sum(calibration), Math.max(1, sum(counts)));
        Range heights = new Range(0, -Math.log10(least));
        double first = low - bin;
        Range range = new Range(first, low + (END + 0.5) * bin);
        TickAxis x = new TickAxis("anomaly score", range, ticks(range), WIDTH - 80, 200);
        TickAxis y = new TickAxis("share of the rows", heights, percents(least), HEIGHT - 120, 60);
        XYPlot plot = Look.plot(x, y);
        plot.setDomainGridlinesVisible(false);
        XYAreaRenderer area = new XYAreaRenderer(XYAreaRenderer.AREA);
        area.setSeriesPaint(0, Look.DATA_LIGHT);
        plot.setDataset(0, Look.series("", steps(calibration, least)));
        plot.setRenderer(0, area);
        plot.setDataset(1, Look.series("", steps(counts, least)));
        plot.setRenderer(1, Look.line(Look.SAMPLES, 1.6f, 0));
        threshold.ifPresent(at -> plot.addDomainMarker(marker(at)));
        LegendItemCollection items = new LegendItemCollection();
        items.add(Look.discItem(rows("calibration rows", calibration), Look.DATA_LIGHT));
        items.add(Look.discItem(rows("rows", counts), Look.SAMPLES));
        plot.setFixedLegendItems(items);
        JFreeChart chart = Look.chart("How odd rows are", plot);
        chart.addSubtitle(Look.legend(plot));
        return Look.draw(chart, WIDTH, HEIGHT);
    }

    private static String rows(String name, long... counted) {
        return String.format(Locale.ROOT, "%s (%,d)", name, sum(counted));
    }

    private static long sum(long... counted) {
        return Arrays.stream(counted).sum();
    }

    private double from(int place) {
        return low + (place < BINS ? place : BEYOND) * bin;
    }

    private double to(int place) {
        return low + (place < BINS ? place + 1 : END) * bin;
    }

    private static double height(long[] counted, int place, double least) {
        double share = (double) counted[place] / Math.max(1, sum(counted));
        return Math.max(0, Math.log10(share / least));
    }

    /** The outline of a bar for each bin. */
    private double[][] steps(long[] counted, double least) {
        DoubleStream.Builder x = DoubleStream.builder().add(from(0));
        DoubleStream.Builder y = DoubleStream.builder().add(0);
        for (int k = 0; k <= BINS; k++) {
            if (k == BINS) {
                x.add(to(k - 1)).add(from(k));
                y.add(0).add(0);
            }
            double height = height(counted, k, least);
            x.add(from(k)).add(to(k));
            y.add(height).add(height);
        }
        x.add(to(BINS));
        y.add(0);
        return new double[][] {x.build().toArray(), y.build().toArray()};
    }

    private List<Tick> ticks(Range range) {
        double last = to(BINS - 1);
        List<Tick> ticks =
                new ArrayList<>(
                        Scale.LINEAR.ticks(range, WIDTH - 80, true).stream()
                                .filter(tick -> tick.place() < last - 2 * bin)
                                .toList());
        ticks.add(new Tick((from(BINS) + to(BINS)) / 2, "> " + Tick.number(last)));
        return ticks;
    }

    private static List<Tick> percents(double least) {
        return IntStream.iterate(2, power -> Math.pow(10, power - 2) >= least, power -> power - 1)
                .mapToObj(
                        power ->
                                new Tick(
                                        power - 2 - Math.log10(least),
                                        Tick.number(Math.pow(10, power)) + " %"))
                .sorted((a, b) -> Double.compare(a.place(), b.place()))
                .toList();
    }

    /** A threshold beyond the bins stands before the bar of all that is beyond. */
    private ValueMarker marker(double threshold) {
        double at = Math.min(threshold, (to(BINS - 1) + from(BINS)) / 2);
        ValueMarker marker = new ValueMarker(at, Look.INK, Look.dashed(1.4f, 5, 3));
        marker.setLabel(" threshold: " + Tick.number(threshold) + ' ');
        marker.setLabelFont(Look.font(Font.PLAIN, 12));
        marker.setLabelPaint(Look.INK);
        marker.setLabelBackgroundColor(Look.translucent(Color.WHITE, 220));
        boolean right = at > from(BINS / 2);
        marker.setLabelAnchor(right ? RectangleAnchor.TOP_LEFT : RectangleAnchor.TOP_RIGHT);
        marker.setLabelTextAnchor(right ? TextAnchor.TOP_RIGHT : TextAnchor.TOP_LEFT);
        return marker;
    }
}
