package org.djlflows.examples.cli;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;

import de.siegmar.fastcsv.writer.CsvWriter;

import org.djlflows.examples.data.CsvTable;
import org.djlflows.model.FlowConfig;
import org.djlflows.model.FlowModel;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;

/** {@code flows score}: the log-density of each row of a table, in bounded memory. */
@Command(
        name = "score",
        description = {
            "Writes the log-density of each row as CSV, in the order of the rows.",
            "In nats, in the units of the data: the lower, the more unusual a row is."
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
            names = "--out",
            paramLabel = "FILE",
            description = "The file to write (default: standard output).")
    private Optional<Path> out = Optional.empty();

    @Override
    public Integer call() throws IOException {
        try (NDManager manager = NDManager.newBaseManager(null, "PyTorch")) {
            FlowModel model = FlowModel.load(folder, manager);
            ImagesCommand.requireTable(folder, model);
            FlowConfig config = model.config();
            List<String> columns = new ArrayList<>(config.columns());
            columns.addAll(config.contextColumns());
            CsvSink.write(
                    out,
                    List.of("log_density"),
                    writer ->
                            CsvTable.forEachChunk(
                                    data,
                                    columns,
                                    CHUNK,
                                    chunk -> score(model, manager, chunk, writer)));
        }
        return 0;
    }

    private static void score(FlowModel model, NDManager manager, float[] chunk, CsvWriter writer) {
        FlowConfig config = model.config();
        int features = config.columns().size();
        int width = features + config.contextColumns().size();
        try (NDManager scratch = manager.newSubManager()) {
            NDArray rows = scratch.create(chunk, new Shape(chunk.length / width, width));
            NDArray x = rows.get(":, :" + features);
            NDArray logProb =
                    width > features
                            ? model.flow().logProb(x, rows.get(":, " + features + ":"))
                            : model.flow().logProb(x);
            for (float value : logProb.toFloatArray()) {
                writer.writeRecord(Float.toString(value));
            }
        }
    }
}
