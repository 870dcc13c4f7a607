package org.djlflows.cli;

import ai.djl.ndarray.NDManager;

import de.siegmar.fastcsv.writer.CsvWriter;

import org.djlflows.anomaly.Conformal;
import org.djlflows.anomaly.RowScore;
import org.djlflows.files.WholeFile;
import org.djlflows.format.FlowConfig;
import org.djlflows.io.TableFile;
import org.djlflows.model.FlowModel;
import org.djlflows.model.RowScorer;
import org.djlflows.plot.Picture;
import org.djlflows.plot.Plots;
import org.djlflows.runtime.Explainer;
import org.djlflows.runtime.Explanation;
import org.djlflows.spec.Column;
import org.djlflows.spec.TableFlow;
import org.djlflows.table.CellTexts;
import org.djlflows.table.Table;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;

/** {@code flows explain}: which cells make the oddest rows of a table odd, in bounded memory. */
@Command(
        name = "explain",
        description = {
            "Says which cells make the oddest rows of a table odd, as CSV: a line for each row and"
                    + " column, the oddest rows first, of each row the cells with the greatest"
                    + " share first.",
            "row, anomaly_score, p_value: as score writes them.",
            "column, value: the cell.",
            "share: its part of anomaly_score; those of a row add up to it.",
            "expected, low, high: the median and the 90 % in the middle, or the most probable"
                    + " level, given the other cells of the row.",
            "probability: how probable a cell is that is as far out, given the others."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class ExplainCommand implements Callable<Integer> {

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
                    "Stop at a cell that cannot be in its column (default: leave the row out and"
                            + " say why).")
    private boolean strict;

    @Option(
            names = "--lowest",
            paramLabel = "N",
            defaultValue = "20",
            description = "How many rows, the oddest (default: ${DEFAULT-VALUE}).")
    private int lowest;

    @Option(
            names = "--cells",
            paramLabel = "N",
            description = "Of each row only the N cells with the greatest share (default: all).")
    private Optional<Integer> cells = Optional.empty();

    @Option(
            names = "--alarms",
            paramLabel = "RATE",
            description =
                    "The rate of false alarms for which the report draws a threshold and marks rows"
                            + " (default: 0.01, or none where there are too few calibration"
                            + " rows).")
    private Optional<Double> alarms = Optional.empty();

    @Option(
            names = "--report",
            paramLabel = "FILE",
            description =
                    "Also write a page of HTML that needs no network: the rows with the shares of"
                            + " their cells, and the scores of all rows beside those of"
                            + " calibration rows, with the threshold of --alarms.")
    private Optional<Path> report = Optional.empty();

    @Option(
            names = "--picture",
            paramLabel = "FILE",
            description = "Also draw the shares of the oddest row, as .png or .svg.")
    private Optional<Path> picture = Optional.empty();

    @Mixin private OutOption out;

    @Override
    public Integer call() throws IOException {
        WrongArguments.require(lowest >= 1, "--lowest: expected 1 or more", lowest);
        int fewest = cells.orElse(1);
        WrongArguments.require(fewest >= 1, "--cells: expected 1 or more", fewest);
        if (picture.isPresent()) {
            Picture.requireWritable(picture.get());
        }
        if (report.isPresent()) {
            WholeFile.requireRoom(report.get(), 1);
        }
        try (NDManager manager = NDManager.newBaseManager(null, "PyTorch");
                TableFile file = reading.openAndSay(data)) {
            FlowModel model = FlowModel.load(folder, manager);
            ImagesCommand.requireTable(folder, model);
            Explainer explainer = RowScorer.of(model).explainer();
            Conformal conformal = model.anomalies().orElseThrow().conformal();
            alarms.ifPresent(conformal::requireAttainable);
            NumberCells numbers = new NumberCells(reading.options());
            List<String> header =
                    keep.header(
                            file,
                            List.of(
                                    "anomaly_score",
                                    "p_value",
                                    "column",
                                    "value",
                                    "share",
                                    "expected",
                                    "low",
                                    "high",
                                    "probability"));
            BadCells bad = new BadCells(data, strict, "the row is left out");
            ScoredRows rows = new ScoredRows(model, file, keep, numbers, bad);
            rows.sayWhatIsLacking();
            OddestRows oddest = new OddestRows(lowest, conformal, alarms);
            rows.forEach(oddest::add);
            List<ExplainedRow> explained =
                    oddest.explained(table -> explained(explainer, model, file, numbers, table));
            out.write(header, writer -> write(explained, writer));
            if (picture.isPresent() && !explained.isEmpty()) {
                ExplainedRow first = explained.get(0);
                Plots.shares(first.title(keep.names()), first.explanation()).save(picture.get());
            }
            if (report.isPresent()) {
                String heading = "The oddest rows of " + data;
                new OddRowsPage(heading, keep.names(), cells.orElse(Integer.MAX_VALUE))
                        .write(report.get(), oddest, explained);
            }
        }
        return 0;
    }

    /** Explains rows of the columns of the file. */
    private static List<Explanation> explained(
            Explainer explainer, FlowModel model, TableFile file, NumberCells numbers, Table rows) {
        FlowConfig config = model.config();
        if (config.flow() instanceof TableFlow) {
            Map<String, Column> kinds = config.preparation().kinds();
            CellTexts texts = new CellTexts(kinds, file.formats());
            // Rows with a cell that cannot be have been left out.
            return explainer.explain(numbers.withPoints(rows, kinds), texts, cell -> {});
        }
        List<String> columns = new ArrayList<>(config.columns());
        columns.addAll(config.contextColumns());
        return explainer.explain(numbers.rows(rows.select(columns), cell -> {}));
    }

    private void write(List<ExplainedRow> rows, CsvWriter writer) {
        for (ExplainedRow row : rows) {
            RowScore score = row.explanation().score();
            List<Explanation.Cell> all = row.explanation().cells();
            for (Explanation.Cell cell :
                    all.subList(0, Math.min(all.size(), cells.orElse(Integer.MAX_VALUE)))) {
                List<String> record = new ArrayList<>(row.begun());
                // So many digits that shares add up.
                record.add(text("%.8f", score.score().orElseThrow()));
                record.add(text("%.6g", score.pValue().orElseThrow()));
                record.add(cell.column());
                record.add(cell.came());
                record.add(text("%.8f", cell.share()));
                record.add(cell.expected());
                record.add(cell.low());
                record.add(cell.high());
                record.add(text("%.4g", cell.probability()));
                writer.writeRecord(record);
            }
        }
    }

    private static String text(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }
}
