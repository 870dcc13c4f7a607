package org.djlflows.cli;

import ai.djl.ndarray.NDManager;

import de.siegmar.fastcsv.writer.CsvWriter;

import org.djlflows.format.FlowConfig;
import org.djlflows.io.CsvTable;
import org.djlflows.model.FlowModel;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.concurrent.Callable;
import java.util.function.Consumer;

/** {@code flows score}: the log-density of each row of a table, in bounded memory. */
@Command(
        name = "score",
        description = {
            "Says how usual each row of a table is, as CSV in the order of the rows:",
            "row: its number, from 1.",
            "log_density: in nats, in the units of the data; 2.3 less is ten times as rare.",
            "percentile: the percentage of the rows left aside in training that are as rare or rarer.",
            "The rows with percentiles near 0 are the anomalies."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class ScoreCommand implements Callable<Integer> {

    private static final int CHUNK = 8192;

    @Parameters(index = "0", paramLabel = "DIR", description = "The model folder.")
    private Path folder;

    @Parameters(
            index = "1",
            paramLabel = "DATA.csv",
            description = "The table; columns that the model does not know are ignored.")
    private Path data;

    @Option(
            names = "--lowest",
            paramLabel = "N",
            description = "Only the N rarest rows, the rarest first.")
    private Optional<Integer> lowest = Optional.empty();

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "The file to write (default: standard output).")
    private Optional<Path> out = Optional.empty();

    /** A row by its number, from 1. */
    private record Score(long row, double logDensity) {}

    @Override
    public Integer call() throws IOException {
        int fewest = lowest.orElse(1);
        WrongArguments.require(fewest >= 1, "--lowest: expected 1 or more", fewest);
        try (NDManager manager = NDManager.newBaseManager(null, "PyTorch")) {
            FlowModel model = FlowModel.load(folder, manager);
            ImagesCommand.requireTable(folder, model);
            CsvSink.write(
                    out,
                    List.of("row", "log_density", "percentile"),
                    writer -> write(model, writer));
        }
        return 0;
    }

    private void write(FlowModel model, CsvWriter writer) {
        FlowConfig config = model.config();
        if (lowest.isEmpty()) {
            score(model, score -> write(config, score, writer));
            return;
        }
        Comparator<Score> order = Comparator.comparingDouble(Score::logDensity);
        PriorityQueue<Score> rarest = new PriorityQueue<>(order.reversed());
        score(
                model,
                score -> {
                    rarest.add(score);
                    if (rarest.size() > lowest.get()) {
                        rarest.remove();
                    }
                });
        rarest.stream().sorted(order).forEach(score -> write(config, score, writer));
    }

    /** The percentile is empty for a model that does not know the log-densities of its data. */
    private static void write(FlowConfig config, Score score, CsvWriter writer) {
        String percentile =
                config.calibration().isEmpty()
                        ? ""
                        : String.format(
                                Locale.ROOT,
                                "%.3f",
                                config.percentile(score.logDensity()).orElseThrow());
        writer.writeRecord(
                Long.toString(score.row()), Float.toString((float) score.logDensity()), percentile);
    }

    private void score(FlowModel model, Consumer<Score> action) {
        FlowConfig config = model.config();
        List<String> columns = new ArrayList<>(config.columns());
        columns.addAll(config.contextColumns());
        long[] row = {0};
        CsvTable.forEachChunk(
                data,
                columns,
                CHUNK,
                chunk -> {
                    for (double logDensity : model.score(chunk)) {
                        action.accept(new Score(++row[0], logDensity));
                    }
                });
    }
}
