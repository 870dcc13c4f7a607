package org.djlflows.spark;

import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.ml.Model;
import org.apache.spark.ml.param.BooleanParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.DefaultParamsWritable;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.ml.util.MLWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.djlflows.files.Excerpt;
import org.djlflows.format.FlowConfig;
import org.djlflows.runtime.ModelFiles;

import java.io.IOException;

/**
 * A trained flow as a stage of Spark ML: it says of each row of a DataFrame how odd it is.
 *
 * <pre>{@code
 * FlowModel model = FlowModel.fromFolder("hdfs:///models/payments");
 * Dataset<Row> scored = model.transform(payments);
 * }</pre>
 *
 * <p>{@link #transform} appends four columns of doubles. Params rename them, and leave out those of
 * an empty name:
 *
 * <ul>
 *   <li>{@code log_density}: the log-density, in nats in the units of the columns, minus infinity
 *       where no row can be so;
 *   <li>{@code anomaly_score}: the greater the odder, by the density and by the distance from rows
 *       of training;
 *   <li>{@code p_value}: how probable such a score is among rows like those left aside in training;
 *   <li>{@code percentile}: the percentage of the rows left aside in training that are as odd or
 *       odder, 0 = oddest.
 * </ul>
 *
 * <p>A fifth column, that says why, is there where {@link #setSharesCol} names it: a map from the
 * names of the columns of the model to their shares in the anomaly score, as {@link
 * org.djlflows.runtime.Explainer} divides it. It is a map and not a struct since which columns
 * there are is a matter of the model: tables scored by several models have one schema, and SQL
 * finds what is largest without knowing the names. In Spark's SQL and in Parquet that with the
 * greatest share comes first; maps of Java and Avro have no order:
 *
 * <pre>{@code
 * SELECT id, map_keys(shares)[0] AS why FROM scored WHERE p_value < 0.001;
 * SELECT id, column, share FROM scored LATERAL VIEW explode(shares) AS column, share;
 * SELECT id, shares['amount'] FROM scored;
 * }</pre>
 *
 * <p>A cell is null where the model does not have such a number, and in all of a row that cannot be
 * scored: one with a cell that cannot be in its column, such as a word among numbers, or, in a
 * model of numbers, with a missing one. No row makes a job fail.
 *
 * <p>Columns are found by their names, whatever their order, and others are carried along. Numbers,
 * strings, booleans, dates and timestamps are read as in training, dates and timestamps without a
 * zone as UTC. A {@code TIMESTAMP} is a moment: set {@code spark.sql.session.timeZone} to UTC
 * before reading texts without a zone as such.
 *
 * <p>Executors get the model once, as files of a few hundred kilobytes, and score in Java alone,
 * batch by batch. The log-density alone takes a tenth of the time of all four, of which the last
 * three compare a row with those of training: leave out what is not needed. With {@code
 * spark.executor.extraJavaOptions=--add-modules=jdk.incubator.vector} all of it is faster.
 *
 * @serial exclude
 */
@SuppressWarnings("InvalidBlockTag") // Javadoc does know the tag; fields are no format of files.
public final class FlowModel extends Model<FlowModel> implements DefaultParamsWritable {

    private static final long serialVersionUID = 1L;

    private final String uid;
    private final ModelFiles files;

    private final Param<String> logDensityCol;
    private final Param<String> anomalyScoreCol;
    private final Param<String> pValueCol;
    private final Param<String> percentileCol;
    private final Param<String> sharesCol;
    private final BooleanParam allowMissingColumns;

    FlowModel(String uid, ModelFiles files) {
        this.uid = uid;
        this.files = files;
        logDensityCol =
                column("logDensityCol", "log-densities", OutputColumns.DEFAULT.logDensity());
        anomalyScoreCol =
                column("anomalyScoreCol", "anomaly scores", OutputColumns.DEFAULT.anomalyScore());
        pValueCol = column("pValueCol", "p-values", OutputColumns.DEFAULT.pValue());
        percentileCol = column("percentileCol", "percentiles", OutputColumns.DEFAULT.percentile());
        sharesCol = column("sharesCol", "shares of columns in the anomaly score", "");
        allowMissingColumns =
                new BooleanParam(
                        this,
                        "allowMissingColumns",
                        "whether columns that are modelled may be missing, where they are of any"
                                + " kind; densities are then those of the others");
        setDefault(allowMissingColumns, false);
    }

    private Param<String> column(String name, String what, String byDefault) {
        Param<String> param = new Param<>(this, name, "the column of " + what + ", empty for none");
        setDefault(param, byDefault);
        return param;
    }

    /**
     * Makes a stage of a model folder, such as {@code flows train} writes.
     *
     * @param folder the folder on any file system that Hadoop knows; without a scheme it is on the
     *     default one of the cluster, and {@code file:///} is this machine
     * @return the stage, for the active session
     * @throws IOException if the folder is missing, incomplete or corrupt, or of a model that is
     *     not over a table
     */
    public static FlowModel fromFolder(String folder) throws IOException {
        SparkSession spark = SparkSession.builder().getOrCreate();
        return new FlowModel(
                Identifiable$.MODULE$.randomUID("flow"),
                new HadoopFolder(new Path(folder), spark.sparkContext().hadoopConfiguration())
                        .read());
    }

    /**
     * Returns what loads a saved stage.
     *
     * @return a reader
     */
    public static MLReader<FlowModel> read() {
        return new StageReader<>(
                FlowModel.class,
                (uid, path, hadoop) ->
                        new FlowModel(
                                uid,
                                new HadoopFolder(new Path(path, FlowModelWriter.MODEL), hadoop)
                                        .read()));
    }

    /**
     * Loads a stage that {@link #save} wrote.
     *
     * @param path its folder; a model folder itself is for {@link #fromFolder}
     * @return the stage
     */
    public static FlowModel load(String path) {
        return read().load(path);
    }

    /**
     * Returns what saves this stage: its params, and the model folder as {@code model} beside them.
     *
     * @return a writer
     */
    @Override
    public MLWriter write() {
        return new FlowModelWriter(files, DefaultParamsWritable.super.write());
    }

    @Override
    public String uid() {
        return uid;
    }

    @Override
    public FlowModel copy(ParamMap extra) {
        return copyValues(new FlowModel(uid, files), extra).setParent(parent());
    }

    /** Returns the files of the model. */
    ModelFiles files() {
        return files;
    }

    /**
     * Returns the configuration of the model.
     *
     * @return columns, flow and what is done to rows
     */
    public FlowConfig config() {
        return files.scorer().config();
    }

    /**
     * Returns the columns of {@link #transform}.
     *
     * @param schema the columns of a DataFrame
     * @return these and the columns of scores
     * @throws IllegalArgumentException if a column of the model is missing, there are two of its
     *     name or it is of a type that the model has no numbers for, if there is a column of the
     *     name of one of scores, or shares are wanted of a model that does not compare rows
     */
    @Override
    public StructType transformSchema(StructType schema) {
        inputs(schema);
        OutputColumns outputs = outputs();
        if (outputs.hasShares()) {
            files.scorer().explainer();
        }
        return outputs.addTo(schema);
    }

    private InputColumns inputs(StructType schema) {
        return InputColumns.of(files.scorer(), schema, getAllowMissingColumns());
    }

    private OutputColumns outputs() {
        return new OutputColumns(
                getLogDensityCol(),
                getAnomalyScoreCol(),
                getPValueCol(),
                getPercentileCol(),
                getSharesCol());
    }

    /**
     * Appends the scores of rows, also of a stream.
     *
     * @param dataset the rows
     * @return the rows and the columns of scores
     * @throws IllegalArgumentException as {@link #transformSchema} does, before a task runs
     */
    @Override
    public Dataset<Row> transform(Dataset<?> dataset) {
        StructType schema = transformSchema(dataset.schema());
        RowScores scores = new RowScores(broadcast(dataset.sparkSession()), outputs());
        return dataset.toDF()
                .mapPartitions(
                        new ScoredPartition(scores, inputs(dataset.schema())),
                        Encoders.row(schema));
    }

    private Broadcast<ModelFiles> broadcast(SparkSession spark) {
        return JavaSparkContext.fromSparkContext(spark.sparkContext()).broadcast(files);
    }

    /**
     * Registers a function for SQL, which takes a struct of the columns of the model and returns
     * one of the columns of scores:
     *
     * <pre>{@code
     * model.registerUdf(spark, "flow");
     * spark.sql("SELECT *, flow(struct(*)) AS scores FROM payments");
     * spark.sql("SELECT * FROM payments WHERE flow(struct(amount, items)).p_value < 0.001");
     * }</pre>
     *
     * <p>It scores row by row, so {@link #transform} is faster. A query whose struct lacks a column
     * fails as it runs.
     *
     * @param spark the session
     * @param name the name of the function
     */
    public void registerUdf(SparkSession spark, String name) {
        OutputColumns outputs = outputs();
        spark.udf()
                .register(
                        name,
                        new ScoreUdf(
                                new RowScores(broadcast(spark), outputs), getAllowMissingColumns()),
                        outputs.addTo(new StructType()));
    }

    /**
     * Draws rows. They are the same for the same seed, however many executors and partitions there
     * are.
     *
     * @param spark the session
     * @param n the number of rows
     * @param seed decides them
     * @return the columns that are modelled: numbers as doubles, texts and booleans as strings,
     *     dates and times as {@code TIMESTAMP_NTZ} in UTC
     * @throws IllegalArgumentException if the number is negative, or columns must be given, for
     *     which there is the other method
     */
    public Dataset<Row> sample(SparkSession spark, long n, long seed) {
        if (n < 0) {
            throw new IllegalArgumentException(
                    "FlowModel: expected 0 or more rows to draw, got " + n);
        }
        if (!config().contextColumns().isEmpty()) {
            throw new IllegalArgumentException(
                    String.format(
                            "FlowModel: expected rows with the columns that are given, %s, got"
                                    + " none: call sample(given, seed)",
                            Excerpt.of(config().contextColumns())));
        }
        StructType schema = SampledColumns.addTo(new StructType(), config());
        long blocks = -Math.floorDiv(-n, SampledBlock.ROWS);
        int most = spark.sparkContext().defaultParallelism();
        int partitions = (int) Math.max(1, Math.min(blocks, most));
        return spark.range(0, blocks, 1, partitions)
                .flatMap(
                        new SampledBlock(broadcast(spark), n, new Seeds(seed)),
                        Encoders.row(schema));
    }

    /**
     * Draws a row for each of the rows of a DataFrame, given the columns of the model's context
     * there. To draw several for each, repeat the rows.
     *
     * <p>What is drawn depends on the seed, the cells that are given and the number of the row in
     * the DataFrame, and not on the number of partitions or executors. So the same seed draws the
     * same as far as Spark has rows in the same order: those of files and tables have one, and keep
     * it in filters, projections and {@code coalesce}, but not after {@code repartition}, a join or
     * an aggregation; sort by a key, or cache, where it matters. Rows are counted first, a pass
     * over all partitions but the last.
     *
     * @param given rows with the columns that are given, and any others
     * @param seed decides what is drawn
     * @return the rows, followed by the columns that are modelled, of the types that the other
     *     method has; these are null where a cell that is given is missing or cannot be in its
     *     column
     * @throws IllegalArgumentException if the model has no columns that are given, one of them is
     *     missing, of a type that the model has no numbers for or there twice, a column that is
     *     modelled is there already, or the rows are a stream, which have no numbers
     */
    public Dataset<Row> sample(Dataset<?> given, long seed) {
        if (config().contextColumns().isEmpty()) {
            throw new IllegalArgumentException(
                    "FlowModel: expected a model with columns that are given, got one that models"
                            + " all: call sample(spark, n, seed)");
        }
        if (given.isStreaming()) {
            throw new IllegalArgumentException(
                    "FlowModel: expected a DataFrame whose rows have an order, got a stream: call"
                            + " sample in foreachBatch");
        }
        InputColumns columns = InputColumns.ofContext(files.scorer(), given.schema());
        StructType schema = SampledColumns.addTo(given.schema(), config());
        SparkSession spark = given.sparkSession();
        SampledPartition drawing = new SampledPartition(broadcast(spark), columns, new Seeds(seed));
        return spark.createDataFrame(
                given.toDF().javaRDD().zipWithIndex().mapPartitions(drawing), schema);
    }

    /**
     * Returns the param of the column of log-densities.
     *
     * @return the param, by default "log_density"
     */
    public Param<String> logDensityCol() {
        return logDensityCol;
    }

    /**
     * Returns the column of log-densities.
     *
     * @return its name, empty for none
     */
    public String getLogDensityCol() {
        return getOrDefault(logDensityCol);
    }

    /**
     * Names the column of log-densities.
     *
     * @param name its name, empty for none
     * @return this
     */
    public FlowModel setLogDensityCol(String name) {
        set(logDensityCol, name);
        return this;
    }

    /**
     * Returns the param of the column of anomaly scores.
     *
     * @return the param, by default "anomaly_score"
     */
    public Param<String> anomalyScoreCol() {
        return anomalyScoreCol;
    }

    /**
     * Returns the column of anomaly scores.
     *
     * @return its name, empty for none
     */
    public String getAnomalyScoreCol() {
        return getOrDefault(anomalyScoreCol);
    }

    /**
     * Names the column of anomaly scores.
     *
     * @param name its name, empty for none
     * @return this
     */
    public FlowModel setAnomalyScoreCol(String name) {
        set(anomalyScoreCol, name);
        return this;
    }

    /**
     * Returns the param of the column of p-values.
     *
     * @return the param, by default "p_value"
     */
    public Param<String> pValueCol() {
        return pValueCol;
    }

    /**
     * Returns the column of p-values.
     *
     * @return its name, empty for none
     */
    public String getPValueCol() {
        return getOrDefault(pValueCol);
    }

    /**
     * Names the column of p-values.
     *
     * @param name its name, empty for none
     * @return this
     */
    public FlowModel setPValueCol(String name) {
        set(pValueCol, name);
        return this;
    }

    /**
     * Returns the param of the column of percentiles.
     *
     * @return the param, by default "percentile"
     */
    public Param<String> percentileCol() {
        return percentileCol;
    }

    /**
     * Returns the column of percentiles.
     *
     * @return its name, empty for none
     */
    public String getPercentileCol() {
        return getOrDefault(percentileCol);
    }

    /**
     * Names the column of percentiles.
     *
     * @param name its name, empty for none
     * @return this
     */
    public FlowModel setPercentileCol(String name) {
        set(percentileCol, name);
        return this;
    }

    /**
     * Returns the param of the column of shares.
     *
     * @return the param, by default empty
     */
    public Param<String> sharesCol() {
        return sharesCol;
    }

    /**
     * Returns the column of shares.
     *
     * @return its name, empty for none
     */
    public String getSharesCol() {
        return getOrDefault(sharesCol);
    }

    /**
     * Names the column of shares, a {@code map<string, double>}: what each column adds to the
     * anomaly score. For each column it costs two or three passes of a model of columns of any
     * kind, and 100 to 200 of a model of numbers, so score all rows, and let a second stage explain
     * those that are odd.
     *
     * @param name its name, empty for none
     * @return this
     */
    public FlowModel setSharesCol(String name) {
        set(sharesCol, name);
        return this;
    }

    /**
     * Returns the param that says whether columns may be missing.
     *
     * @return the param, by default false
     */
    public BooleanParam allowMissingColumns() {
        return allowMissingColumns;
    }

    /**
     * Returns whether columns that are modelled may be missing, where they are of any kind.
     *
     * @return whether densities are then those of the others
     */
    public boolean getAllowMissingColumns() {
        return (Boolean) getOrDefault(allowMissingColumns);
    }

    /**
     * Says whether columns that are modelled may be missing, where they are of any kind. Densities
     * are then those of the others, and so are no measure beside the percentiles and p-values of
     * all.
     *
     * @param value whether they may
     * @return this
     */
    public FlowModel setAllowMissingColumns(boolean value) {
        set(allowMissingColumns, value);
        return this;
    }
}
