package org.djlflows.anomaly;

import org.djlflows.files.Excerpt;
import org.djlflows.tensors.SavedArray;

import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A score by which rows of a table compare, the greater the odder. A row is odd where its density
 * is low, \(a = -\log p(x)\), or where it lies apart from rows of training, \(b = 0.4 n + 0.4 w +
 * 0.2 t\), by the narrow and the wide kernels of {@link Neighbours} and by the tails of its
 * columns, \(t = -\sum_j \log p_j\); each in spreads from its median:
 *
 * <p>\(s = \log(\pi e^a + (1 - \pi) e^b)\), with \(\pi = 0.02 \frac{m}{m + 500}\) for the m rows
 * that are kept as neighbours.
 *
 * <p>So one of the two is enough, and each makes up for what the other does not see: a density by a
 * network knows rules that hold for all rows, such as that a fee is 2 % of an amount, and compares
 * rows badly where there are few or where columns are discrete; distances are the other way round.
 * The constants were chosen by the mean AUROC on sixteen labelled tables.
 *
 * <p>{@link Conformal} makes p-values of scores, by rows that training never saw.
 *
 * <p>Rows come as the flow takes them, one after the other: the cells of its features, then those
 * of its context.
 */
public final class AnomalyScore {

    /** What the names of its arrays in a file begin with. */
    public static final String PREFIX = "anomaly.";

    private static final double MOST_OF_DENSITY = 0.02;

    /** After so few rows of training the density counts half. */
    private static final double FEW = 500;

    /** Of the narrow kernels, the wide ones and the tails. */
    private static final List<Double> SHARES = List.of(0.4, 0.4, 0.2);

    /** So many rows of training tell the medians and the spreads. */
    private static final int JUDGED = 1_024;

    /** Fewer rows of validation say less of how densities differ than the number of columns. */
    private static final int WEIGHT = 20;

    /** The most calibration rows that are kept to compare columns with. */
    private static final int MOST_CALIBRATION = 10_000;

    private static final String ROWS = PREFIX + "rows";
    private static final String CALIBRATION = PREFIX + "calibration_rows";
    private static final String SCORES = PREFIX + "calibration_scores";
    private static final String DENSITY = PREFIX + "surprise_median_spread";

    private final int width;
    private final float[] training;
    private final float[] calibrationRows;
    private final double shareOfDensity;
    private final Standard ofDensity;
    private final Neighbours neighbours;
    private final Tails tails;

    /** Of the narrow kernels, the wide ones and the tails, for rows like those of training. */
    private final List<Standard> standards;

    private final Conformal conformal;

    private AnomalyScore(
            List<Boolean> levels,
            float[] training,
            float[] calibrationRows,
            Standard ofDensity,
            Function<AnomalyScore, double[]> scores) {
        width = levels.size();
        this.training = training;
        this.calibrationRows = calibrationRows;
        this.ofDensity = ofDensity;
        double rows = (double) training.length / width;
        shareOfDensity = MOST_OF_DENSITY * rows / (rows + FEW);
        neighbours = new Neighbours(levels, training);
        tails = new Tails(levels, training);
        double[][] parts = parts(Math.min(JUDGED, training.length / width), training);
        standards =
                IntStream.range(0, SHARES.size())
                        .mapToObj(
                                k ->
                                        Standard.of(
                                                Arrays.stream(parts)
                                                        .mapToDouble(row -> row[k])
                                                        .toArray()))
                        .toList();
        conformal = Conformal.of(scores.apply(this));
    }

    /**
     * Rows and their densities.
     *
     * @param cells the cells, one row after the other
     * @param logDensities the log-density of each row
     */
    @SuppressWarnings("ArrayRecordComponent") // Handed on, never compared.
    public record Rows(float[] cells, double[] logDensities) {}

    /**
     * Fits the score.
     *
     * @param levels which columns of rows hold levels
     * @param features how many of the columns the density is of; the others are given
     * @param training rows of training
     * @param validation rows by which an epoch was chosen, at least one; of both together 8,192 at
     *     random are kept as neighbours
     * @param calibration rows that had no part in the model, at least one
     * @return the score
     */
    public static AnomalyScore fit(
            List<Boolean> levels,
            int features,
            float[] training,
            Rows validation,
            Rows calibration) {
        int width = levels.size();
        // Of D normally distributed columns, -log p has the variance D / 2.
        Standard ofDensity = Standard.of(negated(validation.logDensities), features / 2.0, WEIGHT);
        return new AnomalyScore(
                levels,
                some(joined(training, validation.cells), width, Neighbours.MOST),
                some(calibration.cells, width, MOST_CALIBRATION),
                ofDensity,
                score -> score.scores(calibration.logDensities, calibration.cells));
    }

    /** The three parts of how far the first rows lie apart, in their own units. */
    private double[][] parts(int count, float... rows) {
        double[][] parts = new double[count][];
        IntStream.range(0, count)
                .parallel()
                .forEach(
                        i -> {
                            double[] kernels = neighbours.surprises(rows, i);
                            parts[i] = new double[] {kernels[0], kernels[1], tails.of(rows, i)};
                        });
        return parts;
    }

    private double apart(double... parts) {
        return IntStream.range(0, parts.length)
                .mapToDouble(k -> SHARES.get(k) * standards.get(k).of(parts[k]))
                .sum();
    }

    private static double[] negated(double... values) {
        return Arrays.stream(values).map(value -> -value).toArray();
    }

    private static float[] joined(float[] first, float... second) {
        float[] all = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, all, first.length, second.length);
        return all;
    }

    /** Some of the rows at random, in random order. */
    private static float[] some(float[] rows, int width, int most) {
        List<Integer> order =
                new ArrayList<>(IntStream.range(0, rows.length / width).boxed().toList());
        Collections.shuffle(order, new Random(0));
        int count = Math.min(most, order.size());
        float[] chosen = new float[count * width];
        for (int i = 0; i < count; i++) {
            System.arraycopy(rows, order.get(i) * width, chosen, i * width, width);
        }
        return chosen;
    }

    /**
     * Returns the scores of rows.
     *
     * @param logDensities the log-density of each row, minus infinity where none can be so
     * @param rows their cells, one row after the other
     * @return a score for each row, infinite where the log-density is
     */
    public double[] scores(double[] logDensities, float... rows) {
        double[][] parts = parts(logDensities.length, rows);
        return IntStream.range(0, parts.length)
                .mapToDouble(
                        i -> {
                            double a = Math.log(shareOfDensity) + ofDensity.of(-logDensities[i]);
                            double b = Math.log1p(-shareOfDensity) + apart(parts[i]);
                            double greater = Math.max(a, b);
                            return greater == Double.POSITIVE_INFINITY
                                    ? greater
                                    : greater + Math.log1p(Math.exp(Math.min(a, b) - greater));
                        })
                .toArray();
    }

    /**
     * Returns what makes p-values of scores.
     *
     * @return the p-values by the calibration rows
     */
    public Conformal conformal() {
        return conformal;
    }

    /**
     * Returns calibration rows, to compare others with.
     *
     * @return the cells of at most 10,000 of them in random order, one row after the other
     */
    public float[] calibrationRows() {
        return calibrationRows.clone();
    }

    /**
     * Returns rows of training, and of those by which an epoch was chosen.
     *
     * @return the cells of at most 8,192 of them in random order, one row after the other
     */
    public float[] trainingRows() {
        return training.clone();
    }

    /**
     * Returns where rows of training lie.
     *
     * @param features the first columns of rows
     * @return the numbers of each of them, ascending, of which none is missing
     */
    public float[][] ofTraining(int features) {
        float[][] columns = new float[features][training.length / width];
        for (int i = 0; i < training.length / width; i++) {
            for (int j = 0; j < features; j++) {
                columns[j][i] = training[i * width + j];
            }
        }
        Arrays.stream(columns).forEach(Arrays::sort);
        return columns;
    }

    /**
     * Returns the share of the density, and not of the neighbours, in a score.
     *
     * @param logDensity the log-density of a row
     * @param score its score
     * @return \(\pi e^{a - s}\), from 0 to 1
     */
    public double densityShare(double logDensity, double score) {
        if (score == Double.POSITIVE_INFINITY) {
            return 1;
        }
        return Math.min(1, shareOfDensity * Math.exp(ofDensity.of(-logDensity) - score));
    }

    /**
     * Returns the share of each cell in how far a row lies from those of training.
     *
     * @param row the cells of a row
     * @return \(-\log \hat p(x_j \mid x_{-j})\) of the narrow kernels, up to a constant of the
     *     column: nats of 0 or more for each
     */
    public double[] shares(float... row) {
        return neighbours.shares(row);
    }

    /**
     * Returns what is saved of this score.
     *
     * @return the arrays
     */
    public List<SavedArray> arrays() {
        double[] density = {ofDensity.median(), ofDensity.spread()};
        return List.of(
                rows(ROWS, training),
                rows(CALIBRATION, calibrationRows),
                numbers(SCORES, conformal.scores()),
                numbers(DENSITY, density));
    }

    private SavedArray rows(String name, float... cells) {
        long[] shape = {cells.length / width, width};
        return new SavedArray(name, shape, FloatBuffer.wrap(cells).asReadOnlyBuffer());
    }

    private static SavedArray numbers(String name, double... numbers) {
        return new SavedArray(name, new long[] {numbers.length}, DoubleBuffer.wrap(numbers));
    }

    /**
     * Restores a score.
     *
     * @param levels which columns hold levels
     * @param arrays what {@link #arrays} returned
     * @return the score
     * @throws IllegalArgumentException if an array is missing or of another shape or type, or there
     *     is a further one
     */
    public static AnomalyScore restored(List<Boolean> levels, List<SavedArray> arrays) {
        Map<String, SavedArray> byName = new HashMap<>();
        arrays.forEach(array -> byName.put(array.name(), array));
        float[] training = rows(take(byName, ROWS), levels.size(), Neighbours.MOST);
        float[] calibration = rows(take(byName, CALIBRATION), levels.size(), MOST_CALIBRATION);
        double[] scores = take(byName, SCORES).doubles();
        double[] density = take(byName, DENSITY).doubles();
        boolean valid =
                density.length == 2
                        && Double.isFinite(density[0])
                        && Double.isFinite(density[1])
                        && density[1] > 0;
        if (!byName.isEmpty() || !valid) {
            throw new IllegalArgumentException(
                    String.format(
                            "expected %s of a finite number and one above 0 and no further arrays,"
                                    + " got %s and %s",
                            DENSITY,
                            Excerpt.of(Arrays.toString(density), 100),
                            Excerpt.of(byName.keySet())));
        }
        return new AnomalyScore(
                levels,
                training,
                calibration,
                new Standard(density[0], density[1]),
                score -> scores);
    }

    private static SavedArray take(Map<String, SavedArray> byName, String name) {
        SavedArray array = byName.remove(name);
        if (array == null) {
            throw new IllegalArgumentException("expected " + name + ", got none");
        }
        return array;
    }

    private static float[] rows(SavedArray array, int width, int most) {
        long[] shape = array.shape();
        boolean fits = shape.length == 2 && shape[1] == width && width > 0;
        if (!fits || shape[0] == 0 || shape[0] > most) {
            throw new IllegalArgumentException(
                    String.format(
                            "expected %s of (1 to %d, %d), got (%s)",
                            array.name(),
                            most,
                            width,
                            Arrays.stream(shape)
                                    .mapToObj(Long::toString)
                                    .collect(Collectors.joining(", "))));
        }
        return array.floats();
    }
}
