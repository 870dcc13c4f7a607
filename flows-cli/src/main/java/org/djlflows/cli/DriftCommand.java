package org.djlflows.cli;

import ai.djl.ndarray.NDManager;

import de.siegmar.fastcsv.writer.CsvWriter;

import org.djlflows.anomaly.Drift;
import org.djlflows.console.Console;
import org.djlflows.format.FlowConfig;
import org.djlflows.io.TableFile;
import org.djlflows.model.DriftDetector;
import org.djlflows.model.FlowModel;
import org.djlflows.plot.DriftPicture;
import org.djlflows.plot.Picture;
import org.djlflows.spec.Column;
import org.djlflows.spec.TableFlow;
import org.djlflows.table.BadCell;
import org.djlflows.table.Table;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** {@code flows drift}: whether new rows are distributed as those that a model was made of. */
@Command(
        name = "drift",
        description = {
            "Tells whether new rows are distributed as those of training, as CSV: first the anomaly"
                    + " scores, then each column, the least p-value first.",
            "statistic: how far apart rows are before and after, of numbers the Kolmogorov-Smirnov"
                    + " distance from 0 to 1, of levels chi-squared.",
            "p_value_corrected: for the number of comparisons; where nothing has drifted, the"
                    + " probability that any is 0.05 or less is 0.05 at most.",
            "drifted: whether it is at most the level.",
            "before, after: the median, or the share of the level that changed most, and of missing"
                    + " cells.",
            "Scores and levels are compared with the rows left aside in training, numbers with rows"
                    + " of training too, up to 10,000; of a longer table as many rows at random"
                    + " are."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class DriftCommand implements Callable<Integer> {

    private static final int CHUNK = 8192;

    private static final List<String> HEADER =
            List.of(
                    "column",
                    "test",
                    "statistic",
                    "p_value",
                    "p_value_corrected",
                    "drifted",
                    "before",
                    "after");

    @Parameters(index = "0", paramLabel = "DIR", description = "The model folder.")
    private Path folder;

    @Parameters(
            index = "1",
            paramLabel = "DATA",
            description = "The new rows, of any format that train reads, with all columns.")
    private String data;

    @Mixin private ReadingOptions reading;

    @Option(
            names = "--level",
            paramLabel = "RATE",
            defaultValue = "0.05",
            description =
                    "The probability to find drift where there is none (default:"
                            + " ${DEFAULT-VALUE}).")
    private double level;

    @Option(
            names = "--strict",
            description = "End with the status 1 where anything has drifted (default: 0).")
    private boolean strict;

    @Option(
            names = "--picture",
            paramLabel = "FILE",
            description = "Draw what drifted most before and after, as .png or .svg.")
    private Optional<Path> picture = Optional.empty();

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "0",
            description = "Which rows of a long table take part (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Mixin private OutOption out;

    private final List<BadCell> bad = new ArrayList<>();

    @Override
    public Integer call() throws IOException {
        WrongArguments.require(
                level > 0 && level < 1, "--level: expected a rate between 0 and 1", level);
        if (picture.isPresent()) {
            Picture.requireWritable(picture.get());
        }
        try (NDManager manager = NDManager.newBaseManager(null, "PyTorch");
                TableFile file = reading.openAndSay(data)) {
            FlowModel model = FlowModel.load(folder, manager);
            ImagesCommand.requireTable(folder, model);
            DriftDetector detector = new DriftDetector(model);
            read(file, detector);
            if (detector.rows() == 0) {
                throw new IllegalArgumentException(
                        data + ": expected rows that can be compared, got none");
            }
            Drift drift = detector.drift();
            out.write(HEADER, writer -> write(detector, drift, writer));
            if (picture.isPresent()) {
                DriftPicture.of(detector, drift).save(picture.get());
            }
            say(file, detector, drift);
            return strict && drift.isDrifted(level) ? 1 : 0;
        }
    }

    private void read(TableFile file, DriftDetector detector) {
        FlowConfig config = detector.model().config();
        Map<String, Column> kinds = config.preparation().kinds();
        List<String> columns = new ArrayList<>(config.columns());
        columns.addAll(config.contextColumns());
        NumberCells.require(file, columns);
        NumberCells cells = new NumberCells(reading.options());
        Random random = new Random(seed);
        long[] left = {file.rows()};
        int[] wanted = {(int) Math.min(DriftDetector.MOST_ROWS, file.rows())};
        file.forEachChunk(
                columns,
                CHUNK,
                chunk -> {
                    // So each choice of so many rows is as probable as any other.
                    int[] chosen =
                            IntStream.range(0, chunk.rows())
                                    .filter(i -> random.nextDouble() * left[0]-- < wanted[0])
                                    .peek(i -> wanted[0]--)
                                    .toArray();
                    Table rows = chunk.take(chosen);
                    if (config.flow() instanceof TableFlow) {
                        detector.add(cells.withPoints(rows, kinds), bad::add);
                    } else {
                        detector.add(whole(cells, rows.select(columns)));
                    }
                });
    }

    /** Rows of numbers without those that have a cell that is none. */
    private double[][] whole(NumberCells cells, Table rows) {
        Set<Integer> without = new HashSet<>();
        double[][] numbers =
                cells.rows(
                        rows,
                        cell -> {
                            bad.add(cell);
                            without.add(cell.row());
                        });
        return IntStream.range(0, numbers.length)
                .filter(i -> !without.contains(i))
                .mapToObj(i -> numbers[i])
                .toArray(double[][]::new);
    }

    private void write(DriftDetector detector, Drift drift, CsvWriter writer) {
        DriftSummary summary = new DriftSummary(detector);
        Stream.concat(Stream.of(drift.scores()), drift.columns().stream())
                .forEach(
                        test -> {
                            List<String> beside = summary.of(test);
                            writer.writeRecord(
                                    test.name(),
                                    test.method()
                                            .toString()
                                            .toLowerCase(Locale.ROOT)
                                            .replace('_', '-'),
                                    String.format(Locale.ROOT, "%.4f", test.statistic()),
                                    String.format(Locale.ROOT, "%.3g", test.pValue()),
                                    String.format(Locale.ROOT, "%.3g", test.corrected()),
                                    Boolean.toString(test.isDrifted(level)),
                                    beside.get(0),
                                    beside.get(1));
                        });
    }

    private void say(TableFile file, DriftDetector detector, Drift drift) {
        if (!bad.isEmpty()) {
            say(
                    String.format(
                            Locale.ROOT,
                            "%,d cells cannot be in their columns, such as one of column %s: %s; %s",
                            bad.size(),
                            bad.get(0).column(),
                            bad.get(0).what(),
                            detector.model().config().flow() instanceof TableFlow
                                    ? "they count as missing"
                                    : "their rows are left out"));
        }
        long drifted = drift.columns().stream().filter(test -> test.isDrifted(level)).count();
        say(
                String.format(
                        Locale.ROOT,
                        "%s: %,d of %,d rows, %s at level %s: %s, %,d of %,d columns",
                        data,
                        detector.rows(),
                        file.rows(),
                        drift.isDrifted(level) ? "drift" : "no drift",
                        level,
                        drift.scores().isDrifted(level)
                                ? "the anomaly scores"
                                : "not the anomaly scores",
                        drifted,
                        drift.columns().size()));
    }

    private static void say(String line) {
        System.err.println(Console.printable(line));
    }
}
