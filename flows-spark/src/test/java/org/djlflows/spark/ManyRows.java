package org.djlflows.spark;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.format_string;
import static org.apache.spark.sql.functions.when;

import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Scores a CSV file with a column {@code id} on two threads of Spark, says how many rows a second
 * that are, and compares each number with what {@code flows score --keep id} wrote of the same
 * file, digit by digit. The script {@code flows-benchmarks/spark} runs it.
 */
final class ManyRows {

    private ManyRows() {}

    /** Takes a model folder, the rows, those scores, and a new folder for its own. */
    public static void main(String[] arguments) throws IOException {
        SparkSession spark = LocalSpark.start();
        try {
            FlowModel model = FlowModel.fromFolder(Path.of(arguments[0]).toUri().toString());
            Dataset<Row> rows =
                    spark.read()
                            .option("header", true)
                            .option("inferSchema", true)
                            .csv(arguments[1])
                            .repartition(8)
                            .cache();
            long count = rows.count();
            model.transform(rows.limit(100_000)).write().format("noop").mode("append").save();
            long begin = System.nanoTime();
            model.transform(rows).write().parquet(arguments[3]);
            double seconds = (System.nanoTime() - begin) / 1e9;
            System.out.printf(
                    Locale.ROOT,
                    "Spark: %,d rows scored and written in %.1f s, %,.0f a second%n",
                    count,
                    seconds,
                    count / seconds);
            long different = different(spark, arguments[3], arguments[2]);
            System.out.printf(
                    Locale.ROOT,
                    "%,d of %,d rows differ from those of the command line%n",
                    different,
                    count);
            if (different > 0) {
                System.exit(1);
            }
        } finally {
            spark.stop();
        }
    }

    private static long different(SparkSession spark, String scored, String file) {
        Dataset<Row> ours =
                spark.read()
                        .parquet(scored)
                        .select(
                                col("id").cast("string").as("id"),
                                text("%.4f", "anomaly_score"),
                                text("%.6g", "p_value"),
                                text("%.3f", "percentile"),
                                col("log_density").cast("float").cast("string"));
        Dataset<Row> theirs =
                spark.read()
                        .option("header", true)
                        .csv(file)
                        .select("id", "anomaly_score", "p_value", "percentile", "log_density");
        return Math.max(ours.exceptAll(theirs).count(), theirs.exceptAll(ours).count());
    }

    /** As the command line writes a number; it leaves out what there is not. */
    private static Column text(String format, String name) {
        return when(col(name).isNotNull(), format_string(format, col(name))).as(name);
    }
}
