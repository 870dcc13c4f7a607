package org.djlflows.cli;

import ai.djl.ndarray.NDManager;

import org.djlflows.io.TableFile;
import org.djlflows.model.FlowModel;
import org.djlflows.model.TableModel;
import org.djlflows.table.Imputation;
import org.djlflows.table.Table;
import org.djlflows.table.TableColumn;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;

/** {@code flows impute}: fills in what rows of a table lack. */
@Command(
        name = "impute",
        description = {
            "Fills in the missing cells of a table, given the other cells of their rows, and writes it"
                    + " as CSV. Columns that the model does not know stay as they are."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class ImputeCommand implements Callable<Integer> {

    private static final int CHUNK = 512;

    /** What is written into a cell. */
    enum By {
        LIKELY,
        DRAW
    }

    @Parameters(index = "0", paramLabel = "DIR", description = "The model folder.")
    private Path folder;

    @Parameters(index = "1", paramLabel = "DATA", description = "The table.")
    private String data;

    @Mixin private ReadingOptions reading;

    @Option(
            names = "--by",
            paramLabel = "WAY",
            defaultValue = "likely",
            description = {
                "likely: the median of draws, and the level that comes most often;",
                "draw: one draw, as varied as the data are (default: ${DEFAULT-VALUE})."
            })
    private By by;

    @Option(
            names = "--interval",
            paramLabel = "P",
            description =
                    "Also the interval that holds a number with probability P, such as 0.9, in"
                            + " columns COL_low and COL_high.")
    private Optional<Double> interval = Optional.empty();

    @Option(
            names = "--draws",
            paramLabel = "N",
            defaultValue = "100",
            description = "Draws for each row (default: ${DEFAULT-VALUE}).")
    private int draws;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "The seed of the draws (default: another each time).")
    private Optional<Integer> seed = Optional.empty();

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "The file to write (default: standard output).")
    private Optional<Path> out = Optional.empty();

    @Override
    public Integer call() throws IOException {
        WrongArguments.require(draws >= 1, "--draws: expected 1 or more", draws);
        interval.ifPresent(
                p ->
                        WrongArguments.require(
                                p > 0 && p < 1, "--interval: expected a probability", p));
        try (TableFile file = reading.open(data);
                NDManager manager = NDManager.newBaseManager(null, "PyTorch")) {
            FlowModel loaded = FlowModel.load(folder, manager);
            TableModel model = new TableModel(loaded);
            seed.ifPresent(manager.getEngine()::setRandomSeed);
            List<String> known = new ArrayList<>(loaded.config().columns());
            known.addAll(loaded.config().contextColumns());
            CellTexts texts = new CellTexts(loaded.config());
            Imputation imputation =
                    new Imputation(
                            by == By.DRAW ? 1 : draws, by == By.DRAW ? Optional.empty() : interval);
            List<String> header = new ArrayList<>(file.names());
            header.addAll(
                    imputation.added(
                            loaded.config().columns(), loaded.config().preparation().kinds()));
            CsvSink.write(
                    out,
                    header,
                    writer ->
                            file.forEachChunk(
                                    CHUNK,
                                    table -> {
                                        List<String> both = new ArrayList<>(table.names());
                                        both.retainAll(known);
                                        Table filled =
                                                imputation.fill(
                                                        table.select(both), model::complete);
                                        texts.rows(in(file.names(), table, filled))
                                                .forEach(writer::writeRecord);
                                    }));
        }
        return 0;
    }

    /** The columns of the file in their order, then those that are new. */
    private static Table in(List<String> names, Table table, Table filled) {
        List<TableColumn> columns = new ArrayList<>();
        for (String name : names) {
            columns.add(filled.names().contains(name) ? filled.column(name) : table.column(name));
        }
        filled.columns().stream()
                .filter(column -> !names.contains(column.name()))
                .forEach(columns::add);
        return Table.of(columns);
    }
}
