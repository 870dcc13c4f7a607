package org.djlflows.serve;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.ExecutorServiceMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;

import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
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

    /** Of usual rows 1 in 100 is so odd. */
    private static final double ODD = 0.01;

    /** Of the models that know p-values, by name. */
    private final Map<String, DriftWindow> windows = new HashMap<>();

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

    /** Measures how far the last rows of a model are from what it was made of, if it knows that. */
    void watch(ServedModel model) {
        if (model.conformal().isEmpty()) {
            return;
        }
        DriftWindow window = new DriftWindow(model.conformal().get());
        windows.put(model.name(), window);
        Gauge.builder("flows.drift.p.value", window, rows -> rows.test().pValue())
                .description(
                        "How probable the scores of the last 2,000 rows are among rows like those of"
                                + " training")
                .tag("model", model.name())
                .register(registry);
        Gauge.builder("flows.drift.distance", window, rows -> rows.test().statistic())
                .description(
                        "The Kolmogorov-Smirnov distance of the scores of the last 2,000 rows from"
                                + " those of calibration rows, 0 to 1")
                .tag("model", model.name())
                .register(registry);
        odd(model.name());
    }

    private Counter odd(String model) {
        return Counter.builder("flows.anomalies")
                .description("Rows with a p-value of 0.01 or less, of usual rows 1 in 100")
                .tag("model", model)
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

    /** Counts the rows or images of an answer that got their log-density. */
    void scored(String model, int rows, byte[] answer) {
        Counter.builder("flows.rows.scored")
                .description("Rows and images that got their log-density")
                .tag("model", model)
                .register(registry)
                .increment(rows);
        DriftWindow window = windows.get(model);
        if (window != null && rows > 0) {
            double[] pValues = DriftWindow.pValues(answer);
            window.add(pValues);
            long count = Arrays.stream(pValues).filter(p -> p <= ODD).count();
            odd(model).increment((double) count);
        }
    }

    String scrape() {
        return registry.scrape();
    }
}
