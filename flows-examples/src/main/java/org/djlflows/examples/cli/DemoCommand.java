package org.djlflows.examples.cli;

import org.djlflows.data.Split;
import org.djlflows.data.Toys;
import org.djlflows.model.FlowConfig;
import org.djlflows.model.NeuralSplineFlow;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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

    @Mixin private TrainingOptions training;

    @Override
    public Integer call() throws IOException {
        FlowConfig config =
                new FlowConfig(
                        NeuralSplineFlow.builder()
                                .setFeatures(2)
                                .optTransforms(6)
                                .optSeed(training.seed())
                                .build(),
                        List.of("x", "y"),
                        List.of(),
                        Map.of());
        float[] points = Toys.twoMoons(ROWS, training.seed());
        Split split = Split.random(ROWS, training.seed());
        new Run(config, out, training).train(points, new float[0], split);
        return 0;
    }
}
