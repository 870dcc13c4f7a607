package org.djlflows.plot;

import org.djlflows.evaluation.Calibration;
import org.djlflows.evaluation.Ranks;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.annotations.XYPolygonAnnotation;
import org.jfree.chart.plot.XYPlot;
import org.jfree.data.Range;

import java.awt.Color;
import java.awt.Graphics2D;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** The picture of how sure the draws of a distribution are: coverage, and ranks by feature. */
public final class CalibrationPicture {

    private static final int WIDTH = 400;
    private static final int HEIGHT = 320;
    private static final int ACROSS = 3;
    private static final int MOST = 11;
    private static final int MOST_BINS = 20;

    private static final Color BAND = Look.translucent(Look.INK, 40);

    private CalibrationPicture() {}

    /**
     * Draws the {@link #coverage} and the {@link #ranks} of each feature, the least p-value first;
     * of more than eleven features the first eleven.
     *
     * @param calibration the ranks
     * @param features the names of the features
     * @return a picture of panels, three in a row
     * @throws IllegalArgumentException if there are not as many names as features
     */
    public static Picture of(Calibration calibration, List<String> features) {
        List<Ranks> ranks = calibration.ranks();
        if (features.size() != ranks.size()) {
            throw new IllegalArgumentException(
                    String.format(
                            "CalibrationPicture: expected names of %d features, got %d",
                            ranks.size(), features.size()));
        }
        List<Picture> panels = new ArrayList<>();
        panels.add(coverage(calibration));
        IntStream.range(0, ranks.size())
                .boxed()
                .sorted(Comparator.comparingDouble(j -> ranks.get(j).pValue()))
                .limit(MOST)
                .forEach(j -> panels.add(ranks(features.get(j), ranks.get(j))));
        int rows = (panels.size() + ACROSS - 1) / ACROSS;
        int across = Math.min(ACROSS, panels.size());
        return new Picture(across * WIDTH, rows * HEIGHT, g -> draw(g, panels));
    }

    private static void draw(Graphics2D g, List<Picture> panels) {
        for (int i = 0; i < panels.size(); i++) {
            Graphics2D part = (Graphics2D) g.create();
            part.translate(i % ACROSS * WIDTH, i / ACROSS * HEIGHT);
            panels.get(i).draw(part);
            part.dispose();
        }
    }

    /**
     * Draws the share of truths in credible regions of each level, by highest density and by the
     * distance to random points (TARP), within the band in which both lie with 95 % where the
     * distribution is exact. Below the diagonal it is too sure.
     *
     * @param calibration the ranks
     * @return a picture of 400 x 320 pixels
     */
    public static Picture coverage(Calibration calibration) {
        XYPlot plot =
                Look.plot(
                        Look.xAxis("credibility", new Range(0, 1), WIDTH - 80),
                        Look.yAxis("coverage", new Range(0, 1), HEIGHT - 110));
        Ranks density = calibration.highestDensity();
        plot.addAnnotation(new XYPolygonAnnotation(band(density), null, null, BAND));
        add(plot, 0, "highest density", density, Look.DATA);
        add(plot, 1, "TARP", calibration.tarp(), Look.SAMPLES);
        JFreeChart chart = Look.chart("Coverage", plot);
        chart.addSubtitle(Look.legend(plot));
        return Look.draw(chart, WIDTH, HEIGHT);
    }

    /** The band as a polygon: there along its lower edge, and back along the upper one. */
    private static double[] band(Ranks ranks) {
        int n = ranks.draws() + 1;
        double[] polygon = new double[4 * (n + 1)];
        for (int k = 0; k <= n; k++) {
            double u = (double) k / n;
            double half = ranks.band(u);
            polygon[2 * k] = u;
            polygon[2 * k + 1] = Math.max(0, u - half);
            polygon[polygon.length - 2 * k - 2] = u;
            polygon[polygon.length - 2 * k - 1] = Math.min(1, u + half);
        }
        return polygon;
    }

    private static void add(XYPlot plot, int index, String name, Ranks ranks, Color color) {
        int n = ranks.draws() + 1;
        double[] shares = new double[n + 1];
        double[] levels = new double[n + 1];
        System.arraycopy(ranks.shares(), 0, shares, 1, n);
        Arrays.setAll(levels, k -> (double) k / n);
        plot.setDataset(index, Look.series(name, new double[][] {levels, shares}));
        plot.setRenderer(index, Look.line(color, 2, 0));
    }

    /**
     * Draws the histogram of ranks, within the band in which each bar lies with 99 % where the
     * draws are exact. High bars at both ends tell of draws that are too close together, a slope of
     * a shift.
     *
     * @param title the title, such as the name of a feature
     * @param ranks the ranks
     * @return a picture of 400 x 320 pixels
     */
    public static Picture ranks(String title, Ranks ranks) {
        int all = ranks.draws() + 1;
        // A bar should have some ten ranks.
        int most = Math.max(1, Math.min(MOST_BINS, ranks.rows() / 10));
        int bins = IntStream.rangeClosed(1, most).filter(b -> all % b == 0).max().orElse(1);
        int[] counts = ranks.histogram(bins);
        int[] between = ranks.histogramBand(bins);
        double highest = Math.max(between[1], Arrays.stream(counts).max().orElse(1));
        XYPlot plot =
                Look.plot(
                        Look.xAxis("rank of the truth", new Range(0, all), WIDTH - 80),
                        Look.yAxis("rows", new Range(0, 1.1 * highest), HEIGHT - 110));
        double width = (double) all / bins;
        List<Bars.Bar> bars =
                IntStream.range(0, bins)
                        .mapToObj(b -> new Bars.Bar(b * width, (b + 0.94) * width, counts[b]))
                        .toList();
        plot.addAnnotation(new Bars(bars, Look.DATA_LIGHT));
        double[] band = {0, between[0], all, between[0], all, between[1], 0, between[1]};
        plot.addAnnotation(new XYPolygonAnnotation(band, null, null, BAND));
        String note = String.format(Locale.ROOT, "p %.2g", ranks.pValue());
        return Look.draw(Look.chart(title, note, plot), WIDTH, HEIGHT);
    }
}
