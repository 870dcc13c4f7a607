package org.djlflows.spark;

import com.google.gson.JsonParser;

import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.ml.Estimator;
import org.apache.spark.ml.param.DoubleParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.LongParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.param.StringArrayParam;
import org.apache.spark.ml.util.DefaultParamsWritable;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.rdd.RDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.SerializableConfiguration;
import org.djlflows.anomaly.RowScore;
import org.djlflows.data.Shuffle;
import org.djlflows.data.Split;
import org.djlflows.files.Excerpt;
import org.djlflows.runtime.ModelFiles;
import org.djlflows.spec.Column;
import org.djlflows.spec.ColumnFlow;
import org.djlflows.spec.Presets;
import org.djlflows.spec.SpecJson;
import org.djlflows.spec.TableFlow;
import org.djlflows.training.MaximumLikelihood;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import scala.Function1;
import scala.Tuple2;
import scala.collection.Iterator;
import scala.jdk.javaapi.CollectionConverters;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;

import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Learns the density of the rows of a DataFrame, however large, by tasks that train together on a
 * Spark cluster; the {@link FlowModel} that it makes says of each row how odd it is.
 *
 * <pre>{@code
 * FlowModel model = new FlowEstimator().setCheckpoint("hdfs:///runs/payments").fit(payments);
 * model.transform(payments).write().parquet("hdfs:///scores");
 * model.write().save("hdfs:///models/payments");
 * }</pre>
 *
 * <p>The driver looks at 250,000 rows at most, which say what columns are, and makes the first
 * weights. The rows then are divided among the tasks of a barrier stage, each of which keeps its
 * own in a temporary file, 4 bytes a cell (8 of a flow over numbers), and 30 bytes a row in memory.
 * Of each batch every task computes the gradients of the rows that it has, all add these up by
 * connections of their own, and all take the same step: so the number of tasks changes nothing but
 * rounding. (The flow any-order draws noise in training, and each task its own.) With {@link
 * #localSteps} tasks exchange weights now and then instead.
 *
 * <p>A tenth of the rows, 25,000 at most, chooses the best epoch; another tenth, 100,000 at most,
 * gives p-values and percentiles. In a flow over numbers rows with wild values teach nothing and
 * are left out.
 *
 * <p>It needs {@code flows-core} and the native library of PyTorch on driver and executors, which
 * scoring does not. The DataFrame is read four times: {@code persist()} it where that is slow, or
 * where its rows come in another order each time. A barrier stage asks for all its cores at once,
 * and takes no dynamic allocation.
 *
 * @serial exclude
 */
@SuppressWarnings("InvalidBlockTag") // Javadoc does know the tag; fields are no format of files.
public final class FlowEstimator extends Estimator<FlowModel> implements DefaultParamsWritable {

    private static final long serialVersionUID = 1L;

    private static final Logger LOGGER = LoggerFactory.getLogger(FlowEstimator.class);

    /** Rows that say enough of columns. */
    private static final int ENOUGH = 250_000;

    /** A task with fewer rows of a batch waits more than it computes. */
    private static final int ROWS_OF_A_TASK = 128;

    /** More rows in a task take hundreds of megabytes of its memory. */
    private static final int FILE_ROWS_OF_A_TASK = 10_000_000;

    private static final int MOST_FILE_ROWS = 1 << 29;

    private static final long MOST_ROWS = 1L << 32;

    private static final String INTERRUPT = "spark.job.interruptOnCancel";

    private final String uid;

    private final StringArrayParam inputCols;
    private final StringArrayParam contextCols;
    private final StringArrayParam kinds;
    private final Param<String> flow;
    private final IntParam numTasks;
    private final IntParam localSteps;
    private final IntParam epochs;
    private final IntParam epochRows;
    private final IntParam batchSize;
    private final DoubleParam learningRate;
    private final IntParam patience;
    private final LongParam seed;
    private final Param<String> checkpoint;

    /** Creates an estimator that learns all columns. */
    public FlowEstimator() {
        this(Identifiable$.MODULE$.randomUID("flowEstimator"));
    }

    /**
     * Creates an estimator of a name.
     *
     * @param uid the name, one for each
     */
    public FlowEstimator(String uid) {
        this.uid = uid;
        inputCols =
                new StringArrayParam(
                        this,
                        "inputCols",
                        "the columns that are modelled and given, none for all that a model can have");
        setDefault(inputCols, new String[0]);
        contextCols =
                new StringArrayParam(
                        this,
                        "contextCols",
                        "the columns that are given: the others are modelled given these");
        setDefault(contextCols, new String[0]);
        kinds =
                new StringArrayParam(
                        this,
                        "kinds",
                        "what columns are, as name=kind with real, whole, category, time or key");
        setDefault(kinds, new String[0]);
        flow =
                new Param<>(
                        this,
                        "flow",
                        "the flow: the name of a preset such as nsf or any-order, or its JSON; empty to choose by the columns");
        setDefault(flow, "");
        numTasks = new IntParam(this, "numTasks", "how many tasks train together, 0 to choose");
        setDefault(numTasks, 0);
        localSteps =
                new IntParam(
                        this,
                        "localSteps",
                        "how many steps a task takes by itself between two exchanges, 0 to share each gradient");
        setDefault(localSteps, 0);
        epochs =
                new IntParam(
                        this, "epochs", "the most epochs, 0 for as many as the flow usually takes");
        setDefault(epochs, 0);
        epochRows = new IntParam(this, "epochRows", "the most rows that an epoch visits");
        setDefault(epochRows, MaximumLikelihood.USUAL_EPOCH_ROWS);
        batchSize =
                new IntParam(
                        this,
                        "batchSize",
                        "the rows of a step, of all tasks together; 0 for the usual number");
        setDefault(batchSize, 0);
        learningRate =
                new DoubleParam(
                        this, "learningRate", "the highest learning rate, 0 for the usual one");
        setDefault(learningRate, 0.0);
        patience =
                new IntParam(
                        this,
                        "patience",
                        "after how many epochs without improvement to stop, 0 for the usual number");
        setDefault(patience, 0);
        seed =
                new LongParam(
                        this,
                        "seed",
                        "decides the parts of the table, the first weights and the order of rows");
        setDefault(seed, 0L);
        checkpoint =
                new Param<>(
                        this,
                        "checkpoint",
                        "a file on the file system of the cluster for the state after each epoch; empty for none");
        setDefault(checkpoint, "");
    }

    /**
     * Returns what loads a saved estimator.
     *
     * @return a reader
     */
    public static MLReader<FlowEstimator> read() {
        return new StageReader<>(
                FlowEstimator.class, (uid, path, hadoop) -> new FlowEstimator(uid));
    }

    /**
     * Loads an estimator that {@link #save} wrote.
     *
     * @param path its folder
     * @return the estimator
     */
    public static FlowEstimator load(String path) {
        return read().load(path);
    }

    @Override
    public String uid() {
        return uid;
    }

    @Override
    public FlowEstimator copy(ParamMap extra) {
        return defaultCopy(extra);
    }

    /**
     * Returns the columns of {@link FlowModel#transform} of the model.
     *
     * @param schema the columns of a DataFrame
     * @return these and the columns of scores
     * @throws IllegalArgumentException if a column that is named is not there or of a type that no
     *     model has numbers for, or there is one of the name of a column of scores
     */
    @Override
    public StructType transformSchema(StructType schema) {
        chosen(schema);
        List<String> taken = new ArrayList<>(RowScore.NAMES);
        taken.retainAll(Arrays.asList(schema.fieldNames()));
        if (!taken.isEmpty()) {
            throw new IllegalArgumentException(
                    "FlowEstimator: expected a DataFrame without the columns of scores, got "
                            + taken
                            + "; rename them");
        }
        return OutputColumns.DEFAULT.addTo(schema);
    }

    /** Returns the columns that are looked at. */
    private StructType chosen(StructType schema) {
        List<String> named = List.of(getInputCols());
        List<String> there = Arrays.asList(schema.fieldNames());
        if (!there.containsAll(named) || !there.containsAll(List.of(getContextCols()))) {
            throw new IllegalArgumentException(
                    String.format(
                            "FlowEstimator: expected columns of %s, got inputCols %s and"
                                    + " contextCols %s",
                            Excerpt.of(there),
                            Excerpt.of(named),
                            Excerpt.of(List.of(getContextCols()))));
        }
        StructType chosen = new StructType();
        for (StructField field : schema.fields()) {
            boolean known = InputColumns.Kind.of(field.dataType()).isPresent();
            if (named.isEmpty() ? known : named.contains(field.name())) {
                chosen = chosen.add(field);
            }
        }
        InputColumns.of(List.of(chosen.fieldNames()), chosen, true);
        return chosen;
    }

    /**
     * Learns the density of rows.
     *
     * @param dataset the rows, at least 20 of them and better thousands
     * @return the model
     * @throws IllegalArgumentException if there are too few rows, a param has no value that it can
     *     have, or no column can be modelled
     */
    @Override
    public FlowModel fit(Dataset<?> dataset) {
        StructType schema = chosen(dataset.schema());
        Dataset<Row> columns =
                dataset.toDF()
                        .select(
                                Arrays.stream(schema.fieldNames())
                                        .map(
                                                name ->
                                                        functions.col(
                                                                '`'
                                                                        + name.replace("`", "``")
                                                                        + '`'))
                                        .toArray(org.apache.spark.sql.Column[]::new));
        JavaRDD<Row> rows = columns.javaRDD();
        Census census = Census.of(rows, schema);
        requireRows(census.rows());
        Division division = new Division(census.rows(), getSeed());
        JavaPairRDD<Long, Row> numbered = rows.zipWithIndex().mapToPair(Tuple2::swap);
        try {
            FirstModel first =
                    FirstModel.of(
                            some(numbered, division),
                            schema,
                            List.of(getContextCols()),
                            kindsByName(),
                            kinds -> choose(kinds, census.lacking(schema)),
                            getSeed());
            first.notes().forEach(LOGGER::info);
            return trained(dataset, numbered, division, first);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void requireRows(long count) {
        if (count < Split.FEWEST_ROWS || count > MOST_ROWS) {
            throw new IllegalArgumentException(
                    String.format(
                            "FlowEstimator: expected %d to 2^32 rows, better thousands, got %d",
                            Split.FEWEST_ROWS, count));
        }
    }

    /** Returns rows for training by which columns are known. */
    private static List<Row> some(JavaPairRDD<Long, Row> numbered, Division division) {
        return numbered.mapPartitions(
                        pairs -> {
                            Shuffle shuffle = division.shuffle();
                            List<Row> some = new ArrayList<>();
                            while (pairs.hasNext()) {
                                Tuple2<Long, Row> pair = pairs.next();
                                if (division.isTrainingAmong(shuffle.placeOf(pair._1()), ENOUGH)) {
                                    some.add(pair._2());
                                }
                            }
                            return some.iterator();
                        })
                .collect();
    }

    private Map<String, String> kindsByName() {
        Map<String, String> byName = new LinkedHashMap<>();
        for (String kind : getKinds()) {
            int sign = kind.lastIndexOf('=');
            if (sign < 0) {
                throw new IllegalArgumentException(
                        "FlowEstimator: expected kinds of the form column=kind, got "
                                + Excerpt.of(kind));
            }
            byName.put(kind.substring(0, sign), kind.substring(sign + 1));
        }
        return byName;
    }

    /** Returns the flow for columns of some kinds, where some lack numbers. */
    private ColumnFlow choose(Map<String, Column> kinds, Set<String> lacking) {
        ColumnFlow flow = flow(kinds, lacking);
        if (!(flow instanceof TableFlow)) {
            kinds.keySet().stream()
                    .filter(lacking::contains)
                    .findFirst()
                    .ifPresent(
                            column -> {
                                throw new IllegalArgumentException(
                                        String.format(
                                                "FlowEstimator: expected a number within float32 in"
                                                        + " each cell of column %s, got others or"
                                                        + " missing ones; choose the flow"
                                                        + " any-order, which is for cells of any"
                                                        + " kind, or leave the column out",
                                                Excerpt.of(column)));
                            });
        }
        return flow;
    }

    private ColumnFlow flow(Map<String, Column> kinds, Set<String> lacking) {
        String text = getFlow();
        if (text.startsWith("{")) {
            return SpecJson.read(JsonParser.parseString(text), ColumnFlow.class, "flow");
        }
        boolean plain =
                kinds.values().stream().allMatch(Column::isContinuous)
                        && Collections.disjoint(kinds.keySet(), lacking);
        return preset(text.isEmpty() ? plain ? "nsf" : "any-order" : text).flow();
    }

    private static Presets.Named<ColumnFlow> preset(String name) {
        Map<String, Presets.Named<ColumnFlow>> presets = Presets.of(ColumnFlow.class);
        return Optional.ofNullable(presets.get(name))
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        String.format(
                                                "FlowEstimator: expected as flow one of %s or JSON,"
                                                        + " got %s",
                                                presets.keySet(), Excerpt.of(name))));
    }

    private FlowModel trained(
            Dataset<?> dataset,
            JavaPairRDD<Long, Row> numbered,
            Division division,
            FirstModel first)
            throws IOException {
        JavaSparkContext spark =
                JavaSparkContext.fromSparkContext(dataset.sparkSession().sparkContext());
        TrainingPlan.Settings settings = settings(first, division);
        int tasks = tasks(settings.batchSize(), division.rows(), spark.defaultParallelism());
        LOGGER.info("{} rows, {} tasks, {}", division.rows(), tasks, settings);
        TrainingTask task =
                new TrainingTask(
                        new TrainingPlan(
                                first.columns(),
                                first.usual(),
                                division,
                                settings,
                                getCheckpoint()),
                        spark.broadcast(first.files()),
                        spark.broadcast(
                                new SerializableConfiguration(spark.hadoopConfiguration())));
        ModelFiles model = trained(spark, numbered, task, tasks);
        if (!getCheckpoint().isEmpty()) {
            new StoredCheckpoint(getCheckpoint(), spark.hadoopConfiguration()).delete();
        }
        return copyValues(
                new FlowModel(Identifiable$.MODULE$.randomUID("flow"), model).setParent(this),
                ParamMap.empty());
    }

    private static ModelFiles trained(
            JavaSparkContext spark, JavaPairRDD<Long, Row> numbered, TrainingTask task, int tasks) {
        RDD<Tuple2<Long, Row>> divided =
                numbered.repartitionAndSortWithinPartitions(
                                new TaskOfRow(task.plan().division().rows(), tasks))
                        .rdd();
        ClassTag<TrainingTask.Outcome> tag = ClassTag$.MODULE$.apply(TrainingTask.Outcome.class);
        Function1<Iterator<Tuple2<Long, Row>>, Iterator<TrainingTask.Outcome>> training =
                (Function1<Iterator<Tuple2<Long, Row>>, Iterator<TrainingTask.Outcome>>
                                & Serializable)
                        rows ->
                                CollectionConverters.asScala(
                                        task.call(CollectionConverters.asJava(rows)));
        // A task that waits for one on a lost executor has to be woken.
        String before = spark.getLocalProperty(INTERRUPT);
        spark.setLocalProperty(INTERRUPT, "true");
        try {
            // Behind a shuffle, since Spark does not try a last stage of a barrier again.
            return new JavaRDD<>(divided.barrier().mapPartitions(training, false, tag), tag)
                    .repartition(1)
                    .collect()
                    .get(0)
                    .model();
        } finally {
            spark.setLocalProperty(INTERRUPT, before);
        }
    }

    private int tasks(int batchRows, long rows, int cores) {
        if (getNumTasks() < 0) {
            throw new IllegalArgumentException(
                    "FlowEstimator: expected 0 or more numTasks, got " + getNumTasks());
        }
        long wanted = Math.max(batchRows / ROWS_OF_A_TASK, rows / FILE_ROWS_OF_A_TASK);
        int tasks = getNumTasks() > 0 ? getNumTasks() : (int) Math.max(1, Math.min(cores, wanted));
        if (rows / tasks > MOST_FILE_ROWS) {
            throw new IllegalArgumentException(
                    String.format(
                            "FlowEstimator: expected at most %d rows a task, got %d in %d tasks;"
                                    + " set numTasks",
                            MOST_FILE_ROWS, rows, tasks));
        }
        return tasks;
    }

    private TrainingPlan.Settings settings(FirstModel first, Division division) {
        boolean any = first.files().scorer().config().flow() instanceof TableFlow;
        boolean named = !getFlow().isEmpty() && !getFlow().startsWith("{");
        Presets.Training usual = preset(named ? getFlow() : any ? "any-order" : "nsf").training();
        int most = (int) Math.max(1, Math.min(Integer.MAX_VALUE, division.training() / 10));
        TrainingPlan.Settings settings =
                new TrainingPlan.Settings(
                        getEpochs() == 0 ? usual.epochs() : getEpochs(),
                        getEpochRows(),
                        getBatchSize() == 0 ? Math.min(most, usual.batchSize()) : getBatchSize(),
                        getLearningRate() == 0 ? usual.learningRate() : getLearningRate(),
                        usual.weightDecay(),
                        getPatience() == 0 ? usual.patience() : getPatience(),
                        getLocalSteps(),
                        getSeed());
        // Refused here before any task would.
        settings.builder();
        if (settings.batchSize() > division.training()) {
            throw new IllegalArgumentException(
                    String.format(
                            "FlowEstimator: expected a batchSize of at most %d, the rows for"
                                    + " training, got %d",
                            division.training(), settings.batchSize()));
        }
        return settings;
    }

    /**
     * Returns the param of the columns that are modelled and given.
     *
     * @return the param
     */
    public StringArrayParam inputCols() {
        return inputCols;
    }

    /**
     * Returns the columns that are modelled and given.
     *
     * @return as set
     */
    public String[] getInputCols() {
        return getOrDefault(inputCols);
    }

    /**
     * Names the columns. Without it all are taken, but for those of types that no model has, such
     * as arrays; keys and free texts are left out as in {@code flows train}, and the log says so.
     *
     * @param value the names
     * @return this
     */
    public FlowEstimator setInputCols(String... value) {
        set(inputCols, value);
        return this;
    }

    /**
     * Returns the param of the columns that are given: the others are modelled given these.
     *
     * @return the param
     */
    public StringArrayParam contextCols() {
        return contextCols;
    }

    /**
     * Returns the columns that are given: the others are modelled given these.
     *
     * @return as set
     */
    public String[] getContextCols() {
        return getOrDefault(contextCols);
    }

    /**
     * Names the columns that are given.
     *
     * @param value the names, among those of {@link #inputCols}
     * @return this
     */
    public FlowEstimator setContextCols(String... value) {
        set(contextCols, value);
        return this;
    }

    /**
     * Returns the param of what columns are, as name=kind with real, whole, category, time or key.
     *
     * @return the param
     */
    public StringArrayParam kinds() {
        return kinds;
    }

    /**
     * Returns what columns are, as name=kind with real, whole, category, time or key.
     *
     * @return as set
     */
    public String[] getKinds() {
        return getOrDefault(kinds);
    }

    /**
     * Says what columns are, where what they look like is wrong.
     *
     * @param value for each such column {@code name=kind}, with a kind of real, whole, category,
     *     time (of numbers: seconds or milliseconds since 1970) or key, which leaves it out
     * @return this
     */
    public FlowEstimator setKinds(String... value) {
        set(kinds, value);
        return this;
    }

    /**
     * Returns the param of the flow: the name of a preset such as nsf or any-order, or its JSON.
     *
     * @return the param
     */
    public Param<String> flow() {
        return flow;
    }

    /**
     * Returns the flow: the name of a preset such as nsf or any-order, or its JSON.
     *
     * @return as set
     */
    public String getFlow() {
        return getOrDefault(flow);
    }

    /**
     * Chooses the flow.
     *
     * @param value the name of a preset, such as nsf, realnvp, maf or any-order, or JSON as in the
     *     {@code config.json} of a model; empty for nsf where all columns are real numbers without
     *     missing cells, and any-order otherwise
     * @return this
     */
    public FlowEstimator setFlow(String value) {
        set(flow, value);
        return this;
    }

    /**
     * Returns the param of how many tasks train together.
     *
     * @return the param
     */
    public IntParam numTasks() {
        return numTasks;
    }

    /**
     * Returns how many tasks train together.
     *
     * @return as set
     */
    public int getNumTasks() {
        return (Integer) getOrDefault(numTasks);
    }

    /**
     * Sets how many tasks train together, all of which have to run at once.
     *
     * @param value the number of tasks; 0 for one for each 128 rows of a batch, as far as the
     *     cluster has cores
     * @return this
     */
    public FlowEstimator setNumTasks(int value) {
        set(numTasks, value);
        return this;
    }

    /**
     * Returns the param of how many steps a task takes by itself between two exchanges.
     *
     * @return the param
     */
    public IntParam localSteps() {
        return localSteps;
    }

    /**
     * Returns how many steps a task takes by itself between two exchanges.
     *
     * @return as set
     */
    public int getLocalSteps() {
        return (Integer) getOrDefault(localSteps);
    }

    /**
     * Lets tasks take some steps by themselves, before all replace their weights by the mean of
     * all: less communication, and a little less is learned.
     *
     * @param value the number of steps; 0 to share each gradient, by which the number of tasks
     *     changes nothing but rounding
     * @return this
     */
    public FlowEstimator setLocalSteps(int value) {
        set(localSteps, value);
        return this;
    }

    /**
     * Returns the param of the most epochs.
     *
     * @return the param
     */
    public IntParam epochs() {
        return epochs;
    }

    /**
     * Returns the most epochs.
     *
     * @return as set
     */
    public int getEpochs() {
        return (Integer) getOrDefault(epochs);
    }

    /**
     * Sets the number of epochs, at most.
     *
     * @param value at least 1; 0 for as many as the flow usually takes
     * @return this
     */
    public FlowEstimator setEpochs(int value) {
        set(epochs, value);
        return this;
    }

    /**
     * Returns the param of the most rows that an epoch visits.
     *
     * @return the param
     */
    public IntParam epochRows() {
        return epochRows;
    }

    /**
     * Returns the most rows that an epoch visits.
     *
     * @return as set
     */
    public int getEpochRows() {
        return (Integer) getOrDefault(epochRows);
    }

    /**
     * Sets how many rows an epoch visits; the next one goes on with the rows that follow.
     *
     * @param value at least 1
     * @return this
     */
    public FlowEstimator setEpochRows(int value) {
        set(epochRows, value);
        return this;
    }

    /**
     * Returns the param of the rows of a step, of all tasks together.
     *
     * @return the param
     */
    public IntParam batchSize() {
        return batchSize;
    }

    /**
     * Returns the rows of a step, of all tasks together.
     *
     * @return as set
     */
    public int getBatchSize() {
        return (Integer) getOrDefault(batchSize);
    }

    /**
     * Sets the rows of a step, of all tasks together.
     *
     * @param value at least 1; 0 for what is usual for the flow, and a tenth of the rows at most
     * @return this
     */
    public FlowEstimator setBatchSize(int value) {
        set(batchSize, value);
        return this;
    }

    /**
     * Returns the param of the highest learning rate.
     *
     * @return the param
     */
    public DoubleParam learningRate() {
        return learningRate;
    }

    /**
     * Returns the highest learning rate.
     *
     * @return as set
     */
    public double getLearningRate() {
        return (Double) getOrDefault(learningRate);
    }

    /**
     * Sets the highest learning rate.
     *
     * @param value positive; 0 for what is usual for the flow
     * @return this
     */
    public FlowEstimator setLearningRate(double value) {
        set(learningRate, value);
        return this;
    }

    /**
     * Returns the param of after how many epochs without improvement to stop.
     *
     * @return the param
     */
    public IntParam patience() {
        return patience;
    }

    /**
     * Returns after how many epochs without improvement to stop.
     *
     * @return as set
     */
    public int getPatience() {
        return (Integer) getOrDefault(patience);
    }

    /**
     * Sets after how many epochs without improvement to stop.
     *
     * @param value at least 1; 0 for what is usual for the flow
     * @return this
     */
    public FlowEstimator setPatience(int value) {
        set(patience, value);
        return this;
    }

    /**
     * Returns the param of the seed.
     *
     * @return the param
     */
    public LongParam seed() {
        return seed;
    }

    /**
     * Returns the seed.
     *
     * @return as set
     */
    public long getSeed() {
        return (Long) getOrDefault(seed);
    }

    /**
     * Sets the seed of the parts of the table, of the first weights and of the order of rows.
     *
     * @param value any number
     * @return this
     */
    public FlowEstimator setSeed(long value) {
        set(seed, value);
        return this;
    }

    /**
     * Returns the param of a file on the file system of the cluster for the state after each epoch.
     *
     * @return the param
     */
    public Param<String> checkpoint() {
        return checkpoint;
    }

    /**
     * Returns a file on the file system of the cluster for the state after each epoch.
     *
     * @return as set
     */
    public String getCheckpoint() {
        return getOrDefault(checkpoint);
    }

    /**
     * Names a file for the state of the run, which is written after each epoch and deleted at the
     * end. A run that finds the state of one with the same rows and settings goes on from it: also
     * when Spark starts the tasks again, because an executor was lost.
     *
     * @param value a path on any file system that Hadoop knows; empty for none
     * @return this
     */
    public FlowEstimator setCheckpoint(String value) {
        set(checkpoint, value);
        return this;
    }
}
