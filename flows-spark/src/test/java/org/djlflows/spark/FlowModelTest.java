package org.djlflows.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.FilterFunction;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.feature.SQLTransformer;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.djlflows.anomaly.RowScore;
import org.djlflows.runtime.Explanation;
import org.djlflows.runtime.Scorer;
import org.djlflows.table.BadCell;
import org.djlflows.table.Table;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.math.BigDecimal;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.TimeZone;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Model folders on a small cluster. */
class FlowModelTest {

    private static final List<String> SCORES =
            List.of("log_density", "anomaly_score", "p_value", "percentile");

    private static SparkSession spark;
    private static TimeZone zone;

    @TempDir private Path folder;

    @BeforeAll
    static void start() {
        zone = TimeZone.getDefault();
        // When a day begins must not depend on where an executor stands.
        TimeZone.setDefault(TimeZone.getTimeZone("America/New_York"));
        spark = LocalSpark.start();
    }

    @AfterAll
    static void stop() {
        spark.stop();
        TimeZone.setDefault(zone);
    }

    private static Path stored(String name) {
        return Path.of(URI.create(LocalSpark.folder(name)));
    }

    private static FlowModel model(String name) throws IOException {
        return FlowModel.fromFolder(LocalSpark.folder(name));
    }

    private static Scorer scorer(String name) throws IOException {
        return Scorer.load(stored(name));
    }

    /** Numbers of three decimals, which are also of float32 in the last column. */
    private static double[][] numbers(int rows) {
        Random random = new Random(5);
        return IntStream.range(0, rows)
                .mapToObj(
                        i ->
                                new double[] {
                                    random.nextInt(6000) / 1000.0 - 3,
                                    random.nextInt(6000) / 1000.0 - 3,
                                    random.nextInt(1000) / 128.0 - 4
                                })
                .toArray(double[][]::new);
    }

    /** Rows whose columns are not in the order of the model, with others beside them. */
    private static Dataset<Row> frame(double[][] rows) {
        StructType schema =
                new StructType()
                        .add("x2", DataTypes.FloatType)
                        .add("id", DataTypes.IntegerType)
                        .add("x0", DataTypes.DoubleType)
                        .add("note", DataTypes.StringType)
                        .add("x1", DataTypes.createDecimalType(30, 18));
        List<Row> all = new ArrayList<>();
        for (int i = 0; i < rows.length; i++) {
            double[] x = rows[i];
            BigDecimal decimal = BigDecimal.valueOf(x[1]);
            all.add(RowFactory.create((float) x[2], i, x[0], "row " + i, decimal));
        }
        return spark.createDataFrame(all, schema);
    }

    private static void assertScores(List<RowScore> expected, Dataset<Row> scored) {
        List<Row> rows = new ArrayList<>(scored.collectAsList());
        // Not by Spark, which would compile code for it.
        rows.sort(Comparator.comparing(row -> row.<Integer>getAs("id")));
        assertEquals(expected.size(), rows.size());
        for (int i = 0; i < rows.size(); i++) {
            assertEquals(i, rows.get(i).<Integer>getAs("id"));
            assertScore(expected.get(i), rows.get(i));
        }
    }

    /** To the last bit. */
    private static void assertScore(RowScore expected, Row row) {
        assertEquals(expected.logDensity(), row.<Double>getAs("log_density"));
        assertEquals(expected.score(), value(row, "anomaly_score"));
        assertEquals(expected.pValue(), value(row, "p_value"));
        assertEquals(expected.percentile(), value(row, "percentile"));
    }

    private static OptionalDouble value(Row row, String column) {
        Double value = row.getAs(column);
        return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
    }

    private static void assertNoScore(Row row) {
        SCORES.forEach(name -> assertNull(row.getAs(name), name));
    }

    private static void assertRefused(String message, Executable call) {
        assertEquals(message, assertThrows(IllegalArgumentException.class, call).getMessage());
    }

    @Test
    void rowsOfNumbersHaveTheScoresOfTheScorer() throws IOException {
        double[][] rows = numbers(2000);
        Dataset<Row> frame = frame(rows);
        Dataset<Row> scored = model("numbers").transform(frame);
        assertEquals(
                Stream.concat(Arrays.stream(frame.columns()), SCORES.stream()).toList(),
                List.of(scored.columns()));
        assertScores(scorer("numbers").scores(rows), scored);
        assertEquals("row 7", scored.where("id = 7").head().getAs("note"));
    }

    @Test
    void columnsAreGivenAndConstant() throws IOException {
        StructType schema = new StructType();
        for (String name : List.of("x", "time", "seven", "c0", "c1")) {
            schema = schema.add(name, DataTypes.DoubleType);
        }
        List<Row> rows =
                List.of(
                        RowFactory.create(-0.195, 1.55000186E12, 7.0, 8.041, 20.03),
                        RowFactory.create(-0.195, 1.55000186E12, 8.0, 8.041, 20.03));
        Dataset<Row> frame = spark.createDataFrame(rows, schema).coalesce(1);
        List<Row> scored = model("given").transform(frame).collectAsList();
        assertScore(scorer("given").score(-0.195, 1.55000186E12, 7.0, 8.041, 20.03), scored.get(0));
        // A model that does not compare rows has percentiles alone.
        assertNull(scored.get(0).getAs("anomaly_score"));
        assertEquals(Double.NEGATIVE_INFINITY, scored.get(1).<Double>getAs("log_density"));
    }

    @Test
    void rowsOfNumbersThatAreNotThereHaveNulls() throws IOException {
        StructType schema =
                new StructType()
                        .add("x0", DataTypes.DoubleType)
                        .add("x1", DataTypes.DoubleType)
                        .add("x2", DataTypes.LongType);
        List<Row> rows = new ArrayList<>();
        for (Double x : Arrays.asList(0.5, null, Double.NaN, 1e39, Double.NEGATIVE_INFINITY)) {
            rows.add(RowFactory.create(0.1, x, 2L));
        }
        Dataset<Row> frame = spark.createDataFrame(rows, schema).coalesce(1);
        List<Row> scored = model("numbers").transform(frame).collectAsList();
        assertScore(scorer("numbers").score(0.1, 0.5, 2), scored.get(0));
        scored.stream().skip(1).forEach(FlowModelTest::assertNoScore);
    }

    private static Map<String, Object> sale(int i) {
        return Map.of(
                "city",
                List.of("Bern", "Oslo", "Paris", "Rome").get(i % 4),
                "member",
                i % 3 == 0,
                "items",
                1L + i % 4,
                "amount",
                i % 5 == 0 ? Optional.empty() : 5 + i * 0.25,
                "day",
                LocalDate.of(2025, 1, 1).plusDays(i),
                "at",
                LocalDateTime.of(2025, 1, 1, 3, 53, 26).plusHours(31L * i));
    }

    private static Table table(int rows) {
        return Table.ofMaps(IntStream.range(0, rows).mapToObj(FlowModelTest::sale).toList());
    }

    /** The same rows, dates as such and times as texts without a zone. */
    private static Dataset<Row> sales(int rows) {
        StructType schema =
                new StructType()
                        .add("id", DataTypes.IntegerType)
                        .add("city", DataTypes.StringType)
                        .add("member", DataTypes.BooleanType)
                        .add("items", DataTypes.LongType)
                        .add("amount", DataTypes.DoubleType)
                        .add("day", DataTypes.StringType)
                        .add("at", DataTypes.StringType);
        List<Row> all = new ArrayList<>();
        for (int i = 0; i < rows; i++) {
            Map<String, Object> sale = sale(i);
            all.add(
                    RowFactory.create(
                            i,
                            sale.get("city"),
                            sale.get("member"),
                            sale.get("items"),
                            sale.get("amount") instanceof Double amount ? amount : null,
                            sale.get("day").toString(),
                            sale.get("at").toString().replace('T', ' ')));
        }
        return spark.createDataFrame(all, schema).withColumn("day", functions.expr("date(day)"));
    }

    private static void fail(BadCell cell) {
        throw new IllegalStateException(cell.toString());
    }

    private static List<RowScore> scores(Table table) throws IOException {
        return scorer("kinds").scores(table, FlowModelTest::fail);
    }

    @ParameterizedTest
    @ValueSource(strings = {"timestamp", "timestamp_ntz", "string"})
    void columnsAreOfAnyKind(String type) throws IOException {
        Dataset<Row> frame = sales(300).withColumn("at", functions.col("at").cast(type));
        // Spark has two families of classes for dates and times.
        for (boolean ofJavaTime : new boolean[] {false, true}) {
            spark.conf().set("spark.sql.datetime.java8API.enabled", ofJavaTime);
            try {
                assertScores(scores(table(300)), model("kinds").transform(frame));
            } finally {
                spark.conf().unset("spark.sql.datetime.java8API.enabled");
            }
        }
    }

    @Test
    void aRowWithACellThatCannotBeHasNulls() throws IOException {
        String items = "CASE id WHEN 3 THEN 'three' WHEN 4 THEN NULL ELSE string(items) END";
        Dataset<Row> frame = sales(20).withColumn("items", functions.expr(items));
        List<RowScore> whole = scores(table(20));
        for (Row row : model("kinds").transform(frame).collectAsList()) {
            int id = row.getAs("id");
            if (id == 3) {
                assertNoScore(row);
            } else if (id == 4) {
                // Where training had none, a missing cell is not known, and the others count.
                assertTrue(row.<Double>getAs("log_density") > whole.get(4).logDensity());
            } else {
                assertScore(whole.get(id), row);
            }
        }
    }

    @Test
    void largeWholeNumbersAreNotRounded() {
        InputColumns columns =
                new InputColumns(List.of("key"), List.of(InputColumns.Kind.NUMBER), List.of(0));
        List<Row> rows =
                List.of(
                        RowFactory.create(9_007_199_254_740_993L),
                        RowFactory.create((Object) null),
                        RowFactory.create(5L));
        assertEquals(
                Table.ofRows(
                        List.of("key"),
                        List.of(
                                new Object[] {"9007199254740993"},
                                new Object[] {null},
                                new Object[] {"5"})),
                columns.table(rows));
        assertEquals(
                Table.ofNumbers(List.of("key"), new double[][] {{Double.NaN}, {5}}),
                columns.table(rows.subList(1, 3)));
    }

    @Test
    void whatDoesNotFitIsRefusedBeforeATaskRuns() throws IOException {
        FlowModel model = model("numbers");
        Dataset<Row> frame = frame(numbers(3));
        assertRefused(
                "FlowModel: expected the columns [x0, x1, x2], got [x2, id, note] without [x0, x1]",
                () -> model.transform(frame.drop("x0", "x1")));
        assertRefused(
                "FlowModel: expected one column of the name x1, got several",
                () -> model.transform(frame.select("*", "x1")));
        assertRefused(
                "FlowModel: expected numbers in column x1, got string; cast the column",
                () -> model.transform(frame.withColumn("x1", functions.lit("1"))));
        assertRefused(
                "FlowModel: expected a new name for a column of scores, got percentile, which there"
                        + " is; choose another or the empty one",
                () -> model.transform(frame.withColumn("percentile", functions.lit(1))));
        FlowModel kinds = model("kinds");
        Dataset<Row> lists = sales(1).withColumn("at", functions.expr("split(at, ' ')"));
        assertRefused(
                "FlowModel: expected numbers, texts, booleans, dates or times in column at, got"
                        + " array<string>; cast the column",
                () -> kinds.transform(lists));
    }

    @Test
    void whatIsNoModelIsRefused() {
        String none = "file:" + folder.resolve("none");
        assertEquals(
                none + ": expected a model folder, got none",
                assertThrows(IOException.class, () -> FlowModel.fromFolder(none)).getMessage());
        String empty = "file:" + folder;
        assertEquals(
                empty + ": expected a model folder with config.json, got a folder without it",
                assertThrows(IOException.class, () -> FlowModel.fromFolder(empty)).getMessage());
    }

    @Test
    void columnsMayBeMissingIfTheUserSaysSo() throws IOException {
        Dataset<Row> frame = sales(9).drop("at", "member");
        FlowModel model = model("kinds");
        assertRefused(
                "FlowModel: expected the columns [city, member, items, amount, day, at], got [id,"
                        + " city, items, amount, day] without [member, at]; with"
                        + " allowMissingColumns, densities are those of the modelled columns that"
                        + " are there",
                () -> model.transform(frame));
        Table table = table(9).select(List.of("city", "items", "amount", "day"));
        assertScores(scores(table), model.setAllowMissingColumns(true).transform(frame));
        assertThrows(IllegalArgumentException.class, () -> model.transform(frame.select("id")));
    }

    @Test
    void aPipelineIsSavedAndLoaded() throws IOException {
        FlowModel model =
                model("numbers")
                        .setLogDensityCol("nats")
                        .setPercentileCol("rank")
                        .setAnomalyScoreCol("")
                        .setAllowMissingColumns(true);
        SQLTransformer before =
                new SQLTransformer().setStatement("SELECT *, -x0 AS negative FROM __THIS__");
        double[][] rows = numbers(700);
        Dataset<Row> frame = frame(rows);
        PipelineModel pipeline =
                new Pipeline().setStages(new PipelineStage[] {before, model}).fit(frame);
        String path = folder.toUri() + "saved";
        pipeline.write().overwrite().save(path);
        pipeline.write().overwrite().save(path);
        PipelineModel loaded = PipelineModel.load(path);
        Dataset<Row> scored = loaded.transform(frame);
        assertEquals(
                List.of("x2", "id", "x0", "note", "x1", "negative", "nats", "p_value", "rank"),
                List.of(scored.columns()));
        List<RowScore> expected = scorer("numbers").scores(rows);
        for (Row row : scored.collectAsList()) {
            RowScore wanted = expected.get(row.<Integer>getAs("id"));
            assertEquals(wanted.logDensity(), row.<Double>getAs("nats"));
            assertEquals(wanted.percentile(), value(row, "rank"));
            assertEquals(wanted.pValue(), value(row, "p_value"));
        }
        FlowModel stage = (FlowModel) loaded.stages()[1];
        assertEquals(model.uid(), stage.uid());
        assertTrue(stage.getAllowMissingColumns());
        assertHoldsModelFolder(folder);
        String message =
                assertThrows(IllegalArgumentException.class, () -> FlowModel.load(path))
                        .getMessage();
        assertTrue(
                message.endsWith(
                        "expected a saved org.djlflows.spark.FlowModel, got"
                                + " org.apache.spark.ml.PipelineModel"),
                message);
    }

    /** Beside the params lies a model folder like others. */
    private static void assertHoldsModelFolder(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            Path saved = files.filter(file -> file.endsWith("model")).findFirst().orElseThrow();
            for (String name : List.of("config.json", "model.safetensors", "serving.properties")) {
                assertEquals(
                        -1L, Files.mismatch(saved.resolve(name), stored("numbers").resolve(name)));
            }
        }
    }

    @Test
    void aLogDensityAloneIsTheSame() throws IOException {
        double[][] rows = numbers(100);
        FlowModel model =
                model("numbers").setAnomalyScoreCol("").setPValueCol("").setPercentileCol("");
        double[] expected = scorer("numbers").logDensities(rows);
        for (Row row : model.transform(frame(rows)).collectAsList()) {
            assertEquals(6, row.size());
            assertEquals(expected[row.<Integer>getAs("id")], row.<Double>getAs("log_density"));
        }
    }

    @Test
    void aFailedTaskIsRepeatedWithoutADoubledRow() throws IOException {
        double[][] rows = numbers(5000);
        FilterFunction<Row> failing =
                row -> {
                    TaskContext task = TaskContext.get();
                    if (task.partitionId() == 1
                            && task.attemptNumber() == 0
                            && row.<Integer>getAs("id") > 4000) {
                        throw new IllegalStateException("lost");
                    }
                    return true;
                };
        String path = folder.toUri() + "scores";
        model("numbers").transform(frame(rows).filter(failing)).write().parquet(path);
        assertScores(scorer("numbers").scores(rows), spark.read().parquet(path));
    }

    @Test
    void sqlScoresRows() throws IOException {
        double[][] rows = numbers(50);
        frame(rows).createOrReplaceTempView("rows");
        model("numbers").registerUdf(spark, "flow");
        String all = "SELECT id, scores.* FROM (SELECT id, flow(struct(*)) AS scores FROM rows)";
        List<RowScore> expected = scorer("numbers").scores(rows);
        assertScores(expected, spark.sql(all));
        double some = expected.get(0).logDensity();
        String rare = "SELECT id FROM rows WHERE flow(struct(x0, x1, x2)).log_density < " + some;
        assertEquals(
                expected.stream().filter(score -> score.logDensity() < some).count(),
                spark.sql(rare).count());
        String lacking = "SELECT flow(struct(x0, double(NULL) AS x1, x2)).p_value FROM rows";
        assertTrue(spark.sql(lacking).head().isNullAt(0));
        assertTrue(spark.sql("SELECT flow(NULL)").head().isNullAt(0));
    }

    @Test
    void samplesDependOnTheSeedAlone() throws IOException {
        FlowModel model = model("numbers");
        int block = SampledBlock.ROWS;
        int most = 3 * block + 5;
        List<Row> rows = model.sample(spark, most, 1).collectAsList();
        assertEquals(most, rows.size());
        assertEquals(rows, model.sample(spark, most, 1).collectAsList());
        // In one partition, and in two.
        assertEquals(rows.subList(0, block), model.sample(spark, block, 1).collectAsList());
        assertNotEquals(rows.get(0), rows.get(block));
        Row other = model.sample(spark, 1, 2).head();
        assertNotEquals(rows.get(0), other);
        assertNotEquals(rows.get(block), other);
        assertEquals(0, model.sample(spark, 0, 1).count());
        assertEquals(List.of("x0", "x1", "x2"), List.of(model.sample(spark, 1, 1).columns()));
        assertRefused(
                "FlowModel: expected 0 or more rows to draw, got -1",
                () -> model.sample(spark, -1, 1));
    }

    private static Dataset<Row> cities(int rows) {
        StructType schema =
                new StructType().add("id", DataTypes.IntegerType).add("city", DataTypes.StringType);
        List<String> cities = Arrays.asList("Bern", "Oslo", "Paris", null, "Rome");
        return spark.createDataFrame(
                IntStream.range(0, rows)
                        .mapToObj(i -> RowFactory.create(i, cities.get(i % 5)))
                        .toList(),
                schema);
    }

    @Test
    void samplesAreDrawnGivenColumns() throws IOException {
        FlowModel model = model("kinds-given");
        Dataset<Row> given = cities(1503);
        Dataset<Row> sample = model.sample(given.coalesce(1), 4);
        assertEquals(
                "struct<id:int,city:string,amount:double,member:string,items:double>",
                sample.schema().catalogString());
        List<Row> rows = sample.collectAsList();
        // However many partitions there are.
        for (int partitions : new int[] {2, 7}) {
            List<Row> ranges = given.collectAsList();
            Dataset<Row> parts =
                    spark.createDataFrame(
                            JavaSparkContext.fromSparkContext(spark.sparkContext())
                                    .parallelize(ranges, partitions),
                            given.schema());
            assertEquals(rows, model.sample(parts, 4).collectAsList());
        }
        assertNotEquals(rows, model.sample(given.coalesce(1), 5).collectAsList());
        assertEquals(rows.subList(0, 9), model.sample(given.limit(9), 4).collectAsList());
        for (int i = 0; i < rows.size(); i++) {
            assertEquals(i, rows.get(i).<Integer>getAs("id"));
            // Where the city is not known or was never seen, it says so.
            boolean drawn = i % 5 != 3;
            assertEquals(!drawn, rows.get(i).isNullAt(2), rows.get(i).toString());
            assertEquals(!drawn, rows.get(i).isNullAt(4));
        }
        // In Oslo amounts are about 30, elsewhere 10.
        assertEquals(30, mean(rows, "Oslo"), 2);
        assertEquals(10, mean(rows, "Bern"), 2);
        assertNotEquals(rows.get(0).getAs("amount"), rows.get(5).<Double>getAs("amount"));
    }

    private static double mean(List<Row> rows, String city) {
        return rows.stream()
                .filter(row -> city.equals(row.getAs("city")))
                .mapToDouble(row -> row.<Double>getAs("amount"))
                .average()
                .orElseThrow();
    }

    @Test
    void samplesOfNumbersAreDrawnGivenColumns() throws IOException {
        StructType schema =
                new StructType()
                        .add("c1", DataTypes.FloatType)
                        .add("c0", DataTypes.DoubleType)
                        .add("note", DataTypes.StringType);
        List<Row> given =
                List.of(
                        RowFactory.create(20.03f, 8.041, "one"),
                        RowFactory.create(20.03f, null, "none"),
                        RowFactory.create(20.03f, 8.041, "two"));
        FlowModel model = model("given");
        Dataset<Row> frame = spark.createDataFrame(given, schema);
        List<Row> rows = model.sample(frame, 1).collectAsList();
        Seeds seeds = new Seeds(1);
        double[][] values = {{8.041, 20.03f}, {8.041, 20.03f}};
        double[][] expected = scorer("given").sample(values, new long[] {seeds.of(0), seeds.of(2)});
        assertEquals(
                List.of(
                        RowFactory.create(
                                20.03f, 8.041, "one", expected[0][0], expected[0][1], 7.0),
                        RowFactory.create(20.03f, null, "none", null, null, null),
                        RowFactory.create(
                                20.03f, 8.041, "two", expected[1][0], expected[1][1], 7.0)),
                rows);
        assertRefused(
                "FlowModel: expected the columns [c0, c1], got [c1, note] without [c0]",
                () -> model.sample(frame.drop("c0"), 1));
        assertRefused(
                "FlowModel: expected rows without the columns that are drawn, got them with time;"
                        + " drop or rename the column",
                () -> model.sample(frame.withColumn("time", functions.lit(1)), 1));
        assertRefused(
                "FlowModel: expected rows with the columns that are given, [c0, c1], got none: call"
                        + " sample(given, seed)",
                () -> model.sample(spark, 1, 1));
        FlowModel whole = model("numbers");
        assertRefused(
                "FlowModel: expected a model with columns that are given, got one that models all:"
                        + " call sample(spark, n, seed)",
                () -> whole.sample(frame, 1));
    }

    @Test
    void sharesAreThoseOfTheScorer() throws IOException {
        double[][] rows = numbers(60);
        FlowModel model = model("numbers").setSharesCol("shares");
        Dataset<Row> scored = model.transform(frame(rows));
        assertEquals(
                "map<string,double>", scored.schema().apply("shares").dataType().catalogString());
        List<Explanation> expected = scorer("numbers").explain(rows);
        assertScores(expected.stream().map(Explanation::score).toList(), scored);
        for (Row row : scored.collectAsList()) {
            assertEquals(shares(expected.get(row.<Integer>getAs("id"))), row.getJavaMap(9));
        }
        scored.createOrReplaceTempView("explained");
        String exploded =
                "SELECT id, share FROM explained LATERAL VIEW explode(shares) AS column, share"
                        + " WHERE column = 'x1'";
        List<Row> found = spark.sql(exploded).collectAsList();
        assertEquals(60, found.size());
        for (Row row : found) {
            assertEquals(shares(expected.get(row.getInt(0))).get("x1"), row.getDouble(1));
        }

        // By SQL, alone, and of rows that cannot be scored.
        model.setLogDensityCol("").setPValueCol("").setPercentileCol("").setAnomalyScoreCol("");
        model.registerUdf(spark, "why");
        frame(rows).createOrReplaceTempView("rows");
        Row first = spark.sql("SELECT why(struct(*)).shares FROM rows WHERE id = 0").head();
        assertEquals(shares(expected.get(0)), first.getJavaMap(0));
        Dataset<Row> lacking = frame(rows).withColumn("x0", functions.expr("double(NULL)"));
        assertTrue(model.transform(lacking).head().isNullAt(5));
    }

    private static Map<String, Double> shares(Explanation row) {
        return row.cells().stream()
                .collect(Collectors.toMap(Explanation.Cell::column, Explanation.Cell::share));
    }

    @Test
    void sharesAreOfColumnsOfAnyKind() throws IOException {
        String items = "CASE id WHEN 3 THEN 'three' ELSE string(items) END";
        Dataset<Row> frame = sales(12).withColumn("items", functions.expr(items));
        List<Explanation> expected = scorer("kinds").explain(table(12));
        Dataset<Row> scored = model("kinds").setSharesCol("why").transform(frame);
        for (Row row : scored.collectAsList()) {
            int id = row.getAs("id");
            if (id == 3) {
                assertTrue(row.isNullAt(row.fieldIndex("why")));
            } else {
                assertEquals(shares(expected.get(id)), row.getJavaMap(row.fieldIndex("why")));
            }
        }
        // In SQL the greatest comes first, also where it is read by others.
        String path = folder.toUri() + "explained";
        scored.write().parquet(path);
        for (Row row :
                spark.read()
                        .parquet(path)
                        .selectExpr("id", "map_keys(why)")
                        .where("why IS NOT NULL")
                        .collectAsList()) {
            assertEquals(
                    expected.get(row.getInt(0)).cells().stream()
                            .map(Explanation.Cell::column)
                            .toList(),
                    row.getList(1));
        }
        FlowModel earlier = model("given").setSharesCol("why");
        StructType schema = new StructType();
        for (String name : List.of("x", "time", "seven", "c0", "c1")) {
            schema = schema.add(name, DataTypes.DoubleType);
        }
        StructType all = schema;
        assertTrue(
                assertThrows(IllegalArgumentException.class, () -> earlier.transformSchema(all))
                        .getMessage()
                        .startsWith("Explainer: expected a model that compares rows"));
    }

    @Test
    void samplesOfAnyKindCanBeScored() throws IOException {
        FlowModel model = model("kinds");
        Dataset<Row> sample = model.sample(spark, 500, 3);
        assertEquals(
                "struct<city:string,member:string,items:double,amount:double,day:timestamp_ntz,"
                        + "at:timestamp_ntz>",
                sample.schema().catalogString());
        assertEquals(500, model.transform(sample).where("log_density > -1000").count());
        assertEquals(500, sample.where("member IN ('true', 'false')").count());
        assertTrue(sample.where("amount IS NULL").count() > 0);
        assertEquals(500, sample.where("year(at) = 2025 AND second(day) = 0").count());
    }

    @Test
    void aStreamIsScored() throws IOException, TimeoutException {
        double[][] rows = numbers(200);
        Dataset<Row> frame = frame(rows);
        String path = folder.toUri() + "arriving";
        frame.write().parquet(path);
        StreamingQuery query =
                model("numbers")
                        .transform(spark.readStream().schema(frame.schema()).parquet(path))
                        .writeStream()
                        .format("memory")
                        .queryName("scored")
                        .start();
        try {
            query.processAllAvailable();
        } finally {
            query.stop();
        }
        assertScores(scorer("numbers").scores(rows), spark.table("scored"));
    }
}
