package org.djlflows.serve;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.ExecutorServiceMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;

import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Semaphore;
import java.util.stream.LongStream;

/**
 * What the server did, in the format of Prometheus. Labels are few: names that clients make up are
 * not kept.
 */
final class Metrics {

    private static final Duration[] BUCKETS =
            LongStream.of(1, 3, 10, 30, 100, 300, 1000, 3000, 10_000, 30_000, 100_000)
                    .mapToObj(Duration::ofMillis)
                    .toArray(Duration[]::new);

    private final PrometheusMeterRegistry registry =
            new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    /** Measures the queue, the workers and the memory of requests too. */
    void watch(ExecutorService workers, Semaphore memory) {
        new ExecutorServiceMetrics(workers, "predictions", Tags.empty()).bindTo(registry);
        int all = memory.availablePermits();
        Gauge.builder("flows.requests.held", memory, free -> all - free.availablePermits())
                .description("What contents and answers take")
                .baseUnit("bytes")
                .register(registry);
    }

    /** Counts a request, whose answer is ready after so many nanoseconds. */
    void answered(String endpoint, String model, int status, long nanoseconds) {
        Timer.builder("http.server.requests")
                .description("Requests, from their headers until their answer")
                .tags("endpoint", endpoint, "model", model, "status", Integer.toString(status))
                .serviceLevelObjectives(BUCKETS)
                .register(registry)
                .record(Duration.ofNanos(nanoseconds));
    }

    /** Counts rows or images that got their log-density. */
    void scored(String model, int rows) {
        Counter.builder("flows.rows.scored")
                .description("Rows and images that got their log-density")
                .tag("model", model)
                .register(registry)
                .increment(rows);
    }

    String scrape() {
        return registry.scrape();
    }
}
