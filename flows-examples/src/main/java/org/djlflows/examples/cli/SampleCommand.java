package org.djlflows.examples.cli;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;

import org.djlflows.model.FlowConfig;
import org.djlflows.model.FlowModel;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;

/** {@code flows sample}: new rows drawn from a model, in bounded memory. */
@Command(
        name = "sample",
        description = "Draws rows from a model and writes them as CSV, in the units of the data.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class SampleCommand implements Callable<Integer> {

    private static final int CHUNK = 8192;

    @Spec private CommandSpec spec;

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

    @Option(
            names = "--given",
            split = ",",
            paramLabel = "COL=VALUE",
            description = "The values of the context columns.")
    private Map<String, Float> given = new LinkedHashMap<>();

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "The file to write (default: standard output).")
    private Optional<Path> out = Optional.empty();

    @Override
    public Integer call() throws IOException {
        if (rows < 0) {
            throw new ParameterException(spec.commandLine(), "-n: expected 0 or more, got " + rows);
        }
        try (NDManager manager = NDManager.newBaseManager(null, "PyTorch")) {
            FlowModel model = FlowModel.load(folder, manager);
            ImagesCommand.requireTable(folder, model);
            FlowConfig config = model.config();
            if (!given.keySet().equals(Set.copyOf(config.contextColumns()))) {
                throw new ParameterException(
                        spec.commandLine(),
                        "--given: expected a value for each of "
                                + config.contextColumns()
                                + ", got "
                                + given.keySet());
            }
            given.forEach(
                    (name, value) -> {
                        if (!Float.isFinite(value)) {
                            throw new ParameterException(
                                    spec.commandLine(),
                                    "--given: expected a finite value of "
                                            + name
                                            + ", got "
                                            + value);
                        }
                    });
            seed.ifPresent(manager.getEngine()::setRandomSeed);
            CsvSink.write(
                    out,
                    config.columns(),
                    writer -> {
                        for (long done = 0; done < rows; done += CHUNK) {
                            for (String[] row :
                                    draw(model, manager, Math.min(CHUNK, rows - done))) {
                                writer.writeRecord(row);
                            }
                        }
                    });
        }
        return 0;
    }

    private List<String[]> draw(FlowModel model, NDManager manager, long n) {
        List<String> names = model.config().contextColumns();
        int width = model.config().columns().size();
        try (NDManager scratch = manager.newSubManager()) {
            NDArray samples;
            if (names.isEmpty()) {
                samples = model.flow().sample(scratch, n);
            } else {
                float[] values = new float[names.size()];
                for (int i = 0; i < values.length; i++) {
                    values[i] = given.get(names.get(i));
                }
                NDArray context = scratch.create(values, new Shape(1, values.length));
                samples = model.flow().sample(context.repeat(0, n));
            }
            float[] drawn = samples.toFloatArray();
            String[][] rowsOfText = new String[Math.toIntExact(n)][width];
            for (int i = 0; i < drawn.length; i++) {
                rowsOfText[i / width][i % width] = Float.toString(drawn[i]);
            }
            return List.of(rowsOfText);
        }
    }
}
