package org.djlflows.plot;

import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.xy.XYAreaRenderer;
import org.jfree.data.Range;

import java.util.Arrays;
import java.util.List;
import java.util.function.DoublePredicate;
import java.util.stream.DoubleStream;

/**
 * Draws one variable: bars of its points, data beside samples, and histograms of the rest.
 *
 * <p>Where there are bars alone, heights are shares of the rows. Where there are both, a histogram
 * reaches the top with its highest bin, and the top is for bars the largest share, which is that of
 * one of them or of all the rest; a rest of few rows is lower.
 */
final class Marginal {

    /** A sample peak higher than so many times that of the data is cut off. */
    private static final double HIGHEST = 3;

    /** The share of rows from which a rest reaches the top. */
    private static final double MUCH = 0.05;

    private static final double ABOVE = 1.1;

    private Marginal() {}

    /**
     * Returns what the axis of heights shows: shares of the rows up to the largest, but not more
     * than twice that of a single value, or where there is a density up to 1.
     */
    static Range heights(Variable variable) {
        double top =
                variable.hasDensity()
                        ? 1
                        : Math.min(
                                highest(variable, p -> true),
                                2 * highest(variable, variable.places()::isValue));
        return new Range(0, ABOVE * (top > 0 ? top : 1));
    }

    private static double highest(Variable variable, DoublePredicate which) {
        return variable.places().points().keySet().stream()
                .filter(which::test)
                .mapToDouble(
                        p ->
                                Math.max(
                                        Variable.share(variable.measured(), p),
                                        Variable.share(variable.sampled(), p)))
                .max()
                .orElse(0);
    }

    /** The bars of the data and those of the samples. */
    private static List<List<Bars.Bar>> bars(Variable variable, double top) {
        return variable.hasData()
                ? List.of(
                        variable.bars(variable.measured(), 0, -1, top),
                        variable.bars(variable.sampled(), 0, 1, top))
                : List.of(List.of(), variable.bars(variable.sampled(), -1, 1, top));
    }

    /** Adds what there is of a variable to a plot whose x-axis is that of the variable. */
    static void add(XYPlot plot, Variable variable) {
        double top = 1;
        if (variable.hasDensity()) {
            addDensity(plot, variable);
            top = Math.max(highest(variable, p -> true), rest(variable));
        }
        List<List<Bars.Bar>> bars = bars(variable, top);
        plot.addAnnotation(new Bars(bars.get(0), Look.DATA));
        plot.addAnnotation(new Bars(bars.get(1), Look.SAMPLES));
    }

    private static double rest(Variable variable) {
        return Math.max(variable.rest(variable.measured()), variable.rest(variable.sampled()));
    }

    private static void addDensity(XYPlot plot, Variable variable) {
        double[][] data = variable.steps(variable.measured());
        double[][] samples = variable.steps(variable.sampled());
        double ofData = DoubleStream.of(data[1]).max().orElse(0);
        double ofSamples = DoubleStream.of(samples[1]).max().orElse(0);
        double peak =
                ofData > 0 ? Math.max(ofData, Math.min(ofSamples, HIGHEST * ofData)) : ofSamples;
        double factor = peak == 0 ? 1 : Math.min(1, rest(variable) / MUCH) / peak;
        for (double[][] steps : List.of(data, samples)) {
            steps[1] = Arrays.stream(steps[1]).map(height -> factor * height).toArray();
        }
        XYAreaRenderer area = new XYAreaRenderer(XYAreaRenderer.AREA);
        area.setSeriesPaint(0, Look.DATA_LIGHT);
        plot.setDataset(0, Look.series("", data));
        plot.setRenderer(0, area);
        plot.setDataset(1, Look.series("", samples));
        plot.setRenderer(1, Look.line(Look.SAMPLES, 1.6f, 0));
    }

    /** Makes an axis of heights without ticks, which are no values of the column. */
    static void hideTicks(NumberAxis axis) {
        axis.setTickLabelsVisible(false);
        axis.setTickMarksVisible(false);
    }
}
