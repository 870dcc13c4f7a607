package org.djlflows.benchmarks;

import org.djlflows.runtime.Scorer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

import java.util.concurrent.TimeUnit;

/** Times log-densities without PyTorch, of the flows of {@link RuntimeWorkloads}. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 1)
public class ScorerBenchmark {

    @Param({"realnvp", "nsf"})
    private String flow;

    @Param({"6", "43"})
    private int features;

    @Param({"1", "512"})
    private int batch;

    private Scorer scorer;
    private double[][] rows;

    /** Makes the flow and the rows. */
    @Setup
    public void open() {
        scorer = RuntimeWorkloads.scorer(flow, features);
        rows = RuntimeWorkloads.rows(batch, features);
    }

    /**
     * With {@code jdk.incubator.vector}.
     *
     * @return a log-density
     */
    @Benchmark
    @Fork(
            value = 1,
            jvmArgsAppend = {"--add-modules", "jdk.incubator.vector"})
    public double vectors() {
        return logDensity();
    }

    /**
     * In plain Java.
     *
     * @return a log-density
     */
    @Benchmark
    @Fork(1)
    public double plain() {
        return logDensity();
    }

    private double logDensity() {
        return batch == 1 ? scorer.logDensity(rows[0]) : scorer.logDensities(rows)[0];
    }
}
