package org.djlflows.cli;

import ai.djl.ndarray.NDManager;

import org.djlflows.files.Excerpt;
import org.djlflows.format.FlowConfig;
import org.djlflows.io.TableFile;
import org.djlflows.model.FlowModel;
import org.djlflows.model.TableModel;
import org.djlflows.spec.Column;
import org.djlflows.table.BadCell;
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
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Consumer;

/** {@code flows predict}: what a column is, given the others. */
@Command(
        name = "predict",
        description = {
            "Predicts columns given the other cells of each row, exactly, and writes CSV:",
            "of numbers and times the median and other quantiles, and of a cell that is there the"
                    + " probability integral transform, P(X < x) + P(X = x) / 2, which without ties"
                    + " is uniform if the model is right;",
            "of levels the likeliest and the probability of each."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class PredictCommand implements Callable<Integer> {

    private static final int CHUNK = 8192;

    @Parameters(index = "0", paramLabel = "DIR", description = "The model folder.")
    private Path folder;

    @Parameters(index = "1", paramLabel = "DATA", description = "The table.")
    private String data;

    @Option(
            names = "--column",
            paramLabel = "COL,..",
            converter = Names.Converter.class,
            required = true,
            description = {
                "The columns, each given all others; its own cells in the table say nothing of it.",
                Names.QUOTING
            })
    private List<Names> predicted = new ArrayList<>();

    @Mixin private ReadingOptions reading;

    @Option(
            names = "--quantiles",
            paramLabel = "P,..",
            split = ",",
            defaultValue = "0.05,0.5,0.95",
            description = "The probabilities of the quantiles (default: ${DEFAULT-VALUE}).")
    private List<Double> quantiles;

    @Mixin private KeepOption keep;

    @Option(
            names = "--strict",
            description =
                    "Stop at a cell that cannot be in its column (default: take it as not known and"
                            + " say why).")
    private boolean strict;

    @Mixin private OutOption out;

    @Override
    public Integer call() throws IOException {
        WrongArguments.require(
                quantiles.stream().allMatch(u -> u >= 0 && u <= 1),
                "--quantiles: expected probabilities",
                quantiles);
        try (TableFile file = reading.openAndSay(data);
                NDManager manager = NDManager.newBaseManager(null, "PyTorch")) {
            FlowModel model = FlowModel.load(folder, manager);
            FlowConfig config = model.config();
            ImputeCommand.requireAnyOrder(folder, config);
            require(config, file);
            List<PredictedColumn> columns =
                    Names.all(predicted).stream()
                            .map(
                                    name ->
                                            new PredictedColumn(
                                                    name,
                                                    config.preparation().kind(name),
                                                    quantiles))
                            .toList();
            List<String> written =
                    columns.stream().flatMap(column -> column.header().stream()).toList();
            out.write(
                    keep.header(file, written),
                    writer -> predict(model, columns, file, writer::writeRecord));
        }
        return 0;
    }

    private void require(FlowConfig config, TableFile file) {
        List<String> names = Names.all(predicted);
        WrongArguments.require(
                config.columns().containsAll(names),
                "--column: expected one of " + Excerpt.of(config.columns()),
                names);
        NumberCells.require(file, config.contextColumns());
        for (String name : names) {
            List<String> others = known(config, file);
            others.remove(name);
            if (others.isEmpty()) {
                throw new IllegalArgumentException(
                        String.format(
                                "expected some of the other columns of the model, %s, got %s",
                                Excerpt.of(config.columns()), Excerpt.of(file.names())));
            }
        }
    }

    /** Returns the columns of the file that the model knows. */
    private static List<String> known(FlowConfig config, TableFile file) {
        List<String> known = new ArrayList<>(config.columns());
        known.addAll(config.contextColumns());
        known.retainAll(file.names());
        return known;
    }

    private void predict(
            FlowModel model,
            List<PredictedColumn> columns,
            TableFile file,
            Consumer<List<String>> writer) {
        FlowConfig config = model.config();
        Map<String, Column> kinds = config.preparation().kinds();
        TableModel table = new TableModel(model);
        NumberCells cells = new NumberCells(reading.options());
        CellTexts texts = new CellTexts(kinds, file.formats());
        BadCells bad = new BadCells(data, strict, "not looked at");
        long[] before = {0};
        file.forEachChunk(
                CHUNK,
                chunk -> {
                    Table own = cells.withPoints(chunk.select(known(config, file)), kinds);
                    List<List<String>> rows = keep.begin(chunk, before[0], texts);
                    Consumer<BadCell> say = cell -> bad.say(before[0], cell);
                    for (PredictedColumn column : columns) {
                        column.append(rows, table.conditional(column.name(), own, say), texts);
                        // All columns meet the same cells.
                        say = cell -> {};
                    }
                    rows.forEach(writer);
                    before[0] += chunk.rows();
                });
    }
}
