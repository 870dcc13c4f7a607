package org.djlflows.estimator;

import ai.djl.ndarray.NDManager;

import org.djlflows.anomaly.RowScore;
import org.djlflows.data.Split;
import org.djlflows.files.Excerpt;
import org.djlflows.format.FlowConfig;
import org.djlflows.kernel.Lifetime;
import org.djlflows.model.EncodedTable;
import org.djlflows.model.FlowModel;
import org.djlflows.model.RowScorer;
import org.djlflows.model.TableModel;
import org.djlflows.runtime.Conditional;
import org.djlflows.runtime.Explainer;
import org.djlflows.runtime.Explanation;
import org.djlflows.spec.Column;
import org.djlflows.spec.Presets;
import org.djlflows.spec.TableFlow;
import org.djlflows.table.Table;
import org.djlflows.table.TableColumn;
import org.djlflows.table.TableProfile;
import org.djlflows.table.TableSource;
import org.djlflows.training.MaximumLikelihood;
import org.djlflows.training.RandomAccessRows;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The density of a table with columns of any kind, without knowledge of DJL: learn it from rows as
 * they are, score rows, draw new ones, fill in what rows lack, predict columns, save, load.
 *
 * <pre>{@code
 * Table table = Table.ofRecords(passengers);
 * try (TableEstimator estimator = TableEstimator.fit(table)) {
 *     double[] percentiles = estimator.percentiles(table); // 0 = rarest, 100 = most usual
 *     Table fresh = estimator.sample(1000);
 *     Table whole = estimator.complete(table); // missing cells drawn, given the others
 *     double[][] survival = estimator.probabilities("survived", table); // given the other cells
 *     TableColumn median = estimator.quantiles("fare", table, 0.5).get(0);
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

    private final NDManager manager;
    private final FlowModel model;
    private final RowScorer scorer;
    private final TableModel table;
    private final List<String> notes;
    private final Lifetime lifetime = new Lifetime(NAME);

    private TableEstimator(NDManager manager, FlowModel model, List<String> notes) {
        this.manager = manager;
        this.model = model;
        this.notes = notes;
        scorer = RowScorer.of(model);
        table = new TableModel(scorer);
    }

    /**
     * Learns the density of a table, with the settings of {@link #builder}.
     *
     * @param table the rows, at least 20 of them and better thousands: a {@link Table}, or a file,
     *     which can be larger than memory
     * @return the estimator
     * @throws IllegalArgumentException if there are too few rows, or no column can be modelled
     * @throws java.io.UncheckedIOException if there is no room for a temporary file
     */
    public static TableEstimator fit(TableSource table) {
        return builder().fit(table);
    }

    /**
     * Returns a builder with which a fit can be told what columns are, which are given, and how to
     * train.
     *
     * @return the builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Returns how a density in any order is usually trained.
     *
     * @param rows the number of rows of the table
     * @return the settings, to be changed
     */
    public static MaximumLikelihood.Builder training(int rows) {
        return MaximumLikelihood.builder(
                Presets.of(TableFlow.class).get("any-order").training(), rows - rows / 10 * 2);
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
            return new TableEstimator(manager, FlowModel.load(folder, manager), List.of());
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
     * Returns the names of the columns that are given.
     *
     * @return the names, without which there is neither a density nor a row
     */
    public List<String> contextColumns() {
        return model.config().contextColumns();
    }

    /**
     * Returns what a person should know of the fit: the {@link TableProfile#notes}, and the {@link
     * Hints}, such as that more epochs would make a better model.
     *
     * @return a line each; none for a model that was loaded
     */
    public List<String> notes() {
        return notes;
    }

    /**
     * Returns the model, on which the layers below work.
     *
     * @return the model, which ends with this estimator; {@link #close} does not wait for calls of
     *     it
     * @throws IllegalStateException if this estimator is closed
     */
    public FlowModel model() {
        try (Lifetime.Use use = lifetime.use()) {
            return model;
        }
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
     * Says how odd rows are: for each its {@link org.djlflows.anomaly.AnomalyScore}, the greater
     * the odder, by which rows compare better than by their log-densities, and the p-value and the
     * percentile of that score, both by the ranks of the rows left aside in training.
     *
     * @param rows the rows
     * @return for each row what is known; of a model of an earlier version, the log-density and its
     *     percentile alone
     * @throws IllegalArgumentException as {@link #score} does
     * @throws IllegalStateException if this estimator is closed
     */
    public List<RowScore> rowScores(Table rows) {
        try (Lifetime.Use use = lifetime.use()) {
            return table.rowScores(rows);
        }
    }

    /**
     * Returns how usual rows are among the data: the percentage of the rows left aside in training
     * that are as odd or odder, by the score of {@link #rowScores}; 0 = oddest, 100 = most usual. A
     * row at 0.1 is odder than 99.9 % of the data.
     *
     * @param rows the rows
     * @return a percentile for each row, from 0 to 100
     * @throws IllegalArgumentException as {@link #score} does
     * @throws IllegalStateException if the model does not know the scores of its data, or this
     *     estimator is closed
     */
    public double[] percentiles(Table rows) {
        return RowScore.percentiles(rowScores(rows));
    }

    /**
     * Says why rows are odd: what each cell adds to the score, and what was expected there, given
     * the other cells of the row. It takes some passes of the flow for each column, so score all
     * rows and explain the odd ones.
     *
     * @param rows the rows
     * @return for each row its cells, that with the greatest share of the score first, as {@link
     *     Explainer} divides it
     * @throws IllegalArgumentException as {@link #score} does, or if the model does not compare
     *     rows, as one of an earlier version
     * @throws IllegalStateException if this estimator is closed
     */
    public List<Explanation> explain(Table rows) {
        try (Lifetime.Use use = lifetime.use()) {
            return scorer.explainer().explain(rows);
        }
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
     * table does not have. Of a model with columns that are given, rows of these draw new rows.
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
     * Returns the probability of each level of a column, given the other cells of each row.
     *
     * @param column the column, which is one of levels
     * @param rows the rows; their cells of the column itself say nothing of it
     * @return for each row the probability of each of the {@link #levels}, as {@link
     *     Conditional#probabilities} has it
     * @throws IllegalArgumentException if there is no such column of levels, or a cell does not fit
     *     its column
     * @throws IllegalStateException if this estimator is closed
     */
    public double[][] probabilities(String column, Table rows) {
        return of(column, rows, Conditional::probabilities);
    }

    /**
     * Returns the levels of a column.
     *
     * @param column the column
     * @return the levels, as they are written
     * @throws IllegalArgumentException if there is no such column of levels
     */
    public List<String> levels(String column) {
        Column kind = model.config().preparation().kinds().get(column);
        if (kind instanceof Column.Category category) {
            return category.levels();
        }
        throw new IllegalArgumentException(
                String.format(
                        "%s: expected a column of levels among %s, got %s",
                        NAME, Excerpt.of(columns()), Excerpt.of(column, 100)));
    }

    /**
     * Returns quantiles of a column of numbers or times, given the other cells of each row.
     *
     * @param column the column
     * @param rows the rows; their cells of the column itself say nothing of it
     * @param levels probabilities: 0.5 is the median
     * @return for each level the quantile of each row, as {@link Conditional#quantiles} has it
     * @throws IllegalArgumentException if there is no such column of numbers or times, a level is
     *     not from 0 to 1, or a cell does not fit its column
     * @throws IllegalStateException if this estimator is closed
     */
    public List<TableColumn> quantiles(String column, Table rows, double... levels) {
        return of(column, rows, conditional -> conditional.quantiles(levels));
    }

    /**
     * Returns the distribution function of a column at the number or time that each row has, \(P(X
     * \le v)\), given its other cells.
     *
     * @param column the column
     * @param rows the rows
     * @return a probability for each row, NaN where the cell is missing
     * @throws IllegalArgumentException if there is no such column of numbers or times, or a cell
     *     does not fit its column
     * @throws IllegalStateException if this estimator is closed
     */
    public double[] cdf(String column, Table rows) {
        return of(column, rows, Conditional::cdf);
    }

    /**
     * Returns the probability integral transform of the number or time that each row has, given its
     * other cells: \(P(X \lt v) + \frac12 P(X = v)\), as {@link Conditional#pit} explains.
     *
     * @param column the column
     * @param rows the rows
     * @return a number from 0 to 1 for each row, NaN where the cell is missing
     * @throws IllegalArgumentException as {@link #cdf} does
     * @throws IllegalStateException if this estimator is closed
     */
    public double[] pit(String column, Table rows) {
        return of(column, rows, Conditional::pit);
    }

    private <T> T of(String column, Table rows, Function<Conditional, T> asked) {
        try (Lifetime.Use use = lifetime.use()) {
            return asked.apply(table.conditional(column, rows));
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

    /** Holds what a fit can be told. */
    public static final class Builder {

        private Optional<TableProfile> profile = Optional.empty();
        private List<String> context = List.of();
        private TableFlow flow = Presets.anyOrder();
        private Optional<MaximumLikelihood.Builder> training = Optional.empty();
        private Optional<PrintStream> progress = Optional.empty();
        private long seed;

        private Builder() {}

        /**
         * Says what the columns are.
         *
         * @param value the profile, which leaves out what is not to be modelled (default: that of
         *     the table, with columns that are what they look like)
         * @return this builder
         */
        public Builder optProfile(TableProfile value) {
            profile = Optional.of(value);
            return this;
        }

        /**
         * Names the columns that are given: the others are modelled given these.
         *
         * @param names the names (default: none)
         * @return this builder
         */
        public Builder optContext(String... names) {
            context = List.of(names);
            return this;
        }

        /**
         * Chooses the flow.
         *
         * @param value the flow (default: {@link Presets#anyOrder})
         * @return this builder
         */
        public Builder optFlow(TableFlow value) {
            flow = value;
            return this;
        }

        /**
         * Chooses how to train.
         *
         * @param value the settings (default: {@link TableEstimator#training})
         * @return this builder
         */
        public Builder optTraining(MaximumLikelihood.Builder value) {
            training = Optional.of(value);
            return this;
        }

        /**
         * Prints what the columns are, a line for each epoch and the {@link #notes}.
         *
         * @param out where to print, such as {@code System.out}
         * @return this builder
         */
        public Builder optProgress(PrintStream out) {
            progress = Optional.of(out);
            return this;
        }

        /**
         * Sets the seed of the split, the first weights and the order of rows; that of {@link
         * #optTraining} does not count.
         *
         * @param value the seed (default: 0)
         * @return this builder
         */
        public Builder optSeed(long value) {
            seed = value;
            return this;
        }

        /**
         * Learns the density of a table, which is read twice. Its rows as the flow takes them, four
         * bytes a cell, wait in a temporary file.
         *
         * @param table the rows, at least 20 of them and better thousands
         * @return the estimator
         * @throws IllegalArgumentException if there are too few rows, no column can be modelled, or
         *     one that is given is not among those that can be
         * @throws java.io.UncheckedIOException if there is no room for the temporary file
         * @throws ai.djl.TrainingDivergedException if training made the density worse instead of
         *     better
         */
        public TableEstimator fit(TableSource table) {
            TableProfile known = profile.orElseGet(() -> TableProfile.of(table, Map.of()));
            Split.requireRows(NAME, known.rows());
            int count = Math.toIntExact(known.rows());
            Map<String, Column> modelled = new LinkedHashMap<>(known.kinds());
            Map<String, Column> given = new LinkedHashMap<>();
            context.forEach(
                    name -> {
                        Column kind = modelled.remove(name);
                        if (kind == null) {
                            throw new IllegalArgumentException(
                                    String.format(
                                            "%s: expected as context different columns of %s, got %s",
                                            NAME,
                                            Excerpt.of(known.kinds().keySet()),
                                            Excerpt.of(context)));
                        }
                        given.put(name, kind);
                    });
            if (modelled.isEmpty()) {
                throw new IllegalArgumentException(
                        String.format(
                                "%s: expected a column that can be modelled and is not given, got"
                                        + " %s given %s",
                                NAME, Excerpt.of(known.kinds().keySet()), Excerpt.of(context)));
            }
            progress.ifPresent(out -> known.lines().forEach(out::println));
            Fit fit =
                    new Fit(
                            training.orElseGet(() -> training(count)),
                            progress,
                            new ArrayList<>(),
                            seed);
            known.notes().forEach(fit::note);
            Hints.fewRows(count, known.kinds().size()).ifPresent(fit::note);
            NDManager manager = NDManager.newBaseManager(null, "PyTorch");
            try {
                FlowConfig config = TableModel.config(flow, modelled, given);
                try (EncodedTable rows =
                        EncodedTable.of(
                                config,
                                known.rows(),
                                to -> table.forEachChunk(EncodedTable.CHUNK, to))) {
                    FlowModel model = trained(fit, rows, manager);
                    return new TableEstimator(manager, model, List.copyOf(fit.notes()));
                }
            } catch (RuntimeException e) {
                manager.close();
                throw e;
            }
        }

        private FlowModel trained(Fit fit, EncodedTable table, NDManager manager) {
            Split split = Split.random(table.size(), seed).bounded();
            RandomAccessRows forTraining = table.at(split.training());
            return fit.of(
                    new Fit.Rows(forTraining, table.at(split.validation()), table.at(split.test())),
                    manager,
                    () -> table.newModel(forTraining, manager));
        }
    }
}
