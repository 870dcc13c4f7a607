package org.djlflows.plot;

import org.djlflows.table.TableColumn;
import org.jfree.data.Range;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.DoublePredicate;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * Numbers and times on a {@link Scale}, in the range of the data without the outermost 0.5 % on
 * either side.
 *
 * <p>The scale is logarithmic where numbers are not negative and have a heavy right tail: where of
 * those above 0 the quantile of 99.5 % is more than ten times the median, which is 7.6 times for an
 * exponential distribution, and that of 0.5 % is not much smaller than as many times less. Some
 * numbers are points: all, where there are at most 24 of them and each comes four times or more in
 * the mean; else at most eight which come in a tenth of the rows or more, and five times as often
 * as those next to them. What has no place among the numbers has one before them: missing cells,
 * and on a logarithmic scale what is not above 0.
 */
final class NumberPlaces implements Places {

    private static final int MOST_POINTS = 24;

    /** How often each comes in the mean where all numbers are points. */
    private static final int EACH = 4;

    private static final int MOST_BINS = 40;
    private static final int FEWEST_BINS = 10;
    private static final int CELLS = 48;

    /** What makes a number a point where there are many numbers. */
    private static final double OFTEN = 0.1;

    private static final int TIMES_NEXT = 5;
    private static final int MOST_OFTEN = 8;

    private static final double TAIL = 0.005;
    private static final double MARGIN = 0.05;

    /** What makes a scale logarithmic: ratios of quantiles, and of those of their logarithms. */
    private static final double HEAVY = 10;

    private static final double LOPSIDED = 4;
    private static final int FEWEST = 20;

    /** The width of a place before the numbers, as a part of the range of these. */
    private static final double SLOT = 0.12;

    /** Half the width of the bar of a number within a density, as a part of the range. */
    private static final double THIN = 0.02;

    /** The pixels after the name of such a place that are left free. */
    private static final int NAME = 16;

    private final double unit;
    private final Scale scale;
    private final NavigableMap<Double, Double> points = new TreeMap<>();
    private final List<Tick> slots = new ArrayList<>();
    private final Range window;
    private final Range range;
    private final double[] edges;
    private final double[] fine;
    private final boolean hasNegative;
    private double missing = Double.NaN;
    private double notPositive = Double.NaN;

    /**
     * Creates the places.
     *
     * @param reference the cells that decide
     * @param samples other cells
     * @param isTime whether numbers are times
     * @param unit how many seconds a number of a time is
     */
    NumberPlaces(TableColumn reference, TableColumn samples, boolean isTime, double unit) {
        this.unit = unit;
        double[] cells = values(reference);
        double[] sampled = values(samples);
        double[] sorted = sorted(cells);
        if (sorted.length == 0) {
            sorted = sorted(sampled);
        }
        scale = isTime ? Scale.TIME : asksForLog(sorted) ? Scale.LOG : Scale.LINEAR;
        double[] placed = finite(Arrays.stream(sorted).map(scale::place));
        NavigableMap<Double, Integer> counts = new TreeMap<>();
        Arrays.stream(placed).forEach(place -> counts.merge(place, 1, Integer::sum));
        boolean few =
                !counts.isEmpty()
                        && counts.size() <= MOST_POINTS
                        && EACH * counts.size() <= placed.length;
        window = few ? addAll(counts, sampled) : addFrequent(counts, placed);
        int bins = Math.min(MOST_BINS, Math.max(FEWEST_BINS, (int) Math.sqrt(placed.length)));
        edges = edges(counts, bins);
        fine = edges(counts, CELLS);
        double low = window.getLowerBound();
        hasNegative = any(cells, sampled, x -> x < 0);
        if (scale == Scale.LOG && any(cells, sampled, x -> x <= 0)) {
            low -= SLOT * window.getLength();
            notPositive = addSlot(low, hasNegative ? "\u2264 0" : "0");
        }
        if (any(cells, sampled, Double::isNaN)) {
            low -= SLOT * window.getLength();
            missing = addSlot(low, "missing");
        }
        Collections.reverse(slots);
        range = new Range(low, window.getUpperBound());
    }

    private double[] values(TableColumn cells) {
        return Arrays.stream(Cells.numbers(cells)).map(x -> x * unit).toArray();
    }

    private static double[] sorted(double[] values) {
        return finite(Arrays.stream(values).sorted());
    }

    private static double[] finite(DoubleStream values) {
        return values.filter(Double::isFinite).toArray();
    }

    private static boolean any(double[] cells, double[] sampled, DoublePredicate test) {
        return DoubleStream.concat(Arrays.stream(cells), Arrays.stream(sampled)).anyMatch(test);
    }

    private static double low(double[] sorted) {
        return sorted[(int) Math.floor(TAIL * (sorted.length - 1))];
    }

    private static double high(double[] sorted) {
        return sorted[(int) Math.ceil((1 - TAIL) * (sorted.length - 1))];
    }

    private static boolean asksForLog(double[] sorted) {
        double[] positive = Arrays.stream(sorted).filter(x -> x > 0).toArray();
        if (positive.length < FEWEST || sorted[0] < 0) {
            return false;
        }
        double low = low(positive);
        double middle = positive[positive.length / 2];
        double high = high(positive);
        return high > HEAVY * middle
                // Not where the logarithm is lopsided to the other side.
                && Math.log(middle / low) < LOPSIDED * Math.log(high / middle);
    }

    /** Makes all numbers points, and those of the samples if they are as few. */
    private Range addAll(NavigableMap<Double, Integer> counts, double[] sampled) {
        double[] others = finite(Arrays.stream(sampled).map(scale::place).distinct());
        NavigableMap<Double, Integer> all = new TreeMap<>(counts);
        if (others.length <= 2 * MOST_POINTS) {
            Arrays.stream(others).forEach(place -> all.putIfAbsent(place, 0));
        }
        double gap = Double.POSITIVE_INFINITY;
        for (Double place : all.keySet()) {
            Double next = all.higherKey(place);
            gap = next == null ? gap : Math.min(gap, next - place);
        }
        double least = all.firstKey();
        double most = all.lastKey();
        double one = least == 0 ? 1 : Math.abs(least);
        double half = HALF_BAR * (least == most ? one / 4 : gap);
        all.keySet().forEach(place -> points.put(place, half));
        double margin = least == most ? one / 2 : Math.max(1.5 * half, MARGIN * (most - least));
        return new Range(least - margin, most + margin);
    }

    private Range addFrequent(NavigableMap<Double, Integer> counts, double[] placed) {
        if (placed.length == 0) {
            return new Range(0, 1);
        }
        double low = low(placed);
        double high = high(placed);
        double margin = MARGIN * (high - low);
        if (margin == 0) {
            margin = low == 0 ? 1 : Math.abs(low) / 2;
        }
        Range shown = new Range(low - margin, high + margin);
        double[] numbers = counts.keySet().stream().mapToDouble(x -> x).toArray();
        int[] often = counts.values().stream().mapToInt(n -> n).toArray();
        IntStream.range(0, often.length)
                .filter(i -> often[i] >= OFTEN * placed.length)
                .filter(i -> often[i] >= TIMES_NEXT * next(often, i))
                .boxed()
                .sorted(Comparator.comparing(i -> -often[i]))
                .limit(MOST_OFTEN)
                .forEach(i -> points.put(numbers[i], THIN * shown.getLength()));
        return shown;
    }

    /** How often the numbers next to one come: the lower median of two on either side. */
    private static int next(int[] often, int i) {
        int[] next =
                IntStream.rangeClosed(Math.max(0, i - 2), Math.min(often.length - 1, i + 2))
                        .filter(j -> j != i)
                        .map(j -> often[j])
                        .sorted()
                        .toArray();
        return next.length == 0 ? 0 : next[(next.length - 1) / 2];
    }

    /**
     * Divides the window into bins of equal width, with edges moved between the numbers where these
     * are so coarse that bins would differ in how many of them they hold.
     */
    private double[] edges(NavigableMap<Double, Integer> counts, int bins) {
        double width = window.getLength() / bins;
        DoubleStream equal =
                IntStream.rangeClosed(0, bins).mapToDouble(i -> window.getLowerBound() + i * width);
        double[] values = counts.keySet().stream().mapToDouble(scale::value).toArray();
        double step =
                IntStream.range(1, values.length)
                        .mapToDouble(i -> values[i] - values[i - 1])
                        .min()
                        .orElse(0);
        double low = window.getLowerBound();
        double narrowest = scale.value(low + width) - scale.value(low);
        if (4 * step < narrowest) {
            return equal.toArray();
        }
        return equal.map(
                        edge -> {
                            double steps = Math.floor((scale.value(edge) - values[0]) / step);
                            return scale.place(values[0] + (steps + 0.5) * step);
                        })
                .filter(Double::isFinite)
                .distinct()
                .toArray();
    }

    private double addSlot(double low, String label) {
        double width = SLOT * window.getLength();
        double place = low + width / 2;
        points.put(place, HALF_BAR * width);
        slots.add(new Tick(place, label));
        return place;
    }

    @Override
    public double[] of(TableColumn cells) {
        return Arrays.stream(values(cells))
                .map(
                        x ->
                                Double.isNaN(x)
                                        ? missing
                                        : scale == Scale.LOG && x <= 0
                                                ? notPositive
                                                : scale.place(x))
                .toArray();
    }

    @Override
    public NavigableMap<Double, Double> points() {
        return points;
    }

    @Override
    public Range range() {
        return range;
    }

    @Override
    public double[] edges() {
        return edges;
    }

    @Override
    public List<Tick> ticks(int pixels, boolean across) {
        int own = (int) (pixels * window.getLength() / range.getLength());
        // From left to right the name is too wide for its place.
        List<Tick> ticks =
                slots.stream()
                        .filter(slot -> !across || slot.place() != missing)
                        .collect(Collectors.toCollection(ArrayList::new));
        double free = across && !ticks.isEmpty() ? NAME * window.getLength() / own : 0;
        scale.ticks(window, own, across).stream()
                .filter(tick -> tick.place() >= window.getLowerBound() + free)
                .forEach(ticks::add);
        return ticks;
    }

    @Override
    public double[] cells() {
        double slot = SLOT * window.getLength();
        DoubleStream before =
                IntStream.rangeClosed(0, slots.size())
                        .mapToDouble(i -> range.getLowerBound() + i * slot)
                        .filter(place -> place < fine[0]);
        return DoubleStream.concat(before, Arrays.stream(fine)).toArray();
    }

    @Override
    public boolean isValue(double point) {
        return point != missing && !(point == notPositive && hasNegative);
    }

    @Override
    public double missing() {
        return missing;
    }

    @Override
    public String name(double point) {
        return slots.stream()
                .filter(slot -> slot.place() == point)
                .map(Tick::label)
                .findFirst()
                .orElseGet(() -> Tick.number(scale.value(point)));
    }
}
