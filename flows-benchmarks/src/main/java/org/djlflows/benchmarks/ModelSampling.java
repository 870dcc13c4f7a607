package org.djlflows.benchmarks;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;

import org.djlflows.NormalizingFlow;
import org.djlflows.data.ClassWeights;
import org.djlflows.model.FlowModel;
import org.djlflows.sampling.Inversion;
import org.djlflows.sampling.Sampler;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;

/**
 * Times the ways to sample a trained model, in turn, and says how far each is from the sequential
 * samples of the same noise.
 */
@Command(
        name = "sampling",
        description = "Times sequential and parallel sampling of a model folder.",
        mixinStandardHelpOptions = true)
public final class ModelSampling implements Callable<Integer> {

    private static final int ROUNDS = 11;

    @Parameters(paramLabel = "DIR", description = "The model folder.")
    private Path folder;

    @Option(names = "-n", defaultValue = "16", description = "Samples at once.")
    private int rows;

    @Option(names = "--tolerance", defaultValue = "1e-3", description = "Where to stop.")
    private double tolerance;

    @Option(names = "--segments", arity = "1..*", description = "Segments of Gauss-Seidel.")
    private int[] segments = {1, 2, 4, 7};

    private ModelSampling() {}

    /**
     * Runs the command.
     *
     * @param args {@code --help} lists them
     */
    public static void main(String[] args) {
        System.exit(new CommandLine(new ModelSampling()).execute(args));
    }

    @Override
    public Integer call() throws IOException {
        Map<String, Sampler> ways = new LinkedHashMap<>();
        ways.put("sequential", Sampler.sequential());
        for (int n : segments) {
            ways.put(n + " segments", Sampler.gaussSeidelJacobi(n, tolerance));
        }
        try (NDManager manager = NDManager.newBaseManager(null, "PyTorch")) {
            FlowModel model = FlowModel.load(folder, manager);
            Map<String, double[]> millis = new LinkedHashMap<>();
            for (int round = 0; round < ROUNDS; round++) {
                for (Map.Entry<String, Sampler> way : ways.entrySet()) {
                    long start = System.nanoTime();
                    sample(way.getValue(), model, manager).output().close();
                    double[] times = millis.computeIfAbsent(way.getKey(), k -> new double[ROUNDS]);
                    times[round] = (System.nanoTime() - start) / 1e6;
                }
            }
            Inversion exact = sample(ways.get("sequential"), model, manager);
            double[] base = millis.get("sequential");
            Arrays.sort(base);
            for (Map.Entry<String, Sampler> way : ways.entrySet()) {
                double[] times = millis.get(way.getKey());
                Arrays.sort(times);
                Inversion found = sample(way.getValue(), model, manager);
                double away = found.x().sub(exact.x()).abs().max().toFloatArray()[0];
                System.out.printf(
                        Locale.ROOT,
                        "%s: %.1f ms, %.2f times as fast, residual %.1e, from sequential %.1e,"
                                + " steps %s, fallbacks %s%n",
                        way.getKey(),
                        times[ROUNDS / 2],
                        base[ROUNDS / 2] / times[ROUNDS / 2],
                        found.residual(),
                        away,
                        found.layers().stream().map(Inversion.Layer::iterations).toList(),
                        found.layers().stream().mapToLong(Inversion.Layer::fallbacks).sum());
            }
        }
        return 0;
    }

    /** Draws from the same noise each time. */
    private Inversion sample(Sampler sampler, FlowModel model, NDManager manager) {
        Engine.getEngine("PyTorch").setRandomSeed(1);
        NormalizingFlow flow = model.flow();
        int classes = model.config().context();
        return classes == 0
                ? sampler.sample(flow, manager, rows)
                : sampler.sample(flow, ClassWeights.inTurn(manager, classes, rows));
    }
}
