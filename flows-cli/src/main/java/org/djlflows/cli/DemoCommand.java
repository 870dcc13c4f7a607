package org.djlflows.cli;

import org.djlflows.data.Split;
import org.djlflows.data.Toys;
import org.djlflows.format.FlowConfig;
import org.djlflows.model.SplitTable;
import org.djlflows.spec.VectorFlow;
import org.djlflows.training.MaximumLikelihood;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;

/** {@code flows demo}: trains on a toy density and draws what came out, without any input. */
@Command(
        name = "demo",
        description = "Trains a flow on a built-in data set and draws pictures.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class DemoCommand implements Callable<Integer> {

    private static final int ROWS = 10_000;

    /** The built-in data sets. */
    enum Data {
        TWO_MOONS,
        CIRCLES,
        RINGS,
        EIGHT_GAUSSIANS,
        PINWHEEL,
        CHECKERBOARD,
        TWO_SPIRALS;

        float[] draw(int rows, long seed) {
            return switch (this) {
                case TWO_MOONS -> Toys.twoMoons(rows, seed);
                case CIRCLES -> Toys.circles(rows, seed);
                case RINGS -> Toys.rings(rows, seed);
                case EIGHT_GAUSSIANS -> Toys.eightGaussians(rows, seed);
                case PINWHEEL -> Toys.pinwheel(rows, seed);
                case CHECKERBOARD -> Toys.checkerboard(rows, seed);
                case TWO_SPIRALS -> Toys.twoSpirals(rows, seed);
            };
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    @Option(
            names = "--data",
            paramLabel = "NAME",
            defaultValue = "two-moons",
            description = "One of ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private Data data;

    @Mixin
    private final FlowOptions<VectorFlow> options = new FlowOptions<>(VectorFlow.class, "nsf");

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "The model folder (default: runs/ and the name of the data).")
    private Path out;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "0",
            description = "The seed of data, weights and data order (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Override
    public Integer call() throws IOException {
        float[] points = data.draw(ROWS, seed);
        double[][] rows = new double[ROWS][];
        Arrays.setAll(rows, i -> new double[] {points[2 * i], points[2 * i + 1]});
        Path folder = out == null ? Path.of("runs", data.toString()) : out;
        SplitTable table =
                new SplitTable(rows, List.of("x", "y"), List.of(), Split.random(ROWS, seed));
        MaximumLikelihood.Builder settings =
                MaximumLikelihood.builder()
                        .optEpochs(30)
                        .optLearningRate(options.usual().training().learningRate())
                        .optSeed(seed);
        FlowConfig config = table.config(TrainCommand.flow(options, true));
        new Run(options.name(), config, TrainingRows.of(table, config), folder, settings, false)
                .train(seed);
        return 0;
    }
}
