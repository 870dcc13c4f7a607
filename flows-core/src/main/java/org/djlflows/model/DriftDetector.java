package org.djlflows.model;

import org.djlflows.anomaly.AnomalyScore;
import org.djlflows.anomaly.Drift;
import org.djlflows.anomaly.RowScore;
import org.djlflows.files.Excerpt;
import org.djlflows.format.FlowConfig;
import org.djlflows.runtime.RowEncoding;
import org.djlflows.runtime.TableCells;
import org.djlflows.spec.TableFlow;
import org.djlflows.table.BadCell;
import org.djlflows.table.Table;
import org.djlflows.table.TableColumn;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Tells whether new rows are distributed as those that a model was made of.
 *
 * <p>Scores and levels are compared with those of the calibration rows, since training decided what
 * is odd and which levels there are. Columns of numbers are compared with rows of training too,
 * which are as good for that and many more. Of each at most 10,000 rows take part; all that are
 * added are scored and kept, so of a long table add a random choice.
 *
 * <pre>{@code
 * DriftDetector detector = new DriftDetector(model);
 * detector.add(table, cell -> {});
 * Drift drift = detector.drift();
 * if (drift.isDrifted(0.05)) {
 *     System.out.println(drift.columns().get(0).name());
 * }
 * }</pre>
 */
public final class DriftDetector {

    /** The most rows before and after that are worth to be compared. */
    public static final int MOST_ROWS = 10_000;

    private final FlowModel model;
    private final RowScorer scorer;
    private final AnomalyScore reference;
    private final RowEncoding encoding;
    private final List<Boolean> levels;

    /** Of the columns that the flow sees, then those that were constant, where 0 is as it was. */
    private final List<String> names;

    private final float[] calibration;
    private final float[] training;

    private final List<Double> scores = new ArrayList<>();
    private final List<float[]> rows = new ArrayList<>();

    /**
     * Creates a detector without rows.
     *
     * @param model a model over columns, which stays open as long as this is used
     * @throws IllegalArgumentException if it does not compare rows
     */
    public DriftDetector(FlowModel model) {
        this.model = model;
        scorer = RowScorer.of(model);
        reference =
                model.anomalies()
                        .orElseThrow(
                                () ->
                                        new IllegalArgumentException(
                                                "DriftDetector: expected a model with calibration"
                                                        + " rows, got one of images, of an earlier"
                                                        + " version, or trained on too few rows"));
        calibration = reference.calibrationRows();
        training = reference.trainingRows();
        encoding = new RowEncoding(model.config());
        levels = encoding.levels();
        names =
                Stream.concat(encoding.varying().stream(), encoding.constantFeatures().stream())
                        .toList();
    }

    private boolean isOfAnyKind() {
        return model.config().flow() instanceof TableFlow;
    }

    /**
     * Adds new rows of a model of columns of any kind.
     *
     * @param table the rows, with all columns of the model
     * @param bad receives the cells that cannot be in their column, which count as missing
     * @throws IllegalArgumentException if the model is of another flow, or the table lacks a column
     */
    public void add(Table table, Consumer<BadCell> bad) {
        FlowConfig config = model.config();
        if (!isOfAnyKind() || !table.names().containsAll(names)) {
            throw new IllegalArgumentException(
                    String.format(
                            "DriftDetector: expected a model of table-flow and all its columns %s,"
                                    + " got %s",
                            Excerpt.of(names), Excerpt.of(table.names())));
        }
        if (table.rows() == 0) {
            return;
        }
        TableCells cells = new TableCells(config);
        float[] x = cells.features(table, bad);
        float[] given = cells.context(table, bad);
        int n = table.rows();
        add(scorer.rowScores(x, given, n), RowScorer.cells(x, given, n), i -> new double[0]);
    }

    /**
     * Adds new rows of a model of numbers.
     *
     * @param given the rows, each with the columns that are modelled, then those that are given
     * @throws IllegalArgumentException as {@link FlowModel#score(double[][])} does
     */
    public void add(double[][] given) {
        List<RowScore> found = scorer.rowScores(given);
        if (given.length > 0) {
            float[] encoded = encoding.cells(Arrays.asList(given));
            add(found, encoded, i -> encoding.offConstants(given[i]));
        }
    }

    /** What belongs to the row of a number. */
    @FunctionalInterface
    private interface Further {
        double[] of(int row);
    }

    private void add(List<RowScore> found, float[] encoded, Further further) {
        int width = encoded.length / found.size();
        for (int i = 0; i < found.size(); i++) {
            scores.add(found.get(i).score().orElseThrow());
            float[] row =
                    Arrays.copyOf(
                            Arrays.copyOfRange(encoded, i * width, (i + 1) * width), names.size());
            double[] more = further.of(i);
            for (int k = 0; k < more.length; k++) {
                row[width + k] = (float) more[k];
            }
            rows.add(row);
        }
    }

    /**
     * Returns how many rows were added.
     *
     * @return the number of new rows
     */
    public int rows() {
        return rows.size();
    }

    /**
     * Compares the rows that were added with those of the model; of more than 10,000, so many at
     * random.
     *
     * @return the comparisons
     * @throws IllegalArgumentException if no rows were added
     */
    public Drift drift() {
        return Drift.of(
                usualScores(),
                newScores(),
                IntStream.range(0, names.size())
                        .mapToObj(
                                j ->
                                        new Drift.Cells(
                                                names.get(j),
                                                isLevels(j),
                                                doubles(before(j)),
                                                doubles(after(j))))
                        .toList());
    }

    private double[] usualScores() {
        double[] all = reference.conformal().scores();
        return Arrays.stream(some(all.length)).mapToDouble(i -> all[i]).toArray();
    }

    private double[] newScores() {
        return Arrays.stream(some(rows.size())).mapToDouble(scores::get).toArray();
    }

    private boolean isLevels(int column) {
        return column < levels.size() && levels.get(column);
    }

    /** At most 10,000 numbers below a count, always the same ones. */
    private static int[] some(int count) {
        List<Integer> all = new ArrayList<>(IntStream.range(0, count).boxed().toList());
        if (count > MOST_ROWS) {
            Collections.shuffle(all, new Random(0));
        }
        return all.stream().limit(MOST_ROWS).mapToInt(Integer::intValue).toArray();
    }

    private static double[] doubles(float... values) {
        return IntStream.range(0, values.length).mapToDouble(i -> values[i]).toArray();
    }

    private float[] before(int column) {
        int width = levels.size();
        int first = calibration.length / width;
        int further = isLevels(column) ? 0 : training.length / width;
        float[] cells = new float[Math.min(MOST_ROWS, first + further)];
        for (int i = 0; i < cells.length && column < width; i++) {
            cells[i] =
                    i < first
                            ? calibration[i * width + column]
                            : training[(i - first) * width + column];
        }
        return cells;
    }

    private float[] after(int column) {
        int[] chosen = some(rows.size());
        float[] cells = new float[chosen.length];
        for (int i = 0; i < cells.length; i++) {
            cells[i] = rows.get(chosen[i])[column];
        }
        return cells;
    }

    /**
     * Returns the model.
     *
     * @return the model whose rows come before
     */
    public FlowModel model() {
        return model;
    }

    /**
     * Returns what was compared of the rows of the model.
     *
     * @param test the comparison
     * @return the cells as they were in the table; levels that training did not see are missing, as
     *     are infinite scores
     * @throws IllegalArgumentException if no such column is compared
     */
    public TableColumn before(Drift.Test test) {
        return test.ofScores()
                ? scores(usualScores())
                : decoded(test.name(), before(place(test.name())));
    }

    /**
     * Returns what was compared of the new rows.
     *
     * @param test the comparison
     * @return the cells as they were in the table; levels that training did not see are missing, as
     *     are infinite scores
     * @throws IllegalArgumentException if no such column is compared
     */
    public TableColumn after(Drift.Test test) {
        return test.ofScores()
                ? scores(newScores())
                : decoded(test.name(), after(place(test.name())));
    }

    private static TableColumn scores(double... found) {
        return new TableColumn.Numbers(
                Drift.SCORES,
                Arrays.stream(found).map(x -> Double.isFinite(x) ? x : Double.NaN).toArray());
    }

    private int place(String name) {
        int place = names.indexOf(name);
        if (place < 0) {
            throw new IllegalArgumentException(
                    "DriftDetector: expected a column of "
                            + Excerpt.of(names)
                            + ", got "
                            + Excerpt.of(name, 100));
        }
        return place;
    }

    private TableColumn decoded(String name, float... cells) {
        if (isOfAnyKind()) {
            return TableCells.encoding(model.config(), List.of(name)).decode(cells).column(name);
        }
        int place = place(name);
        return new TableColumn.Numbers(
                name,
                IntStream.range(0, cells.length)
                        .mapToDouble(i -> encoding.value(place, cells[i]))
                        .toArray());
    }
}
