package org.djlflows.examples.cli;

import org.djlflows.data.Split;
import org.djlflows.data.Toys;
import org.djlflows.model.FlowConfig;
import org.djlflows.model.NeuralSplineFlow;
import org.djlflows.training.MaximumLikelihood;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

/** {@code flows demo}: trains on two moons and draws what came out, without any input. */
@Command(
        name = "demo",
        description = "Trains a spline flow on a built-in data set, two moons, and draws pictures.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class DemoCommand implements Callable<Integer> {

    private static final int ROWS = 10_000;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            defaultValue = "runs/two-moons",
            description = "The model folder (default: ${DEFAULT-VALUE}).")
    private Path out;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "0",
            description = "The seed of data, weights and data order (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Override
    public Integer call() throws IOException {
        FlowConfig config =
                new FlowConfig(
                        NeuralSplineFlow.builder().setFeatures(2).optTransforms(6).build(),
                        List.of("x", "y"),
                        List.of(),
                        Map.of());
        float[] points = Toys.twoMoons(ROWS, seed);
        Split split = Split.random(ROWS, seed);
        MaximumLikelihood.Builder settings =
                MaximumLikelihood.builder().optEpochs(30).optSeed(seed);
        new Run(config, out, settings, false).train(points, new float[0], split, seed);
        return 0;
    }
}
