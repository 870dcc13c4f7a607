package org.djlflows.benchmarks;

import com.amazon.randomcutforest.RandomCutForest;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;

/**
 * Scores rows by Amazon's random cut forest, for {@code anomalies/compare.py}: as many trees of as
 * many rows as scikit-learn's isolation forest has, all rows of training alike, whenever they came.
 */
@Command(
        name = "cut-forest",
        description = "Prints the score of each row, the greater the odder.",
        mixinStandardHelpOptions = true)
public final class CutForest implements Callable<Integer> {

    private static final int TREES = 100;
    private static final int ROWS_OF_TREE = 256;

    @Parameters(
            index = "0",
            paramLabel = "TRAINING",
            description = "CSV of numbers without header.")
    private Path training;

    @Parameters(index = "1", paramLabel = "SCORED", description = "Likewise.")
    private Path scored;

    @Option(names = "--seed", defaultValue = "0", description = "Default: 0.")
    private long seed;

    private CutForest() {}

    /**
     * Runs the command.
     *
     * @param args {@code --help} lists them
     */
    public static void main(String[] args) {
        System.exit(new CommandLine(new CutForest()).execute(args));
    }

    @Override
    public Integer call() throws IOException {
        List<float[]> rows = rows(training);
        RandomCutForest forest =
                RandomCutForest.builder()
                        .dimensions(rows.get(0).length)
                        .numberOfTrees(TREES)
                        .sampleSize(ROWS_OF_TREE)
                        .timeDecay(0)
                        .outputAfter(1)
                        .randomSeed(seed)
                        .build();
        rows.forEach(forest::update);
        rows(scored).forEach(row -> System.out.println(forest.getAnomalyScore(row)));
        return 0;
    }

    private static List<float[]> rows(Path file) throws IOException {
        try (Stream<String> lines = Files.lines(file)) {
            return lines.map(CutForest::row).toList();
        }
    }

    private static float[] row(String line) {
        double[] numbers =
                Arrays.stream(line.split(",")).mapToDouble(Double::parseDouble).toArray();
        float[] row = new float[numbers.length];
        for (int j = 0; j < row.length; j++) {
            row[j] = (float) numbers[j];
        }
        return row;
    }
}
