package org.djlflows.cli;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;

import org.djlflows.format.FlowConfig;
import org.djlflows.model.Encoding;
import org.djlflows.model.FlowModel;
import org.djlflows.model.TableModel;
import org.djlflows.spec.TableFlow;
import org.djlflows.table.CellTexts;
import org.djlflows.table.Table;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;

/** {@code flows sample}: new rows drawn from a model, in bounded memory. */
@Command(
        name = "sample",
        description = "Draws rows from a model and writes them as CSV, in the units of the data.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class SampleCommand implements Callable<Integer> {

    private static final int CHUNK = 8192;

    @Parameters(paramLabel = "DIR", description = "The model folder.")
    private Path folder;

    @Option(names = "-n", paramLabel = "N", required = true, description = "The number of rows.")
    private long rows;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description =
                    "The seed: the same one draws the same rows (default: another each time).")
    private Optional<Integer> seed = Optional.empty();

    @Mixin private GivenOption given;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "The file to write (default: standard output).")
    private Optional<Path> out = Optional.empty();

    @Override
    public Integer call() throws IOException {
        WrongArguments.require(rows >= 0, "-n: expected 0 or more", rows);
        try (NDManager manager = NDManager.newBaseManager(null, "PyTorch")) {
            FlowModel model = FlowModel.load(folder, manager);
            ImagesCommand.requireTable(folder, model);
            FlowConfig config = model.config();
            seed.ifPresent(manager.getEngine()::setRandomSeed);
            if (config.flow() instanceof TableFlow) {
                writeTable(new TableModel(model), config);
                return 0;
            }
            double[] context = given.context(config.contextColumns());
            CsvSink.write(
                    out,
                    config.columns(),
                    writer -> {
                        for (long done = 0; done < rows; done += CHUNK) {
                            for (String[] row :
                                    draw(model, context, manager, Math.min(CHUNK, rows - done))) {
                                writer.writeRecord(row);
                            }
                        }
                    });
        }
        return 0;
    }

    private void writeTable(TableModel model, FlowConfig config) throws IOException {
        Optional<Table> values = given.table(model, CHUNK);
        CellTexts texts = new CellTexts(config.preparation().kinds());
        CsvSink.write(
                out,
                config.columns(),
                writer -> {
                    for (long done = 0; done < rows; done += CHUNK) {
                        int n = (int) Math.min(CHUNK, rows - done);
                        Table drawn =
                                values.isEmpty()
                                        ? model.sample(n)
                                        : model.complete(values.get().slice(0, n));
                        texts.rows(drawn.select(config.columns())).forEach(writer::writeRecord);
                    }
                });
    }

    private static List<String[]> draw(FlowModel model, double[] given, NDManager manager, long n) {
        Encoding encoding = new Encoding(model.config());
        try (NDManager scratch = manager.newSubManager()) {
            NDList context = encoding.context(scratch, new double[][] {given});
            NDArray samples =
                    context.isEmpty()
                            ? model.flow().sample(scratch, n)
                            : model.flow().sample(context.get(0).repeat(0, n));
            return Arrays.stream(encoding.rows(samples.toFloatArray()))
                    .map(
                            row ->
                                    Arrays.stream(row)
                                            .mapToObj(SampleCommand::text)
                                            .toArray(String[]::new))
                    .toList();
        }
    }

    /** Returns the shortest text of a number of float32, unless an offset made it a longer one. */
    private static String text(double value) {
        return value == (float) value ? Float.toString((float) value) : Double.toString(value);
    }
}
