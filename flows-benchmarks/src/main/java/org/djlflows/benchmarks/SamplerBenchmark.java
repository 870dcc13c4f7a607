package org.djlflows.benchmarks;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;

import org.djlflows.Bijection;
import org.djlflows.sampling.Inversion;
import org.djlflows.sampling.Sampler;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Times the ways to invert autoregressive layers, at random parameters, and counts their steps. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class SamplerBenchmark {

    private static final double TOLERANCE = 1e-4;

    private static final Map<String, Sampler> WAYS =
            Map.of(
                    "sequential", Sampler.sequential(),
                    "jacobi", Sampler.jacobi(TOLERANCE),
                    "gauss-seidel-jacobi", Sampler.gaussSeidelJacobi(4, TOLERANCE));

    @Param({"masked-affine", "masked-spline", "block-autoregressive"})
    private String layer;

    @Param({"sequential", "jacobi", "gauss-seidel-jacobi"})
    private String way;

    @Param("43")
    private int features;

    @Param({"16", "512"})
    private int batch;

    private NDManager manager;
    private Bijection bijection;
    private NDArray z;

    /** Makes the layer and its noise. */
    @Setup
    public void open() {
        manager = NDManager.newBaseManager(null, "PyTorch");
        manager.getEngine().setRandomSeed(1);
        Shape shape = new Shape(batch, features);
        bijection = LayerBenchmark.LAYERS.get(layer).get();
        bijection.initialize(manager, DataType.FLOAT32, shape);
        bijection.getParameters().values().forEach(this::addNoise);
        z = manager.randomNormal(shape);
    }

    /** A fresh layer is the identity, which takes one step. */
    private void addNoise(Parameter parameter) {
        Shape shape = parameter.getArray().getShape();
        if (parameter.getType() == Parameter.Type.OTHER) {
            float size = shape.dimension() == 2 ? (float) Math.sqrt(0.2 / shape.get(1)) : 0.4f;
            parameter.getArray().addi(manager.randomNormal(0, size, shape, DataType.FLOAT32));
        }
    }

    /** Says what the times belong to, and frees all. */
    @TearDown
    public void close() {
        Inversion inversion = WAYS.get(way).invert(bijection, z);
        System.out.printf("%s, residual %.1e%n", inversion.layers(), inversion.residual());
        manager.close();
    }

    /** From noise to data. */
    @Benchmark
    public void invert() {
        WAYS.get(way).invert(bijection, z).output().close();
    }
}
