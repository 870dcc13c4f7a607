package org.djlflows.estimator;

import ai.djl.Model;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;

import org.djlflows.data.Split;
import org.djlflows.format.FlowConfig;
import org.djlflows.kernel.Lifetime;
import org.djlflows.kernel.RandomNumbers;
import org.djlflows.model.FlowModel;
import org.djlflows.model.TableModel;
import org.djlflows.spec.Presets;
import org.djlflows.spec.TableFlow;
import org.djlflows.table.Table;
import org.djlflows.table.TableProfile;
import org.djlflows.training.MaximumLikelihood;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * The density of a table with columns of any kind, without knowledge of DJL: learn it from rows as
 * they are, score rows, draw new ones, fill in what rows lack, save, load.
 *
 * <pre>{@code
 * Table table = Table.ofRecords(passengers);
 * try (TableEstimator estimator = TableEstimator.fit(table)) {
 *     double[] percentiles = estimator.percentiles(table); // below 1: rarer than 99 % of the data
 *     Table fresh = estimator.sample(1000);
 *     Table whole = estimator.complete(table); // missing cells drawn, given the others
 *     estimator.save(Path.of("model"));
 * }
 * }</pre>
 *
 * <p>It is a {@link TableModel} that closes what it opens: the flow {@link Presets#anyOrder},
 * trained by {@link MaximumLikelihood} on 8 rows of 10, of which the next two are left aside, one
 * to choose the best epoch and one to measure. {@link TableProfile} says what the columns are.
 * Training takes one to five minutes for 10,000 rows of ten columns.
 *
 * <p>All methods are thread-safe, and {@link #close} waits for the calls under way.
 */
public final class TableEstimator implements AutoCloseable {

    private static final String NAME = "TableEstimator";
    private static final int FEWEST_ROWS = 20;
    private static final String PRESET = "any-order";

    private final NDManager manager;
    private final FlowModel model;
    private final TableModel table;
    private final Lifetime lifetime = new Lifetime(NAME);

    private TableEstimator(NDManager manager, FlowModel model) {
        this.manager = manager;
        this.model = model;
        table = new TableModel(model);
    }

    /**
     * Learns the density of a table, whose columns are what they look like.
     *
     * @param table the rows, at least 20 of them and better thousands
     * @return the estimator
     * @throws IllegalArgumentException if there are too few rows, or no column can be modelled
     */
    public static TableEstimator fit(Table table) {
        return fit(table, TableProfile.of(table, Map.of()), training(table.rows()), 0);
    }

    /**
     * Learns the density of a table.
     *
     * @param table the rows, at least 20 of them and better thousands
     * @param profile what its columns are; those that it leaves out are not modelled
     * @param training how to train, such as {@link #training} with changes
     * @param seed the seed of the split, the weights and the order of the rows
     * @return the estimator
     * @throws IllegalArgumentException if there are too few rows, or no column can be modelled
     * @throws ai.djl.TrainingDivergedException if training made the density worse instead of better
     */
    public static TableEstimator fit(
            Table table, TableProfile profile, MaximumLikelihood.Builder training, long seed) {
        if (table.rows() < FEWEST_ROWS || profile.kinds().isEmpty()) {
            throw new IllegalArgumentException(
                    String.format(
                            "%s: expected at least %d rows and a column that can be modelled, got %d"
                                    + " rows and %s",
                            NAME, FEWEST_ROWS, table.rows(), profile));
        }
        NDManager manager = NDManager.newBaseManager(null, "PyTorch");
        try {
            MaximumLikelihood.Builder settings = training.copy().optSeed(seed);
            return new TableEstimator(manager, trained(table, profile, settings, seed, manager));
        } catch (IOException e) {
            manager.close();
            throw new UncheckedIOException(e);
        } catch (RuntimeException e) {
            manager.close();
            throw e;
        }
    }

    private static FlowModel trained(
            Table table,
            TableProfile profile,
            MaximumLikelihood.Builder training,
            long seed,
            NDManager manager)
            throws IOException {
        FlowConfig config = TableModel.config(Presets.anyOrder(), profile.kinds(), Map.of());
        Split split = Split.random(table.rows(), seed);
        try (NDManager data = manager.newSubManager();
                Model trained = Model.newInstance("flow", "PyTorch")) {
            NDList rows = arrays(config, data, table.take(split.training()));
            FlowModel model;
            try (RandomNumbers numbers = RandomNumbers.seeded(seed)) {
                model = FlowModel.create(config, rows, manager);
            }
            trained.setBlock(model.objective());
            NDList validation = arrays(config, data, table.take(split.validation()));
            training.build().fit(trained, rows, validation);
            return model.chosenOn(validation)
                    .measuredOn(arrays(config, data, table.take(split.test())));
        }
    }

    /**
     * Returns how a density in any order is usually trained.
     *
     * @param rows the number of rows of the table
     * @return the settings, to be changed
     */
    public static MaximumLikelihood.Builder training(int rows) {
        Presets.Training usual = Presets.of(TableFlow.class).get(PRESET).training();
        return MaximumLikelihood.builder()
                .optEpochs(usual.epochs())
                .optBatchSize(Math.max(1, Math.min(usual.batchSize(), rows / 10)))
                .optLearningRate(usual.learningRate())
                .optWeightDecay(usual.weightDecay())
                .optPatience(usual.patience());
    }

    /** A cell that does not fit its column counts as not known. */
    private static NDList arrays(FlowConfig config, NDManager manager, Table table) {
        return TableModel.arrays(config, manager, table, cell -> {});
    }

    /**
     * Loads a model folder.
     *
     * @param folder the folder, as {@link #save} or the command line has written it
     * @return the estimator
     * @throws IOException if the folder is missing, incomplete or corrupt
     * @throws IllegalArgumentException if it is a model of another flow
     */
    public static TableEstimator load(Path folder) throws IOException {
        NDManager manager = NDManager.newBaseManager(null, "PyTorch");
        try {
            return new TableEstimator(manager, FlowModel.load(folder, manager));
        } catch (IOException | RuntimeException e) {
            manager.close();
            throw e;
        }
    }

    /**
     * Returns the names of the columns that are modelled.
     *
     * @return the names, in the order of the table
     */
    public List<String> columns() {
        return model.config().columns();
    }

    /**
     * Returns the log-density of rows: of what is known of them, in nats.
     *
     * @param rows the rows
     * @return the log-density of each row, minus infinity where no row can be so
     * @throws IllegalArgumentException if a cell does not fit its column
     * @throws IllegalStateException if this estimator is closed
     */
    public double[] score(Table rows) {
        try (Lifetime.Use use = lifetime.use()) {
            return table.score(rows);
        }
    }

    /**
     * Returns how usual rows are among the data, as {@link FlowConfig#percentile} has it: below 1
     * are those that are rarer than 99 of 100.
     *
     * @param rows the rows
     * @return a percentile for each row, from 0 to 100
     * @throws IllegalArgumentException as {@link #score} does
     * @throws IllegalStateException if the model does not know the log-densities of its data, or
     *     this estimator is closed
     */
    public double[] percentiles(Table rows) {
        return Arrays.stream(score(rows))
                .map(
                        logDensity ->
                                model.config()
                                        .percentile(logDensity)
                                        .orElseThrow(
                                                () ->
                                                        new IllegalStateException(
                                                                NAME
                                                                        + ": expected a model with"
                                                                        + " log-densities of held-out"
                                                                        + " rows, got none")))
                .toArray();
    }

    /**
     * Draws new rows.
     *
     * @param n the number of rows
     * @return the rows, with values that their columns can have
     * @throws IllegalArgumentException if the model has columns that are given
     * @throws IllegalStateException if this estimator is closed
     */
    public Table sample(int n) {
        try (Lifetime.Use use = lifetime.use()) {
            return table.sample(n);
        }
    }

    /**
     * Draws what rows lack, given what they have: missing cells, and those of columns that the
     * table does not have.
     *
     * @param rows the rows, with at least one of the columns
     * @return the rows, with all columns that are modelled
     * @throws IllegalArgumentException if a cell does not fit its column
     * @throws IllegalStateException if this estimator is closed
     */
    public Table complete(Table rows) {
        try (Lifetime.Use use = lifetime.use()) {
            return table.complete(rows);
        }
    }

    /**
     * Saves the model. A folder of an earlier model is replaced as a whole or not at all.
     *
     * @param folder the folder, which is new, empty or a model folder
     * @throws IOException if the folder cannot be written, holds something else, or is written by
     *     another save or run
     * @throws IllegalStateException if this estimator is closed
     */
    public void save(Path folder) throws IOException {
        try (Lifetime.Use use = lifetime.use()) {
            model.save(folder, report -> {});
        }
    }

    /**
     * Frees the model when the calls under way on other threads have returned; calls after it are
     * refused. Closing again does nothing.
     */
    @Override
    public void close() {
        lifetime.end(manager::close);
    }
}
