package org.djlflows.estimator;

import ai.djl.Model;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;

import org.djlflows.data.Split;
import org.djlflows.format.FlowConfig;
import org.djlflows.kernel.RandomNumbers;
import org.djlflows.model.Encoding;
import org.djlflows.model.FlowModel;
import org.djlflows.model.SplitTable;
import org.djlflows.model.TableModel;
import org.djlflows.spec.Column;
import org.djlflows.spec.ColumnFlow;
import org.djlflows.spec.Presets;
import org.djlflows.spec.Specs;
import org.djlflows.spec.TableFlow;
import org.djlflows.table.Table;
import org.djlflows.table.TableColumn;
import org.djlflows.training.MaximumLikelihood;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Scores each row of a table by a flow that was trained without it, so that flows and their
 * settings can be compared by {@link Comparison} on all rows.
 *
 * <p>The rows are divided into folds. Those of a fold are scored by a flow that was trained on nine
 * of ten of the others; the tenth chooses the best epoch. The folds are the same for all flows, and
 * so are the rows that are scored: a row with a wild value teaches a flow over numbers nothing, but
 * it is scored.
 *
 * <p>Log-densities are those of {@link TableModel} and {@link FlowModel}: in nats, of a {@link
 * TableFlow} with respect to counts for levels, whole numbers and atoms and to the units of the
 * columns for other numbers, of any other flow to the units of all columns. So the two compare
 * where all columns are {@link Column.Real} without atoms and missing cells.
 */
public final class CrossValidation {

    private static final String NAME = "CrossValidation";

    /** A column alone is a constant of the network: what it needs is a spline, and no inputs. */
    private static final TableFlow ONE_COLUMN = oneColumn();

    private final Table table;
    private final Map<String, Column> columns;
    private final Map<String, Column> given;
    private final List<Split> folds;
    private final long seed;

    private CrossValidation(
            Table table,
            Map<String, Column> columns,
            Map<String, Column> given,
            List<Split> folds,
            long seed) {
        this.table = table;
        this.columns = columns;
        this.given = given;
        this.folds = folds;
        this.seed = seed;
    }

    private static TableFlow oneColumn() {
        TableFlow flow = Presets.anyOrder();
        Map<String, Integer> sizes = Map.of("width", 32, "blocks", 1, "octaves", 0, "orders", 1);
        for (Map.Entry<String, Integer> size : sizes.entrySet()) {
            flow = Specs.with(flow, size.getKey(), size.getValue());
        }
        return flow;
    }

    /**
     * Divides a table.
     *
     * @param table the rows, at least 20 of them
     * @param columns the columns that are modelled, in their order, and what they are
     * @param given the columns that are given, none in most cases
     * @param folds the number of folds, at least 2; 5 or 10 are usual
     * @param seed the seed of the folds, of all weights and of the order of the rows
     * @return the cross-validation
     * @throws IllegalArgumentException if there are too few rows or no columns, or one is not in
     *     the table
     */
    public static CrossValidation of(
            Table table,
            Map<String, Column> columns,
            Map<String, Column> given,
            int folds,
            long seed) {
        if (columns.isEmpty()) {
            throw new IllegalArgumentException(NAME + ": expected a column to model, got none");
        }
        List<String> all = Stream.of(columns, given).flatMap(m -> m.keySet().stream()).toList();
        return new CrossValidation(
                table.select(all), columns, given, Split.folds(table.rows(), folds, seed), seed);
    }

    /**
     * Returns the number of folds.
     *
     * @return at least 2
     */
    public int folds() {
        return folds.size();
    }

    /**
     * Returns the rows that a fold scores.
     *
     * @param fold the fold, from 0
     * @return the numbers of the rows, from 0
     */
    public int[] rows(int fold) {
        return folds.get(fold).test();
    }

    /**
     * Returns how many rows a fold trains on.
     *
     * @param fold the fold, from 0
     * @return the number of rows
     */
    public int trainingRows(int fold) {
        return folds.get(fold).training().length;
    }

    /**
     * Trains a flow on the other folds and scores the rows of one.
     *
     * @param fold the fold, from 0
     * @param flow the flow
     * @param training how to train; its seed does not count
     * @return the log-density of each of {@link #rows}, in nats; minus infinity where the flow
     *     takes a row for impossible
     * @throws IllegalArgumentException if it is a flow over numbers and a column is not one of
     *     numbers or has missing cells, or the flow does not fit the table otherwise
     * @throws ai.djl.TrainingDivergedException if training made the flow worse instead of better
     */
    public double[] score(int fold, ColumnFlow flow, MaximumLikelihood.Builder training) {
        Split split = folds.get(fold);
        return flow instanceof TableFlow ofAnyKind
                ? score(split, TableModel.config(ofAnyKind, columns, given), training)
                : scoreNumbers(split, flow, training);
    }

    /**
     * Trains a flow as often as there are folds, and scores all rows.
     *
     * @param flow the flow
     * @param training how to train; its seed does not count
     * @return the log-density of each row of the table by the flow that did not see it, in nats
     * @throws IllegalArgumentException as for a single fold
     * @throws ai.djl.TrainingDivergedException as for a single fold
     */
    public double[] score(ColumnFlow flow, MaximumLikelihood.Builder training) {
        double[] logDensities = new double[table.rows()];
        for (int fold = 0; fold < folds(); fold++) {
            int[] rows = rows(fold);
            double[] found = score(fold, flow, training);
            for (int i = 0; i < rows.length; i++) {
                logDensities[rows[i]] = found[i];
            }
        }
        return logDensities;
    }

    /**
     * Scores the rows of a fold by a density of each column alone, as if columns had nothing to do
     * with each other: a flow that is not better has not learned how they go together. The columns
     * that are given are so to each of them.
     *
     * @param fold the fold, from 0
     * @param training how to train; its seed does not count
     * @return the log-density of each of {@link #rows}, in nats
     * @throws ai.djl.TrainingDivergedException if training made a density worse instead of better
     */
    public double[] scoreIndependent(int fold, MaximumLikelihood.Builder training) {
        double[] sums = new double[rows(fold).length];
        columns.forEach(
                (name, column) -> {
                    FlowConfig config = TableModel.config(ONE_COLUMN, Map.of(name, column), given);
                    double[] found = score(folds.get(fold), config, training);
                    Arrays.setAll(sums, i -> sums[i] + found[i]);
                });
        return sums;
    }

    private double[] score(Split split, FlowConfig config, MaximumLikelihood.Builder training) {
        try (NDManager manager = NDManager.newBaseManager(null, "PyTorch")) {
            NDList rows = arrays(config, manager, split.training());
            FlowModel model;
            try (RandomNumbers numbers = RandomNumbers.seeded(seed)) {
                model = FlowModel.create(config, rows, manager);
            }
            NDList validation = arrays(config, manager, split.validation());
            train(model, training, rows, validation);
            return model.tunedOn(validation).score(arrays(config, manager, split.test()));
        }
    }

    /** A cell that does not fit its column counts as not known. */
    private NDList arrays(FlowConfig config, NDManager manager, int[] rows) {
        return TableModel.arrays(config, manager, table.take(rows), cell -> {});
    }

    private double[] scoreNumbers(
            Split split, ColumnFlow flow, MaximumLikelihood.Builder training) {
        double[][] rows = numbers();
        List<String> modelled = List.copyOf(columns.keySet());
        SplitTable parts = new SplitTable(rows, modelled, List.copyOf(given.keySet()), split);
        FlowConfig config = parts.config(flow);
        Encoding encoding = new Encoding(config);
        try (NDManager manager = NDManager.newBaseManager(null, "PyTorch")) {
            FlowModel model;
            try (RandomNumbers numbers = RandomNumbers.seeded(seed)) {
                model = parts.newModel(config, manager);
            }
            train(
                    model,
                    training,
                    encoding.arrays(manager, parts.training()),
                    encoding.arrays(manager, parts.validation()));
            // All of them, also those that the parts leave out.
            return model.score(
                    Arrays.stream(split.test()).mapToObj(i -> rows[i]).toArray(double[][]::new));
        }
    }

    private double[][] numbers() {
        double[][] rows = new double[table.rows()][table.columns().size()];
        for (int j = 0; j < table.columns().size(); j++) {
            TableColumn column = table.columns().get(j);
            for (int i = 0; i < rows.length; i++) {
                if (column.isMissing(i) || !(column instanceof TableColumn.Numbers numbers)) {
                    throw new IllegalArgumentException(
                            String.format(
                                    "%s: expected columns of numbers without missing cells for a"
                                            + " flow over numbers, got %s with %s; take a TableFlow",
                                    NAME,
                                    column.name(),
                                    column.isMissing(i) ? "a missing cell" : "other cells"));
                }
                rows[i][j] = numbers.value(i);
            }
        }
        return rows;
    }

    private void train(
            FlowModel model, MaximumLikelihood.Builder training, NDList rows, NDList validation) {
        MaximumLikelihood.Builder settings = training.copy().optSeed(seed);
        try (Model trained = Model.newInstance("flow", "PyTorch")) {
            trained.setBlock(model.objective());
            settings.build().fit(trained, rows, validation);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
