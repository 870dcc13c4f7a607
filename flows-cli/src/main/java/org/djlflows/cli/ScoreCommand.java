package org.djlflows.cli;

import ai.djl.ndarray.NDManager;

import de.siegmar.fastcsv.writer.CsvWriter;

import org.djlflows.io.TableFile;
import org.djlflows.model.FlowModel;

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
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.PriorityQueue;
import java.util.concurrent.Callable;

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
            NumberCells numbers = new NumberCells(reading.options());
            BadCells bad = new BadCells(data, strict, "not scored");
            ScoredRows rows = new ScoredRows(model, file, keep, numbers, bad);
            rows.sayWhatIsLacking();
            out.write(header, writer -> write(rows, writer));
        }
        return 0;
    }

    private void write(ScoredRows rows, CsvWriter writer) {
        if (lowest.isEmpty() && !alarms.needAll()) {
            rows.forEach((row, cells) -> write(row, alarms.byLevel(row.pValue()), writer));
            return;
        }
        PriorityQueue<ScoredRow> oddest = new PriorityQueue<>(ScoredRow.ODDEST.reversed());
        List<Double> pValues = new ArrayList<>();
        rows.forEach(
                (row, cells) -> {
                    if (alarms.needAll()) {
                        pValues.add(row.pValue().orElse(Double.NaN));
                    }
                    oddest.add(row);
                    if (oddest.size() > lowest.orElse(Integer.MAX_VALUE)) {
                        oddest.remove();
                    }
                });
        Comparator<ScoredRow> order =
                lowest.isPresent() ? ScoredRow.ODDEST : Comparator.comparingLong(ScoredRow::row);
        double level = alarms.level(pValues);
        oddest.stream()
                .sorted(order)
                .forEach(row -> write(row, row.pValue().orElse(1) <= level, writer));
    }

    /** What the model does not know is empty, as is all of a row that cannot be scored. */
    private void write(ScoredRow row, boolean alarm, CsvWriter writer) {
        List<String> record = new ArrayList<>(row.begun());
        record.add(text("%.4f", row.anomalyScore()));
        record.add(text("%.6g", row.pValue()));
        record.add(text("%.3f", row.percentile()));
        record.add(row.score().map(s -> Float.toString((float) s.logDensity())).orElse(""));
        if (alarms.areWanted()) {
            record.add(row.score().isPresent() ? Boolean.toString(alarm) : "");
        }
        writer.writeRecord(record);
    }

    private static String text(String format, OptionalDouble value) {
        return value.isPresent() ? String.format(Locale.ROOT, format, value.getAsDouble()) : "";
    }
}
