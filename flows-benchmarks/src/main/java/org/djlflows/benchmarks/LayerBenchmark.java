package org.djlflows.benchmarks;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;

import org.djlflows.Bijection;
import org.djlflows.bijection.ActNorm;
import org.djlflows.bijection.BlockNeuralAutoregressive;
import org.djlflows.bijection.Coupling;
import org.djlflows.bijection.DenseLinear;
import org.djlflows.bijection.Elementwise;
import org.djlflows.bijection.Householder;
import org.djlflows.bijection.LuLinear;
import org.djlflows.bijection.Mask;
import org.djlflows.bijection.MaskedAutoregressive;
import org.djlflows.bijection.Permutation;
import org.djlflows.bijection.Planar;
import org.djlflows.bijection.Radial;
import org.djlflows.bijection.Rotation;
import org.djlflows.bijection.Sylvester;
import org.djlflows.bijection.TriangularLinear;
import org.djlflows.kernel.NoGrad;
import org.djlflows.nn.Mlp;
import org.djlflows.spec.ScaleMap;
import org.djlflows.univariate.Affine;
import org.djlflows.univariate.RationalQuadraticSpline;
import org.djlflows.univariate.Univariate;
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
import java.util.function.Supplier;

/**
 * Times the two directions of each layer, without gradients, through the call that a flow made of
 * parts makes. A new layer is one line in {@link #LAYERS} and its name in {@link #layer}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class LayerBenchmark {

    static final Map<String, Supplier<Bijection>> LAYERS =
            Map.ofEntries(
                    Map.entry("affine-coupling", () -> coupling(new Affine(ScaleMap.SOFT_CLIP))),
                    Map.entry("spline-coupling", () -> coupling(new RationalQuadraticSpline(8, 3))),
                    Map.entry(
                            "elementwise-spline",
                            () -> new Elementwise(new RationalQuadraticSpline(8, 3))),
                    Map.entry(
                            "masked-affine",
                            () -> new MaskedAutoregressive(new Affine(ScaleMap.SOFT_CLIP), 64, 64)),
                    Map.entry(
                            "masked-spline",
                            () ->
                                    new MaskedAutoregressive(
                                            new RationalQuadraticSpline(8, 3), 64, 64)),
                    Map.entry("block-autoregressive", () -> new BlockNeuralAutoregressive(10, 10)),
                    Map.entry("planar", () -> new Planar(Planar.Function.TANH)),
                    Map.entry("radial", Radial::new),
                    Map.entry("sylvester", () -> new Sylvester(5, 5)),
                    Map.entry("lu-linear", LuLinear::new),
                    Map.entry("dense-linear", DenseLinear::new),
                    Map.entry("triangular-linear", TriangularLinear::lower),
                    Map.entry("householder", () -> new Householder(8)),
                    Map.entry("rotation", Rotation::new),
                    Map.entry("act-norm", ActNorm::new),
                    Map.entry("permutation", () -> Permutation.random(1)));

    @Param({
        "affine-coupling",
        "spline-coupling",
        "elementwise-spline",
        "masked-affine",
        "masked-spline",
        "block-autoregressive",
        "planar",
        "radial",
        "sylvester",
        "lu-linear",
        "dense-linear",
        "triangular-linear",
        "householder",
        "rotation",
        "act-norm",
        "permutation"
    })
    private String layer;

    @Param({"6", "43"})
    private int features;

    @Param({"1", "512"})
    private int batch;

    private NDManager manager;
    private Bijection bijection;
    private NDList x;

    private static Bijection coupling(Univariate univariate) {
        return new Coupling(Mask.KEEP_FIRST_HALF, univariate, new Mlp(64, 64));
    }

    /** Makes the layer and its input. */
    @Setup
    public void open() {
        manager = NDManager.newBaseManager(null, "PyTorch");
        Shape shape = new Shape(batch, features);
        bijection = LAYERS.get(layer).get();
        bijection.initialize(manager, DataType.FLOAT32, shape);
        x = new NDList(manager.randomNormal(shape));
    }

    /** Frees both. */
    @TearDown
    public void close() {
        manager.close();
    }

    /** From data to noise. */
    @Benchmark
    public void forward() {
        try (NoGrad noGrad = NoGrad.open()) {
            bijection.forward(new ParameterStore(manager, false), x, false).close();
        }
    }

    /** From noise to data. */
    @Benchmark
    public void inverse() {
        try (NoGrad noGrad = NoGrad.open()) {
            bijection.inverse(new ParameterStore(manager, false), x, false).close();
        }
    }
}
