package org.djlflows.plot;

import org.djlflows.spec.Column;
import org.djlflows.table.TableColumn;
import org.djlflows.table.TableEncoding;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Collectors;

/**
 * A column of data and samples with the {@link Places} of its cells, from which all pictures of
 * columns are drawn. The data decide the places, or without data the samples.
 */
final class Variable {

    /** The least part of the rows that is worth a density. */
    private static final double FEW = 0.01;

    /** By how much more of the samples than of the data lies outside of what is shown. */
    private static final double BEYOND = 0.01;

    private final TableColumn samples;
    private final Optional<TableColumn> data;
    private final boolean isLevels;
    private final Places places;
    private final double[] sampled;
    private final double[] measured;

    /**
     * Creates a variable.
     *
     * @param data the cells of the data, if there are any
     * @param samples the cells of the samples
     * @param kind what the column is, if it is known
     */
    Variable(Optional<TableColumn> data, TableColumn samples, Optional<Column> kind) {
        this.data = data.filter(cells -> cells.rows() > 0);
        this.samples = samples;
        isLevels =
                samples instanceof TableColumn.Texts
                        || kind.filter(Column.Category.class::isInstance).isPresent();
        TableColumn reference = this.data.orElse(samples);
        places = isLevels ? new LevelPlaces(reference, samples) : numbers(reference, kind);
        sampled = places.of(samples);
        measured = this.data.map(places::of).orElse(new double[0]);
    }

    private NumberPlaces numbers(TableColumn reference, Optional<Column> kind) {
        boolean isTime =
                samples instanceof TableColumn.Times
                        || kind.filter(Column.Time.class::isInstance).isPresent();
        boolean isMillis =
                samples instanceof TableColumn.Numbers
                        && kind.filter(
                                        column ->
                                                column instanceof Column.Time time
                                                        && time.format()
                                                                .equals(TableEncoding.MILLISECONDS))
                                .isPresent();
        return new NumberPlaces(reference, samples, isTime, isMillis ? 1e-3 : 1);
    }

    String name() {
        return samples.name();
    }

    boolean isLevels() {
        return isLevels;
    }

    boolean hasData() {
        return data.isPresent();
    }

    Places places() {
        return places;
    }

    /** The cells of the data, or of the samples where there are no data. */
    TableColumn cells() {
        return data.orElse(samples);
    }

    /** The places of the data, or of the samples where there are no data. */
    double[] reference() {
        return hasData() ? measured : sampled;
    }

    /** The places of the data, none where there are no data. */
    double[] measured() {
        return measured;
    }

    /** The places of the samples. */
    double[] sampled() {
        return sampled;
    }

    /** How far the samples are from the data, if there are data. */
    Optional<Misfit> misfit() {
        return data.map(cells -> Misfit.of(cells, samples, isLevels));
    }

    /** Tells whether a part of the rows is drawn as a density. */
    boolean hasDensity() {
        return places.edges().length > 0 && Math.max(rest(measured), rest(sampled)) >= FEW;
    }

    /** The share of rows that are none of the points. */
    double rest(double[] where) {
        long count =
                Arrays.stream(where)
                        .filter(place -> Double.isFinite(place) && !isPoint(place))
                        .count();
        return where.length == 0 ? 0 : (double) count / where.length;
    }

    private boolean isPoint(double place) {
        return places.points().containsKey(place);
    }

    /**
     * The bars of the points.
     *
     * @param where the places of rows
     * @param from where bars begin, from -1 for the left side of their place to 1 for the right
     * @param to where they end
     * @param one the share of the rows that is as high as 1
     */
    List<Bars.Bar> bars(double[] where, double from, double to, double one) {
        List<Bars.Bar> bars = new ArrayList<>();
        places.points()
                .forEach(
                        (place, half) ->
                                bars.add(
                                        new Bars.Bar(
                                                place + from * half,
                                                place + to * half,
                                                share(where, place) / one)));
        return bars;
    }

    /** The share of rows at a point. */
    static double share(double[] where, double place) {
        long count = Arrays.stream(where).filter(x -> x == place).count();
        return where.length == 0 ? 0 : (double) count / where.length;
    }

    /**
     * The outline of a histogram of all rows but the points.
     *
     * @return the places of the corners and their heights, the share of rows by width
     */
    double[][] steps(double[] where) {
        double[] edges = places.edges();
        double[] heights = new double[edges.length - 1];
        for (double place : where) {
            if (Double.isFinite(place) && !isPoint(place)) {
                int bin = bin(edges, place);
                if (bin >= 0) {
                    heights[bin] += 1 / (where.length * (edges[bin + 1] - edges[bin]));
                }
            }
        }
        double[][] corners = new double[2][2 * edges.length];
        for (int i = 0; i < edges.length; i++) {
            corners[0][2 * i] = edges[i];
            corners[0][2 * i + 1] = edges[i];
            corners[1][2 * i] = i == 0 ? 0 : heights[i - 1];
            corners[1][2 * i + 1] = i == heights.length ? 0 : heights[i];
        }
        return corners;
    }

    /** Returns the interval between ascending edges that holds a number, or -1. */
    static int bin(double[] edges, double x) {
        int found = Arrays.binarySearch(edges, x);
        int bin = found >= 0 ? found : -found - 2;
        boolean last = found == edges.length - 1;
        return last ? bin - 1 : bin >= 0 && bin < edges.length - 1 ? bin : -1;
    }

    /** Spreads the rows of bars over their width, so that points of a cloud do not hide others. */
    double[] spread(double[] where, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        return Arrays.stream(where)
                .map(
                        place -> {
                            double by = random.nextDouble(-1, 1);
                            Double half = places.points().get(place);
                            return half == null ? place : place + by * half;
                        })
                .toArray();
    }

    /** Says how many rows are missing or one of the frequent numbers, which bars cannot tell. */
    String note() {
        List<String> notes = new ArrayList<>();
        if (!isLevels && hasDensity()) {
            places.points().keySet().stream()
                    .sorted((a, b) -> Double.compare(share(reference(), b), share(reference(), a)))
                    .limit(2)
                    .forEach(place -> notes.add(places.name(place) + ": " + shares(place)));
        } else {
            // Missing cells, and all other levels, whose bars can be too long to be shown.
            places.points().keySet().stream()
                    .filter(place -> !places.isValue(place))
                    .forEach(place -> notes.add(places.name(place) + ": " + shares(place)));
        }
        double beyond = beyond(sampled);
        if (beyond > beyond(measured) + BEYOND) {
            notes.add("beyond: " + percent(beyond) + " %");
        }
        return notes.stream().collect(Collectors.joining(", "));
    }

    private String shares(double place) {
        String of = percent(share(sampled, place));
        return (hasData() ? percent(share(measured, place)) + " / " : "") + of + " %";
    }

    private static String percent(double share) {
        double percent = 100 * share;
        return String.format(Locale.ROOT, percent < 9.95 && percent > 0 ? "%.1f" : "%.0f", percent);
    }

    private double beyond(double[] where) {
        long count = Arrays.stream(where).filter(x -> !places.range().contains(x)).count();
        return where.length == 0 ? 0 : (double) count / where.length;
    }
}
