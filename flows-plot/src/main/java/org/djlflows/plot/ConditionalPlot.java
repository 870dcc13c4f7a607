package org.djlflows.plot;

import org.djlflows.table.TableColumn;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.plot.XYPlot;

import java.awt.Color;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Draws how one column is distributed for some values of another: its density as colours or its
 * probabilities, its quantiles as lines, and the data over them.
 */
final class ConditionalPlot {

    /** Values of x on an axis of numbers. */
    private static final int VALUES = 32;

    /** Draws of y for each value of x. */
    private static final int DRAWS = 800;

    private static final int MOST_POINTS = 1000;
    private static final double[] LEVELS = {0.05, 0.25, 0.5, 0.75, 0.95};
    private static final float[] WIDTHS = {1, 1.4f, 2.2f, 1.4f, 1};

    /** Which of the cells that are not empty gets the brightest colour. */
    private static final double BRIGHTEST = 0.95;

    private static final int WIDTH = Plots.PANEL + 120;
    private static final int SIDE = Plots.PANEL - 90;

    private final Variable x;
    private final Variable y;

    /** The places of x whose conditionals are drawn, with a row of the reference for each. */
    private final TreeMap<Double, Integer> values = new TreeMap<>();

    /**
     * Chooses the values of the column that is given.
     *
     * @param x the column that is given
     * @param y the column that is drawn
     * @throws IllegalArgumentException if the column that is given has only missing cells
     */
    ConditionalPlot(Variable x, Variable y) {
        this.x = x;
        this.y = y;
        Places places = x.places();
        double[] reference = x.reference();
        if (x.hasDensity()) {
            addNearest(reference);
        }
        for (int i = 0; i < reference.length; i++) {
            boolean point = places.points().containsKey(reference[i]);
            boolean alone = !x.hasDensity() || reference[i] < places.edges()[0];
            if (point && alone && places.isValue(reference[i])) {
                values.putIfAbsent(reference[i], i);
            }
        }
        if (values.isEmpty()) {
            throw new IllegalArgumentException(
                    "ConditionalPlot: expected a column with values that can be given, got "
                            + x.name()
                            + ", of which all cells are missing");
        }
    }

    /** Finds rows whose numbers are evenly spread over the axis. */
    private void addNearest(double... reference) {
        double[] edges = x.places().edges();
        Integer[] sorted =
                IntStream.range(0, reference.length)
                        .filter(i -> reference[i] >= edges[0])
                        .filter(i -> reference[i] <= edges[edges.length - 1])
                        .boxed()
                        .sorted((a, b) -> Double.compare(reference[a], reference[b]))
                        .toArray(Integer[]::new);
        if (sorted.length == 0) {
            return;
        }
        double low = reference[sorted[0]];
        double high = reference[sorted[sorted.length - 1]];
        int at = 0;
        for (int k = 0; k < VALUES; k++) {
            double wanted = low + (high - low) * k / (VALUES - 1);
            while (at + 1 < sorted.length
                    && Math.abs(reference[sorted[at + 1]] - wanted)
                            <= Math.abs(reference[sorted[at]] - wanted)) {
                at++;
            }
            values.putIfAbsent(reference[sorted[at]], sorted[at]);
        }
    }

    /**
     * Draws the picture.
     *
     * @param draw returns a draw of y for each row of the data, or of the samples without them,
     *     given the x of the row
     * @param condition what else is given, or an empty text
     */
    Picture picture(Function<int[], TableColumn> draw, String condition) {
        int[] rows = values.values().stream().mapToInt(i -> i).toArray();
        int[] repeated = new int[rows.length * DRAWS];
        Arrays.setAll(repeated, i -> rows[i / DRAWS]);
        double[] places = y.places().of(draw.apply(repeated));
        double[] cells = y.places().cells();
        double[][] shares = new double[rows.length][];
        Arrays.setAll(
                shares, i -> shares(cells, Arrays.copyOfRange(places, i * DRAWS, (i + 1) * DRAWS)));
        return picture(cells, shares, condition);
    }

    /**
     * The shares in the cells, before them those below all and after them those above. Draws
     * without a place, which is that of cells missing where no row of data or samples has one, are
     * left out.
     */
    private static double[] shares(double[] cells, double... places) {
        double[] shares = new double[cells.length + 1];
        for (double place : places) {
            int bin = Variable.bin(cells, place);
            boolean above = bin < 0 && place > cells[0];
            if (!Double.isNaN(place)) {
                shares[above ? cells.length : bin + 1] += 1.0 / places.length;
            }
        }
        return shares;
    }

    private Picture picture(double[] cells, double[][] shares, String condition) {
        double[] edges = edges();
        double[][] colors = new double[shares.length][];
        Arrays.setAll(
                colors,
                i ->
                        IntStream.range(0, cells.length - 1)
                                .mapToDouble(
                                        k ->
                                                y.hasDensity()
                                                        ? shares[i][k + 1]
                                                                / (cells[k + 1] - cells[k])
                                                        : shares[i][k + 1])
                                .toArray());
        ColorMap map = new ColorMap(brightest(colors));
        XYPlot plot = Look.plot(axis(x, true), axis(y, false));
        int[][] tiles =
                Arrays.stream(colors)
                        .map(column -> Arrays.stream(column).mapToInt(map::rgb).toArray())
                        .toArray(int[][]::new);
        plot.addAnnotation(new Tiles(edges, cells, tiles));
        if (x.hasData() && y.hasData()) {
            double[] across = x.spread(x.measured(), 1);
            double[] up = y.spread(y.measured(), 2);
            plot.addAnnotation(
                    new Cloud(
                            Columns.pairs(across, up, MOST_POINTS),
                            Look.translucent(Color.WHITE, 120),
                            2.5));
        }
        List<String> notes = new ArrayList<>();
        if (!condition.isEmpty()) {
            notes.add(condition);
        }
        if (!y.isLevels()) {
            for (int q = 0; q < LEVELS.length; q++) {
                plot.addAnnotation(
                        new Lines(line(shares, edges, LEVELS[q]), Look.SAMPLES, WIDTHS[q]));
            }
            notes.add("lines: quantiles of 5, 25, 50, 75, 95 %");
        }
        if (x.hasData() && y.hasData()) {
            notes.add("dots: data");
        }
        JFreeChart chart =
                Look.chart(y.name() + " given " + x.name(), String.join("; ", notes), plot);
        chart.addSubtitle(Plots.colorBar(map, y.hasDensity() ? "density" : "probability"));
        return Look.draw(chart, WIDTH, Plots.PANEL);
    }

    private static TickAxis axis(Variable variable, boolean across) {
        TickAxis axis =
                new TickAxis(
                        variable.name(),
                        variable.places().range(),
                        variable.places().ticks(SIDE, across),
                        SIDE,
                        90);
        return axis;
    }

    private static double brightest(double[][] colors) {
        double[] sorted =
                Arrays.stream(colors)
                        .flatMapToDouble(Arrays::stream)
                        .filter(c -> c > 0)
                        .sorted()
                        .toArray();
        return sorted.length == 0 ? 1 : sorted[(int) (BRIGHTEST * (sorted.length - 1))];
    }

    /** The edges between the values of x, in the middle between neighbours. */
    private double[] edges() {
        List<Double> places = new ArrayList<>(values.keySet());
        double[] edges = new double[places.size() + 1];
        for (int i = 1; i < places.size(); i++) {
            edges[i] = (places.get(i - 1) + places.get(i)) / 2;
        }
        int last = places.size() - 1;
        double first = places.size() < 2 ? 0.5 : places.get(1) - places.get(0);
        double end = places.size() < 2 ? 0.5 : places.get(last) - places.get(last - 1);
        edges[0] = Math.max(x.places().range().getLowerBound(), places.get(0) - first / 2);
        edges[last + 1] = Math.min(x.places().range().getUpperBound(), places.get(last) + end / 2);
        return edges;
    }

    /** A quantile over x, as one line, or for values with bars as a line for each. */
    private double[][] line(double[][] shares, double[] edges, double level) {
        double[] quantiles = Arrays.stream(shares).mapToDouble(s -> quantile(s, level)).toArray();
        if (x.hasDensity()) {
            double[] places = values.keySet().stream().mapToDouble(d -> d).toArray();
            return new double[][] {places, quantiles};
        }
        double[][] line = new double[2][3 * shares.length];
        for (int i = 0; i < shares.length; i++) {
            line[0][3 * i] = edges[i];
            line[0][3 * i + 1] = edges[i + 1];
            line[0][3 * i + 2] = Double.NaN;
            Arrays.fill(line[1], 3 * i, 3 * i + 3, quantiles[i]);
        }
        return line;
    }

    /**
     * The quantile of the rows that are not missing, on the line between the edges of its cell; NaN
     * where it is beyond all cells.
     */
    private double quantile(double[] shares, double level) {
        double[] cells = y.places().cells();
        double missing = y.places().missing();
        double[] present = shares.clone();
        if (!Double.isNaN(missing)) {
            present[Variable.bin(cells, missing) + 1] = 0;
        }
        double wanted = level * Arrays.stream(present).sum();
        double before = present[0];
        if (wanted <= before) {
            return Double.NaN;
        }
        for (int k = 0; k < cells.length - 1; k++) {
            double here = present[k + 1];
            if (here > 0 && before + here >= wanted) {
                boolean one = !y.hasDensity() || cells[k] < y.places().edges()[0];
                return cells[k]
                        + (one ? 0.5 : (wanted - before) / here) * (cells[k + 1] - cells[k]);
            }
            before += here;
        }
        return Double.NaN;
    }
}
