package org.djlflows.spark;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Model;
import ai.djl.ndarray.NDManager;

import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.djlflows.data.Shuffle;
import org.djlflows.files.TemporaryFolder;
import org.djlflows.model.Encoding;
import org.djlflows.training.RandomAccessRows;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;

/** Training by several tasks of a small cluster. */
class FlowEstimatorTest {

    private static final int ROWS = 2000;

    private static SparkSession spark;

    @TempDir private java.nio.file.Path folder;

    @BeforeAll
    static void start() {
        spark = LocalSpark.start();
        spark.sparkContext()
                .hadoopConfiguration()
                .setClass("fs.failing.impl", Failing.class, org.apache.hadoop.fs.FileSystem.class);
    }

    @AfterAll
    static void stop() {
        spark.stop();
    }

    /** Three columns that depend on each other, and one that is a key. */
    private static Dataset<Row> numbers() {
        Random random = new Random(7);
        StructType schema =
                new StructType()
                        .add("id", DataTypes.LongType)
                        .add("x", DataTypes.DoubleType)
                        .add("y.z", DataTypes.DoubleType)
                        .add("w", DataTypes.FloatType);
        List<Row> rows = new ArrayList<>();
        for (long i = 0; i < ROWS; i++) {
            double x = random.nextGaussian();
            double y = 100 + x * x + 0.3 * random.nextGaussian();
            rows.add(RowFactory.create(i, x, y, (float) (2 * x + random.nextGaussian())));
        }
        // One that teaches nothing.
        rows.set(1234, RowFactory.create(1234L, 1e9, 3.0, 2f));
        return spark.createDataFrame(rows, schema).repartition(3);
    }

    private static FlowEstimator estimator() {
        return new FlowEstimator("estimator").setFlow("realnvp").setEpochs(3).setSeed(5);
    }

    private static double[] logDensities(FlowModel model, Dataset<Row> rows) {
        return model.transform(rows).select("log_density").collectAsList().stream()
                .mapToDouble(row -> row.getDouble(0))
                .toArray();
    }

    /** The sum of all is that of one, whatever the number of tasks. */
    @Test
    void tasksTrainAsOne() {
        Dataset<Row> rows = numbers().cache();
        FlowModel one = estimator().setNumTasks(1).fit(rows);
        FlowModel two = estimator().setNumTasks(2).fit(rows);
        assertEquals(List.of("x", "y.z", "w"), one.config().columns());
        assertEquals(one.config().columns(), two.config().columns());
        assertArrayEquals(logDensities(one, rows), logDensities(two, rows), 1e-3);
        Map<String, Double> metrics = one.config().metrics();
        assertEquals(metrics.get("testNll"), two.config().metrics().get("testNll"), 1e-5);
        double untrained = 1.42 * 3 + Math.log(Math.sqrt(2.0) * Math.sqrt(5));
        assertTrue(metrics.get("testNll") < untrained - 0.5, metrics::toString);
        Row odd = one.transform(rows).where("id = 1234").head();
        assertTrue(odd.<Double>getAs("p_value") < 0.01);
        assertTrue(one.parent() instanceof FlowEstimator);
    }

    /** What one task does is what {@code MaximumLikelihood} does with the same rows. */
    @Test
    void oneTaskTrainsAsThisMachineAlone() throws IOException {
        Dataset<Row> rows = numbers().cache();
        FlowModel model = estimator().setNumTasks(1).fit(rows);
        List<Row> chosen = rows.select("id", "x", "`y.z`", "w").collectAsList();
        Division division = new Division(ROWS, 5);
        Shuffle shuffle = division.shuffle();
        List<Row> training = new ArrayList<>();
        List<Row> validation = new ArrayList<>();
        for (int i = 0; i < ROWS; i++) {
            long place = shuffle.placeOf(i);
            if (division.isValidation(place)) {
                validation.add(chosen.get(i));
            } else if (!division.isTest(place)) {
                training.add(chosen.get(i));
            }
        }
        FirstModel first =
                FirstModel.of(
                        training,
                        chosen.get(0).schema(),
                        List.of(),
                        Map.of(),
                        kinds -> org.djlflows.spec.Presets.realNvp(),
                        5);
        TrainingPlan plan = new TrainingPlan(first.columns(), first.usual(), division, null, "");
        try (NDManager manager = NDManager.newBaseManager(null, "PyTorch");
                Model trained = Model.newInstance("flow", "PyTorch")) {
            org.djlflows.model.FlowModel alone =
                    TemporaryFolder.use(
                            f -> {
                                first.files().write(f);
                                return org.djlflows.model.FlowModel.load(f, manager);
                            });
            Encoding encoding = new Encoding(alone.config());
            trained.setBlock(alone.objective());
            new TrainingPlan.Settings(3, 250_000, 160, 3e-3, 0, 15, 0, 5)
                    .builder()
                    .build()
                    .fit(
                            trained,
                            rows(encoding, plan, training),
                            rows(encoding, plan, validation).all(manager));
            double[][] some =
                    training.stream()
                            .limit(100)
                            .map(first.columns()::numbers)
                            .toArray(double[][]::new);
            assertArrayEquals(
                    alone.score(some),
                    Arrays.stream(some)
                            .mapToDouble(row -> model.files().scorer().logDensity(row))
                            .toArray(),
                    1e-4);
        }
    }

    private static RandomAccessRows rows(Encoding encoding, TrainingPlan plan, List<Row> rows) {
        return encoding.inPlace(
                rows.stream().map(plan.columns()::numbers).filter(plan::isUsual).toList());
    }

    /** Words, missing cells and a column that is given. */
    private static Dataset<Row> mixed() {
        Random random = new Random(3);
        StructType schema =
                new StructType()
                        .add("city", DataTypes.StringType)
                        .add("price", DataTypes.DoubleType)
                        .add("rooms", DataTypes.IntegerType)
                        .add("tags", DataTypes.createArrayType(DataTypes.StringType));
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < 900; i++) {
            int rooms = 1 + random.nextInt(5);
            Double price = rooms * (1 + 0.1 * random.nextGaussian());
            String city = random.nextInt(4) == 0 ? "Bern" : "Basel";
            rows.add(
                    RowFactory.create(
                            city, random.nextInt(9) == 0 ? null : price, rooms, new String[0]));
        }
        return spark.createDataFrame(rows, schema);
    }

    @Test
    void columnsOfAnyKindAreLearned() {
        Dataset<Row> rows = mixed();
        FlowModel model =
                new FlowEstimator().setContextCols("rooms").setNumTasks(2).setEpochs(25).fit(rows);
        assertEquals(List.of("city", "price"), model.config().columns());
        assertEquals(List.of("rooms"), model.config().contextColumns());
        StructType schema = rows.drop("tags").schema();
        Dataset<Row> asked =
                spark.createDataFrame(
                                List.of(
                                        RowFactory.create("Bern", 3.0, 3),
                                        RowFactory.create("Bern", 1.0, 5),
                                        RowFactory.create(null, null, 2)),
                                schema)
                        .coalesce(1);
        double[] logs = logDensities(model, asked);
        assertTrue(logs[0] > logs[1] + 3, () -> Arrays.toString(logs));
        assertTrue(Double.isFinite(logs[2]));
        Row odd = model.transform(asked).where("rooms = 5").head();
        assertTrue(odd.<Double>getAs("p_value") < 0.05);
    }

    @Test
    void localStepsLearnToo() {
        Dataset<Row> rows = numbers().cache();
        double shared = estimator().setNumTasks(2).fit(rows).config().metrics().get("testNll");
        double local =
                estimator()
                        .setNumTasks(2)
                        .setLocalSteps(4)
                        .fit(rows)
                        .config()
                        .metrics()
                        .get("testNll");
        assertEquals(shared, local, 0.3);
        assertNotEquals(shared, local, 1e-4);
    }

    /** A file system on which the third checkpoint cannot be renamed, once. */
    public static final class Failing extends RawLocalFileSystem {

        private static final AtomicInteger RENAMED = new AtomicInteger();

        @Override
        public URI getUri() {
            return URI.create("failing:///");
        }

        @Override
        public String getScheme() {
            return "failing";
        }

        @Override
        public boolean rename(Path from, Path to) throws IOException {
            if (RENAMED.incrementAndGet() == 6) {
                throw new IOException("lost");
            }
            return super.rename(from, to);
        }
    }

    /** The stage is tried again, and goes on behind the last checkpoint. */
    @Test
    void aLostTaskIsMadeUpFor() {
        Dataset<Row> rows = numbers().cache();
        FlowModel whole = estimator().setEpochs(5).setNumTasks(2).fit(rows);
        java.nio.file.Path file = folder.resolve("state");
        Failing.RENAMED.set(0);
        FlowModel resumed =
                estimator()
                        .setEpochs(5)
                        .setNumTasks(2)
                        .setCheckpoint("failing://" + file)
                        .fit(rows);
        // The third was whole, though not in its place: it is moved there, and two are left.
        assertEquals(6 + 1 + 2 * 2, Failing.RENAMED.get());
        assertArrayEquals(logDensities(whole, rows), logDensities(resumed, rows));
        assertFalse(java.nio.file.Files.exists(file), "the state of a run that is done");
    }

    /** Of another run: all tasks refuse it, and Spark does not try again. */
    @Test
    void aForeignCheckpointIsRefused() throws IOException {
        Dataset<Row> rows = numbers().cache();
        java.nio.file.Path file = folder.resolve("state");
        Failing.RENAMED.set(0);
        FlowEstimator broken = estimator().setNumTasks(1).setCheckpoint("failing://" + file);
        broken.fit(rows);
        java.nio.file.Files.writeString(file, "no state");
        String message = assertThrows(Exception.class, () -> broken.fit(rows)).getMessage();
        assertTrue(message.contains("Checkpoint failing://" + file + ": expected"), message);
        assertEquals("no state", java.nio.file.Files.readString(file));
    }

    @Test
    void anEstimatorIsAStageOfAPipeline() throws IOException {
        Dataset<Row> rows = numbers();
        Pipeline pipeline =
                new Pipeline()
                        .setStages(
                                new PipelineStage[] {
                                    estimator().setInputCols("x", "w").setNumTasks(2).setEpochs(1)
                                });
        pipeline.write().overwrite().save(folder.resolve("pipeline").toString());
        Pipeline loaded = Pipeline.load(folder.resolve("pipeline").toString());
        FlowEstimator stage = (FlowEstimator) loaded.getStages()[0];
        assertArrayEquals(new String[] {"x", "w"}, stage.getInputCols());
        assertEquals("realnvp", stage.getFlow());
        assertEquals(5, stage.getSeed());
        PipelineModel model = loaded.fit(rows);
        assertEquals(
                List.of(
                        "id",
                        "x",
                        "y.z",
                        "w",
                        "log_density",
                        "anomaly_score",
                        "p_value",
                        "percentile"),
                List.of(model.transform(rows).columns()));
        model.write().save(folder.resolve("model").toString());
        PipelineModel again = PipelineModel.load(folder.resolve("model").toString());
        assertEquals(model.transform(rows).collectAsList(), again.transform(rows).collectAsList());
    }

    private static void assertRefused(String message, Executable call) {
        String got = assertThrows(IllegalArgumentException.class, call).getMessage();
        assertTrue(got.contains(message), got);
    }

    @Test
    void whatCannotBeLearnedIsRefused() {
        Dataset<Row> rows = mixed();
        assertRefused("expected 20 to 2^32 rows", () -> new FlowEstimator().fit(rows.limit(7)));
        assertRefused(
                "expected columns of [city, price, rooms, tags], got inputCols [town]",
                () -> new FlowEstimator().setInputCols("town").fit(rows));
        assertRefused(
                "in column tags, got array<string>",
                () -> new FlowEstimator().setInputCols("price", "tags").fit(rows));
        assertRefused(
                "expected as flow one of [analytic, any-order,",
                () -> new FlowEstimator().setFlow("glow").fit(rows));
        assertRefused(
                "expected numbers in column city, got string",
                () -> new FlowEstimator().setInputCols("city", "rooms").setFlow("nsf").fit(rows));
        assertRefused(
                "expected a number within float32 in each cell of column price, got others or missing"
                        + " ones; choose the flow any-order",
                () -> new FlowEstimator().setInputCols("price", "rooms").setFlow("nsf").fit(rows));
        assertRefused(
                "expected kinds of the form column=kind, got price",
                () -> new FlowEstimator().setKinds("price").fit(rows));
        assertRefused(
                "expected a batchSize of at most 1600, the rows for training, got 1601",
                () -> estimator().setBatchSize(1601).fit(numbers()));
        assertRefused("to be at least 1, got -1", () -> estimator().setPatience(-1).fit(numbers()));
        assertRefused(
                "expected a DataFrame without the columns of scores, got [percentile]; rename",
                () ->
                        new FlowEstimator()
                                .transformSchema(
                                        new StructType().add("percentile", DataTypes.DoubleType)));
        assertRefused(
                "expected 0 or more numTasks, got -1",
                () -> estimator().setNumTasks(-1).fit(numbers()));
    }
}
