package org.djlflows.estimator;

import ai.djl.ndarray.NDManager;

import org.djlflows.anomaly.RowScore;
import org.djlflows.data.Split;
import org.djlflows.format.FlowConfig;
import org.djlflows.kernel.Lifetime;
import org.djlflows.kernel.RandomNumbers;
import org.djlflows.model.Encoding;
import org.djlflows.model.FlowModel;
import org.djlflows.model.RowScorer;
import org.djlflows.model.SplitTable;
import org.djlflows.runtime.Explainer;
import org.djlflows.runtime.Explanation;
import org.djlflows.runtime.RowEncoding;
import org.djlflows.spec.ColumnFlow;
import org.djlflows.spec.Domain;
import org.djlflows.spec.Presets;
import org.djlflows.spec.TableFlow;
import org.djlflows.table.Table;
import org.djlflows.table.TableProfile;
import org.djlflows.table.TableSource;
import org.djlflows.training.MaximumLikelihood;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The density of rows of numbers, without knowledge of DJL: learn it from rows, score rows, draw
 * new ones, save, load. Of a table with words, times, missing cells, and columns that are given,
 * {@link #fit(TableSource)} makes a {@link TableEstimator}.
 *
 * <pre>{@code
 * try (DensityEstimator estimator = DensityEstimator.fit(rows)) {
 *     double[] logDensities = estimator.score(rows);
 *     double[] percentiles = estimator.percentiles(rows); // 0 = rarest, 100 = most usual
 *     double[][] fresh = estimator.sample(1000);
 *     estimator.save(Path.of("model"));
 * }
 * }</pre>
 *
 * <p>It is a {@link FlowModel} that closes what it opens: a flow (by default a {@link
 * org.djlflows.spec.Presets#neuralSplineFlow}) trained by {@link MaximumLikelihood} on 8 rows of
 * 10, of which the next two are left aside, one to choose the best epoch and one to measure.
 * Training takes about a minute for 10,000 rows of 5 columns; scoring a row takes microseconds.
 * Numbers are float32 inside.
 *
 * <p>Scoring and sampling are thread-safe, and {@link #close} waits for the calls under way.
 */
public final class DensityEstimator implements AutoCloseable {

    private static final String NAME = "DensityEstimator";

    private final NDManager manager;
    private final FlowModel model;
    private final RowScorer scorer;
    private final List<String> notes;
    private final Lifetime lifetime = new Lifetime(NAME);

    private DensityEstimator(NDManager manager, FlowModel model, List<String> notes) {
        this.manager = manager;
        this.model = model;
        scorer = RowScorer.of(model);
        this.notes = notes;
    }

    /**
     * Learns the density of a table, with the settings of {@link #builder}.
     *
     * @param rows the rows, at least 20 of them and better thousands, all of the same width
     * @return the estimator
     * @throws IllegalArgumentException if rows differ in width, a value is not finite, or no column
     *     varies
     */
    public static DensityEstimator fit(double[][] rows) {
        return builder().fit(rows);
    }

    /**
     * Learns the density of a table with columns of any kind, as {@link TableEstimator#fit} does.
     *
     * @param table the rows, at least 20 of them and better thousands: a {@link
     *     org.djlflows.table.Table}, or a file, which can be larger than memory
     * @return the estimator of tables, which also predicts and fills in cells
     * @throws IllegalArgumentException if there are too few rows, or no column can be modelled
     */
    public static TableEstimator fit(TableSource table) {
        return TableEstimator.fit(table);
    }

    /**
     * Returns a builder with which a fit can be told names, flow and training.
     *
     * @return the builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Loads a model folder.
     *
     * @param folder the folder, as {@link #save} or the command line has written it
     * @return the estimator
     * @throws IOException if the folder is missing, incomplete or corrupt
     * @throws IllegalArgumentException if it is a model of images, of columns given others, or of
     *     columns of any kind
     */
    public static DensityEstimator load(Path folder) throws IOException {
        NDManager manager = NDManager.newBaseManager(null, "PyTorch");
        try {
            FlowModel model = FlowModel.load(folder, manager);
            FlowConfig config = model.config();
            if (config.columns().isEmpty() || !config.contextColumns().isEmpty()) {
                throw new IllegalArgumentException(
                        String.format(
                                "%s: expected a model of a table, got one of %s: take FlowModel",
                                folder,
                                config.columns().isEmpty()
                                        ? "images"
                                        : config.columns() + " given " + config.contextColumns()));
            }
            // A flow over numbers can have kinds too, to which what is written is rounded.
            if (config.flow() instanceof TableFlow && !config.preparation().kinds().isEmpty()) {
                throw new IllegalArgumentException(
                        folder
                                + ": expected a model of numbers, got one of columns of any kind:"
                                + " take TableEstimator");
            }
            return new DensityEstimator(manager, model, List.of());
        } catch (IOException | RuntimeException e) {
            manager.close();
            throw e;
        }
    }

    /**
     * Returns the names of the columns.
     *
     * @return the names, in the order of the values of a row
     */
    public List<String> columns() {
        return model.config().columns();
    }

    /**
     * Returns what a person should know of the fit: which columns are constant or have wild values,
     * which were left out, or are copies of others, and the {@link Hints}, such as that more epochs
     * would make a better model.
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
     * Returns how usual rows are: the logarithm of the probability density at each, in nats, in the
     * units of the data. Only differences count: a row whose log-density is lower by 2.3 is ten
     * times as rare.
     *
     * @param rows the rows
     * @return the log-density of each row
     * @throws IllegalArgumentException if a row is of another width than the columns, or a value is
     *     not finite
     * @throws IllegalStateException if this estimator is closed
     */
    public double[] score(double[][] rows) {
        try (Lifetime.Use use = lifetime.use()) {
            return scorer.score(rows);
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
    public List<RowScore> rowScores(double[][] rows) {
        try (Lifetime.Use use = lifetime.use()) {
            return scorer.rowScores(rows);
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
    public double[] percentiles(double[][] rows) {
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
    public List<Explanation> explain(double[][] rows) {
        try (Lifetime.Use use = lifetime.use()) {
            return scorer.explainer().explain(rows);
        }
    }

    /**
     * Draws new rows from the density.
     *
     * @param n the number of rows
     * @return the rows, other ones each time
     * @throws IllegalArgumentException if n is negative
     * @throws IllegalStateException if this estimator is closed
     */
    public double[][] sample(int n) {
        try (Lifetime.Use use = lifetime.use();
                NDManager scratch = manager.newSubManager()) {
            return new RowEncoding(model.config())
                    .rows(model.flow().sample(scratch, n).toFloatArray());
        }
    }

    /**
     * Draws new rows from the density, the same ones for the same seed, whatever was drawn before
     * and other threads draw.
     *
     * @param n the number of rows
     * @param seed the seed
     * @return the rows
     * @throws IllegalArgumentException if n is negative
     * @throws IllegalStateException if this estimator is closed
     */
    public double[][] sample(int n, int seed) {
        try (RandomNumbers numbers = RandomNumbers.seeded(seed)) {
            return sample(n);
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

        private Optional<List<String>> columns = Optional.empty();
        private Map<String, Domain> domains = Map.of();
        private ColumnFlow flow = Presets.neuralSplineFlow();
        private Optional<MaximumLikelihood.Builder> training = Optional.empty();
        private Optional<PrintStream> progress = Optional.empty();
        private long seed;

        private Builder() {}

        /**
         * Names the columns.
         *
         * @param names a name for each column (default: x1, x2, ...)
         * @return this builder
         */
        public Builder optColumns(String... names) {
            columns = Optional.of(List.of(names));
            return this;
        }

        /**
         * Says which values columns can have.
         *
         * @param value the domains by the names of columns (default: the line for all)
         * @return this builder
         */
        public Builder optDomains(Map<String, Domain> value) {
            domains = Map.copyOf(value);
            return this;
        }

        /**
         * Chooses the flow.
         *
         * @param value the flow (default: {@link Presets#neuralSplineFlow})
         * @return this builder
         */
        public Builder optFlow(ColumnFlow value) {
            flow = value;
            return this;
        }

        /**
         * Chooses how to train.
         *
         * @param value the settings (default: those of {@link MaximumLikelihood#builder}, with
         *     batches of at most a tenth of the training rows)
         * @return this builder
         */
        public Builder optTraining(MaximumLikelihood.Builder value) {
            training = Optional.of(value);
            return this;
        }

        /**
         * Prints a line for each epoch.
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
         * Learns the density of a table. What there is to know of it {@link #optProgress} prints,
         * and {@link #notes} has it afterwards.
         *
         * @param rows the rows, at least 20 of them and better thousands, all of the same width
         * @return the estimator
         * @throws IllegalArgumentException if rows differ in width, a value is not finite, no
         *     column varies, a value lies outside the domain of its column, or there are other
         *     numbers of names or rows than needed
         * @throws ai.djl.TrainingDivergedException if training made the flow worse instead of
         *     better
         */
        public DensityEstimator fit(double[][] rows) {
            Split.requireRows(NAME, rows.length);
            if (rows[0].length == 0) {
                throw new IllegalArgumentException(
                        NAME + ": expected rows of 1 column or more, got no columns");
            }
            int width = rows[0].length;
            List<String> names = columns.orElseGet(() -> names(width));
            SplitTable table =
                    new SplitTable(
                            Arrays.asList(rows),
                            names,
                            List.of(),
                            domains,
                            Split.random(rows.length, seed).bounded());
            Fit fit =
                    new Fit(
                            training.orElseGet(() -> usual(table.training().size())),
                            progress,
                            new ArrayList<>(),
                            seed);
            table.notes().forEach(fit::note);
            TableProfile.of(Table.ofNumbers(names, rows), Map.of()).copies().forEach(fit::note);
            Hints.fewRows(rows.length, width).ifPresent(fit::note);
            NDManager manager = NDManager.newBaseManager(null, "PyTorch");
            try {
                FlowModel model = trained(fit, table, manager);
                return new DensityEstimator(manager, model, List.copyOf(fit.notes()));
            } catch (RuntimeException e) {
                manager.close();
                throw e;
            }
        }

        private FlowModel trained(Fit fit, SplitTable table, NDManager manager) {
            FlowConfig config = table.config(flow);
            Encoding encoding = new Encoding(config);
            return fit.of(
                    new Fit.Rows(
                            encoding.inPlace(table.training()),
                            encoding.inPlace(table.validation()),
                            encoding.inPlace(table.test())),
                    manager,
                    () -> table.newModel(config, manager));
        }

        private static MaximumLikelihood.Builder usual(int rows) {
            return MaximumLikelihood.builder(
                    Presets.of(ColumnFlow.class).get("nsf").training(), rows);
        }

        private static List<String> names(int width) {
            return IntStream.rangeClosed(1, width).mapToObj(i -> "x" + i).toList();
        }
    }
}
