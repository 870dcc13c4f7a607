package org.djlflows.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeoutException;

/** What the guide shows. */
class GuideTest {

    private static SparkSession spark;

    @TempDir private Path temporary;

    private String folder;
    private String inbox;
    private String alarms;

    @BeforeAll
    static void start() {
        spark = LocalSpark.start();
    }

    @AfterAll
    static void stop() {
        spark.stop();
    }

    @Test
    void tablesAndStreamsAreScored() throws IOException, TimeoutException {
        folder = LocalSpark.folder("kinds");
        inbox = temporary.toUri() + "inbox";
        alarms = temporary.toUri() + "alarms";
        long rare = tableIsScored();
        streamIsScored();
        assertEquals(rare, spark.read().parquet(alarms).count());
    }

    private long tableIsScored() throws IOException {
        FlowModel.fromFolder(folder).sample(spark, 2000, 7).write().parquet(inbox);
        Dataset<Row> sales = spark.read().parquet(inbox);
        FlowModel model = FlowModel.fromFolder(folder).setAnomalyScoreCol("");
        Dataset<Row> scored = model.transform(sales);
        Dataset<Row> rare = scored.where("p_value < 0.05").orderBy("p_value");
        assertEquals(rare.count(), explained(rare).count());
        return rare.count();
    }

    @Test
    void tablesAreLearned() throws IOException {
        String state = temporary.toUri() + "state";
        String stage = temporary.toUri() + "stage";
        Dataset<Row> sales =
                FlowModel.fromFolder(LocalSpark.folder("kinds")).sample(spark, 400, 7).cache();
        FlowEstimator estimator =
                new FlowEstimator().setNumTasks(2).setEpochs(40).setCheckpoint(state);
        FlowModel model = estimator.fit(sales);
        model.write().overwrite().save(stage);
        assertEquals(
                model.transform(sales).collectAsList(),
                FlowModel.load(stage).transform(sales).collectAsList());
    }

    private Dataset<Row> explained(Dataset<Row> rare) throws IOException {
        FlowModel why =
                FlowModel.fromFolder(folder)
                        .setLogDensityCol("")
                        .setPValueCol("")
                        .setPercentileCol("")
                        .setSharesCol("shares");
        Dataset<Row> reasons = why.transform(rare).selectExpr("*", "map_keys(shares)[0] AS reason");
        return reasons;
    }

    @Test
    void rowsAreDrawnGivenColumns() throws IOException {
        Dataset<Row> cities = spark.sql("SELECT explode(array('Bern', 'Oslo')) AS city");
        FlowModel model = FlowModel.fromFolder(LocalSpark.folder("kinds-given"));
        Dataset<Row> drawn = model.sample(cities, 7);
        assertEquals(2, drawn.where("amount IS NOT NULL").count());
    }

    private void streamIsScored() throws IOException, TimeoutException {
        FlowModel model = FlowModel.fromFolder(folder);
        Dataset<Row> first = spark.read().parquet(inbox);
        Dataset<Row> arriving = spark.readStream().schema(first.schema()).parquet(inbox);
        StreamingQuery query =
                model.transform(arriving)
                        .where("p_value < 0.05")
                        .writeStream()
                        .format("parquet")
                        .option("path", alarms)
                        .option("checkpointLocation", alarms + "-checkpoint")
                        .start();
        try {
            query.processAllAvailable();
        } finally {
            query.stop();
        }
    }
}
