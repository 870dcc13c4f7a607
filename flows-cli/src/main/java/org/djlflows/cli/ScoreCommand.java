package org.djlflows.cli;

import ai.djl.ndarray.NDManager;

import de.siegmar.fastcsv.writer.CsvWriter;

import org.djlflows.anomaly.RowScore;
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

/** {@code flows score}: how odd each row of a table is, in bounded memory. */
@Command(
        name = "score",
        description = {
            "Says how odd each row of a table is, as CSV in the order of the rows:",
            "row: its number, from 1.",
            "anomaly_score: the greater the odder, by the density and by the distance from rows of"
                    + " training.",
            "p_value: how probable such a score is among rows like those left aside in training; of"
                    + " usual rows 1 in 100 has 0.01 or less.",
            "percentile: the percentage of the rows left aside in training that are as odd or odder:"
                    + " 0 = oddest, 100 = most usual.",
            "log_density: in nats, in the units of the data; 2.3 less is ten times as rare."
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
            description = "Only the N oddest rows, the oddest first.")
    private Optional<Integer> lowest = Optional.empty();

    @Mixin private AlarmOptions alarms;

    @Mixin private OutOption out;

    /** A row by its number, without a score where a cell cannot be scored. */
    record Scored(long row, List<String> begun, Optional<RowScore> score) {

        /** The oddest first, rows without a score last. */
        static final Comparator<Scored> ODDEST =
                Comparator.comparing(Scored::oddity, Comparator.reverseOrder())
                        .thenComparingLong(Scored::row);

        private double oddity() {
            return score.map(s -> s.score().orElse(-s.logDensity()))
                    .orElse(Double.NEGATIVE_INFINITY);
        }

        private OptionalDouble pValue() {
            return score.map(RowScore::pValue).orElse(OptionalDouble.empty());
        }
    }

    @Override
    public Integer call() throws IOException {
        int fewest = lowest.orElse(1);
        WrongArguments.require(fewest >= 1, "--lowest: expected 1 or more", fewest);
        try (NDManager manager = NDManager.newBaseManager(null, "PyTorch");
                TableFile file = reading.openAndSay(data)) {
            FlowModel model = FlowModel.load(folder, manager);
            ImagesCommand.requireTable(folder, model);
            alarms.require(folder, model);
            List<String> header =
                    keep.header(
                            file,
                            alarms.columns(
                                    List.of(
                                            "anomaly_score",
                                            "p_value",
                                            "percentile",
                                            "log_density")));
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
        if (lowest.isEmpty() && !alarms.needAll()) {
            score(config, scores, file, row -> write(row, alarms.byLevel(row.pValue()), writer));
            return;
        }
        PriorityQueue<Scored> oddest = new PriorityQueue<>(Scored.ODDEST.reversed());
        List<Double> pValues = new ArrayList<>();
        score(
                config,
                scores,
                file,
                row -> {
                    if (alarms.needAll()) {
                        pValues.add(row.pValue().orElse(Double.NaN));
                    }
                    oddest.add(row);
                    if (oddest.size() > lowest.orElse(Integer.MAX_VALUE)) {
                        oddest.remove();
                    }
                });
        Comparator<Scored> order =
                lowest.isPresent() ? Scored.ODDEST : Comparator.comparingLong(Scored::row);
        double level = alarms.level(pValues);
        oddest.stream()
                .sorted(order)
                .forEach(row -> write(row, row.pValue().orElse(1) <= level, writer));
    }

    /** What the model does not know is empty, as is all of a row that cannot be scored. */
    private void write(Scored row, boolean alarm, CsvWriter writer) {
        List<String> record = new ArrayList<>(row.begun());
        OptionalDouble score = row.score().map(RowScore::score).orElse(OptionalDouble.empty());
        OptionalDouble percentile =
                row.score().map(RowScore::percentile).orElse(OptionalDouble.empty());
        record.add(text("%.4f", score));
        record.add(text("%.6f", row.pValue()));
        record.add(text("%.3f", percentile));
        record.add(row.score().map(s -> Float.toString((float) s.logDensity())).orElse(""));
        if (alarms.areWanted()) {
            record.add(row.score().isPresent() ? Boolean.toString(alarm) : "");
        }
        writer.writeRecord(record);
    }

    private static String text(String format, OptionalDouble value) {
        return value.isPresent() ? String.format(Locale.ROOT, format, value.getAsDouble()) : "";
    }

    private void score(
            FlowConfig config, RowScores scores, TableFile file, Consumer<Scored> action) {
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
                    List<RowScore> found =
                            scores.of(table, cell -> bad.putIfAbsent(cell.row(), cell));
                    bad.values().forEach(cell -> cells.say(before[0], cell));
                    List<List<String>> begun = keep.begin(table, before[0], texts);
                    for (int i = 0; i < found.size(); i++) {
                        Optional<RowScore> score =
                                bad.containsKey(i) ? Optional.empty() : Optional.of(found.get(i));
                        action.accept(new Scored(before[0] + i, begun.get(i), score));
                    }
                    before[0] += found.size();
                });
        unseen.sentences().forEach(line -> System.err.println(Console.printable(line)));
    }
}
