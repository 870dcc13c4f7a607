package org.djlflows.spark;

import org.apache.spark.sql.SparkSession;

import java.net.URISyntaxException;

/** A cluster of two threads, whose tasks have three attempts each, and models for it. */
final class LocalSpark {

    private LocalSpark() {}

    static SparkSession start() {
        return SparkSession.builder()
                .master("local[2,3]")
                .config("spark.ui.enabled", "false")
                .config("spark.driver.host", "127.0.0.1")
                .config("spark.driver.bindAddress", "127.0.0.1")
                .config("spark.sql.shuffle.partitions", "2")
                .config("spark.sql.session.timeZone", "UTC")
                .getOrCreate();
    }

    /** Returns the address of a model folder among the resources. */
    static String folder(String name) {
        try {
            return LocalSpark.class.getResource(name).toURI().toString();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
