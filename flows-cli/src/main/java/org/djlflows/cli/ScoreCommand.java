package org.djlflows.cli;

import ai.djl.ndarray.NDManager;

import de.siegmar.fastcsv.writer.CsvWriter;

import org.djlflows.console.Console;
import org.djlflows.files.Excerpt;
import org.djlflows.format.FlowConfig;
import org.djlflows.io.TableFile;
import org.djlflows.model.FlowModel;
import org.djlflows.spec.Column;
import org.djlflows.table.BadCell;
import org.djlflows.table.CellTexts;
import org.djlflows.table.UnseenValues;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.PriorityQueue;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.function.Consumer;

/** {@code flows score}: the log-density of each row of a table, in bounded memory. */
@Command(
        name = "score",
        description = {
            "Says how usual each row of a table is, as CSV in the order of the rows:",
            "row: its number, from 1.",
            "log_density: in nats, in the units of the data; 2.3 less is ten times as rare.",
            "percentile: the percentage of the rows left aside in training that are as rare or rarer:"
                    + " 0 = rarest, 100 = most usual."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class ScoreCommand implements Callable<Integer> {

    private static final int CHUNK = 8192;

    @Parameters(index = "0", paramLabel = "DIR", description = "The model folder.")
    private Path folder;

    @Parameters(
            index = "1",
            paramLabel = "DATA",
            description =
                    "The table, of any format that train reads; columns that the model does not know"
                            + " are ignored.")
    private String data;

    @Mixin private ReadingOptions reading;

    @Mixin private KeepOption keep;

    @Option(
            names = "--strict",
            description =
                    "Stop at a cell that cannot be scored (default: leave the score empty and say"
                            + " why).")
    private boolean strict;

    @Option(
            names = "--lowest",
            paramLabel = "N",
            description = "Only the N rarest rows, the rarest first.")
    private Optional<Integer> lowest = Optional.empty();

    @Mixin private OutOption out;

    /** A row by its number, without a log-density where a cell cannot be scored. */
    private record Score(long row, List<String> begun, OptionalDouble logDensity) {}

    @Override
    public Integer call() throws IOException {
        int fewest = lowest.orElse(1);
        WrongArguments.require(fewest >= 1, "--lowest: expected 1 or more", fewest);
        try (NDManager manager = NDManager.newBaseManager(null, "PyTorch");
                TableFile file = reading.openAndSay(data)) {
            FlowModel model = FlowModel.load(folder, manager);
            ImagesCommand.requireTable(folder, model);
            List<String> header = keep.header(file, List.of("log_density", "percentile"));
            RowScores scores = RowScores.of(model, file, new NumberCells(reading.options()));
            sayWhatIsLacking(model.config(), file);
            out.write(header, writer -> write(model.config(), scores, file, writer));
        }
        return 0;
    }

    /** Only a density over columns of any kind goes without some. */
    private void sayWhatIsLacking(FlowConfig config, TableFile file) {
        List<String> lacking = new ArrayList<>(config.columns());
        lacking.removeAll(file.names());
        if (lacking.isEmpty()) {
            return;
        }
        String text =
                String.format(
                        "%s: expected the columns %s, got %s without %s",
                        data,
                        Excerpt.of(config.columns()),
                        Excerpt.of(file.names()),
                        Excerpt.of(lacking));
        if (strict) {
            throw new IllegalArgumentException(text);
        }
        System.err.println(
                Console.printable(
                        text
                                + "; densities are those of the others, and so are no measure beside"
                                + " the percentiles of all"));
    }

    private void write(FlowConfig config, RowScores scores, TableFile file, CsvWriter writer) {
        if (lowest.isEmpty()) {
            score(config, scores, file, score -> write(config, score, writer));
            return;
        }
        Comparator<Score> order =
                Comparator.<Score>comparingDouble(
                                score -> score.logDensity().orElse(Double.POSITIVE_INFINITY))
                        .thenComparingLong(Score::row);
        PriorityQueue<Score> rarest = new PriorityQueue<>(order.reversed());
        score(
                config,
                scores,
                file,
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
        List<String> record = new ArrayList<>(score.begun());
        if (score.logDensity().isEmpty()) {
            record.addAll(List.of("", ""));
        } else {
            double logDensity = score.logDensity().getAsDouble();
            record.add(Float.toString((float) logDensity));
            record.add(
                    config.calibration().isEmpty()
                            ? ""
                            : String.format(
                                    Locale.ROOT,
                                    "%.3f",
                                    config.percentile(logDensity).orElseThrow()));
        }
        writer.writeRecord(record);
    }

    private void score(
            FlowConfig config, RowScores scores, TableFile file, Consumer<Score> action) {
        CellTexts texts = new CellTexts(config.preparation().kinds(), file.formats());
        BadCells cells = new BadCells(data, strict, "not scored");
        Map<String, Column> kinds = config.preparation().kinds();
        UnseenValues unseen = new UnseenValues(kinds);
        NumberCells numbers = new NumberCells(reading.options());
        long[] before = {0};
        file.forEachChunk(
                CHUNK,
                table -> {
                    unseen.add(numbers.withPoints(table, kinds));
                    Map<Integer, BadCell> bad = new TreeMap<>();
                    double[] found = scores.of(table, cell -> bad.putIfAbsent(cell.row(), cell));
                    bad.values().forEach(cell -> cells.say(before[0], cell));
                    List<List<String>> begun = keep.begin(table, before[0], texts);
                    for (int i = 0; i < found.length; i++) {
                        OptionalDouble score =
                                bad.containsKey(i)
                                        ? OptionalDouble.empty()
                                        : OptionalDouble.of(found[i]);
                        action.accept(new Score(before[0] + i, begun.get(i), score));
                    }
                    before[0] += found.length;
                });
        unseen.sentences().forEach(line -> System.err.println(Console.printable(line)));
    }
}
