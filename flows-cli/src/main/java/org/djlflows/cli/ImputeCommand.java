package org.djlflows.cli;

import ai.djl.ndarray.NDManager;

import org.djlflows.format.FlowConfig;
import org.djlflows.io.TableFile;
import org.djlflows.model.FlowModel;
import org.djlflows.spec.Specs;
import org.djlflows.spec.TableFlow;
import org.djlflows.table.Imputation;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.nio.file.Path;
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

    private static final int CHUNK = 8192;

    /** As many are drawn at the same time. */
    private static final int ROWS = 1 << 16;

    /** What is written into a cell. */
    enum By {
        LIKELY,
        MEAN,
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
                "mean: the mean of draws, also between whole numbers, and that level;",
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

    @Mixin private SeedOption seed;

    @Mixin private OutOption out;

    @Override
    public Integer call() throws IOException {
        WrongArguments.require(draws >= 1, "--draws: expected 1 or more", draws);
        interval.ifPresent(
                p ->
                        WrongArguments.require(
                                p > 0 && p < 1, "--interval: expected a probability", p));
        WrongArguments.require(
                by != By.DRAW || interval.isEmpty(),
                "--by draw: expected no --interval",
                interval.map(String::valueOf).orElse(""));
        try (TableFile file = reading.openAndSay(data);
                NDManager manager = NDManager.newBaseManager(null, "PyTorch")) {
            FlowModel loaded = FlowModel.load(folder, manager);
            requireAnyOrder(folder, loaded.config());
            seed.apply(manager);
            int many = by == By.DRAW ? 1 : draws;
            FilledRows filled =
                    new FilledRows(
                            loaded,
                            file,
                            new NumberCells(reading.options()),
                            new Imputation(many, by == By.MEAN, interval));
            int chunk = Math.max(1, Math.min(CHUNK, ROWS / many));
            out.write(
                    file.csv(),
                    filled.header(),
                    writer ->
                            file.forEachChunk(
                                    chunk, table -> filled.of(table).forEach(writer::writeRecord)));
        }
        return 0;
    }

    /**
     * Refuses a model that does not know each cell given the others.
     *
     * @param folder its folder
     * @param config its configuration
     * @throws IOException if it is one of another flow
     */
    static void requireAnyOrder(Path folder, FlowConfig config) throws IOException {
        if (!(config.flow() instanceof TableFlow)) {
            throw new IOException(
                    folder
                            + ": expected a model of table-flow, which knows each cell given the"
                            + " others, got one of "
                            + Specs.name(config.flow().getClass())
                            + "; train one by flows train --flow any-order");
        }
    }
}
