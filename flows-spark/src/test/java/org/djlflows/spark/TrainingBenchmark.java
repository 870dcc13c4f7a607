package org.djlflows.spark;

import org.apache.spark.BarrierTaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

import scala.Function1;
import scala.collection.Iterator;
import scala.jdk.javaapi.CollectionConverters;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;

import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * What training by tasks costs and what local steps lose, on this machine: {@code
 * flows-benchmarks/spark-java org.djlflows.spark.TrainingBenchmark}.
 */
final class TrainingBenchmark {

    private static final int COLUMNS = 6;

    private TrainingBenchmark() {}

    public static void main(String[] args) {
        SparkSession spark = LocalSpark.start();
        try {
            sums(spark);
            Dataset<Row> rows = rows(spark, 120_000).cache();
            for (int batch : new int[] {512, 4096}) {
                for (int tasks : new int[] {1, 2, 1, 2}) {
                    print(
                            "batch %d, %d tasks: %.2f ms a step",
                            batch, tasks, step(rows, batch, tasks));
                }
            }
            Dataset<Row> some = rows.limit(20_000).cache();
            for (int localSteps : new int[] {0, 1, 4, 16, 64}) {
                FlowModel model =
                        estimator(512, 2).setEpochs(20).setLocalSteps(localSteps).fit(some);
                print(
                        "local steps %d: %.3f nats",
                        localSteps, model.config().metrics().get("testNll"));
            }
        } finally {
            spark.stop();
        }
    }

    private static void print(String format, Object... values) {
        System.out.printf(Locale.ROOT, format + "%n", values);
    }

    /** The time of a sum between two tasks. */
    private static void sums(SparkSession spark) {
        JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
        ClassTag<String> tag = ClassTag$.MODULE$.apply(String.class);
        Function1<Iterator<Integer>, Iterator<String>> task =
                (Function1<Iterator<Integer>, Iterator<String>> & Serializable)
                        none -> CollectionConverters.asScala(timed().iterator());
        new JavaRDD<>(
                        context.parallelize(List.of(0, 1), 2)
                                .rdd()
                                .barrier()
                                .mapPartitions(task, false, tag),
                        tag)
                .collect()
                .forEach(System.out::println);
    }

    private static List<String> timed() {
        List<String> lines = new ArrayList<>();
        try (Exchange peers = Exchange.of(BarrierTaskContext.get())) {
            for (int size : new int[] {1000, 50_000, 500_000}) {
                float[] values = new float[size];
                double[] millis =
                        IntStream.range(0, 400)
                                .mapToDouble(
                                        i -> {
                                            long begin = System.nanoTime();
                                            peers.sum(values);
                                            return (System.nanoTime() - begin) / 1e6;
                                        })
                                .skip(200)
                                .sorted()
                                .toArray();
                if (peers.rank() == 0) {
                    lines.add(
                            String.format(
                                    Locale.ROOT, "sum of %d numbers: %.3f ms", size, millis[100]));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return lines;
    }

    private static FlowEstimator estimator(int batch, int tasks) {
        return new FlowEstimator().setFlow("nsf").setBatchSize(batch).setNumTasks(tasks).setSeed(1);
    }

    /** Of five epochs and of one, such that all else cancels. */
    private static double step(Dataset<Row> rows, int batch, int tasks) {
        int visited = 96 * 512 / batch * batch;
        double[] seconds = new double[2];
        for (int i = 0; i < 2; i++) {
            long begin = System.nanoTime();
            estimator(batch, tasks).setEpochRows(visited).setEpochs(1 + 6 * i).fit(rows);
            seconds[i] = (System.nanoTime() - begin) / 1e9;
        }
        return (seconds[1] - seconds[0]) * 1000 / (6.0 * visited / batch);
    }

    private static Dataset<Row> rows(SparkSession spark, int count) {
        Random random = new Random(1);
        StructType schema = new StructType();
        for (int j = 0; j < COLUMNS; j++) {
            schema = schema.add("x" + j, DataTypes.DoubleType);
        }
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Double[] row = new Double[COLUMNS];
            double last = random.nextGaussian();
            for (int j = 0; j < COLUMNS; j++) {
                last = Math.sin(2 * last) + 0.3 * random.nextGaussian();
                row[j] = last;
            }
            rows.add(RowFactory.create((Object[]) row));
        }
        return spark.createDataFrame(rows, schema).repartition(2);
    }
}
