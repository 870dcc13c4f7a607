package org.djlflows.benchmarks;

import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

import org.djlflows.Bijection;
import org.djlflows.NormalizingFlow;
import org.djlflows.SequentialBijection;
import org.djlflows.bijection.Coupling;
import org.djlflows.bijection.Mask;
import org.djlflows.bijection.MaskedAutoregressive;
import org.djlflows.bijection.Reshape;
import org.djlflows.distribution.StandardNormal;
import org.djlflows.format.FlowConfig;
import org.djlflows.model.FlowModel;
import org.djlflows.model.Flows;
import org.djlflows.nn.Mlp;
import org.djlflows.spec.Activation;
import org.djlflows.spec.ImageShape;
import org.djlflows.spec.Mixing;
import org.djlflows.spec.Network;
import org.djlflows.spec.PolynomialBasis;
import org.djlflows.spec.Presets;
import org.djlflows.spec.ScaleMap;
import org.djlflows.spec.TarFlow;
import org.djlflows.spec.Trace;
import org.djlflows.spec.VectorFlow;
import org.djlflows.training.FusedAdam;
import org.djlflows.training.TrainingStep;
import org.djlflows.univariate.Affine;
import org.djlflows.univariate.RationalQuadraticSpline;
import org.djlflows.univariate.Univariate;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Times flows as {@code peers.py} times those of other libraries, and prints the same CSV: library,
 * flow, features, batch, operation, milliseconds; or, for memory, the MB by which the process grows
 * in its first training steps, and before that in its first samples.
 *
 * <p>A new flow is one line in {@link #FLOWS} and one in {@code peers.py}.
 */
@Command(name = "workloads", description = "Times flows.", mixinStandardHelpOptions = true)
public final class Workloads implements Runnable {

    static final int LAYERS = 5;
    static final int HIDDEN = 64;
    static final int BINS = 8;

    /** The units of BNAF in each hidden layer, for each feature. */
    static final int UNITS = 10;

    static final double BOUND = 3;

    private static final int ROUNDS = 5;

    /** The JVM compiles for seconds, on the same core. */
    private static final double WARM_UP_SECONDS = 5;

    private static final double SECONDS = 1;

    private static final Map<String, Supplier<NormalizingFlow>> FLOWS =
            Map.ofEntries(
                    Map.entry("realnvp", () -> couplings(() -> new Affine(ScaleMap.SOFT_CLIP))),
                    Map.entry(
                            "nsf", () -> couplings(() -> new RationalQuadraticSpline(BINS, BOUND))),
                    Map.entry("maf", () -> autoregressive(() -> new Affine(ScaleMap.SOFT_CLIP))),
                    Map.entry(
                            "nsf-ar",
                            () -> autoregressive(() -> new RationalQuadraticSpline(BINS, BOUND))),
                    Map.entry("naf", () -> preset(Presets.neuralAutoregressiveFlow())),
                    Map.entry(
                            "unaf", () -> preset(Presets.unconstrainedNeuralAutoregressiveFlow())),
                    Map.entry(
                            "sospf",
                            () ->
                                    preset(
                                            Presets.sumOfSquaresFlow()
                                                    .with("degree", 4)
                                                    .with("basis", PolynomialBasis.POWERS))),
                    Map.entry("bpf", () -> preset(Presets.bernsteinFlow().with("degree", 16))),
                    Map.entry("analytic", () -> preset(Presets.analyticFlow())),
                    Map.entry(
                            "gf", () -> made(Presets.gaussianizationFlow().withTransforms(LAYERS))),
                    Map.entry("ffjord", () -> made(Presets.continuousFlow())),
                    Map.entry("bnaf", Workloads::blocks),
                    Map.entry("residual", () -> residual(Trace.EXACT)),
                    Map.entry("residual-estimated", () -> residual(Trace.HUTCHINSON)),
                    Map.entry("tarflow", Workloads::tarFlow));

    @Option(names = "--flows", arity = "1..*", description = "The flows.")
    private List<String> flows = List.of("realnvp", "nsf");

    @Option(names = "--features", arity = "1..*", description = "The numbers of features.")
    private List<Integer> features = List.of(6, 43);

    @Option(names = "--batch", arity = "1..*", description = "The batch sizes.")
    private List<Integer> batches = List.of(1, 512);

    private Workloads() {}

    private static NormalizingFlow couplings(Supplier<Univariate> univariate) {
        return flow(
                i -> {
                    Mask mask = i % 2 == 0 ? Mask.KEEP_FIRST_HALF : Mask.KEEP_SECOND_HALF;
                    return new Coupling(mask, univariate.get(), new Mlp(HIDDEN, HIDDEN));
                });
    }

    private static NormalizingFlow autoregressive(Supplier<Univariate> univariate) {
        return flow(i -> new MaskedAutoregressive(univariate.get(), HIDDEN, HIDDEN));
    }

    /** With networks as the others, and nothing between its layers. */
    private static NormalizingFlow preset(VectorFlow flow) {
        Network network = new Network.Mlp(List.of(HIDDEN, HIDDEN), Activation.RELU);
        return made(flow.withTransforms(LAYERS).withNetwork(network).withMixing(Mixing.NONE));
    }

    private static NormalizingFlow made(VectorFlow flow) {
        return Flows.of(flow, 1, 0);
    }

    private static NormalizingFlow blocks() {
        return made(
                Presets.blockNeuralAutoregressiveFlow()
                        .withTransforms(LAYERS)
                        .withHidden(UNITS, UNITS));
    }

    private static NormalizingFlow residual(Trace trace) {
        return preset(Presets.residualFlow().with("trace", trace));
    }

    private static NormalizingFlow tarFlow() {
        TarFlow tarFlow = new TarFlow(4, 128, 4, 4, 0, false, 0.1, false);
        FlowConfig config = new FlowConfig(tarFlow, new ImageShape(1, 28, 28), List.of());
        Shape event = FlowModel.event(config);
        return new NormalizingFlow(new Reshape(new Shape(event.size()), event), Flows.of(config));
    }

    private static NormalizingFlow flow(IntFunction<Bijection> layer) {
        List<Bijection> layers = IntStream.range(0, LAYERS).mapToObj(layer).toList();
        return new NormalizingFlow(new SequentialBijection(layers), new StandardNormal());
    }

    /**
     * Runs the benchmark.
     *
     * @param args {@code --help} lists them
     */
    public static void main(String[] args) {
        System.exit(new CommandLine(new Workloads()).execute(args));
    }

    @Override
    public void run() {
        for (String flow : flows) {
            for (int size : features) {
                for (int batch : batches) {
                    time(flow, size, batch);
                }
            }
        }
    }

    private static void time(String name, int features, int batch) {
        try (Model model = Model.newInstance(name, "PyTorch");
                NDManager manager = NDManager.newBaseManager(null, "PyTorch");
                FusedAdam adam = FusedAdam.builder().build()) {
            Shape shape = new Shape(batch, features);
            NormalizingFlow flow = FLOWS.get(name).get();
            flow.initialize(model.getNDManager(), DataType.FLOAT32, shape);
            model.setBlock(flow);
            NDArray x = manager.randomNormal(shape);
            flow.getParameters()
                    .values()
                    .forEach(parameter -> parameter.getArray().setRequiresGradient(true));
            TrainingStep step = TrainingStep.of(flow, adam, Double.POSITIVE_INFINITY).orElseThrow();
            String row = "djl-flows," + name + "," + features + "," + batch;
            Runnable train = () -> step.take(new NDList(x));
            Runnable sample = () -> flow.sample(manager, batch).close();
            print(row, "sample-memory", growth(sample));
            print(row, "memory", growth(train));
            print(row, "train", medianMillis(train));
            print(row, "logprob", medianMillis(() -> flow.logProb(x).close()));
            print(row, "sample", medianMillis(sample));
        }
    }

    static void print(String row, String operation, double figure) {
        System.out.printf(Locale.ROOT, "%s,%s,%.4f%n", row, operation, figure);
    }

    /** Returns by how many MB the process grows in some calls. */
    private static double growth(Runnable call) {
        try {
            // Forgets the peak of the start.
            Files.writeString(Path.of("/proc/self/clear_refs"), "5");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        double before = megabytes("VmRSS");
        for (int i = 0; i < 5; i++) {
            call.run();
        }
        return megabytes("VmHWM") - before;
    }

    /** Reads a size of this process, as Linux reports it. */
    static double megabytes(String field) {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
            String line = lines.filter(l -> l.startsWith(field)).findFirst().orElseThrow();
            return Long.parseLong(line.replaceAll("\\D+", "")) / 1024.0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the median of some rounds after a warm-up. */
    static double medianMillis(Runnable call) {
        repeat(call, WARM_UP_SECONDS);
        int perRound = Math.max(1, repeat(call, SECONDS) / ROUNDS);
        double[] millis = new double[ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
            long start = System.nanoTime();
            for (int i = 0; i < perRound; i++) {
                call.run();
            }
            millis[round] = (System.nanoTime() - start) / 1e6 / perRound;
        }
        Arrays.sort(millis);
        return millis[ROUNDS / 2];
    }

    private static int repeat(Runnable call, double seconds) {
        long begin = System.nanoTime();
        int calls = 0;
        while (System.nanoTime() - begin < seconds * 1e9) {
            call.run();
            calls++;
        }
        return calls;
    }
}
