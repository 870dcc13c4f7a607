package org.djlflows.benchmarks;

import ai.djl.ndarray.NDManager;

import org.djlflows.format.FlowConfig;
import org.djlflows.model.FlowModel;
import org.djlflows.runtime.Scorer;
import org.djlflows.spec.Mixing;
import org.djlflows.spec.Network;
import org.djlflows.spec.Presets;
import org.djlflows.spec.ScalarMap;
import org.djlflows.spec.ScalarMap.Affine;
import org.djlflows.spec.ScalarMap.RationalQuadraticSpline;
import org.djlflows.spec.ScaleMap;
import org.djlflows.spec.SplineConstraint;
import org.djlflows.spec.VectorFlow;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Times the flows of {@link Workloads} in Java alone, from a model folder, and prints the same CSV.
 */
@Command(
        name = "runtime-workloads",
        description = "Times flows without PyTorch.",
        mixinStandardHelpOptions = true)
public final class RuntimeWorkloads implements Runnable {

    private static final Network NETWORK = Network.Mlp.of(Workloads.HIDDEN, Workloads.HIDDEN);
    private static final ScalarMap AFFINE = new Affine(ScaleMap.SOFT_CLIP);
    private static final ScalarMap SPLINE =
            new RationalQuadraticSpline(Workloads.BINS, Workloads.BOUND, SplineConstraint.SOFTPLUS);

    private static final Map<String, VectorFlow> FLOWS =
            Map.of(
                    "realnvp", flow(Presets.realNvp().withMap(AFFINE)),
                    "nsf", flow(Presets.realNvp().withMap(SPLINE)),
                    "maf", flow(Presets.maskedAutoregressiveFlow().withMap(AFFINE)),
                    "nsf-ar", flow(Presets.maskedAutoregressiveFlow().withMap(SPLINE)),
                    "bnaf",
                            Presets.blockNeuralAutoregressiveFlow()
                                    .withTransforms(Workloads.LAYERS)
                                    .withHidden(Workloads.UNITS, Workloads.UNITS));

    @Option(names = "--flows", arity = "1..*", description = "The flows.")
    private List<String> flows = List.of("realnvp", "nsf");

    @Option(names = "--features", arity = "1..*", description = "The numbers of features.")
    private List<Integer> features = List.of(6, 43);

    @Option(names = "--batch", arity = "1..*", description = "The batch sizes.")
    private List<Integer> batches = List.of(1, 512);

    private RuntimeWorkloads() {}

    private static VectorFlow flow(VectorFlow preset) {
        return preset.withNetwork(NETWORK).withTransforms(Workloads.LAYERS).withMixing(Mixing.NONE);
    }

    /**
     * Runs the benchmark.
     *
     * @param args {@code --help} lists them
     */
    public static void main(String[] args) {
        System.exit(new CommandLine(new RuntimeWorkloads()).execute(args));
    }

    @Override
    public void run() {
        for (String name : flows) {
            for (int size : features) {
                Scorer scorer = scorer(name, size);
                for (int batch : batches) {
                    time(scorer, name, size, batch);
                }
            }
        }
    }

    /** Returns a flow with fresh weights, as a model folder has it. */
    static Scorer scorer(String name, int features) {
        VectorFlow flow = FLOWS.get(name);
        List<String> columns = IntStream.range(0, features).mapToObj(i -> "x" + i).toList();
        double[] ones = new double[features];
        Arrays.fill(ones, 1);
        try (NDManager manager = NDManager.newBaseManager(null, "PyTorch")) {
            Path folder = Files.createTempDirectory("flows-runtime").resolve("model");
            FlowModel.create(
                            new FlowConfig(flow, columns, List.of()),
                            new double[features],
                            ones,
                            manager)
                    .save(folder, report -> {});
            return Scorer.load(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns rows of standard normal noise. */
    static double[][] rows(int n, int features) {
        Random random = new Random(1);
        double[][] rows = new double[n][features];
        for (double[] row : rows) {
            Arrays.setAll(row, j -> random.nextGaussian());
        }
        return rows;
    }

    private static void time(Scorer scorer, String name, int features, int batch) {
        double[][] rows = rows(batch, features);
        String row = "runtime," + name + "," + features + "," + batch;
        Runnable logProb =
                batch == 1 ? () -> scorer.logDensity(rows[0]) : () -> scorer.logDensities(rows);
        Workloads.print(row, "logprob", Workloads.medianMillis(logProb));
        Workloads.print(row, "sample", Workloads.medianMillis(() -> scorer.sample(batch, 1)));
    }
}
